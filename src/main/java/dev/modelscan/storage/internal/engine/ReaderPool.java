package dev.modelscan.storage.internal.engine;

import dev.modelscan.storage.BusyException;
import dev.modelscan.storage.CancelledException;
import dev.modelscan.storage.UnavailableException;
import dev.modelscan.storage.internal.query.Dialect;
import dev.modelscan.storage.internal.query.Session;
import dev.modelscan.storage.internal.query.Watchdog;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A few connections that only read. More of them than cores would starve the writer. The one that came back last goes out
 * first, since its statements and pages are warm. Threads wait in Java, never inside the driver.
 */
final class ReaderPool implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(ReaderPool.class);

    private final SqliteConnections connections;
    private final Dialect dialect;
    private final Watchdog watchdog;
    private final int size;
    private final Duration timeout;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition returned = lock.newCondition();
    private final Deque<Session> idle = new ArrayDeque<>();
    private int open;
    private boolean closed;

    ReaderPool(SqliteConnections connections, Dialect dialect, Watchdog watchdog, int size, Duration timeout) {
        this.connections = connections;
        this.dialect = dialect;
        this.watchdog = watchdog;
        this.size = size;
        this.timeout = timeout;
    }

    /** A session that is the caller's until it is released. */
    Session acquire() throws SQLException {
        lock.lock();
        try {
            long remaining = timeout.toNanos();
            while (idle.isEmpty() && open == size && !closed) {
                requireTimeLeft(remaining);
                remaining = returned.awaitNanos(remaining);
            }
            if (closed) {
                throw new UnavailableException(connections.name() + " is closed", null);
            }
            Session session = idle.pollFirst();
            if (session != null) {
                return session;
            }
            open++;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CancelledException("interrupted while waiting for a reading connection", e);
        } finally {
            lock.unlock();
        }
        return openSession();
    }

    private void requireTimeLeft(long remaining) {
        if (remaining <= 0) {
            throw new BusyException(
                    "all " + size + " reading connections were in use for " + timeout.toMillis()
                            + " ms; close streams and cursors of dsl(), or raise readers",
                    null);
        }
    }

    private Session openSession() throws SQLException {
        try {
            Session session = new Session(connections.openReader(), dialect);
            watchdog.watch(session);
            return session;
        } catch (SQLException | RuntimeException e) {
            discarded();
            throw e;
        }
    }

    /** Takes a session back; one that broke is closed instead, and the next caller opens another. */
    void release(Session session, boolean broken) {
        boolean keep = !broken;
        lock.lock();
        try {
            keep &= !closed;
            if (keep) {
                idle.addFirst(session);
                returned.signal();
            }
        } finally {
            lock.unlock();
        }
        if (!keep) {
            discarded();
            closeQuietly(session);
        }
    }

    /** {@link #release} for a session whose connection was lent to others. */
    void takeBack(Session session) {
        release(session, !isClean(session.connection()));
    }

    /** The borrower may have left a transaction open, and its snapshot with it, or have allowed itself to write. */
    private static boolean isClean(Connection connection) {
        try (Statement statement = connection.createStatement()) {
            statement.execute("PRAGMA query_only = ON");
            if (!connection.getAutoCommit()) {
                connection.rollback();
                connection.setAutoCommit(true);
            }
            return true;
        } catch (SQLException e) {
            return false;
        }
    }

    private void discarded() {
        lock.lock();
        try {
            open--;
            returned.signal();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void close() {
        lock.lock();
        try {
            closed = true;
            returned.signalAll();
        } finally {
            lock.unlock();
        }
        for (Session session = poll(); session != null; session = poll()) {
            discarded();
            closeQuietly(session);
        }
    }

    private @Nullable Session poll() {
        lock.lock();
        try {
            return idle.pollFirst();
        } finally {
            lock.unlock();
        }
    }

    private void closeQuietly(Session session) {
        watchdog.forget(session);
        try {
            session.close();
        } catch (SQLException e) {
            LOG.debug("closing a reading connection failed", e);
        }
    }
}
