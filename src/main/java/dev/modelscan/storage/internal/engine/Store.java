package dev.modelscan.storage.internal.engine;

import dev.modelscan.storage.Isolation;
import dev.modelscan.storage.internal.query.Dialect;
import dev.modelscan.storage.internal.query.Session;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** An open database of some engine: its connections, and what runs on them. Thread-safe. */
public interface Store extends AutoCloseable {

    /** The engine's dialect. */
    Dialect dialect();

    /** What a driver's exception means. */
    Failure classify(SQLException e);

    /** Runs work that only reads, on a connection that cannot write. Lock errors are retried. */
    <T extends @Nullable Object> T read(@Nullable String entity, @Nullable String id, Work<T> work);

    /** Runs work of the library in a transaction of its own. Lock errors at its start are retried. */
    <T extends @Nullable Object> T write(@Nullable String entity, @Nullable String id, Work<T> work);

    /** {@link #write} for work that may take long, since it may write many rows. */
    <T extends @Nullable Object> T writeMany(@Nullable String entity, @Nullable String id, Work<T> work);

    /**
     * {@link #write} for work that is one statement: the insert of a record whose key was made before. An engine may let the
     * statement commit by itself, which saves a round trip.
     *
     * @param record what is inserted, as it is read back
     * @param stored reads what is stored under the record's key: asked if the reply to an earlier attempt was lost, and the
     *     engine refuses another
     */
    <T> T insert(@Nullable String entity, @Nullable String id, T record, Work<T> insert, Work<Optional<T>> stored);

    /**
     * Lets one transaction at a time do what goes by that name in this database; others wait here until that one ends. Does nothing
     * on an engine that has one writing transaction at a time anyway.
     */
    void takeTurn(Session session, String name) throws SQLException;

    /**
     * Runs a caller's function in a transaction, on the caller's thread. It commits if the function returns, and rolls
     * back if it throws anything. Where the engine says that running it anew may help, it is run again.
     *
     * @throws IllegalStateException if this thread is in a transaction already
     */
    <T extends @Nullable Object, X extends Exception> T transaction(Isolation isolation, TransactionBody<T, X> body)
            throws X;

    /** Watches over the transaction that is open on the session; called before SQL of a caller's own runs in it. */
    TransactionGuard guard(Session session) throws SQLException;

    /** Takes a reading session out of the pool, for jOOQ. */
    Session acquireReader();

    /** Gives back a session that {@link #acquireReader} gave out. */
    void releaseReader(Session session);

    /** What keeps the database from being used; empty if nothing does. Writes nothing. */
    List<String> problems();

    /** What works and is not as one would expect, each with what to do; empty if nothing is, or nothing can be told. */
    default List<String> notes() {
        return List.of();
    }

    /** Size of the database in bytes, with what is not checkpointed yet. */
    long sizeBytes();

    /** Closes all connections. Calls after it fail with {@link dev.modelscan.storage.errors.UnavailableException}. */
    @Override
    void close();

    /**
     * What runs in a transaction.
     *
     * @param <T> the result
     * @param <X> what it may throw
     */
    @FunctionalInterface
    interface TransactionBody<T extends @Nullable Object, X extends Exception> {

        /** Runs on the session of the transaction. */
        T run(Session session) throws X;
    }
}
