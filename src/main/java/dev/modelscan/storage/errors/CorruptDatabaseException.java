package dev.modelscan.storage.errors;

import org.jspecify.annotations.Nullable;

/**
 * The database's file is damaged, cut short, or holds what this library would not have written.
 *
 * @since 0.1
 */
public final class CorruptDatabaseException extends StorageException {

    private static final long serialVersionUID = 1L;

    /** Says what was found. */
    public CorruptDatabaseException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
