package dev.modelscan.storage.conversations;

import dev.modelscan.storage.errors.InvalidDataException;
import dev.modelscan.storage.internal.values.Checks;
import dev.modelscan.storage.sources.Origin;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A conversation. Its first message makes it; one that is imported can be made before, so that it has an origin.
 *
 * @param id the key; made by {@link Builder#build()} if it is not given
 * @param lastSequenceNumber the number of the last message that was stored in it; 0 before the first
 * @param title what a person calls it; null if nobody has named it
 * @param headId the last message of the path that is read; null as long as the conversation has no branches, which
 *     {@link ConversationRepository#fork} makes
 * @param origin where it came from; {@link Origin#NONE} unless it was imported
 * @param createdAt when it was made, in whole microseconds, unless the caller gave another time
 * @since 0.1.0
 */
public record Conversation(
        ConversationId id,
        long lastSequenceNumber,
        @Nullable String title,
        @Nullable MessageId headId,
        Origin origin,
        Instant createdAt) {

    private static final String ENTITY = "conversation";

    /**
     * Checks every value, so that a record that exists can be stored. Not API, since components may be added:
     * use {@link #builder()}.
     *
     * @throws InvalidDataException if a value is missing or cannot be stored
     */
    public Conversation {
        Checks.required(ENTITY, null, "id", id);
        if (title != null) {
            Checks.name(ENTITY, id, "title", title);
        }
        Checks.required(ENTITY, id, "origin", origin);
        createdAt = Checks.time(ENTITY, id, "createdAt", createdAt);
    }

    /** A builder without values. */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * Collects the values of {@link Conversation}. Not thread-safe. Values are checked by {@link #build()}.
     *
     * @since 0.1.0
     */
    public static final class Builder {
        private @Nullable ConversationId id;
        private @Nullable String title;
        private Origin origin = Origin.NONE;
        private @Nullable Instant createdAt;

        private Builder() {}

        /** The key, if the caller makes its own. Without one, {@link #build()} makes a UUID of version 7. */
        public Builder id(ConversationId id) {
            this.id = id;
            return this;
        }

        /** What a person calls it. */
        public Builder title(@Nullable String title) {
            this.title = title;
            return this;
        }

        /** Where it came from. */
        public Builder origin(Origin origin) {
            this.origin = origin;
            return this;
        }

        /** When it was made, in whole microseconds, unless the caller gave another time. */
        public Builder createdAt(Instant createdAt) {
            this.createdAt = createdAt;
            return this;
        }

        /**
         * The record.
         *
         * @throws InvalidDataException if a value is missing or cannot be stored
         */
        public Conversation build() {
            return new Conversation(
                    /* id= */ id == null ? ConversationId.next() : id,
                    /* lastSequenceNumber= */ 0,
                    /* title= */ title,
                    /* headId= */ null,
                    /* origin= */ origin,
                    /* createdAt= */ createdAt == null ? Instant.now() : createdAt);
        }
    }
}
