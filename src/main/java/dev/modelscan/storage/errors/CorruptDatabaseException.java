package dev.modelscan.storage.errors;

import org.jspecify.annotations.Nullable;

/**
 * A database or a backup is damaged, was cut short, or holds values that this library would not have written; or the
 * file is not a database.
 *
 * @since 0.1.0
 */
public final class CorruptDatabaseException extends StorageException {

    private static final long serialVersionUID = 1L;

    /** Says what was found. */
    public CorruptDatabaseException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
