package dev.modelscan.storage.errors;

import dev.modelscan.storage.DatabaseOptions;
import org.jspecify.annotations.Nullable;

/**
 * The library did not get a lock or a connection in time, or other transactions conflicted with each retry, until
 * {@link DatabaseOptions#busyTimeout()} had passed. Nothing was stored. The same call may succeed later.
 *
 * @since 0.1.0
 */
public final class BusyException extends StorageException {

    private static final long serialVersionUID = 1L;

    /** Says what the library waited for, and how long. */
    public BusyException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
