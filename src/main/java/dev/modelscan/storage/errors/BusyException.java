package dev.modelscan.storage.errors;

import dev.modelscan.storage.DatabaseOptions;
import org.jspecify.annotations.Nullable;

/**
 * A lock could not be had in time, after the retries that {@link DatabaseOptions#busyTimeout()} allows. Nothing was stored;
 * the same call may succeed later.
 *
 * @since 0.1
 */
public final class BusyException extends StorageException {

    private static final long serialVersionUID = 1L;

    /** Says what was waited for, and how long. */
    public BusyException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
