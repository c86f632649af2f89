package dev.modelscan.storage.backups;

import java.util.Objects;

/**
 * What a backup holds of one table.
 *
 * @param rows how many rows
 * @param sha256 the hash of all values, in the order of the primary key, in lower-case hexadecimal digits; equal
 *     contents have equal hashes
 * @since 0.1.0
 */
public record TableContent(long rows, String sha256) {

    public TableContent {
        Objects.requireNonNull(sha256, "sha256");
    }
}
