package dev.modelscan.storage.errors;

import org.jspecify.annotations.Nullable;

/**
 * The file's schema is not one that this library can use: it is newer, belongs to another program, differs from its recorded
 * migrations, or could not be migrated. The database is as it was.
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
