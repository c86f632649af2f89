package dev.modelscan.storage.errors;

import org.jspecify.annotations.Nullable;

/**
 * Data that cannot be stored, found before anything was written. A wrong option or limit is an {@link
 * IllegalArgumentException} instead.
 *
 * @since 0.1
 */
public final class InvalidDataException extends StorageException {

    private static final long serialVersionUID = 1L;

    private final String field;
    private final String reason;

    /**
     * Refuses a value.
     *
     * @param entity the kind of record, or of value, that holds the field
     * @param id the record's id, where it has one
     * @param field the field's name in the Java API
     * @param reason what is wrong, so that it reads on after the field's name
     */
    public InvalidDataException(String entity, @Nullable String id, String field, String reason) {
        this(entity, id, field, reason, null);
    }

    /** As the other constructor, with the exception that found the fault. */
    public InvalidDataException(
            String entity, @Nullable String id, String field, String reason, @Nullable Throwable cause) {
        super(subject(entity, id) + ": " + field + " " + reason, entity, id, cause);
        this.field = field;
        this.reason = reason;
    }

    /** The field's name in the Java API, such as {@code priority}. */
    public String field() {
        return field;
    }

    /** What is wrong with it, without the field's name. */
    public String reason() {
        return reason;
    }
}
