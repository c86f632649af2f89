package dev.modelscan.storage.errors;

import org.jspecify.annotations.Nullable;

/**
 * What is stored already stands against the write: a name or an id that is taken, or a record that somebody changed since it
 * was read.
 *
 * @since 0.1
 */
public class ConflictException extends StorageException {

    private static final long serialVersionUID = 1L;

    private final @Nullable String field;
    private final @Nullable String value;
    private final @Nullable String holder;

    /** A unique value that another record has; {@code holder} is that record's id, if it is known. */
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

    /** Says what of the stored record stands against the write, and what to do. */
    public ConflictException(String message, String entity, @Nullable String id, @Nullable Throwable cause) {
        super(message, entity, id, cause);
        this.field = null;
        this.value = null;
        this.holder = null;
    }

    /** The field whose value is taken, such as {@code name}; null if the conflict is not about one. */
    public @Nullable String field() {
        return field;
    }

    /** The value that is taken; null if the conflict is not about one. */
    public @Nullable String value() {
        return value;
    }

    /**
     * The id of the record that has the value; null if the conflict is not about one, or the record is not known: on PostgreSQL
     * inside {@code withTx}, where nothing can be read after a refusal, or if it was deleted meanwhile.
     */
    public @Nullable String holder() {
        return holder;
    }
}
