package dev.modelscan.storage.errors;

import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * This library cannot use the schema: it is newer, belongs to another program, differs from its recorded
 * migrations, or could not be migrated. The database is unchanged.
 *
 * @since 0.1.0
 */
public final class SchemaException extends StorageException {

    private static final long serialVersionUID = 1L;

    private final long behindAt;

    /** Says what was found, and what to do. */
    public SchemaException(String message, @Nullable Throwable cause) {
        super(message, cause);
        this.behindAt = -1;
    }

    /** Says which migrations are missing after that version of the library's schema. */
    public SchemaException(String message, long behindAt) {
        super(message, null);
        this.behindAt = behindAt;
    }

    /** The version of the library's schema that the database has, if nothing is wrong but that migrations are missing. */
    public OptionalLong behindAt() {
        return behindAt < 0 ? OptionalLong.empty() : OptionalLong.of(behindAt);
    }
}
