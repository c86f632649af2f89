package dev.modelscan.storage.errors;

import org.jspecify.annotations.Nullable;

/**
 * The database cannot be used now: it is closed or does not exist, its file was moved or cannot be read or written, its
 * server does not answer, or a library that it needs is missing or too old.
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
