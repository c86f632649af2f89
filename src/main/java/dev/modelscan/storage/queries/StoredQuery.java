package dev.modelscan.storage.queries;

/**
 * A typed query that gives rows: a select, or a write with RETURNING. It is rendered once for each engine, and
 * prepared once on each connection. Keep it in a {@code static final} constant: each one keeps a statement on
 * every connection that has run it. {@link dev.modelscan.storage.StoredQueries#query} makes it, and {@link
 * dev.modelscan.storage.Repositories#query} runs it. Thread-safe. Do not implement this interface.
 *
 * @param <R> what a row becomes
 * @since 0.1.0
 */
public interface StoredQuery<R> {}
