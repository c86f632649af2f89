package dev.modelscan.storage.errors;

import dev.modelscan.storage.Repositories;
import org.jspecify.annotations.Nullable;

/**
 * The superclass of all failures of this library. The message names the record and says what to do; {@link #entity()}
 * and {@link #id()} give the same to a program. The cause, if there is one, is the exception behind it, usually the
 * driver's.
 *
 * <p>A failure without a subclass of its own, such as an error in a query of {@link Repositories#dsl()}, is
 * an instance of this class. A wrong option or limit is an {@link IllegalArgumentException} instead.
 *
 * @since 0.1.0
 */
public class StorageException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final @Nullable String entity;
    private final @Nullable String id;

    /** A failure that is not about a single record. */
    public StorageException(String message, @Nullable Throwable cause) {
        this(message, null, null, cause);
    }

    /** A failure about one record, or about one kind of record if {@code id} is null. */
    public StorageException(String message, @Nullable String entity, @Nullable String id, @Nullable Throwable cause) {
        super(message, cause);
        this.entity = entity;
        this.id = id;
    }

    /** The kind of record, such as {@code task}; null if the failure is not about one. */
    public @Nullable String entity() {
        return entity;
    }

    /** The id of the record; null if the failure is not about one record. */
    public @Nullable String id() {
        return id;
    }

    /** The beginning of messages: {@code task 0192…}, {@code task}, or an empty string. */
    static String subject(@Nullable String entity, @Nullable String id) {
        if (entity == null) {
            return "";
        }
        return id == null ? entity : entity + " " + id;
    }
}
