package dev.modelscan.storage.queries;

/**
 * A table of the application's own, with the calls of a repository: insert, get, pages, update with a version, delete.
 * Keep it in a constant. {@link dev.modelscan.storage.StoredQueries#table} makes it, and
 * {@link dev.modelscan.storage.Repositories#table} gives access to its rows. Do not implement this interface.
 *
 * @param <K> the type of the key
 * @param <R> what a row is in Java
 * @since 0.1.0
 */
public interface MappedTable<K, R> {

    /** What messages call a row, such as {@code review}. */
    String entity();
}
