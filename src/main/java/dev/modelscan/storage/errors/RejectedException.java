package dev.modelscan.storage.errors;

import org.jspecify.annotations.Nullable;

/**
 * A trigger of the application rejected the write: with {@code RAISE} on SQLite, or with {@code RAISE
 * EXCEPTION} on PostgreSQL. Nothing of the call was stored. Inside {@code withTx} the transaction can only
 * roll back, as after every rejected statement.
 *
 * @since 0.1.0
 */
public final class RejectedException extends StorageException {

    private static final long serialVersionUID = 1L;

    private final String reason;

    /** Names the record; {@code reason} is the text of the trigger. */
    public RejectedException(
            String message, String reason, @Nullable String entity, @Nullable String id, @Nullable Throwable cause) {
        super(message, entity, id, cause);
        this.reason = reason;
    }

    /** The unchanged text of the trigger, such as {@code company policy}. */
    public String reason() {
        return reason;
    }
}
