package dev.modelscan.storage.errors;

import org.jspecify.annotations.Nullable;

/**
 * A foreign key prevents the write: the record refers to one that does not exist, or the record to delete is
 * still referred to.
 *
 * @since 0.1.0
 */
public final class ReferenceException extends StorageException {

    private static final long serialVersionUID = 1L;

    /** Names the missing record, or the records that still refer to this one. */
    public ReferenceException(String message, @Nullable String entity, @Nullable String id, @Nullable Throwable cause) {
        super(message, entity, id, cause);
    }
}
