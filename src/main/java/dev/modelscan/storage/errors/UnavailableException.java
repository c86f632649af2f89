package dev.modelscan.storage.errors;

import org.jspecify.annotations.Nullable;

/**
 * The database cannot be reached: it is closed, its file was moved or deleted, its server does not answer, or
 * the medium fails.
 *
 * @since 0.1.0
 */
public final class UnavailableException extends StorageException {

    private static final long serialVersionUID = 1L;

    /** Says what cannot be reached. */
    public UnavailableException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
