package dev.modelscan.storage.conversations;

import dev.modelscan.storage.sources.Origin;
import java.util.Objects;

/**
 * Where a message came from.
 *
 * @param messageId the message
 * @param origin its origin, which is never {@link Origin#NONE}
 * @since 0.1.0
 */
public record MessageOrigin(MessageId messageId, Origin origin) {

    /** Takes what is stored. */
    public MessageOrigin {
        Objects.requireNonNull(messageId, "messageId");
        Objects.requireNonNull(origin, "origin");
    }
}
