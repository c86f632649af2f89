package dev.modelscan.storage.internal.repository;

import static dev.modelscan.storage.schema.Tables.AGENTS;
import static dev.modelscan.storage.schema.Tables.MESSAGES;
import static dev.modelscan.storage.schema.Tables.TASKS;
import static dev.modelscan.storage.schema.Tables.TOOL_EXECUTIONS;

import dev.modelscan.storage.Json;
import dev.modelscan.storage.agents.AgentId;
import dev.modelscan.storage.conversations.MessageId;
import dev.modelscan.storage.internal.codec.Formats;
import dev.modelscan.storage.internal.query.Codec;
import dev.modelscan.storage.internal.query.Column;
import dev.modelscan.storage.internal.query.Columns;
import dev.modelscan.storage.internal.query.Row;
import dev.modelscan.storage.tasks.TaskId;
import dev.modelscan.storage.tools.DecidedBy;
import dev.modelscan.storage.tools.ToolExecution;
import dev.modelscan.storage.tools.ToolExecutionId;
import dev.modelscan.storage.tools.ToolExecutionStatus;
import java.sql.SQLException;
import java.time.Instant;

/** The columns of {@link ToolExecution}. */
final class ToolExecutionMapping {

    static final Columns<ToolExecution> COLUMNS = new Columns<>("tool execution");
    static final Column<ToolExecution, ToolExecutionId> ID =
            COLUMNS.add("id", Codec.text(Formats.TOOL_EXECUTION_ID), () -> TOOL_EXECUTIONS.ID, ToolExecution::id);
    static final Column<ToolExecution, AgentId> AGENT_ID = COLUMNS.add(
            "agentId", Codec.text(Formats.AGENT_ID), () -> TOOL_EXECUTIONS.AGENT_ID, ToolExecution::agentId);
    static final Column<ToolExecution, TaskId> TASK_ID =
            COLUMNS.add("taskId", Codec.text(Formats.TASK_ID), () -> TOOL_EXECUTIONS.TASK_ID, ToolExecution::taskId);
    static final Column<ToolExecution, TaskId> CHILD_TASK_ID = COLUMNS.add(
            "childTaskId",
            Codec.text(Formats.TASK_ID),
            () -> TOOL_EXECUTIONS.CHILD_TASK_ID,
            ToolExecution::childTaskId);
    static final Column<ToolExecution, MessageId> MESSAGE_ID = COLUMNS.add(
            "messageId", Codec.text(Formats.MESSAGE_ID), () -> TOOL_EXECUTIONS.MESSAGE_ID, ToolExecution::messageId);
    static final Column<ToolExecution, MessageId> ANSWER_MESSAGE_ID = COLUMNS.add(
            "answerMessageId",
            Codec.text(Formats.MESSAGE_ID),
            () -> TOOL_EXECUTIONS.ANSWER_MESSAGE_ID,
            ToolExecution::answerMessageId);
    static final Column<ToolExecution, String> CALL_ID =
            COLUMNS.add("callId", Codec.TEXT, () -> TOOL_EXECUTIONS.CALL_ID, ToolExecution::callId);
    static final Column<ToolExecution, String> TOOL_NAME =
            COLUMNS.add("toolName", Codec.TEXT, () -> TOOL_EXECUTIONS.TOOL_NAME, ToolExecution::toolName);
    static final Column<ToolExecution, ToolExecutionStatus> STATUS = COLUMNS.add(
            "status", Codec.text(Formats.TOOL_EXECUTION_STATUS), () -> TOOL_EXECUTIONS.STATUS, ToolExecution::status);
    static final Column<ToolExecution, Json> INPUT =
            COLUMNS.add("input", Codec.text(Formats.JSON), () -> TOOL_EXECUTIONS.INPUT, ToolExecution::input);
    static final Column<ToolExecution, Json> OUTPUT =
            COLUMNS.add("output", Codec.text(Formats.JSON), () -> TOOL_EXECUTIONS.OUTPUT, ToolExecution::output);
    static final Column<ToolExecution, String> ERROR =
            COLUMNS.add("error", Codec.TEXT, () -> TOOL_EXECUTIONS.ERROR, ToolExecution::error);
    static final Column<ToolExecution, DecidedBy> DECIDED_BY = COLUMNS.add(
            "decidedBy", Codec.text(Formats.DECIDED_BY), () -> TOOL_EXECUTIONS.DECIDED_BY, ToolExecution::decidedBy);
    static final Column<ToolExecution, Json> METADATA =
            COLUMNS.add("metadata", Codec.text(Formats.JSON), () -> TOOL_EXECUTIONS.METADATA, ToolExecution::metadata);
    static final Column<ToolExecution, Instant> STARTED_AT =
            COLUMNS.add("startedAt", Codec.TIME, () -> TOOL_EXECUTIONS.STARTED_AT, ToolExecution::startedAt);
    static final Column<ToolExecution, Instant> COMPLETED_AT =
            COLUMNS.add("completedAt", Codec.TIME, () -> TOOL_EXECUTIONS.COMPLETED_AT, ToolExecution::completedAt);
    static final Column<ToolExecution, Long> VERSION =
            COLUMNS.add("version", Codec.LONG, () -> TOOL_EXECUTIONS.VERSION, ToolExecution::version);
    static final Column<ToolExecution, Instant> CREATED_AT =
            COLUMNS.add("createdAt", Codec.TIME, () -> TOOL_EXECUTIONS.CREATED_AT, ToolExecution::createdAt);
    static final Column<ToolExecution, Instant> UPDATED_AT =
            COLUMNS.add("updatedAt", Codec.TIME, () -> TOOL_EXECUTIONS.UPDATED_AT, ToolExecution::updatedAt);
    static final Mapping<ToolExecutionId, ToolExecution> MAPPING = new Mapping<>(
                    "tool execution",
                    () -> TOOL_EXECUTIONS,
                    COLUMNS,
                    ToolExecutionMapping::map,
                    ID,
                    VERSION,
                    CREATED_AT,
                    UPDATED_AT)
            .references("agent", AGENT_ID, () -> AGENTS.ID)
            .references("task", TASK_ID, () -> TASKS.ID)
            .references("task", CHILD_TASK_ID, () -> TASKS.ID)
            .references("message", MESSAGE_ID, () -> MESSAGES.ID)
            .references("message", ANSWER_MESSAGE_ID, () -> MESSAGES.ID)
            .fixed(STATUS, "use updateStatus")
            .fixed(STARTED_AT, "it follows the status")
            .fixed(COMPLETED_AT, "it follows the status")
            .listedBy(CREATED_AT, ID);

    private ToolExecutionMapping() {}

    static ToolExecution map(Row row) throws SQLException {
        return new ToolExecution(
                /* id= */ row.get(ID),
                /* agentId= */ row.get(AGENT_ID),
                /* taskId= */ row.find(TASK_ID),
                /* childTaskId= */ row.find(CHILD_TASK_ID),
                /* messageId= */ row.find(MESSAGE_ID),
                /* answerMessageId= */ row.find(ANSWER_MESSAGE_ID),
                /* callId= */ row.find(CALL_ID),
                /* toolName= */ row.get(TOOL_NAME),
                /* status= */ row.get(STATUS),
                /* input= */ row.find(INPUT),
                /* output= */ row.find(OUTPUT),
                /* error= */ row.find(ERROR),
                /* decidedBy= */ row.find(DECIDED_BY),
                /* metadata= */ row.get(METADATA),
                /* startedAt= */ row.find(STARTED_AT),
                /* completedAt= */ row.find(COMPLETED_AT),
                /* version= */ row.get(VERSION),
                /* createdAt= */ row.get(CREATED_AT),
                /* updatedAt= */ row.get(UPDATED_AT));
    }
}
