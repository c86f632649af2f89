package dev.modelscan.storage.internal.engine;

import dev.modelscan.storage.internal.query.Session;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Runs work on a session: on a database, each piece in a transaction of its own; inside a transaction, all on its session.
 * Failures of the driver come out as children of {@link dev.modelscan.storage.errors.StorageException} that name the record.
 */
public interface Sessions {

    /**
     * Runs work that only reads.
     *
     * @param entity the kind of record that an error should name
     * @param id the record that an error should name
     */
    <T extends @Nullable Object> T read(String entity, @Nullable String id, Work<T> work);

    /** Runs work that writes; all of it takes effect, or nothing. */
    <T extends @Nullable Object> T write(String entity, @Nullable String id, Work<T> work);

    /** {@link #write} for work that may take long, since it may write many rows. */
    <T extends @Nullable Object> T writeMany(String entity, @Nullable String id, Work<T> work);

    /** {@link #write} for one insert of a record whose key was made before; see {@link Store#insert}. */
    <T> T insert(String entity, String id, T record, Work<T> insert, Work<Optional<T>> stored);

    /**
     * Called in work that writes rows because of what it has read of others: no other transaction does what has that name until this
     * one ends; see {@link Store#takeTurn}.
     */
    void takeTurn(Session session, String name) throws SQLException;

    /** The time that writes are stamped with, in whole microseconds; the same throughout a transaction. */
    Instant now();

    /** What a driver's exception means that a write failed with. */
    Failure classify(SQLException e);

    /** Whether another read may follow a write that was refused. */
    boolean readsAfterRefusal();

    /** The limits that values must keep. */
    Limits limits();
}
