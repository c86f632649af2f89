package dev.modelscan.storage.queries;

/**
 * A table of the application's own with what the library's have: insert, get, pages, update with a version, delete. It
 * is a constant; {@code StoredQueries.table} makes it, and {@code Repositories.table} works with it. Do not implement
 * this interface.
 *
 * @param <K> the type of the key
 * @param <R> what a row is in Java
 * @since 0.1.0
 */
public interface MappedTable<K, R> {

    /** What messages call a row, such as {@code review}. */
    String entity();
}
