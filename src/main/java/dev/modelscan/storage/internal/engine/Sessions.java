package dev.modelscan.storage.internal.engine;

import dev.modelscan.storage.DatabaseOptions;
import dev.modelscan.storage.internal.query.Dialect;
import dev.modelscan.storage.internal.query.Session;
import java.sql.SQLException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Runs work on a session: a {@link Store} runs each piece in a transaction of its own; a transaction runs all
 * on its session. Failures of the driver come out as subclasses of
 * {@link dev.modelscan.storage.errors.StorageException} that name the record.
 */
public interface Sessions {

    /**
     * Runs work that only reads, on a connection that cannot write. Lock errors are retried.
     *
     * @param entity the kind of record that an error should name
     * @param id the record that an error should name
     */
    <T extends @Nullable Object> T read(@Nullable String entity, @Nullable String id, Work<T> work);

    /** Runs work that writes; all of it takes effect, or nothing. Lock errors at its start are retried. */
    <T extends @Nullable Object> T write(@Nullable String entity, @Nullable String id, Work<T> work);

    /** {@link #write} for work that may take long, since it may write many rows. */
    <T extends @Nullable Object> T writeMany(@Nullable String entity, @Nullable String id, Work<T> work);

    /**
     * {@link #write} for work that is one statement: the insert of a record whose key was made before. An
     * engine may let the statement commit by itself, which saves a round trip.
     *
     * @param record what is inserted, as it is read back
     * @param stored reads what is stored under the record's key: asked if the reply to an earlier attempt was
     *     lost, and the engine refuses another
     */
    <T> T insert(@Nullable String entity, @Nullable String id, T record, Work<T> insert, Work<Optional<T>> stored);

    /**
     * Called in work that writes rows because of what it has read of others: no other transaction does what
     * has that name until this one ends; others wait here. Does nothing on an engine that has one writing
     * transaction at a time anyway.
     */
    void takeTurn(Session session, String name) throws SQLException;

    /** The engine's dialect. */
    Dialect dialect();

    /** What a driver's exception means. */
    Failure classify(SQLException e);

    /** What the database was opened with. */
    DatabaseOptions options();

    /** Who writes, as the caller has said; null if he has not. */
    default @Nullable String actor() {
        return null;
    }

    /** The time that writes are stamped with, in whole microseconds; the same throughout a transaction. */
    default Instant now() {
        return options().clock().instant().truncatedTo(ChronoUnit.MICROS);
    }

    /** Whether another read may follow a write that was refused. */
    default boolean readsAfterRefusal() {
        return true;
    }
}
