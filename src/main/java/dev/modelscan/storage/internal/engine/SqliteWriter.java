package dev.modelscan.storage.internal.engine;

import dev.modelscan.storage.BusyException;
import dev.modelscan.storage.OutcomeUnknownException;
import dev.modelscan.storage.UnavailableException;
import dev.modelscan.storage.internal.engine.Failure.Kind;
import dev.modelscan.storage.internal.query.Session;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one connection that writes. SQLite has one writer at a time in any case; threads queue for it in Java, in the order
 * they came, where SQLite's own busy handler would starve some of them.
 *
 * <p>Transactions begin as IMMEDIATE: one that read first and then asked for the write lock could find that another had
 * written meanwhile, and fail.
 */
final class SqliteWriter implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(SqliteWriter.class);

    private final SqliteConnections connections;
    private final Duration timeout;
    private final ReentrantLock lock = new ReentrantLock(true);
    private @Nullable Writing writing;
    private boolean closed;

    SqliteWriter(SqliteConnections connections, Duration timeout) {
        this.connections = connections;
        this.timeout = timeout;
    }

    /** The session and the statements that frame its transactions. */
    private record Writing(
            Session session, PreparedStatement begin, PreparedStatement commit, PreparedStatement rollback) {

        static Writing open(SqliteConnections connections) throws SQLException {
            Session session = new Session(connections.openWriter(), SqliteDialect.INSTANCE);
            try {
                return new Writing(
                        session,
                        session.connection().prepareStatement("BEGIN IMMEDIATE"),
                        session.connection().prepareStatement("COMMIT"),
                        session.connection().prepareStatement("ROLLBACK"));
            } catch (SQLException e) {
                session.close();
                throw e;
            }
        }
    }

    /** Opens the connection now and not with the first transaction. */
    void open() {
        this.<Boolean, RuntimeException>transaction(null, null, session -> true);
    }

    /** Runs the body in a transaction of its own, on this thread. */
    <T extends @Nullable Object, X extends Exception> T transaction(
            @Nullable String entity, @Nullable String id, Store.TransactionBody<T, X> body) throws X {
        if (lock.isHeldByCurrentThread()) {
            throw new IllegalStateException(
                    "this thread is inside withTx; write through its tx, not through the database, or use tx.withTx to nest");
        }
        acquire();
        try {
            Writing current = begin(entity, id);
            return finish(current, entity, id, body);
        } finally {
            lock.unlock();
        }
    }

    private void acquire() {
        try {
            if (!lock.tryLock(timeout.toNanos(), TimeUnit.NANOSECONDS)) {
                throw new BusyException(
                        "another transaction of this process held the write lock for " + timeout.toMillis()
                                + " ms; shorten it, or raise busyTimeout",
                        null);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new BusyException("interrupted while waiting for the write lock", e);
        }
    }

    private Writing begin(@Nullable String entity, @Nullable String id) {
        if (closed) {
            throw new UnavailableException(connections.name() + " is closed", null);
        }
        try {
            Writing current = writing;
            if (current == null) {
                current = Writing.open(connections);
                writing = current;
            }
            executeWithRetry(current.begin());
            return current;
        } catch (SQLException e) {
            Failure failure = SqliteDialect.classify(e);
            if (failure.kind() != Kind.BUSY) {
                discard();
            }
            throw failure.toException(entity, id);
        }
    }

    private void executeWithRetry(PreparedStatement statement) throws SQLException {
        Retry retry = new Retry(timeout);
        while (true) {
            try {
                statement.execute();
                return;
            } catch (SQLException e) {
                if (SqliteDialect.classify(e).kind() != Kind.BUSY || !retry.pause()) {
                    throw e;
                }
            }
        }
    }

    private <T extends @Nullable Object, X extends Exception> T finish(
            Writing current, @Nullable String entity, @Nullable String id, Store.TransactionBody<T, X> body) throws X {
        T result;
        try {
            result = body.run(current.session());
        } catch (Throwable t) {
            rollBack(current, t);
            throw t;
        }
        commit(current, entity, id);
        return result;
    }

    private void commit(Writing current, @Nullable String entity, @Nullable String id) {
        try {
            executeWithRetry(current.commit());
        } catch (SQLException e) {
            Failure failure = SqliteDialect.classify(e);
            if (failure.kind() == Kind.BUSY) {
                // The transaction is still open, and nothing of it is visible.
                BusyException busy =
                        new BusyException("the commit was kept waiting by readers of another connection", e);
                rollBack(current, busy);
                throw busy;
            }
            discard();
            if (failure.kind() == Kind.FULL || failure.kind() == Kind.FOREIGN_KEY) {
                throw failure.toException(entity, id);
            }
            throw new OutcomeUnknownException(
                    "the commit to " + connections.name()
                            + " failed, and may have taken effect; read back before trying again",
                    e);
        }
    }

    /** Where rolling back fails, the first cause keeps the word, and the connection goes: nobody can tell its state. */
    private void rollBack(Writing current, Throwable cause) {
        try {
            if (breaksConnection(cause)) {
                discard();
            } else {
                current.rollback().execute();
            }
        } catch (SQLException e) {
            cause.addSuppressed(e);
            discard();
        }
    }

    private static boolean breaksConnection(Throwable cause) {
        for (Throwable t = cause; t != null; t = t.getCause()) {
            if (t instanceof SQLException e && SqliteDialect.classify(e).breaksConnection()) {
                return true;
            }
        }
        return false;
    }

    /** After an I/O error SQLite may have rolled back while the driver still believes in the transaction. */
    private void discard() {
        Writing current = writing;
        writing = null;
        if (current != null) {
            try {
                current.session().close();
            } catch (SQLException e) {
                LOG.debug("closing the writing connection failed", e);
            }
        }
    }

    @Override
    public void close() {
        if (lock.isHeldByCurrentThread()) {
            throw new IllegalStateException("the database cannot be closed inside withTx");
        }
        lock.lock();
        try {
            closed = true;
            discard();
        } finally {
            lock.unlock();
        }
    }
}
