package dev.modelscan.storage.errors;

import org.jspecify.annotations.Nullable;

/**
 * A commit, or a statement in auto-commit mode, failed and may have taken effect. Read the records back
 * before you try again. You can retry a create with the same record, because it already has its id: a {@link
 * ConflictException} then means that the record was stored.
 *
 * @since 0.1.0
 */
public final class OutcomeUnknownException extends StorageException {

    private static final long serialVersionUID = 1L;

    /** Names the commit, and the record that it was to store. */
    public OutcomeUnknownException(
            String message, @Nullable String entity, @Nullable String id, @Nullable Throwable cause) {
        super(message, entity, id, cause);
    }

    /** Names the commit. */
    public OutcomeUnknownException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
