package dev.modelscan.storage.errors;

import org.jspecify.annotations.Nullable;

/**
 * A value cannot be stored, or JSON does not fit the type that it is read as. Nothing was stored. A wrong option or
 * limit is an {@link IllegalArgumentException} instead.
 *
 * @since 0.1.0
 */
public final class InvalidDataException extends StorageException {

    private static final long serialVersionUID = 1L;

    private final String field;
    private final String reason;

    /**
     * Names the value.
     *
     * @param entity the kind of record, or of value, that has the field
     * @param id the id of the record, or null if it has none
     * @param field the name of the field in the Java API
     * @param reason what is wrong, as the rest of a sentence that begins with the name of the field
     */
    public InvalidDataException(String entity, @Nullable String id, String field, String reason) {
        this(entity, id, field, reason, null);
    }

    /** Like the other constructor, with the exception that found the problem. */
    public InvalidDataException(
            String entity, @Nullable String id, String field, String reason, @Nullable Throwable cause) {
        super(subject(entity, id) + ": " + field + " " + reason, entity, id, cause);
        this.field = field;
        this.reason = reason;
    }

    /** The name of the field in the Java API, such as {@code priority}. */
    public String field() {
        return field;
    }

    /** What is wrong, without the name of the field. */
    public String reason() {
        return reason;
    }
}
