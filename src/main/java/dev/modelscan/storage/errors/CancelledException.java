package dev.modelscan.storage.errors;

import dev.modelscan.storage.DatabaseOptions;
import org.jspecify.annotations.Nullable;

/**
 * A statement, or a wait for a lock or a connection, was stopped: the thread was interrupted, the statement took longer
 * than {@link DatabaseOptions#queryTimeout()}, or the server cancelled it. Nothing of its transaction was stored. The
 * interrupt flag of an interrupted thread stays set.
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
