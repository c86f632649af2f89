package dev.modelscan.storage.queries;

import dev.modelscan.storage.Page;
import dev.modelscan.storage.PageRequest;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A {@link StoredQuery} with the values of its parameters. Used by one thread. A method that reads may be
 * called again, with other values or the same.
 *
 * <p>Each reading method throws {@link IllegalArgumentException} if a parameter was not set, or if the query has
 * none of that name; and what a repository throws: {@link dev.modelscan.storage.errors.StorageException}.
 *
 * @param <R> what a row becomes
 * @since 0.1.0
 */
public interface QueryRun<R> {

    /**
     * Sets a parameter. Null is SQL's null, to which nothing is equal.
     *
     * @return this
     * @throws IllegalArgumentException if another parameter of that name was set
     * @throws dev.modelscan.storage.errors.InvalidDataException if a text cannot be stored, so no row can have it
     */
    <T> QueryRun<R> set(QueryParameter<T> parameter, @Nullable T value);

    /**
     * The first rows, in the query's order.
     *
     * @param limit the maximum number of rows, 1 to {@link PageRequest#MAX_LIMIT}. A write with RETURNING that
     *     gives more throws {@link IllegalStateException}, and its transaction can only roll back.
     * @return an immutable list
     * @throws IllegalArgumentException if a select has no ORDER BY, or if the limit is out of range
     */
    List<R> list(int limit);

    /**
     * The only row.
     *
     * @throws NoSuchElementException if there is none
     * @throws IllegalStateException if there are several
     */
    R one();

    /**
     * The only row, or nothing.
     *
     * @throws IllegalStateException if there are several
     */
    Optional<R> find();

    /**
     * A page, in the query's order. It begins after the last row of the page before, so an index on the filter
     * and the order finds it at any position. Set the same values for each page.
     *
     * @throws IllegalArgumentException if the query cannot be read in pages: it has no ORDER BY, or has groups or a
     *     window, or orders by an alias, by a value that it does not select, by one that may be null, or by no column
     *     of a key; or if the cursor is not one of this query on this engine. A value may be null unless it is a NOT
     *     NULL column of a table in FROM that no outer join may leave out
     * @throws IllegalStateException if the page ends between two rows with the same place in the order, of which the
     *     next page would lose one
     */
    Page<R> page(PageRequest request);

    /**
     * All rows, in the query's order, in constant memory: page by page, as {@link Page#stream} says, with the values
     * that are set now. Nothing has to be closed.
     *
     * @throws IllegalArgumentException if the query cannot be read in pages
     */
    Stream<R> stream();
}
