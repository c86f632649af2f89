package dev.modelscan.storage.tools;

import dev.modelscan.storage.Json;
import dev.modelscan.storage.agents.AgentId;
import dev.modelscan.storage.conversations.MessageId;
import dev.modelscan.storage.errors.InvalidDataException;
import dev.modelscan.storage.internal.values.Checks;
import dev.modelscan.storage.tasks.TaskId;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One use of a tool by an agent.
 *
 * <p>{@code startedAt} and {@code completedAt} follow the status: {@link ToolExecutionRepository} sets and clears them.
 *
 * @param id the key; made by {@link Builder#build()} if it is not given
 * @param agentId who used the tool
 * @param taskId the task that it was used for
 * @param childTaskId the task that it started, such as a sub-agent's
 * @param messageId the message that asked for it
 * @param answerMessageId the message with its answer
 * @param callId the name by which its answer refers to it; 1 to 255 characters, not blank; need not be unique
 * @param toolName 1 to 255 characters, not blank
 * @param status how far the execution is
 * @param input what the tool was given
 * @param output what it answered
 * @param error why it failed
 * @param decidedBy what decided whether it succeeded or failed; null unless it was imported
 * @param metadata a JSON object for whatever else the application keeps
 * @param startedAt when the tool began
 * @param completedAt when it ended, well or not
 * @param version rises by one with each update; {@code update} refuses a record whose version is no longer the stored
 *     one
 * @param createdAt when the record was built, in whole microseconds, unless the caller gave another time
 * @param updatedAt when the record was last changed; equal to {@code createdAt} until then
 * @since 0.1.0
 */
public record ToolExecution(
        ToolExecutionId id,
        AgentId agentId,
        @Nullable TaskId taskId,
        @Nullable TaskId childTaskId,
        @Nullable MessageId messageId,
        @Nullable MessageId answerMessageId,
        @Nullable String callId,
        String toolName,
        ToolExecutionStatus status,
        @Nullable Json input,
        @Nullable Json output,
        @Nullable String error,
        @Nullable DecidedBy decidedBy,
        Json metadata,
        @Nullable Instant startedAt,
        @Nullable Instant completedAt,
        long version,
        Instant createdAt,
        Instant updatedAt) {

    private static final String ENTITY = "tool execution";

    /**
     * Checks every value, so that a record that exists can be stored. Not API, since components may be added:
     * use {@link #builder()}.
     *
     * @throws InvalidDataException if a value is missing or cannot be stored
     */
    public ToolExecution {
        Checks.required(ENTITY, null, "id", id);
        Checks.required(ENTITY, id, "agentId", agentId);
        Checks.name(ENTITY, id, "toolName", toolName);
        Checks.required(ENTITY, id, "status", status);
        Checks.optionalText(ENTITY, id, "error", error);
        Checks.optionalName(ENTITY, id, "callId", callId);
        Checks.object(ENTITY, id, "metadata", metadata);
        startedAt = Checks.optionalTime(ENTITY, id, "startedAt", startedAt);
        completedAt = Checks.optionalTime(ENTITY, id, "completedAt", completedAt);
        createdAt = Checks.time(ENTITY, id, "createdAt", createdAt);
        updatedAt = Checks.time(ENTITY, id, "updatedAt", updatedAt);
    }

    /** How long the tool took; null until it has ended, and if it never began. */
    public @Nullable Duration duration() {
        return startedAt == null || completedAt == null ? null : Duration.between(startedAt, completedAt);
    }

    /** A builder without values. */
    public static Builder builder() {
        return new Builder();
    }

    /** A builder with the values of this record. */
    public Builder toBuilder() {
        Builder builder = new Builder();
        builder.id = id;
        builder.agentId = agentId;
        builder.taskId = taskId;
        builder.childTaskId = childTaskId;
        builder.messageId = messageId;
        builder.answerMessageId = answerMessageId;
        builder.callId = callId;
        builder.toolName = toolName;
        builder.status = status;
        builder.input = input;
        builder.output = output;
        builder.error = error;
        builder.decidedBy = decidedBy;
        builder.metadata = metadata;
        builder.startedAt = startedAt;
        builder.completedAt = completedAt;
        builder.version = version;
        builder.createdAt = createdAt;
        builder.updatedAt = updatedAt;
        return builder;
    }

    /**
     * Collects the values of {@link ToolExecution}. Not thread-safe. Values are checked by {@link #build()}.
     *
     * @since 0.1.0
     */
    public static final class Builder {
        private @Nullable ToolExecutionId id;
        private @Nullable AgentId agentId;
        private @Nullable TaskId taskId;
        private @Nullable TaskId childTaskId;
        private @Nullable MessageId messageId;
        private @Nullable MessageId answerMessageId;
        private @Nullable String callId;
        private @Nullable String toolName;
        private ToolExecutionStatus status = ToolExecutionStatus.PENDING;
        private @Nullable Json input;
        private @Nullable Json output;
        private @Nullable String error;
        private @Nullable DecidedBy decidedBy;
        private Json metadata = Json.emptyObject();
        private @Nullable Instant startedAt;
        private @Nullable Instant completedAt;
        private long version = 1;
        private @Nullable Instant createdAt;
        private @Nullable Instant updatedAt;

        private Builder() {}

        /** The key, if the caller makes its own. Without one, {@link #build()} makes a UUID of version 7. */
        public Builder id(ToolExecutionId id) {
            this.id = id;
            return this;
        }

        /** Who used the tool. */
        public Builder agentId(AgentId agentId) {
            this.agentId = agentId;
            return this;
        }

        /** The task that it was used for. */
        public Builder taskId(@Nullable TaskId taskId) {
            this.taskId = taskId;
            return this;
        }

        /** The task that it started, such as a sub-agent's. */
        public Builder childTaskId(@Nullable TaskId childTaskId) {
            this.childTaskId = childTaskId;
            return this;
        }

        /** The message that asked for it. */
        public Builder messageId(@Nullable MessageId messageId) {
            this.messageId = messageId;
            return this;
        }

        /** The message with its answer. */
        public Builder answerMessageId(@Nullable MessageId answerMessageId) {
            this.answerMessageId = answerMessageId;
            return this;
        }

        /** The name by which its answer refers to it; 1 to 255 characters, not blank; need not be unique. */
        public Builder callId(@Nullable String callId) {
            this.callId = callId;
            return this;
        }

        /** 1 to 255 characters, not blank. */
        public Builder toolName(String toolName) {
            this.toolName = toolName;
            return this;
        }

        /** How far the execution is. */
        public Builder status(ToolExecutionStatus status) {
            this.status = status;
            return this;
        }

        /** What the tool was given. */
        public Builder input(@Nullable Json input) {
            this.input = input;
            return this;
        }

        /** What it answered. */
        public Builder output(@Nullable Json output) {
            this.output = output;
            return this;
        }

        /** Why it failed. */
        public Builder error(@Nullable String error) {
            this.error = error;
            return this;
        }

        /** What decided whether it succeeded or failed; null unless it was imported. */
        public Builder decidedBy(@Nullable DecidedBy decidedBy) {
            this.decidedBy = decidedBy;
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

        /** When the tool began. */
        public Builder startedAt(@Nullable Instant startedAt) {
            this.startedAt = startedAt;
            return this;
        }

        /** When it ended, well or not. */
        public Builder completedAt(@Nullable Instant completedAt) {
            this.completedAt = completedAt;
            return this;
        }

        /** When the record was built, in whole microseconds, unless the caller gave another time. */
        public Builder createdAt(Instant createdAt) {
            this.createdAt = createdAt;
            return this;
        }

        /**
         * The record.
         *
         * @throws InvalidDataException if a value is missing or cannot be stored
         */
        public ToolExecution build() {
            ToolExecutionId key = id == null ? ToolExecutionId.next() : id;
            Instant created = createdAt == null ? Instant.now() : createdAt;
            return new ToolExecution(
                    /* id= */ key,
                    /* agentId= */ Checks.required(ENTITY, key, "agentId", agentId),
                    /* taskId= */ taskId,
                    /* childTaskId= */ childTaskId,
                    /* messageId= */ messageId,
                    /* answerMessageId= */ answerMessageId,
                    /* callId= */ callId,
                    /* toolName= */ Checks.required(ENTITY, key, "toolName", toolName),
                    /* status= */ status,
                    /* input= */ input,
                    /* output= */ output,
                    /* error= */ error,
                    /* decidedBy= */ decidedBy,
                    /* metadata= */ metadata,
                    /* startedAt= */ startedAt,
                    /* completedAt= */ completedAt,
                    /* version= */ version,
                    /* createdAt= */ created,
                    /* updatedAt= */ updatedAt == null ? created : updatedAt);
        }
    }
}
