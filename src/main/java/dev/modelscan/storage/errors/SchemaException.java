package dev.modelscan.storage.errors;

import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * This library cannot use the schema: it is newer, belongs to another program or another role, differs from its
 * recorded migrations, could not be migrated, or is older and must not be migrated. The database is unchanged.
 *
 * @since 0.1.0
 */
public final class SchemaException extends StorageException {

    private static final long serialVersionUID = 1L;

    private final long behindAt;
    private final boolean ofOtherProgram;

    /** Says what was found, and what to do. */
    public SchemaException(String message, @Nullable Throwable cause) {
        this(message, cause, -1, false);
    }

    /** Says which migrations are missing after that version of the library's schema. */
    public SchemaException(String message, long behindAt) {
        this(message, null, behindAt, false);
    }

    private SchemaException(String message, @Nullable Throwable cause, long behindAt, boolean ofOtherProgram) {
        super(message, cause);
        this.behindAt = behindAt;
        this.ofOtherProgram = ofOtherProgram;
    }

    /** Says which program's database it is, as far as that is known, and what to do. */
    public static SchemaException ofOtherProgram(String message) {
        return new SchemaException(message, null, -1, true);
    }

    /** Whether the database is that of another program. */
    public boolean isOfOtherProgram() {
        return ofOtherProgram;
    }

    /**
     * The version of the library's schema that the database has, if nothing is wrong but that migrations are missing.
     */
    public OptionalLong behindAt() {
        return behindAt < 0 ? OptionalLong.empty() : OptionalLong.of(behindAt);
    }
}
