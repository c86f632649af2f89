package dev.modelscan.storage.conversations;

import dev.modelscan.storage.Json;
import dev.modelscan.storage.agents.AgentId;
import dev.modelscan.storage.errors.InvalidDataException;
import dev.modelscan.storage.internal.values.Checks;
import dev.modelscan.storage.tasks.TaskId;
import dev.modelscan.storage.teams.TeamId;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A message in a conversation.
 *
 * <p>Its place in the conversation is {@code sequenceNumber}, which the database gives out: 1, 2, 3 and on, in the
 * order of the commits, never used twice. No clock takes part in it. A number that belonged to a deleted message stays
 * unused.
 *
 * @param id the key; made by {@link Builder#build()} if it is not given
 * @param conversationId the conversation; made by its first message
 * @param sequenceNumber the place in the conversation, from 1; 0 until the message is stored
 * @param senderId the agent that sent it
 * @param receiverId the agent that it is for; null if it is for everyone in the conversation
 * @param taskId the task that it is about
 * @param teamId the team that it is for
 * @param role its part in a conversation with a model; null if nobody has said it, which is usual among agents
 * @param contentType what the content is
 * @param content the content, kept to the letter; may be empty
 * @param metadata a JSON object for whatever else the application keeps
 * @param parentId the message that it follows; null if that is the one before it by number, as in every conversation
 *     without branches; its own id if it follows none
 * @param readAt when the receiver read it; null while unread
 * @param version rises by one with each update; {@code update} refuses a record whose version is no longer the stored
 *     one
 * @param createdAt when the record was built, in whole microseconds, unless the caller gave another time
 * @param updatedAt when the record was last changed; equal to {@code createdAt} until then
 * @param parts what to store with it; always empty in a message that was read or stored, since a list of messages reads
 *     no parts: see {@link MessageRepository#listParts}
 * @since 0.1.0
 */
public record Message(
        MessageId id,
        ConversationId conversationId,
        long sequenceNumber,
        AgentId senderId,
        @Nullable AgentId receiverId,
        @Nullable TaskId taskId,
        @Nullable TeamId teamId,
        @Nullable MessageRole role,
        ContentType contentType,
        String content,
        Json metadata,
        @Nullable MessageId parentId,
        @Nullable Instant readAt,
        long version,
        Instant createdAt,
        Instant updatedAt,
        List<MessagePart> parts) {

    /** The most parts that a message may have. */
    public static final int MAX_PARTS = 10_000;

    private static final String ENTITY = "message";

    /**
     * Checks every value but the characters of the content: those are checked by {@link Builder#build()} and
     * again when the message is stored, since looking at 200 KB takes longer than reading them. Not API,
     * since components may be added: use {@link #builder()}.
     *
     * @throws InvalidDataException if a value is missing or cannot be stored
     */
    public Message {
        Checks.required(ENTITY, null, "id", id);
        Checks.required(ENTITY, id, "conversationId", conversationId);
        Checks.required(ENTITY, id, "senderId", senderId);
        Checks.required(ENTITY, id, "contentType", contentType);
        Checks.required(ENTITY, id, "content", content);
        Checks.object(ENTITY, id, "metadata", metadata);
        readAt = Checks.optionalTime(ENTITY, id, "readAt", readAt);
        createdAt = Checks.time(ENTITY, id, "createdAt", createdAt);
        updatedAt = Checks.time(ENTITY, id, "updatedAt", updatedAt);
        parts = List.copyOf(Checks.required(ENTITY, id, "parts", parts));
        if (parts.size() > MAX_PARTS) {
            throw Checks.invalid(ENTITY, id, "parts", "are " + parts.size() + "; the most is " + MAX_PARTS);
        }
    }

    /** A builder without values. */
    public static Builder builder() {
        return new Builder();
    }

    /** A builder with the values of this record. */
    public Builder toBuilder() {
        Builder builder = new Builder();
        builder.id = id;
        builder.conversationId = conversationId;
        builder.sequenceNumber = sequenceNumber;
        builder.senderId = senderId;
        builder.receiverId = receiverId;
        builder.taskId = taskId;
        builder.teamId = teamId;
        builder.role = role;
        builder.contentType = contentType;
        builder.content = content;
        builder.metadata = metadata;
        builder.parentId = parentId;
        builder.readAt = readAt;
        builder.version = version;
        builder.createdAt = createdAt;
        builder.updatedAt = updatedAt;
        builder.parts = parts;
        return builder;
    }

    /**
     * Collects the values of {@link Message}. Not thread-safe. Values are checked by {@link #build()}.
     *
     * @since 0.1.0
     */
    public static final class Builder {
        private @Nullable MessageId id;
        private @Nullable ConversationId conversationId;
        private long sequenceNumber = 0;
        private @Nullable AgentId senderId;
        private @Nullable AgentId receiverId;
        private @Nullable TaskId taskId;
        private @Nullable TeamId teamId;
        private @Nullable MessageRole role;
        private ContentType contentType = ContentType.TEXT;
        private @Nullable String content;
        private Json metadata = Json.emptyObject();
        private @Nullable MessageId parentId;
        private @Nullable Instant readAt;
        private long version = 1;
        private @Nullable Instant createdAt;
        private @Nullable Instant updatedAt;
        private List<MessagePart> parts = List.of();

        private Builder() {}

        /** The key, if the caller makes its own. Without one, {@link #build()} makes a UUID of version 7. */
        public Builder id(MessageId id) {
            this.id = id;
            return this;
        }

        /** The conversation. */
        public Builder conversationId(ConversationId conversationId) {
            this.conversationId = conversationId;
            return this;
        }

        /** The agent that sent it. */
        public Builder senderId(AgentId senderId) {
            this.senderId = senderId;
            return this;
        }

        /** The agent that it is for. */
        public Builder receiverId(@Nullable AgentId receiverId) {
            this.receiverId = receiverId;
            return this;
        }

        /** The task that it is about. */
        public Builder taskId(@Nullable TaskId taskId) {
            this.taskId = taskId;
            return this;
        }

        /** The team that it is for. */
        public Builder teamId(@Nullable TeamId teamId) {
            this.teamId = teamId;
            return this;
        }

        /** Its part in a conversation with a model; null if nobody has said it, which is usual among agents. */
        public Builder role(@Nullable MessageRole role) {
            this.role = role;
            return this;
        }

        /** What the content is. */
        public Builder contentType(ContentType contentType) {
            this.contentType = contentType;
            return this;
        }

        /**
         * The content, kept to the letter: what a person would read. Without it, the content is the text of the parts
         * of kind {@link PartKind#TEXT} and {@link PartKind#REFUSAL}, with a line break between them.
         */
        public Builder content(String content) {
            this.content = content;
            return this;
        }

        /** A JSON object for whatever else the application keeps. */
        public Builder metadata(Json metadata) {
            this.metadata = metadata;
            return this;
        }

        /** A JSON object for whatever else the application keeps. Any values that {@link Json#of(Map)} takes. */
        public Builder metadata(Map<String, ?> metadata) {
            return metadata(Json.of(metadata));
        }

        /**
         * The message that it follows, of the same conversation; see {@link Message#parentId()}. Without it, it follows
         * the conversation's head, which is the newest message unless {@link ConversationRepository#fork} has chosen
         * another.
         */
        public Builder parentId(@Nullable MessageId parentId) {
            this.parentId = parentId;
            return this;
        }

        /**
         * What to store with the message, in this order. Keep text that a person would read in the content as well, and
         * bytes in blobs.
         */
        public Builder parts(List<MessagePart> parts) {
            this.parts = List.copyOf(parts);
            return this;
        }

        /** {@link #parts(List)}. */
        public Builder parts(MessagePart... parts) {
            return parts(List.of(parts));
        }

        /** When the record was built, in whole microseconds, unless the caller gave another time. */
        public Builder createdAt(Instant createdAt) {
            this.createdAt = createdAt;
            return this;
        }

        /**
         * When the receiver read it. For history that is copied; otherwise {@link MessageRepository#markRead} sets it.
         */
        public Builder readAt(@Nullable Instant readAt) {
            this.readAt = readAt;
            return this;
        }

        /**
         * The record.
         *
         * @throws InvalidDataException if a value is missing or cannot be stored
         */
        public Message build() {
            MessageId key = id == null ? MessageId.next() : id;
            Instant created = createdAt == null ? Instant.now() : createdAt;
            return new Message(
                    /* id= */ key,
                    /* conversationId= */ Checks.required(ENTITY, key, "conversationId", conversationId),
                    /* sequenceNumber= */ sequenceNumber,
                    /* senderId= */ Checks.required(ENTITY, key, "senderId", senderId),
                    /* receiverId= */ receiverId,
                    /* taskId= */ taskId,
                    /* teamId= */ teamId,
                    /* role= */ role,
                    /* contentType= */ contentType,
                    /* content= */ Checks.text(ENTITY, key, "content", readable()),
                    /* metadata= */ metadata,
                    /* parentId= */ parentId,
                    /* readAt= */ readAt,
                    /* version= */ version,
                    /* createdAt= */ created,
                    /* updatedAt= */ updatedAt == null ? created : updatedAt,
                    /* parts= */ parts);
        }

        private @Nullable String readable() {
            if (content != null || parts.isEmpty()) {
                return content;
            }
            return parts.stream()
                    .filter(part -> part.kind() == PartKind.TEXT || part.kind() == PartKind.REFUSAL)
                    .map(MessagePart::text)
                    .filter(Objects::nonNull)
                    .collect(Collectors.joining("\n"));
        }
    }
}
