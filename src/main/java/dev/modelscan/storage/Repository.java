package dev.modelscan.storage;

import dev.modelscan.storage.errors.BusyException;
import dev.modelscan.storage.errors.CancelledException;
import dev.modelscan.storage.errors.ConflictException;
import dev.modelscan.storage.errors.CorruptDatabaseException;
import dev.modelscan.storage.errors.InvalidDataException;
import dev.modelscan.storage.errors.NotFoundException;
import dev.modelscan.storage.errors.OutcomeUnknownException;
import dev.modelscan.storage.errors.ReadOnlyException;
import dev.modelscan.storage.errors.ReferenceException;
import dev.modelscan.storage.errors.StorageFullException;
import dev.modelscan.storage.errors.UnavailableException;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jooq.Condition;
import org.jooq.OrderField;

/**
 * What every repository can do. The library implements it; it may gain methods in any release.
 *
 * <p>Each call that writes is one transaction, or part of the one whose {@link Tx} it was reached through. A call that
 * reads with several statements may see what others commit between them. Besides what a method names, each may throw
 * {@link BusyException}, {@link CancelledException}, {@link UnavailableException}, {@link CorruptDatabaseException}, and,
 * if it writes, {@link ReadOnlyException}, {@link StorageFullException} and {@link OutcomeUnknownException}.
 *
 * @param <I> the type of the key
 * @param <R> the type of the record
 * @since 0.1.0
 */
public interface Repository<I extends Id, R> {

    /**
     * Stores a new record.
     *
     * @return the record as it is stored: equal to what {@link #get} returns
     * @throws ConflictException if the id, or a unique name, is taken
     * @throws ReferenceException if it refers to a record that does not exist
     * @throws InvalidDataException if a value is beyond the database's limits
     */
    R create(R record);

    /**
     * Stores new records, all or none of them, in one transaction.
     *
     * @return the records as they are stored, in the order given
     * @throws ConflictException if an id, or a unique name, is taken or occurs twice
     * @throws ReferenceException if one refers to a record that does not exist
     * @throws InvalidDataException if a value is beyond the database's limits
     */
    List<R> createAll(Collection<? extends R> records);

    /**
     * The record with that id.
     *
     * @throws NotFoundException if there is none
     */
    R get(I id);

    /** The record with that id, or nothing. */
    Optional<R> find(I id);

    /**
     * Replaces the stored record that has this id and version. {@code createdAt} stays, and so does what has methods of
     * its own: the status, the times that follow it, and a message's place. The given record must have them as they
     * were read.
     *
     * @param record a record that was read or created, changed by its {@code toBuilder()}
     * @return the record as it is stored, with the next version and a new {@code updatedAt}
     * @throws NotFoundException if there is none with that id
     * @throws ConflictException if somebody changed it since it was read, or a unique name is taken
     * @throws ReferenceException if it refers to a record that does not exist
     * @throws InvalidDataException if a value is beyond the database's limits, or if one differs that must stay
     */
    R update(R record);

    /**
     * Deletes the record. The repository of each kind says what happens to the records that refer to it.
     *
     * @throws NotFoundException if there is none with that id
     * @throws ReferenceException if records that must not lose it still refer to it
     */
    void delete(I id);

    /**
     * A part of all records, by {@code createdAt}, then id, both ascending; messages by conversation, then
     * sequence number. Skipping rows costs time that grows with {@code offset}; to walk a long list, use
     * {@link #list(PageRequest)}.
     *
     * @param limit the maximum number of rows, 1 to {@link PageRequest#MAX_LIMIT}
     * @param offset how many rows to skip, 0 or more
     * @return an immutable list
     * @throws IllegalArgumentException if limit or offset is out of range
     */
    List<R> list(int limit, int offset);

    /**
     * A page of all records, in the order of {@link #list(int, int)}. Each page costs the same, wherever it
     * lies.
     *
     * @throws IllegalArgumentException if the request's cursor is of another list
     */
    Page<R> list(PageRequest request);

    /**
     * A page of the records that meet a condition of the caller's, such as
     * {@code TASKS.TYPE.eq("review").and(TASKS.CREATED_AT.gt(since))}. The query is rendered and prepared at each call;
     * a {@link dev.modelscan.storage.queries.StoredQuery} is faster. It is fast if an index has the columns of the
     * condition and of the order.
     *
     * @param condition on columns of the repository's table; use a subquery for other tables
     * @param order columns of the table that are never null, such as {@code List.of(TASKS.PRIORITY.desc())}. The id is
     *     added as the last one, unless it is among them. Empty for the order of {@link #list(int, int)}
     * @throws IllegalArgumentException if the condition or the order uses other columns, if the engines would evaluate
     *     the condition differently, or if the request's cursor is of another list or order
     */
    Page<R> list(Condition condition, List<? extends OrderField<?>> order, PageRequest request);

    /**
     * All records, in the order of {@link #list(int, int)}, in constant memory; see {@link Page#stream} for
     * what it sees and costs. Nothing has to be closed.
     */
    default Stream<R> stream() {
        return Page.stream(this::list);
    }

    /**
     * Hands out all records, in the order of {@link #list(int, int)}, in constant memory, as {@link #stream}
     * does.
     */
    default void forEach(Consumer<? super R> action) {
        Objects.requireNonNull(action, "action");
        stream().forEachOrdered(action);
    }
}
