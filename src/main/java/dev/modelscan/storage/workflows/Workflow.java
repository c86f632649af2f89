package dev.modelscan.storage.workflows;

import dev.modelscan.storage.Json;
import dev.modelscan.storage.errors.InvalidDataException;
import dev.modelscan.storage.internal.values.Checks;
import dev.modelscan.storage.sources.Origin;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A workflow: tasks that belong together.
 *
 * <p>{@code startedAt} and {@code completedAt} follow the status: {@link WorkflowRepository#updateStatus} sets and
 * clears them.
 *
 * @param id the key; made by {@link Builder#build()} if it is not given
 * @param name 1 to 255 characters, not blank; need not be unique
 * @param status how far the workflow is
 * @param origin where it came from; {@link Origin#NONE} unless it was imported
 * @param metadata a JSON object for whatever else the application keeps
 * @param startedAt when it last began to run
 * @param completedAt when it ended, well or not
 * @param version rises by one with each update; {@code update} refuses a record whose version is no longer the stored
 *     one
 * @param createdAt when the record was built, in whole microseconds, unless the caller gave another time
 * @param updatedAt when the record was last changed; equal to {@code createdAt} until then
 * @since 0.1.0
 */
public record Workflow(
        WorkflowId id,
        String name,
        WorkflowStatus status,
        Origin origin,
        Json metadata,
        @Nullable Instant startedAt,
        @Nullable Instant completedAt,
        long version,
        Instant createdAt,
        Instant updatedAt) {

    private static final String ENTITY = "workflow";

    /**
     * Checks every value, so that a record that exists can be stored. Not API, since components may be added:
     * use {@link #builder()}.
     *
     * @throws InvalidDataException if a value is missing or cannot be stored
     */
    public Workflow {
        Checks.required(ENTITY, null, "id", id);
        Checks.name(ENTITY, id, "name", name);
        Checks.required(ENTITY, id, "status", status);
        Checks.required(ENTITY, id, "origin", origin);
        Checks.object(ENTITY, id, "metadata", metadata);
        startedAt = Checks.optionalTime(ENTITY, id, "startedAt", startedAt);
        completedAt = Checks.optionalTime(ENTITY, id, "completedAt", completedAt);
        createdAt = Checks.time(ENTITY, id, "createdAt", createdAt);
        updatedAt = Checks.time(ENTITY, id, "updatedAt", updatedAt);
    }

    /** A builder without values. */
    public static Builder builder() {
        return new Builder();
    }

    /** A builder with the values of this record. */
    public Builder toBuilder() {
        Builder builder = new Builder();
        builder.id = id;
        builder.name = name;
        builder.status = status;
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
     * Collects the values of {@link Workflow}. Not thread-safe. Values are checked by {@link #build()}.
     *
     * @since 0.1.0
     */
    public static final class Builder {
        private @Nullable WorkflowId id;
        private @Nullable String name;
        private WorkflowStatus status = WorkflowStatus.PENDING;
        private Origin origin = Origin.NONE;
        private Json metadata = Json.emptyObject();
        private @Nullable Instant startedAt;
        private @Nullable Instant completedAt;
        private long version = 1;
        private @Nullable Instant createdAt;
        private @Nullable Instant updatedAt;

        private Builder() {}

        /** The key, if the caller makes its own. Without one, {@link #build()} makes a UUID of version 7. */
        public Builder id(WorkflowId id) {
            this.id = id;
            return this;
        }

        /** 1 to 255 characters, not blank. */
        public Builder name(String name) {
            this.name = name;
            return this;
        }

        /** How far the workflow is. */
        public Builder status(WorkflowStatus status) {
            this.status = status;
            return this;
        }

        /** Where it came from; {@link Origin#NONE} unless it was imported. */
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
        public Workflow build() {
            WorkflowId key = id == null ? WorkflowId.next() : id;
            Instant created = createdAt == null ? Instant.now() : createdAt;
            return new Workflow(
                    /* id= */ key,
                    /* name= */ Checks.required(ENTITY, key, "name", name),
                    /* status= */ status,
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
