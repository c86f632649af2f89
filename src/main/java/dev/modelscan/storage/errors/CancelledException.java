package dev.modelscan.storage.errors;

import dev.modelscan.storage.DatabaseOptions;
import org.jspecify.annotations.Nullable;

/**
 * A statement was stopped, or its wait for a lock or a connection. Either its thread was interrupted, or it
 * took longer than {@link DatabaseOptions#queryTimeout()}. Nothing of its transaction was stored. The
 * interrupt flag of the thread stays set.
 *
 * @since 0.1.0
 */
public final class CancelledException extends StorageException {

    private static final long serialVersionUID = 1L;

    /** Says what was stopped, and why. */
    public CancelledException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
