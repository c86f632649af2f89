package dev.modelscan.storage.internal.repository;

import static dev.modelscan.storage.schema.Tables.AGENTS;
import static dev.modelscan.storage.schema.Tables.MESSAGES;
import static dev.modelscan.storage.schema.Tables.TASKS;
import static dev.modelscan.storage.schema.Tables.TEAMS;

import dev.modelscan.storage.Json;
import dev.modelscan.storage.agents.AgentId;
import dev.modelscan.storage.conversations.ContentType;
import dev.modelscan.storage.conversations.ConversationId;
import dev.modelscan.storage.conversations.Message;
import dev.modelscan.storage.conversations.MessageId;
import dev.modelscan.storage.conversations.MessageRole;
import dev.modelscan.storage.internal.codec.Formats;
import dev.modelscan.storage.internal.query.Codec;
import dev.modelscan.storage.internal.query.Column;
import dev.modelscan.storage.internal.query.Columns;
import dev.modelscan.storage.internal.query.Row;
import dev.modelscan.storage.tasks.TaskId;
import dev.modelscan.storage.teams.TeamId;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The columns of {@link Message}. */
public final class MessageColumns {

    public static final Columns<Message> COLUMNS = new Columns<>("message");
    public static final Column<Message, MessageId> ID =
            COLUMNS.add("id", Codec.id(MessageId::new), () -> MESSAGES.ID, Message::id);
    static final Column<Message, ConversationId> CONVERSATION_ID = COLUMNS.add(
            "conversationId", Codec.id(ConversationId::new), () -> MESSAGES.CONVERSATION_ID, Message::conversationId);
    static final Column<Message, Long> SEQUENCE_NUMBER =
            COLUMNS.add("sequenceNumber", Codec.LONG, () -> MESSAGES.SEQUENCE_NUMBER, Message::sequenceNumber);
    static final Column<Message, AgentId> SENDER_ID =
            COLUMNS.add("senderId", Codec.id(AgentId::new), () -> MESSAGES.SENDER_ID, Message::senderId);
    static final Column<Message, AgentId> RECEIVER_ID =
            COLUMNS.add("receiverId", Codec.id(AgentId::new), () -> MESSAGES.RECEIVER_ID, Message::receiverId);
    static final Column<Message, TaskId> TASK_ID =
            COLUMNS.add("taskId", Codec.id(TaskId::new), () -> MESSAGES.TASK_ID, Message::taskId);
    static final Column<Message, TeamId> TEAM_ID =
            COLUMNS.add("teamId", Codec.id(TeamId::new), () -> MESSAGES.TEAM_ID, Message::teamId);
    static final Column<Message, MessageRole> ROLE = COLUMNS.add(
            "role", Codec.code(MessageRole::fromCode, MessageRole::code), () -> MESSAGES.ROLE, Message::role);
    static final Column<Message, ContentType> CONTENT_TYPE = COLUMNS.add(
            "contentType", Codec.text(Formats.CONTENT_TYPE), () -> MESSAGES.CONTENT_TYPE, Message::contentType);
    static final Column<Message, Json> METADATA =
            COLUMNS.add("metadata", Codec.text(Formats.JSON), () -> MESSAGES.METADATA, Message::metadata);
    static final Column<Message, Instant> READ_AT =
            COLUMNS.add("readAt", Codec.TIME, () -> MESSAGES.READ_AT, Message::readAt);
    static final Column<Message, Long> VERSION =
            COLUMNS.add("version", Codec.LONG, () -> MESSAGES.VERSION, Message::version);
    public static final Column<Message, Instant> CREATED_AT =
            COLUMNS.add("createdAt", Codec.TIME, () -> MESSAGES.CREATED_AT, Message::createdAt);
    static final Column<Message, Instant> UPDATED_AT =
            COLUMNS.add("updatedAt", Codec.TIME, () -> MESSAGES.UPDATED_AT, Message::updatedAt);
    static final Column<Message, String> CONTENT =
            COLUMNS.add("content", Codec.TEXT, () -> MESSAGES.CONTENT, Message::content);
    // Last, so that the others keep their places without it.
    static final Column<Message, MessageId> PARENT_ID =
            COLUMNS.add("parentId", Codec.id(MessageId::new), () -> MESSAGES.PARENT_ID, Message::parentId);
    /**
     * The columns for messages that have no parents. SQLite needs 4 % of a page of 100 to tell that each has
     * none.
     */
    static final Columns<Message> WITHOUT_PARENT = COLUMNS.without(PARENT_ID);

    public static final Mapping<MessageId, Message> MAPPING = new Mapping<>(
                    "message", () -> MESSAGES, COLUMNS, MessageColumns::map, ID, VERSION, CREATED_AT, UPDATED_AT)
            .references("agent", SENDER_ID, () -> AGENTS.ID)
            .references("agent", RECEIVER_ID, () -> AGENTS.ID)
            .references("task", TASK_ID, () -> TASKS.ID)
            .references("team", TEAM_ID, () -> TEAMS.ID)
            .references("message", PARENT_ID, () -> MESSAGES.ID)
            .fixed(CONVERSATION_ID, "a message stays in its conversation")
            .fixed(SEQUENCE_NUMBER, "a message keeps its place")
            .fixed(PARENT_ID, "a message stays on its branch")
            .fixed(READ_AT, "use markRead")
            .listedBy(CONVERSATION_ID, SEQUENCE_NUMBER);

    private MessageColumns() {}

    static Message map(Row row) throws SQLException {
        return map(row, row.find(PARENT_ID));
    }

    /** Maps {@link #WITHOUT_PARENT}. */
    static Message mapWithoutParent(Row row) throws SQLException {
        return map(row, null);
    }

    private static Message map(Row row, @Nullable MessageId parentId) throws SQLException {
        return new Message(
                /* id= */ row.get(ID),
                /* conversationId= */ row.get(CONVERSATION_ID),
                /* sequenceNumber= */ row.get(SEQUENCE_NUMBER),
                /* senderId= */ row.get(SENDER_ID),
                /* receiverId= */ row.find(RECEIVER_ID),
                /* taskId= */ row.find(TASK_ID),
                /* teamId= */ row.find(TEAM_ID),
                /* role= */ row.find(ROLE),
                /* contentType= */ row.get(CONTENT_TYPE),
                /* content= */ row.get(CONTENT),
                /* metadata= */ row.get(METADATA),
                /* parentId= */ parentId,
                /* readAt= */ row.find(READ_AT),
                /* version= */ row.get(VERSION),
                /* createdAt= */ row.get(CREATED_AT),
                /* updatedAt= */ row.get(UPDATED_AT),
                /* parts= */ List.of());
    }

    /**
     * The message as it is stored: with its number and its parent in the conversation, and without parts. Its
     * content is not looked at again.
     */
    static Message placed(Message message, long sequenceNumber, @Nullable MessageId parentId) {
        return new Message(
                /* id= */ message.id(),
                /* conversationId= */ message.conversationId(),
                /* sequenceNumber= */ sequenceNumber,
                /* senderId= */ message.senderId(),
                /* receiverId= */ message.receiverId(),
                /* taskId= */ message.taskId(),
                /* teamId= */ message.teamId(),
                /* role= */ message.role(),
                /* contentType= */ message.contentType(),
                /* content= */ message.content(),
                /* metadata= */ message.metadata(),
                /* parentId= */ parentId,
                /* readAt= */ message.readAt(),
                /* version= */ message.version(),
                /* createdAt= */ message.createdAt(),
                /* updatedAt= */ message.updatedAt(),
                /* parts= */ List.of());
    }
}
