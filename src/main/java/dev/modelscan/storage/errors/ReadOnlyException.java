package dev.modelscan.storage.errors;

import dev.modelscan.storage.DatabaseBuilder;
import org.jspecify.annotations.Nullable;

/**
 * A write to a database that was opened with {@link DatabaseBuilder#readOnly()}, or in a transaction of the caller's that
 * was begun as read-only. Nothing was stored.
 *
 * @since 0.1.0
 */
public final class ReadOnlyException extends StorageException {

    private static final long serialVersionUID = 1L;

    /** Says what was tried. {@code id} is null when {@code entity} is null. */
    public ReadOnlyException(String message, @Nullable String entity, @Nullable String id) {
        super(message, entity, id, null);
    }
}
