package dev.modelscan.storage.transfer;

import dev.modelscan.storage.Json;

/**
 * A table that a {@link Transfer} has copied. Both sides are the same.
 *
 * @param name the name of the table in the schema
 * @param rows how many rows it has
 * @param hash SHA-256 of all rows in the order of their keys, in hexadecimal; JSON is hashed by its value, as
 *     in {@link Json#canonical()}
 * @since 0.1.0
 */
public record TransferredTable(String name, long rows, String hash) {}
