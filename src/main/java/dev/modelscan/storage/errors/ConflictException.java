package dev.modelscan.storage.errors;

import org.jspecify.annotations.Nullable;

/**
 * A stored record prevents the write: it has the same name or id, or somebody changed the record since it was
 * read.
 *
 * @since 0.1.0
 */
public class ConflictException extends StorageException {

    private static final long serialVersionUID = 1L;

    private final @Nullable String field;
    private final @Nullable String value;
    private final @Nullable String holder;

    /**
     * A unique value that another record has; {@code holder} is the id of that record, or null if unknown.
     */
    public ConflictException(
            String message,
            String entity,
            @Nullable String id,
            String field,
            String value,
            @Nullable String holder,
            @Nullable Throwable cause) {
        super(message, entity, id, cause);
        this.field = field;
        this.value = value;
        this.holder = holder;
    }

    /** Says what prevents the write, and what to do. */
    public ConflictException(String message, String entity, @Nullable String id, @Nullable Throwable cause) {
        super(message, entity, id, cause);
        this.field = null;
        this.value = null;
        this.holder = null;
    }

    /**
     * The field whose value is taken, such as {@code name}; null if none is taken, or if it is several fields together,
     * or a field of a table of the application's; the message names them.
     */
    public @Nullable String field() {
        return field;
    }

    /** The value that is taken; null if {@link #field()} is. */
    public @Nullable String value() {
        return value;
    }

    /**
     * The id of the record that has the value. Null if {@link #field()} is, or if the record is unknown:
     * because it was deleted since, or on PostgreSQL inside {@code withTx}, in which nothing can be read after a
     * rejected statement.
     */
    public @Nullable String holder() {
        return holder;
    }
}
