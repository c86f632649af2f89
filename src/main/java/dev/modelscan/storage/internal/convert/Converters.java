package dev.modelscan.storage.internal.convert;

import dev.modelscan.storage.AgentId;
import dev.modelscan.storage.AgentStatus;
import dev.modelscan.storage.ContentType;
import dev.modelscan.storage.ConversationId;
import dev.modelscan.storage.Json;
import dev.modelscan.storage.MessageId;
import dev.modelscan.storage.TaskId;
import dev.modelscan.storage.TaskStatus;
import dev.modelscan.storage.TeamId;
import dev.modelscan.storage.ToolExecutionId;
import dev.modelscan.storage.ToolExecutionStatus;
import dev.modelscan.storage.WorkflowId;
import dev.modelscan.storage.WorkflowStatus;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jooq.Converter;

/** The converters that {@code codegen.xml} names for the generated columns. */
public final class Converters {

    private static final Converter<String, AgentId> AGENT_ID =
            Converter.ofNullable(String.class, AgentId.class, AgentId::new, AgentId::value);
    private static final Converter<String, TeamId> TEAM_ID =
            Converter.ofNullable(String.class, TeamId.class, TeamId::new, TeamId::value);
    private static final Converter<String, WorkflowId> WORKFLOW_ID =
            Converter.ofNullable(String.class, WorkflowId.class, WorkflowId::new, WorkflowId::value);
    private static final Converter<String, TaskId> TASK_ID =
            Converter.ofNullable(String.class, TaskId.class, TaskId::new, TaskId::value);
    private static final Converter<String, ConversationId> CONVERSATION_ID =
            Converter.ofNullable(String.class, ConversationId.class, ConversationId::new, ConversationId::value);
    private static final Converter<String, MessageId> MESSAGE_ID =
            Converter.ofNullable(String.class, MessageId.class, MessageId::new, MessageId::value);
    private static final Converter<String, ToolExecutionId> TOOL_EXECUTION_ID =
            Converter.ofNullable(String.class, ToolExecutionId.class, ToolExecutionId::new, ToolExecutionId::value);
    private static final Converter<String, AgentStatus> AGENT_STATUS =
            Converter.ofNullable(String.class, AgentStatus.class, AgentStatus::fromCode, AgentStatus::code);
    private static final Converter<String, WorkflowStatus> WORKFLOW_STATUS =
            Converter.ofNullable(String.class, WorkflowStatus.class, WorkflowStatus::fromCode, WorkflowStatus::code);
    private static final Converter<String, TaskStatus> TASK_STATUS =
            Converter.ofNullable(String.class, TaskStatus.class, TaskStatus::fromCode, TaskStatus::code);
    private static final Converter<String, ToolExecutionStatus> TOOL_EXECUTION_STATUS = Converter.ofNullable(
            String.class, ToolExecutionStatus.class, ToolExecutionStatus::fromCode, ToolExecutionStatus::code);
    private static final Converter<String, ContentType> CONTENT_TYPE =
            Converter.ofNullable(String.class, ContentType.class, Converters::contentType, ContentType::value);
    private static final Converter<String, Json> JSON =
            Converter.ofNullable(String.class, Json.class, Json::stored, Json::toString);
    private static final Converter<String, Instant> INSTANT =
            Converter.ofNullable(String.class, Instant.class, Timestamps::parse, Timestamps::format);

    @SuppressWarnings("unchecked")
    private static final Converter<String, List<String>> STRINGS = Converter.ofNullable(
            String.class, (Class<List<String>>) (Class<?>) List.class, Converters::toStrings, Converters::fromStrings);

    private Converters() {}

    /** Ids of agents. */
    public static Converter<String, AgentId> agentId() {
        return AGENT_ID;
    }

    /** Ids of teams. */
    public static Converter<String, TeamId> teamId() {
        return TEAM_ID;
    }

    /** Ids of workflows. */
    public static Converter<String, WorkflowId> workflowId() {
        return WORKFLOW_ID;
    }

    /** Ids of tasks. */
    public static Converter<String, TaskId> taskId() {
        return TASK_ID;
    }

    /** Ids of conversations. */
    public static Converter<String, ConversationId> conversationId() {
        return CONVERSATION_ID;
    }

    /** Ids of messages. */
    public static Converter<String, MessageId> messageId() {
        return MESSAGE_ID;
    }

    /** Ids of tool executions. */
    public static Converter<String, ToolExecutionId> toolExecutionId() {
        return TOOL_EXECUTION_ID;
    }

    /** Statuses of agents, by their codes. */
    public static Converter<String, AgentStatus> agentStatus() {
        return AGENT_STATUS;
    }

    /** Statuses of workflows, by their codes. */
    public static Converter<String, WorkflowStatus> workflowStatus() {
        return WORKFLOW_STATUS;
    }

    /** Statuses of tasks, by their codes. */
    public static Converter<String, TaskStatus> taskStatus() {
        return TASK_STATUS;
    }

    /** Statuses of tool executions, by their codes. */
    public static Converter<String, ToolExecutionStatus> toolExecutionStatus() {
        return TOOL_EXECUTION_STATUS;
    }

    /** Content types of messages. */
    public static Converter<String, ContentType> contentType() {
        return CONTENT_TYPE;
    }

    /** JSON, whose text is not parsed until somebody asks for its tree. */
    public static Converter<String, Json> json() {
        return JSON;
    }

    /** Instants as text of fixed width. */
    public static Converter<String, Instant> instant() {
        return INSTANT;
    }

    /** JSON arrays of strings. */
    public static Converter<String, List<String>> strings() {
        return STRINGS;
    }

    /** The usual types are shared, not made anew for each row. */
    private static ContentType contentType(String value) {
        return switch (value) {
            case "text/plain" -> ContentType.TEXT;
            case "application/json" -> ContentType.JSON;
            case "command/execute" -> ContentType.COMMAND;
            case "result/success" -> ContentType.SUCCESS;
            case "result/error" -> ContentType.ERROR;
            default -> new ContentType(value);
        };
    }

    private static List<String> toStrings(String json) {
        if (json.equals("[]")) {
            return List.of();
        }
        List<String> strings = new ArrayList<>();
        Json.stored(json).toNode().forEach(item -> strings.add(item.asText()));
        return List.copyOf(strings);
    }

    private static String fromStrings(List<String> strings) {
        if (strings.isEmpty()) {
            return "[]";
        }
        return Json.of(strings).toString();
    }
}
