package dev.modelscan.storage.errors;

/**
 * A conversation cannot be cut after a message, because a tool's call would be separated from its answer. Nothing was
 * changed.
 *
 * @since 0.1.0
 */
public final class OpenToolCallException extends StorageException {

    private static final long serialVersionUID = 1L;

    private final String callMessageId;

    /** Names the message after which the cut was to be, and the one that made the call. */
    public OpenToolCallException(String messageId, String callMessageId) {
        super(
                "message " + messageId + " is between a tool's call in message " + callMessageId
                        + " and the answer to it; cut after the answer, or with MOVE_BEFORE_CALL",
                "message",
                messageId,
                null);
        this.callMessageId = callMessageId;
    }

    /** The id of the message that made the call. */
    public String callMessageId() {
        return callMessageId;
    }
}
