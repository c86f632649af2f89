package dev.modelscan.storage;

import org.jspecify.annotations.Nullable;

/**
 * A statement was stopped while it ran: its thread was interrupted, or it took longer than {@link
 * DatabaseOptions#queryTimeout()}. Nothing of its transaction was stored.
 *
 * @since 0.1
 */
public final class CancelledException extends StorageException {

    private static final long serialVersionUID = 1L;

    /** Says what was stopped, and why. */
    public CancelledException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
