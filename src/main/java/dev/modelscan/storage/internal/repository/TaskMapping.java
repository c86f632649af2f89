package dev.modelscan.storage.internal.repository;

import static dev.modelscan.storage.schema.Tables.AGENTS;
import static dev.modelscan.storage.schema.Tables.SOURCES;
import static dev.modelscan.storage.schema.Tables.TASKS;
import static dev.modelscan.storage.schema.Tables.TEAMS;
import static dev.modelscan.storage.schema.Tables.WORKFLOWS;

import dev.modelscan.storage.Json;
import dev.modelscan.storage.agents.AgentId;
import dev.modelscan.storage.internal.codec.Formats;
import dev.modelscan.storage.internal.query.Codec;
import dev.modelscan.storage.internal.query.Column;
import dev.modelscan.storage.internal.query.Columns;
import dev.modelscan.storage.internal.query.Row;
import dev.modelscan.storage.tasks.Task;
import dev.modelscan.storage.tasks.TaskId;
import dev.modelscan.storage.tasks.TaskStatus;
import dev.modelscan.storage.teams.TeamId;
import dev.modelscan.storage.workflows.WorkflowId;
import java.sql.SQLException;
import java.time.Instant;

/** The columns of {@link Task}. */
final class TaskMapping {

    static final Columns<Task> COLUMNS = new Columns<>("task");
    static final Column<Task, TaskId> ID = COLUMNS.add("id", Codec.text(Formats.TASK_ID), () -> TASKS.ID, Task::id);
    static final Column<Task, AgentId> AGENT_ID =
            COLUMNS.add("agentId", Codec.text(Formats.AGENT_ID), () -> TASKS.AGENT_ID, Task::agentId);
    static final Column<Task, WorkflowId> WORKFLOW_ID =
            COLUMNS.add("workflowId", Codec.text(Formats.WORKFLOW_ID), () -> TASKS.WORKFLOW_ID, Task::workflowId);
    static final Column<Task, TeamId> TEAM_ID =
            COLUMNS.add("teamId", Codec.text(Formats.TEAM_ID), () -> TASKS.TEAM_ID, Task::teamId);
    static final Column<Task, TaskId> PARENT_ID =
            COLUMNS.add("parentId", Codec.text(Formats.TASK_ID), () -> TASKS.PARENT_ID, Task::parentId);
    static final Column<Task, String> TYPE = COLUMNS.add("type", Codec.TEXT, () -> TASKS.TYPE, Task::type);
    static final Column<Task, TaskStatus> STATUS =
            COLUMNS.add("status", Codec.text(Formats.TASK_STATUS), () -> TASKS.STATUS, Task::status);
    static final Column<Task, Integer> PRIORITY =
            COLUMNS.add("priority", Codec.INTEGER, () -> TASKS.PRIORITY, Task::priority);
    static final Column<Task, Json> INPUT =
            COLUMNS.add("input", Codec.text(Formats.JSON), () -> TASKS.INPUT, Task::input);
    static final Column<Task, Json> OUTPUT =
            COLUMNS.add("output", Codec.text(Formats.JSON), () -> TASKS.OUTPUT, Task::output);
    static final Column<Task, String> ERROR = COLUMNS.add("error", Codec.TEXT, () -> TASKS.ERROR, Task::error);
    static final OriginColumns<Task> ORIGIN = new OriginColumns<>(
            COLUMNS,
            new OriginColumns.Fields(
                    () -> TASKS.SOURCE_FORMAT,
                    () -> TASKS.SOURCE_ID,
                    () -> TASKS.SOURCE_RECORD,
                    () -> TASKS.SOURCE_LINE,
                    () -> TASKS.SOURCE_OFFSET,
                    () -> TASKS.EXTERNAL_ID),
            Task::origin);
    static final Column<Task, Json> METADATA =
            COLUMNS.add("metadata", Codec.text(Formats.JSON), () -> TASKS.METADATA, Task::metadata);
    static final Column<Task, Instant> STARTED_AT =
            COLUMNS.add("startedAt", Codec.TIME, () -> TASKS.STARTED_AT, Task::startedAt);
    static final Column<Task, Instant> COMPLETED_AT =
            COLUMNS.add("completedAt", Codec.TIME, () -> TASKS.COMPLETED_AT, Task::completedAt);
    static final Column<Task, Long> VERSION = COLUMNS.add("version", Codec.LONG, () -> TASKS.VERSION, Task::version);
    static final Column<Task, Instant> CREATED_AT =
            COLUMNS.add("createdAt", Codec.TIME, () -> TASKS.CREATED_AT, Task::createdAt);
    static final Column<Task, Instant> UPDATED_AT =
            COLUMNS.add("updatedAt", Codec.TIME, () -> TASKS.UPDATED_AT, Task::updatedAt);
    static final Mapping<TaskId, Task> MAPPING = new Mapping<>(
                    "task", () -> TASKS, COLUMNS, TaskMapping::map, ID, VERSION, CREATED_AT, UPDATED_AT)
            .references("agent", AGENT_ID, () -> AGENTS.ID)
            .references("workflow", WORKFLOW_ID, () -> WORKFLOWS.ID)
            .references("team", TEAM_ID, () -> TEAMS.ID)
            .references("task", PARENT_ID, () -> TASKS.ID)
            .references("source", ORIGIN.sourceId, () -> SOURCES.ID)
            .fixed(STATUS, "use updateStatus")
            .fixed(STARTED_AT, "it follows the status")
            .fixed(COMPLETED_AT, "it follows the status")
            .listedBy(CREATED_AT, ID);

    private TaskMapping() {}

    static Task map(Row row) throws SQLException {
        return new Task(
                /* id= */ row.get(ID),
                /* agentId= */ row.find(AGENT_ID),
                /* workflowId= */ row.find(WORKFLOW_ID),
                /* teamId= */ row.find(TEAM_ID),
                /* parentId= */ row.find(PARENT_ID),
                /* type= */ row.get(TYPE),
                /* status= */ row.get(STATUS),
                /* priority= */ row.get(PRIORITY),
                /* input= */ row.find(INPUT),
                /* output= */ row.find(OUTPUT),
                /* error= */ row.find(ERROR),
                /* origin= */ ORIGIN.read(row),
                /* metadata= */ row.get(METADATA),
                /* startedAt= */ row.find(STARTED_AT),
                /* completedAt= */ row.find(COMPLETED_AT),
                /* version= */ row.get(VERSION),
                /* createdAt= */ row.get(CREATED_AT),
                /* updatedAt= */ row.get(UPDATED_AT));
    }
}
