package dev.modelscan.storage.errors;

import dev.modelscan.storage.Repositories;
import org.jspecify.annotations.Nullable;

/**
 * What every failure of this library is. The message names the record and what to do; the accessors give the same to a
 * program. The cause, where there is one, is the driver's own exception.
 *
 * <p>A failure that has no child of its own, such as a query of {@link Repositories#dsl()} that the database refuses, is
 * thrown as this class. A wrong option or limit is none of these, but an {@link IllegalArgumentException}.
 *
 * @since 0.1
 */
public class StorageException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final @Nullable String entity;
    private final @Nullable String id;

    /** A failure that no single record is the subject of. */
    public StorageException(String message, @Nullable Throwable cause) {
        this(message, null, null, cause);
    }

    /** A failure about one record, or about one kind of record where {@code id} is null. */
    public StorageException(String message, @Nullable String entity, @Nullable String id, @Nullable Throwable cause) {
        super(message, cause);
        this.entity = entity;
        this.id = id;
    }

    /** The kind of record, such as {@code task}; null where the failure is not about one. */
    public @Nullable String entity() {
        return entity;
    }

    /** The record's id; null where the failure is not about one record. */
    public @Nullable String id() {
        return id;
    }

    /** {@code task 0192…}, {@code task}, or an empty string: how messages begin. */
    static String subject(@Nullable String entity, @Nullable String id) {
        if (entity == null) {
            return "";
        }
        return id == null ? entity : entity + " " + id;
    }
}
