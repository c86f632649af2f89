package dev.modelscan.storage.backups;

import java.nio.file.Path;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A database that was restored.
 *
 * @param database the file; absolute
 * @param backup what it was restored from
 * @param kept the old file, if it could not be read as a database of this library and so was not deleted; else null
 * @since 0.1.0
 */
public record Restored(
        Path database, Backup backup, @Nullable Path kept) {

    public Restored {
        Objects.requireNonNull(database, "database");
        Objects.requireNonNull(backup, "backup");
    }
}
