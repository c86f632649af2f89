package dev.modelscan.storage.tasks;

import dev.modelscan.storage.Json;
import dev.modelscan.storage.agents.AgentId;
import dev.modelscan.storage.errors.InvalidDataException;
import dev.modelscan.storage.internal.values.Checks;
import dev.modelscan.storage.sources.Origin;
import dev.modelscan.storage.teams.TeamId;
import dev.modelscan.storage.workflows.WorkflowId;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A task: one piece of work, its input and its outcome.
 *
 * <p>{@code startedAt} and {@code completedAt} follow the status: {@link TaskRepository#updateStatus} sets and clears
 * them.
 *
 * @param id the key; made by {@link Builder#build()} if it is not given
 * @param agentId who does it; null while nobody is assigned, and after that agent was deleted
 * @param workflowId the workflow that it is part of
 * @param teamId the team that it belongs to
 * @param parentId the task that it is a part of, such as the one that handed it over
 * @param type what kind of work, in the application's words; 1 to 255 characters, not blank
 * @param status how far the task is
 * @param priority {@link #MIN_PRIORITY} to {@link #MAX_PRIORITY}; the higher, the sooner
 * @param input what the task works on
 * @param output what it made
 * @param error why it failed
 * @param origin where it came from; {@link Origin#NONE} unless it was imported. An imported task is history: its status
 *     is final
 * @param metadata a JSON object for whatever else the application keeps
 * @param startedAt when it last began to run
 * @param completedAt when it ended, well or not
 * @param version rises by one with each update; {@code update} refuses a record whose version is no longer the stored
 *     one
 * @param createdAt when the record was built, in whole microseconds, unless the caller gave another time
 * @param updatedAt when the record was last changed; equal to {@code createdAt} until then
 * @since 0.1.0
 */
public record Task(
        TaskId id,
        @Nullable AgentId agentId,
        @Nullable WorkflowId workflowId,
        @Nullable TeamId teamId,
        @Nullable TaskId parentId,
        String type,
        TaskStatus status,
        int priority,
        @Nullable Json input,
        @Nullable Json output,
        @Nullable String error,
        Origin origin,
        Json metadata,
        @Nullable Instant startedAt,
        @Nullable Instant completedAt,
        long version,
        Instant createdAt,
        Instant updatedAt) {

    private static final String ENTITY = "task";

    /**
     * Checks every value, so that a record that exists can be stored. Not API, since components may be added:
     * use {@link #builder()}.
     *
     * @throws InvalidDataException if a value is missing or cannot be stored
     */
    public Task {
        Checks.required(ENTITY, null, "id", id);
        Checks.name(ENTITY, id, "type", type);
        Checks.required(ENTITY, id, "status", status);
        Checks.optionalText(ENTITY, id, "error", error);
        if (id.equals(parentId)) {
            throw Checks.invalid(ENTITY, id, "parentId", "is the task itself");
        }
        Checks.required(ENTITY, id, "origin", origin);
        if (origin.isImported() && !status.isFinal()) {
            throw Checks.invalid(
                    ENTITY,
                    id,
                    "status",
                    status.code() + " is not a status of an imported task, which is history: "
                            + "give it completed, failed or cancelled");
        }
        Checks.object(ENTITY, id, "metadata", metadata);
        startedAt = Checks.optionalTime(ENTITY, id, "startedAt", startedAt);
        completedAt = Checks.optionalTime(ENTITY, id, "completedAt", completedAt);
        createdAt = Checks.time(ENTITY, id, "createdAt", createdAt);
        updatedAt = Checks.time(ENTITY, id, "updatedAt", updatedAt);
        if (priority < MIN_PRIORITY || priority > MAX_PRIORITY) {
            throw Checks.invalid(
                    ENTITY, id, "priority", priority + " is not in " + MIN_PRIORITY + " to " + MAX_PRIORITY);
        }
    }

    /** The lowest priority. */
    public static final int MIN_PRIORITY = -100;

    /** The highest priority. */
    public static final int MAX_PRIORITY = 100;

    /** A builder without values. */
    public static Builder builder() {
        return new Builder();
    }

    /** A builder with the values of this record. */
    public Builder toBuilder() {
        Builder builder = new Builder();
        builder.id = id;
        builder.agentId = agentId;
        builder.workflowId = workflowId;
        builder.teamId = teamId;
        builder.parentId = parentId;
        builder.type = type;
        builder.status = status;
        builder.priority = priority;
        builder.input = input;
        builder.output = output;
        builder.error = error;
        builder.origin = origin;
        builder.metadata = metadata;
        builder.startedAt = startedAt;
        builder.completedAt = completedAt;
        builder.version = version;
        builder.createdAt = createdAt;
        builder.updatedAt = updatedAt;
        return builder;
    }

    /**
     * Collects the values of {@link Task}. Not thread-safe. Values are checked by {@link #build()}.
     *
     * @since 0.1.0
     */
    public static final class Builder {
        private @Nullable TaskId id;
        private @Nullable AgentId agentId;
        private @Nullable WorkflowId workflowId;
        private @Nullable TeamId teamId;
        private @Nullable TaskId parentId;
        private @Nullable String type;
        private TaskStatus status = TaskStatus.PENDING;
        private int priority = 0;
        private @Nullable Json input;
        private @Nullable Json output;
        private @Nullable String error;
        private Origin origin = Origin.NONE;
        private Json metadata = Json.emptyObject();
        private @Nullable Instant startedAt;
        private @Nullable Instant completedAt;
        private long version = 1;
        private @Nullable Instant createdAt;
        private @Nullable Instant updatedAt;

        private Builder() {}

        /** The key, if the caller makes its own. Without one, {@link #build()} makes a UUID of version 7. */
        public Builder id(TaskId id) {
            this.id = id;
            return this;
        }

        /** Who does it. */
        public Builder agentId(@Nullable AgentId agentId) {
            this.agentId = agentId;
            return this;
        }

        /** The workflow that it is part of. */
        public Builder workflowId(@Nullable WorkflowId workflowId) {
            this.workflowId = workflowId;
            return this;
        }

        /** The team that it belongs to. */
        public Builder teamId(@Nullable TeamId teamId) {
            this.teamId = teamId;
            return this;
        }

        /** The task that it is a part of, such as the one that handed it over. */
        public Builder parentId(@Nullable TaskId parentId) {
            this.parentId = parentId;
            return this;
        }

        /** What kind of work, in the application's words. */
        public Builder type(String type) {
            this.type = type;
            return this;
        }

        /** How far the task is. */
        public Builder status(TaskStatus status) {
            this.status = status;
            return this;
        }

        /** {@link #MIN_PRIORITY} to {@link #MAX_PRIORITY}. */
        public Builder priority(int priority) {
            this.priority = priority;
            return this;
        }

        /** What the task works on. */
        public Builder input(@Nullable Json input) {
            this.input = input;
            return this;
        }

        /** What it made. */
        public Builder output(@Nullable Json output) {
            this.output = output;
            return this;
        }

        /** Why it failed. */
        public Builder error(@Nullable String error) {
            this.error = error;
            return this;
        }

        /**
         * Where it came from; {@link Origin#NONE} unless it was imported. An imported task is history: its status is
         * final.
         */
        public Builder origin(Origin origin) {
            this.origin = origin;
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

        /** When it last began to run. */
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
        public Task build() {
            TaskId key = id == null ? TaskId.next() : id;
            Instant created = createdAt == null ? Instant.now() : createdAt;
            return new Task(
                    /* id= */ key,
                    /* agentId= */ agentId,
                    /* workflowId= */ workflowId,
                    /* teamId= */ teamId,
                    /* parentId= */ parentId,
                    /* type= */ Checks.required(ENTITY, key, "type", type),
                    /* status= */ status,
                    /* priority= */ priority,
                    /* input= */ input,
                    /* output= */ output,
                    /* error= */ error,
                    /* origin= */ origin,
                    /* metadata= */ metadata,
                    /* startedAt= */ startedAt,
                    /* completedAt= */ completedAt,
                    /* version= */ version,
                    /* createdAt= */ created,
                    /* updatedAt= */ updatedAt == null ? created : updatedAt);
        }
    }
}
