package dev.modelscan.storage.internal.codec;

import com.fasterxml.jackson.databind.JsonNode;
import dev.modelscan.storage.Json;
import dev.modelscan.storage.agents.AgentId;
import dev.modelscan.storage.agents.AgentStatus;
import dev.modelscan.storage.blobs.BlobId;
import dev.modelscan.storage.conversations.ContentType;
import dev.modelscan.storage.conversations.ConversationId;
import dev.modelscan.storage.conversations.MessageId;
import dev.modelscan.storage.conversations.MessageRole;
import dev.modelscan.storage.conversations.PartKind;
import dev.modelscan.storage.deleted.DeletedRecordId;
import dev.modelscan.storage.errors.CorruptDatabaseException;
import dev.modelscan.storage.internal.values.StoredJson;
import dev.modelscan.storage.models.ModelCallId;
import dev.modelscan.storage.scores.ScoreId;
import dev.modelscan.storage.sources.SourceId;
import dev.modelscan.storage.tasks.TaskId;
import dev.modelscan.storage.tasks.TaskStatus;
import dev.modelscan.storage.teams.TeamId;
import dev.modelscan.storage.tools.DecidedBy;
import dev.modelscan.storage.tools.ToolExecutionId;
import dev.modelscan.storage.tools.ToolExecutionStatus;
import dev.modelscan.storage.workflows.WorkflowId;
import dev.modelscan.storage.workflows.WorkflowStatus;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** The formats of all types stored as text. */
public final class Formats {

    public static final TextFormat<AgentId> AGENT_ID = new TextFormat<>(AgentId.class, AgentId::new, AgentId::value);

    public static final TextFormat<TeamId> TEAM_ID = new TextFormat<>(TeamId.class, TeamId::new, TeamId::value);

    public static final TextFormat<WorkflowId> WORKFLOW_ID =
            new TextFormat<>(WorkflowId.class, WorkflowId::new, WorkflowId::value);

    public static final TextFormat<TaskId> TASK_ID = new TextFormat<>(TaskId.class, TaskId::new, TaskId::value);

    public static final TextFormat<ConversationId> CONVERSATION_ID =
            new TextFormat<>(ConversationId.class, ConversationId::new, ConversationId::value);

    public static final TextFormat<MessageId> MESSAGE_ID =
            new TextFormat<>(MessageId.class, MessageId::new, MessageId::value);

    public static final TextFormat<BlobId> BLOB_ID = new TextFormat<>(BlobId.class, BlobId::new, BlobId::value);

    public static final TextFormat<PartKind> PART_KIND =
            new TextFormat<>(PartKind.class, PartKind::fromCode, PartKind::code);

    public static final TextFormat<ToolExecutionId> TOOL_EXECUTION_ID =
            new TextFormat<>(ToolExecutionId.class, ToolExecutionId::new, ToolExecutionId::value);

    public static final TextFormat<SourceId> SOURCE_ID =
            new TextFormat<>(SourceId.class, SourceId::new, SourceId::value);

    public static final TextFormat<ModelCallId> MODEL_CALL_ID =
            new TextFormat<>(ModelCallId.class, ModelCallId::new, ModelCallId::value);

    public static final TextFormat<ScoreId> SCORE_ID = new TextFormat<>(ScoreId.class, ScoreId::new, ScoreId::value);

    public static final TextFormat<DeletedRecordId> DELETED_RECORD_ID =
            new TextFormat<>(DeletedRecordId.class, DeletedRecordId::new, DeletedRecordId::value);

    public static final TextFormat<MessageRole> MESSAGE_ROLE =
            new TextFormat<>(MessageRole.class, MessageRole::fromCode, MessageRole::code);

    public static final TextFormat<DecidedBy> DECIDED_BY =
            new TextFormat<>(DecidedBy.class, DecidedBy::fromCode, DecidedBy::code);

    public static final TextFormat<AgentStatus> AGENT_STATUS =
            new TextFormat<>(AgentStatus.class, AgentStatus::fromCode, AgentStatus::code);

    public static final TextFormat<WorkflowStatus> WORKFLOW_STATUS =
            new TextFormat<>(WorkflowStatus.class, WorkflowStatus::fromCode, WorkflowStatus::code);

    public static final TextFormat<TaskStatus> TASK_STATUS =
            new TextFormat<>(TaskStatus.class, TaskStatus::fromCode, TaskStatus::code);

    public static final TextFormat<ToolExecutionStatus> TOOL_EXECUTION_STATUS =
            new TextFormat<>(ToolExecutionStatus.class, ToolExecutionStatus::fromCode, ToolExecutionStatus::code);

    public static final TextFormat<ContentType> CONTENT_TYPE =
            new TextFormat<>(ContentType.class, Formats::contentType, ContentType::value);

    /** JSON, whose text is not parsed until its tree is requested. */
    public static final TextFormat<Json> JSON = new TextFormat<>(Json.class, StoredJson::of, Json::toString);

    /** Instants as fixed-width text. */
    public static final TextFormat<Instant> INSTANT =
            new TextFormat<>(Instant.class, Timestamps::parse, Timestamps::format);

    /** JSON arrays of strings. */
    @SuppressWarnings("unchecked")
    public static final TextFormat<List<String>> STRINGS =
            new TextFormat<>((Class<List<String>>) (Class<?>) List.class, Formats::toStrings, Formats::fromStrings);

    private Formats() {}

    /** {@link #INSTANT}, decoded from bytes. */
    public static Instant instant(byte[] bytes, int from, int to) {
        return Timestamps.parse(bytes, from, to);
    }

    /** The usual types are shared instead of created for each row. */
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
     * Decodes a JSON array of strings. Most arrays have the form that an engine writes, without escapes, so
     * that every quote starts or ends a string. PostgreSQL adds a space after each comma. Any other form goes
     * through the parser.
     */
    private static List<String> toStrings(String json) {
        if (json.equals("[]")) {
            return List.of();
        }
        if (!json.startsWith("[") || json.indexOf('\\') >= 0 || !json.endsWith("\"]")) {
            return parsed(json);
        }
        List<String> strings = new ArrayList<>();
        // The last two characters are known, so there is always one after a quote or a comma.
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
