package dev.modelscan.storage.teams;

import dev.modelscan.storage.Json;
import dev.modelscan.storage.errors.InvalidDataException;
import dev.modelscan.storage.internal.values.Checks;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A team: a named group of agents.
 *
 * @param id the key; made by {@link Builder#build()} if it is not given
 * @param name unique among teams; 1 to 255 characters, not blank
 * @param description what the team is for
 * @param metadata a JSON object for whatever else the application keeps
 * @param version rises by one with each update; {@code update} refuses a record whose version is no longer the stored
 *     one
 * @param createdAt when the record was built, in whole microseconds, unless the caller gave another time
 * @param updatedAt when the record was last changed; equal to {@code createdAt} until then
 * @since 0.1.0
 */
public record Team(
        TeamId id,
        String name,
        @Nullable String description,
        Json metadata,
        long version,
        Instant createdAt,
        Instant updatedAt) {

    private static final String ENTITY = "team";

    /**
     * Checks every value, so that a record that exists can be stored. Not API, since components may be added:
     * use {@link #builder()}.
     *
     * @throws InvalidDataException if a value is missing or cannot be stored
     */
    public Team {
        Checks.required(ENTITY, null, "id", id);
        Checks.name(ENTITY, id, "name", name);
        Checks.optionalText(ENTITY, id, "description", description);
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
        builder.name = name;
        builder.description = description;
        builder.metadata = metadata;
        builder.version = version;
        builder.createdAt = createdAt;
        builder.updatedAt = updatedAt;
        return builder;
    }

    /**
     * Collects the values of {@link Team}. Not thread-safe. Values are checked by {@link #build()}.
     *
     * @since 0.1.0
     */
    public static final class Builder {
        private @Nullable TeamId id;
        private @Nullable String name;
        private @Nullable String description;
        private Json metadata = Json.emptyObject();
        private long version = 1;
        private @Nullable Instant createdAt;
        private @Nullable Instant updatedAt;

        private Builder() {}

        /** The key, if the caller makes its own. Without one, {@link #build()} makes a UUID of version 7. */
        public Builder id(TeamId id) {
            this.id = id;
            return this;
        }

        /** Unique among teams. */
        public Builder name(String name) {
            this.name = name;
            return this;
        }

        /** What the team is for. */
        public Builder description(@Nullable String description) {
            this.description = description;
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
        public Team build() {
            TeamId key = id == null ? TeamId.next() : id;
            Instant created = createdAt == null ? Instant.now() : createdAt;
            return new Team(
                    /* id= */ key,
                    /* name= */ Checks.required(ENTITY, key, "name", name),
                    /* description= */ description,
                    /* metadata= */ metadata,
                    /* version= */ version,
                    /* createdAt= */ created,
                    /* updatedAt= */ updatedAt == null ? created : updatedAt);
        }
    }
}
