package dev.modelscan.storage.cli.archives;

import java.util.Map;

/**
 * What an archive holds: its last line.
 *
 * @param rows the rows of each table
 * @param sha256 the hash of all lines before, so that equal contents have equal hashes
 */
public record Manifest(Map<String, Long> rows, String sha256) {

    public Manifest {
        rows = Map.copyOf(rows);
    }
}
