package dev.modelscan.storage.internal.engine;

import dev.modelscan.storage.internal.query.Dialect;
import dev.modelscan.storage.internal.query.Session;
import java.sql.Connection;
import java.sql.SQLException;
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

    /**
     * Runs a caller's function in a transaction, on the caller's thread. It commits where the function returns, and rolls
     * back where it throws anything.
     *
     * @throws IllegalStateException where this thread is in a transaction already
     */
    <T extends @Nullable Object, X extends Exception> T transaction(TransactionBody<T, X> body) throws X;

    /** Takes a reading connection out of the pool, for jOOQ. */
    Connection acquireReader();

    /** Gives back a connection that {@link #acquireReader} gave out. */
    void releaseReader(Connection connection);

    /** Size of the database in bytes, with what is not checkpointed yet. */
    long sizeBytes();

    /** Closes all connections. Calls after it fail with {@link dev.modelscan.storage.UnavailableException}. */
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
