package dev.modelscan.storage.errors;

import org.jspecify.annotations.Nullable;

/**
 * A commit, or a statement that commits by itself, failed in a way that leaves open whether it took effect. Read the records back before trying again; a create
 * can be tried again with the same record, since its id was made before: {@link ConflictException} says that it was stored.
 *
 * @since 0.1
 */
public final class OutcomeUnknownException extends StorageException {

    private static final long serialVersionUID = 1L;

    /** Says which commit, and the record that it should have stored. */
    public OutcomeUnknownException(
            String message, @Nullable String entity, @Nullable String id, @Nullable Throwable cause) {
        super(message, entity, id, cause);
    }

    /** Says which commit. */
    public OutcomeUnknownException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
