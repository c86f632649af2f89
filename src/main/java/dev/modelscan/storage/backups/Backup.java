package dev.modelscan.storage.backups;

import java.nio.file.Path;
import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A whole backup, as the manifest beside it says. The manifest is {@code <file>.manifest.json}; keep both together.
 *
 * @param file the backup, a SQLite file; absolute
 * @param takenAt when it was begun: it holds every transaction that was committed before
 * @param schemaVersion the version of the library's schema in it
 * @param sets the version of each set of the application's migrations in it, by name
 * @param bytes the size of the file
 * @param sha256 the hash of the file, in lower-case hexadecimal digits
 * @param tables what each table holds, by name, in alphabetical order; the application's tables too
 * @param drilledAt when it was last restored for a test, and was equal; null if never
 * @since 0.1.0
 */
public record Backup(
        Path file,
        Instant takenAt,
        int schemaVersion,
        Map<String, Long> sets,
        long bytes,
        String sha256,
        Map<String, TableContent> tables,
        @Nullable Instant drilledAt) {

    /** Copies the maps. */
    public Backup {
        Objects.requireNonNull(file, "file");
        Objects.requireNonNull(takenAt, "takenAt");
        Objects.requireNonNull(sha256, "sha256");
        sets = Collections.unmodifiableMap(new LinkedHashMap<>(sets));
        tables = Collections.unmodifiableMap(new LinkedHashMap<>(tables));
    }

    /** How many rows it holds in all. */
    public long rows() {
        return tables.values().stream().mapToLong(TableContent::rows).sum();
    }

    /** The same backup, after a test restored it. */
    public Backup drilled(Instant at) {
        return new Backup(file, takenAt, schemaVersion, sets, bytes, sha256, tables, at);
    }
}
