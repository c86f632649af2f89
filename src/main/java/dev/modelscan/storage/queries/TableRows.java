package dev.modelscan.storage.queries;

import dev.modelscan.storage.Page;
import dev.modelscan.storage.PageRequest;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The rows of a {@link MappedTable}. Each method is one statement, and one transaction, unless it was reached through a
 * transaction. The exceptions are those of the library's repositories, and name the table's entity and the key. What a
 * function of the table throws is passed on. If the read function fails for a row as the schema has completed or
 * changed it, the row is not stored.
 *
 * @param <K> the type of the key
 * @param <R> what a row is in Java
 * @since 0.1.0
 */
public interface TableRows<K, R> {

    /**
     * Stores a new row. Every column is written; a value that is null is SQL's null, and no default. A version begins
     * at 1, whatever is given.
     *
     * @return the row as it is stored
     * @throws dev.modelscan.storage.errors.ConflictException if the key, or a unique value, is taken
     * @throws dev.modelscan.storage.errors.ReferenceException if it refers to a row that does not exist
     * @throws dev.modelscan.storage.errors.InvalidDataException if the schema does not allow a value
     */
    R insert(R row);

    /**
     * The row with that key.
     *
     * @throws dev.modelscan.storage.errors.NotFoundException if there is none
     */
    R get(K key);

    /** The row with that key, or nothing. */
    Optional<R> find(K key);

    /**
     * A page of all rows, by key.
     *
     * @throws IllegalArgumentException if the request's cursor is of another list
     */
    Page<R> list(PageRequest request);

    /** All rows, by key, in constant memory; see {@link Page#stream}. */
    default Stream<R> stream() {
        return Page.stream(this::list);
    }

    /**
     * Replaces all columns but the key. If the table has a version, the row must have the version that is stored, which
     * rises by one. Otherwise the last update wins.
     *
     * @return the row as it is stored
     * @throws dev.modelscan.storage.errors.NotFoundException if there is none with that key
     * @throws dev.modelscan.storage.errors.ConflictException if somebody changed it since it was read, or a unique
     *     value is taken
     * @throws dev.modelscan.storage.errors.ReferenceException if it refers to a row that does not exist
     * @throws dev.modelscan.storage.errors.InvalidDataException if the schema does not allow a value
     */
    R update(R row);

    /**
     * Deletes the row.
     *
     * @throws dev.modelscan.storage.errors.NotFoundException if there is none with that key
     * @throws dev.modelscan.storage.errors.ReferenceException if rows that must not lose it still refer to it
     */
    void delete(K key);
}
