package dev.modelscan.storage.queries;

/**
 * A typed statement that writes, and gives the number of rows that it wrote. Otherwise as {@link StoredQuery}.
 * {@link dev.modelscan.storage.StoredQueries#command} makes it, and {@link dev.modelscan.storage.Tx#command} runs it.
 * Do not implement this interface.
 *
 * @since 0.1.0
 */
public interface StoredCommand {}
