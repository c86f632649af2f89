package dev.modelscan.storage.errors;

import org.jspecify.annotations.Nullable;

/**
 * This library cannot use the schema: it is newer, belongs to another program, differs from its recorded
 * migrations, or could not be migrated. The database is unchanged.
 *
 * @since 0.1
 */
public final class SchemaException extends StorageException {

    private static final long serialVersionUID = 1L;

    /** Says what was found, and what to do. */
    public SchemaException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
