package dev.modelscan.storage.agents;

import dev.modelscan.storage.Json;
import dev.modelscan.storage.errors.InvalidDataException;
import dev.modelscan.storage.internal.values.Checks;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An agent: who acts, and how it is configured.
 *
 * @param id the key; made by {@link Builder#build()} if it is not given
 * @param name unique among agents; 1 to 255 characters, not blank
 * @param mode how the agent works, such as {@code llm}; 1 to 255 characters, not blank
 * @param status what the agent is doing
 * @param capabilities what the agent can do, in the order given; each 1 to 255 characters
 * @param metadata a JSON object for whatever else the application keeps
 * @param version rises by one with each update; {@code update} refuses a record whose version is no longer the stored
 *     one
 * @param createdAt when the record was built, in whole microseconds, unless the caller gave another time
 * @param updatedAt when the record was last changed; equal to {@code createdAt} until then
 * @since 0.1.0
 */
public record Agent(
        AgentId id,
        String name,
        String mode,
        AgentStatus status,
        List<String> capabilities,
        Json metadata,
        long version,
        Instant createdAt,
        Instant updatedAt) {

    private static final String ENTITY = "agent";

    /**
     * Checks every value, so that a record that exists can be stored. Not API, since components may be added:
     * use {@link #builder()}.
     *
     * @throws InvalidDataException if a value is missing or cannot be stored
     */
    public Agent {
        Checks.required(ENTITY, null, "id", id);
        Checks.name(ENTITY, id, "name", name);
        Checks.name(ENTITY, id, "mode", mode);
        Checks.required(ENTITY, id, "status", status);
        Checks.required(ENTITY, id, "capabilities", capabilities);
        for (String item : capabilities) {
            Checks.name(ENTITY, id, "capabilities", item);
        }
        capabilities = List.copyOf(capabilities);
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
        builder.mode = mode;
        builder.status = status;
        builder.capabilities = capabilities;
        builder.metadata = metadata;
        builder.version = version;
        builder.createdAt = createdAt;
        builder.updatedAt = updatedAt;
        return builder;
    }

    /**
     * Collects the values of {@link Agent}. Not thread-safe. Values are checked by {@link #build()}.
     *
     * @since 0.1.0
     */
    public static final class Builder {
        private @Nullable AgentId id;
        private @Nullable String name;
        private @Nullable String mode;
        private AgentStatus status = AgentStatus.IDLE;
        private List<String> capabilities = List.of();
        private Json metadata = Json.emptyObject();
        private long version = 1;
        private @Nullable Instant createdAt;
        private @Nullable Instant updatedAt;

        private Builder() {}

        /** The key, if the caller makes its own. Without one, {@link #build()} makes a UUID of version 7. */
        public Builder id(AgentId id) {
            this.id = id;
            return this;
        }

        /** Unique among agents. */
        public Builder name(String name) {
            this.name = name;
            return this;
        }

        /** How the agent works, such as {@code llm}. */
        public Builder mode(String mode) {
            this.mode = mode;
            return this;
        }

        /** What the agent is doing. */
        public Builder status(AgentStatus status) {
            this.status = status;
            return this;
        }

        /** What the agent can do, in the order given. */
        public Builder capabilities(List<String> capabilities) {
            this.capabilities = capabilities;
            return this;
        }

        /** What the agent can do, in the order given. */
        public Builder capabilities(String... capabilities) {
            return capabilities(Arrays.asList(capabilities));
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
        public Agent build() {
            AgentId key = id == null ? AgentId.next() : id;
            Instant created = createdAt == null ? Instant.now() : createdAt;
            return new Agent(
                    /* id= */ key,
                    /* name= */ Checks.required(ENTITY, key, "name", name),
                    /* mode= */ Checks.required(ENTITY, key, "mode", mode),
                    /* status= */ status,
                    /* capabilities= */ capabilities,
                    /* metadata= */ metadata,
                    /* version= */ version,
                    /* createdAt= */ created,
                    /* updatedAt= */ updatedAt == null ? created : updatedAt);
        }
    }
}
