package dev.modelscan.storage.errors;

import org.jspecify.annotations.Nullable;

/**
 * The disk is full, or the database has reached its size limit. Nothing of the transaction was stored.
 *
 * @since 0.1.0
 */
public final class StorageFullException extends StorageException {

    private static final long serialVersionUID = 1L;

    /** Names the file. */
    public StorageFullException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
