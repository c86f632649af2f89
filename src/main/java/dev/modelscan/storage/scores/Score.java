package dev.modelscan.storage.scores;

import dev.modelscan.storage.Json;
import dev.modelscan.storage.errors.InvalidDataException;
import dev.modelscan.storage.internal.values.Checks;
import dev.modelscan.storage.internal.values.Decimals;
import dev.modelscan.storage.tasks.TaskId;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How well a task was done, as a number.
 *
 * <p>The value is exact to nine digits after the point, and rounded
 * to the nearest, half up, beyond them, so that sums and means are the same on every engine.
 *
 * @param id the key; made by {@link Builder#build()} if it is not given
 * @param taskId the task
 * @param name what is measured, such as {@code reward}; 1 to 255 characters, not blank
 * @param value the number, -9223372036 to 9223372036; 1 and 0 for yes and no
 * @param source who or what gave the score; 1 to 255 characters, not blank
 * @param metadata a JSON object for whatever else the application keeps
 * @param version rises by one with each update; {@code update} refuses a record whose version is no longer the stored
 *     one
 * @param createdAt when the record was built, in whole microseconds, unless the caller gave another time
 * @param updatedAt when the record was last changed; equal to {@code createdAt} until then
 * @since 0.1.0
 */
public record Score(
        ScoreId id,
        TaskId taskId,
        String name,
        BigDecimal value,
        @Nullable String source,
        Json metadata,
        long version,
        Instant createdAt,
        Instant updatedAt) {

    private static final String ENTITY = "score";

    /**
     * Checks every value, so that a record that exists can be stored. Not API, since components may be added:
     * use {@link #builder()}.
     *
     * @throws InvalidDataException if a value is missing or cannot be stored
     */
    public Score {
        Checks.required(ENTITY, null, "id", id);
        Checks.required(ENTITY, id, "taskId", taskId);
        Checks.name(ENTITY, id, "name", name);
        value = Decimals.required(ENTITY, id, "value", value);
        Checks.optionalName(ENTITY, id, "source", source);
        Checks.object(ENTITY, id, "metadata", metadata);
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
        builder.taskId = taskId;
        builder.name = name;
        builder.value = value;
        builder.source = source;
        builder.metadata = metadata;
        builder.version = version;
        builder.createdAt = createdAt;
        builder.updatedAt = updatedAt;
        return builder;
    }

    /**
     * Collects the values of {@link Score}. Not thread-safe. Values are checked by {@link #build()}.
     *
     * @since 0.1.0
     */
    public static final class Builder {
        private @Nullable ScoreId id;
        private @Nullable TaskId taskId;
        private @Nullable String name;
        private @Nullable BigDecimal value;
        private @Nullable String source;
        private Json metadata = Json.emptyObject();
        private long version = 1;
        private @Nullable Instant createdAt;
        private @Nullable Instant updatedAt;

        private Builder() {}

        /** The key, if the caller makes its own. Without one, {@link #build()} makes a UUID of version 7. */
        public Builder id(ScoreId id) {
            this.id = id;
            return this;
        }

        /** The task. */
        public Builder taskId(TaskId taskId) {
            this.taskId = taskId;
            return this;
        }

        /** What is measured, such as {@code reward}; 1 to 255 characters, not blank. */
        public Builder name(String name) {
            this.name = name;
            return this;
        }

        /** The number, -9223372036 to 9223372036; 1 and 0 for yes and no. */
        public Builder value(BigDecimal value) {
            this.value = value;
            return this;
        }

        /** Who or what gave the score; 1 to 255 characters, not blank. */
        public Builder source(@Nullable String source) {
            this.source = source;
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
        public Score build() {
            ScoreId key = id == null ? ScoreId.next() : id;
            Instant created = createdAt == null ? Instant.now() : createdAt;
            return new Score(
                    /* id= */ key,
                    /* taskId= */ Checks.required(ENTITY, key, "taskId", taskId),
                    /* name= */ Checks.required(ENTITY, key, "name", name),
                    /* value= */ Checks.required(ENTITY, key, "value", value),
                    /* source= */ source,
                    /* metadata= */ metadata,
                    /* version= */ version,
                    /* createdAt= */ created,
                    /* updatedAt= */ updatedAt == null ? created : updatedAt);
        }
    }
}
