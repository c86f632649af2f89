package dev.modelscan.storage.internal.postgres;

import dev.modelscan.storage.errors.UnavailableException;
import dev.modelscan.storage.internal.engine.Work;
import dev.modelscan.storage.internal.postgres.PostgresPool.Lease;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/** Lends the connections of one schema, each for as long as a piece of work needs it. */
final class PostgresLeases {

    private final PostgresPools pools;
    private final @Nullable PostgresSchema schema;
    private final String name;
    private volatile boolean closed;

    PostgresLeases(PostgresPools pools, @Nullable PostgresSchema schema, String name) {
        this.pools = pools;
        this.schema = schema;
        this.name = name;
    }

    /** Runs work on a connection that may write. */
    <T extends @Nullable Object> T run(Work<T> work) throws SQLException {
        return run(acquire(), work);
    }

    /** Runs work on a connection of {@link #acquire}, and releases it. */
    <T extends @Nullable Object> T run(Lease lease, Work<T> work) throws SQLException {
        boolean broken = false;
        try {
            return work.run(lease.session());
        } catch (Throwable t) {
            broken = PostgresErrors.breaksConnection(t);
            throw t;
        } finally {
            pools.writing().release(lease, broken);
        }
    }

    /** A connection that may write. */
    Lease acquire() throws SQLException {
        return acquire(pools.writing());
    }

    /** What begins a transaction on a connection. */
    interface Beginning {

        void begin(Lease lease) throws SQLException;
    }

    /**
     * Lends a connection in a transaction, until it is released to the pool. The round trip finds a connection
     * that was lost while idle before the caller's code runs.
     */
    Lease begin(PostgresPool pool, Beginning beginning) throws SQLException {
        Lease lease = acquire(pool);
        try {
            beginning.begin(lease);
            return lease;
        } catch (Throwable t) {
            pool.release(lease, PostgresErrors.breaksConnection(t));
            throw t;
        }
    }

    private Lease acquire(PostgresPool pool) throws SQLException {
        requireOpen();
        return pool.acquire(schema);
    }

    void requireOpen() {
        if (closed) {
            throw new UnavailableException(name + " is closed", null);
        }
    }

    void close() {
        closed = true;
    }
}
