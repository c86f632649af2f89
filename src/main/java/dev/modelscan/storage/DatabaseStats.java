package dev.modelscan.storage;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What a database holds.
 *
 * @param schemaVersion the version of the library's last migration that was applied
 * @param sets the version of each set of the application's migrations that the database holds, by the set's
 *     name, in alphabetical order; those that it was not opened with are among them
 * @param rows how many rows each of the library's tables has, by the table's name, in alphabetical order
 * @param sizeBytes the size in bytes: on SQLite of the file and its write-ahead log, or of the pages in memory; on
 *     PostgreSQL of all tables of the schema with their indexes
 * @since 0.1.0
 */
public record DatabaseStats(int schemaVersion, Map<String, Long> sets, Map<String, Long> rows, long sizeBytes) {

    /** Copies the maps. */
    public DatabaseStats {
        sets = Collections.unmodifiableMap(new LinkedHashMap<>(sets));
        rows = Collections.unmodifiableMap(new LinkedHashMap<>(rows));
    }
}
