package dev.modelscan.storage.transfer;

import dev.modelscan.storage.Json;

/**
 * A table that a {@link Transfer} has copied, as both sides hold it.
 *
 * @param name the table's name in the schema
 * @param rows how many rows it has
 * @param hash SHA-256 over all rows in the order of their keys, in hexadecimal; JSON counts by its value, as in {@link
 *     Json#canonical()}
 * @since 0.1
 */
public record TransferredTable(String name, long rows, String hash) {}
