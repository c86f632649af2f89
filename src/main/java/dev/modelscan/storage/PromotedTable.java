package dev.modelscan.storage;

/**
 * A table that a {@link Promotion} has copied, as both sides hold it.
 *
 * @param name the table's name in the schema
 * @param rows how many rows it has
 * @param hash SHA-256 over all rows in the order of their keys, in hexadecimal; JSON counts by its value, as in {@link
 *     Json#canonical()}
 * @since 0.1
 */
public record PromotedTable(String name, long rows, String hash) {}
