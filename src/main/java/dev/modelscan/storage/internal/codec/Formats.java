package dev.modelscan.storage.internal.codec;

import com.fasterxml.jackson.databind.JsonNode;
import dev.modelscan.storage.Json;
import dev.modelscan.storage.agents.AgentId;
import dev.modelscan.storage.agents.AgentStatus;
import dev.modelscan.storage.conversations.ContentType;
import dev.modelscan.storage.conversations.ConversationId;
import dev.modelscan.storage.conversations.MessageId;
import dev.modelscan.storage.errors.CorruptDatabaseException;
import dev.modelscan.storage.internal.values.StoredJson;
import dev.modelscan.storage.tasks.TaskId;
import dev.modelscan.storage.tasks.TaskStatus;
import dev.modelscan.storage.teams.TeamId;
import dev.modelscan.storage.tools.ToolExecutionId;
import dev.modelscan.storage.tools.ToolExecutionStatus;
import dev.modelscan.storage.workflows.WorkflowId;
import dev.modelscan.storage.workflows.WorkflowStatus;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** The formats of all types that are stored as text. */
public final class Formats {

    /** Ids of agents. */
    public static final TextFormat<AgentId> AGENT_ID = new TextFormat<>(AgentId.class, AgentId::new, AgentId::value);

    /** Ids of teams. */
    public static final TextFormat<TeamId> TEAM_ID = new TextFormat<>(TeamId.class, TeamId::new, TeamId::value);

    /** Ids of workflows. */
    public static final TextFormat<WorkflowId> WORKFLOW_ID =
            new TextFormat<>(WorkflowId.class, WorkflowId::new, WorkflowId::value);

    /** Ids of tasks. */
    public static final TextFormat<TaskId> TASK_ID = new TextFormat<>(TaskId.class, TaskId::new, TaskId::value);

    /** Ids of conversations. */
    public static final TextFormat<ConversationId> CONVERSATION_ID =
            new TextFormat<>(ConversationId.class, ConversationId::new, ConversationId::value);

    /** Ids of messages. */
    public static final TextFormat<MessageId> MESSAGE_ID =
            new TextFormat<>(MessageId.class, MessageId::new, MessageId::value);

    /** Ids of tool executions. */
    public static final TextFormat<ToolExecutionId> TOOL_EXECUTION_ID =
            new TextFormat<>(ToolExecutionId.class, ToolExecutionId::new, ToolExecutionId::value);

    /** Statuses of agents, by their codes. */
    public static final TextFormat<AgentStatus> AGENT_STATUS =
            new TextFormat<>(AgentStatus.class, AgentStatus::fromCode, AgentStatus::code);

    /** Statuses of workflows, by their codes. */
    public static final TextFormat<WorkflowStatus> WORKFLOW_STATUS =
            new TextFormat<>(WorkflowStatus.class, WorkflowStatus::fromCode, WorkflowStatus::code);

    /** Statuses of tasks, by their codes. */
    public static final TextFormat<TaskStatus> TASK_STATUS =
            new TextFormat<>(TaskStatus.class, TaskStatus::fromCode, TaskStatus::code);

    /** Statuses of tool executions, by their codes. */
    public static final TextFormat<ToolExecutionStatus> TOOL_EXECUTION_STATUS =
            new TextFormat<>(ToolExecutionStatus.class, ToolExecutionStatus::fromCode, ToolExecutionStatus::code);

    /** Content types of messages. */
    public static final TextFormat<ContentType> CONTENT_TYPE =
            new TextFormat<>(ContentType.class, Formats::contentType, ContentType::value);

    /** JSON, whose text is not parsed until somebody asks for its tree. */
    public static final TextFormat<Json> JSON = new TextFormat<>(Json.class, StoredJson::of, Json::toString);

    /** Instants as text of fixed width. */
    public static final TextFormat<Instant> INSTANT =
            new TextFormat<>(Instant.class, Timestamps::parse, Timestamps::format);

    /** JSON arrays of strings. */
    @SuppressWarnings("unchecked")
    public static final TextFormat<List<String>> STRINGS =
            new TextFormat<>((Class<List<String>>) (Class<?>) List.class, Formats::toStrings, Formats::fromStrings);

    private Formats() {}

    /** {@link #INSTANT} for text that is still bytes. */
    public static Instant instant(byte[] bytes, int from, int to) {
        return Timestamps.parse(bytes, from, to);
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

    /**
     * Most arrays are as an engine writes them and have nothing escaped, so that every quote begins or ends a string. PostgreSQL
     * puts a space behind each comma. Whatever looks otherwise is parsed.
     */
    private static List<String> toStrings(String json) {
        if (json.equals("[]")) {
            return List.of();
        }
        if (!json.startsWith("[") || json.indexOf('\\') >= 0 || !json.endsWith("\"]")) {
            return parsed(json);
        }
        List<String> strings = new ArrayList<>();
        // The last two characters are known, so the one behind a quote or a comma is always there.
        int open = 1;
        while (json.charAt(open) == '"') {
            int close = json.indexOf('"', open + 1);
            if (close < 0) {
                break;
            }
            strings.add(json.substring(open + 1, close));
            if (close == json.length() - 2) {
                return List.copyOf(strings);
            }
            if (json.charAt(close + 1) != ',') {
                break;
            }
            open = close + (json.charAt(close + 2) == ' ' ? 3 : 2);
        }
        return parsed(json);
    }

    private static List<String> parsed(String json) {
        List<String> strings = new ArrayList<>();
        for (JsonNode item : StoredJson.of(json).toNode()) {
            if (!item.isTextual()) {
                throw new CorruptDatabaseException("the list of texts holds " + item, null);
            }
            strings.add(item.textValue());
        }
        return List.copyOf(strings);
    }

    private static String fromStrings(List<String> strings) {
        if (strings.isEmpty()) {
            return "[]";
        }
        return Json.of(strings).toString();
    }
}
