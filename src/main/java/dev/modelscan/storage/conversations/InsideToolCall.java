package dev.modelscan.storage.conversations;

import dev.modelscan.storage.errors.OpenToolCallException;

/**
 * What to do if a conversation is to be cut between a tool's call and the answer to it.
 *
 * @since 0.1.0
 */
public enum InsideToolCall {
    /** Throw an {@link OpenToolCallException}. */
    REFUSE,
    /** Cut before the message that made the call. */
    MOVE_BEFORE_CALL
}
