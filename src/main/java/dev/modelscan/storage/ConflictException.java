package dev.modelscan.storage;

import org.jspecify.annotations.Nullable;

/**
 * What is stored already stands against the write: a name or an id that is taken, or a record that somebody changed since it
 * was read.
 *
 * @since 0.1
 */
public class ConflictException extends StorageException {

    private static final long serialVersionUID = 1L;

    /** Says what of the stored record stands against the write, and what to do. */
    public ConflictException(String message, String entity, @Nullable String id, @Nullable Throwable cause) {
        super(message, entity, id, cause);
    }
}
