package dev.modelscan.storage.errors;

import org.jspecify.annotations.Nullable;

/**
 * A rule that the application itself keeps in the database rejected the write: a trigger that calls {@code RAISE} on SQLite,
 * or {@code RAISE EXCEPTION} on PostgreSQL. Nothing of the call was stored; inside {@code withTx} the transaction can only roll
 * back, as after every other refusal.
 *
 * @since 0.1
 */
public final class RejectedException extends StorageException {

    private static final long serialVersionUID = 1L;

    private final String reason;

    /** Says which record was rejected; {@code reason} is the rule's own text. */
    public RejectedException(
            String message, String reason, @Nullable String entity, @Nullable String id, @Nullable Throwable cause) {
        super(message, entity, id, cause);
        this.reason = reason;
    }

    /** The text that the rule raised, to the letter, such as {@code company policy}. */
    public String reason() {
        return reason;
    }
}
