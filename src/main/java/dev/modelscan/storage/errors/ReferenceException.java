package dev.modelscan.storage.errors;

import org.jspecify.annotations.Nullable;

/**
 * A foreign key stands against the write: the record refers to one that does not exist, or a record that others still refer
 * to was to be deleted.
 *
 * @since 0.1
 */
public final class ReferenceException extends StorageException {

    private static final long serialVersionUID = 1L;

    /** Says which reference is missing, or what still refers to the record. */
    public ReferenceException(String message, @Nullable String entity, @Nullable String id, @Nullable Throwable cause) {
        super(message, entity, id, cause);
    }
}
