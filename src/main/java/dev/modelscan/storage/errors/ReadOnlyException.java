package dev.modelscan.storage.errors;

import dev.modelscan.storage.DatabaseBuilder;
import dev.modelscan.storage.Repositories;
import org.jspecify.annotations.Nullable;

/**
 * A write to a database that was opened with {@link DatabaseBuilder#readOnly()}, in a transaction of the caller's that
 * was begun as read-only, or by SQL of {@link Repositories#dsl()}, which only reads outside of a transaction. Nothing
 * was stored.
 *
 * @since 0.1.0
 */
public final class ReadOnlyException extends StorageException {

    private static final long serialVersionUID = 1L;

    /** Says what was tried. {@code id} is null when {@code entity} is null. */
    public ReadOnlyException(String message, @Nullable String entity, @Nullable String id) {
        this(message, entity, id, null);
    }

    /** Says what was tried, and what refused it. {@code id} is null when {@code entity} is null. */
    public ReadOnlyException(String message, @Nullable String entity, @Nullable String id, @Nullable Throwable cause) {
        super(message, entity, id, cause);
    }
}
