package dev.modelscan.storage;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What a database holds.
 *
 * @param schemaVersion the version of the last migration that was applied
 * @param rows how many rows each table has, by the table's name, in alphabetical order
 * @param sizeBytes the size of the file and of its write-ahead log, in bytes
 * @since 0.1
 */
public record DatabaseStats(int schemaVersion, Map<String, Long> rows, long sizeBytes) {

    /** Copies the map. */
    public DatabaseStats {
        rows = Collections.unmodifiableMap(new LinkedHashMap<>(rows));
    }
}
