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
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A few connections that only read. More of them than cores would starve the writer. The one that came back last goes out
 * first, since its statements and pages are warm. Threads wait for one in Java, not inside the driver.
 *
 * <p>Who comes while a session is idle takes it, since waking another costs more than most reads. But one that has waited for
 * {@value #PATIENCE_MILLIS} ms is handed the next session, as Go's mutex does it, so nobody starves.
 */
final class ReaderPool implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(ReaderPool.class);

    private static final int PATIENCE_MILLIS = 5;
    private static final long PATIENCE_NANOS = TimeUnit.MILLISECONDS.toNanos(PATIENCE_MILLIS);

    private final SqliteConnections connections;
    private final Dialect dialect;
    private final Watchdog watchdog;
    private final int size;
    private final Duration timeout;
    private final ReentrantLock lock = new ReentrantLock();
    private final Deque<Session> idle = new ArrayDeque<>();
    private final Deque<Waiter> waiters = new ArrayDeque<>();
    private int open;
    private boolean closed;

    /** A thread that waits for a session. */
    private static final class Waiter {

        final long since = System.nanoTime();
        final Condition turn;

        @Nullable
        Session handed;

        Waiter(Condition turn) {
            this.turn = turn;
        }
    }

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
            Session handed = free() == 0 && !closed ? await() : null;
            if (handed != null) {
                return handed;
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

    /** Waits in line. Returns the session that was handed over, or null where there is one to take, or to open. */
    private @Nullable Session await() throws InterruptedException {
        Waiter waiter = new Waiter(lock.newCondition());
        waiters.addLast(waiter);
        int takes = 0;
        try {
            long remaining = timeout.toNanos();
            while (waiter.handed == null && free() == 0 && !closed) {
                requireTimeLeft(remaining);
                remaining = waiter.turn.awaitNanos(remaining);
            }
            takes = waiter.handed == null ? 1 : 0;
            return waiter.handed;
        } catch (InterruptedException e) {
            if (waiter.handed == null) {
                throw e;
            }
            // It was handed over at the same moment, and would be lost.
            Thread.currentThread().interrupt();
            return waiter.handed;
        } finally {
            waiters.remove(waiter);
            if (free() > takes) {
                // One wake-up may stand for two sessions, or this one leaves what it was woken for.
                wakeFirst();
            }
        }
    }

    private int free() {
        return idle.size() + size - open;
    }

    private void wakeFirst() {
        Waiter first = waiters.peekFirst();
        if (first != null) {
            first.turn.signal();
        }
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
            return watched(new Session(connections.openReader(), dialect));
        } catch (Throwable t) {
            discarded();
            throw t;
        }
    }

    private Session watched(Session session) throws SQLException {
        try {
            connections.waitInJava(session.connection());
            watchdog.watch(session);
            return session;
        } catch (Throwable t) {
            closeQuietly(session);
            throw t;
        }
    }

    /** Takes a session back; one that broke is closed instead, and the next caller opens another. */
    void release(Session session, boolean broken) {
        boolean keep = !broken;
        lock.lock();
        try {
            keep &= !closed;
            if (keep) {
                handOver(session);
            }
        } finally {
            lock.unlock();
        }
        if (!keep) {
            discarded();
            closeQuietly(session);
        }
    }

    private void handOver(Session session) {
        Waiter first = waiters.peekFirst();
        if (first == null) {
            idle.addFirst(session);
        } else if (System.nanoTime() - first.since < PATIENCE_NANOS) {
            idle.addFirst(session);
            first.turn.signal();
        } else {
            first.handed = session;
            waiters.removeFirst();
            first.turn.signal();
        }
    }

    /** {@link #acquire} for a session whose connection is lent to others, who have no {@link Retry}. */
    Session lend() throws SQLException {
        Session session = acquire();
        try {
            connections.waitInDriver(session.connection(), timeout);
            return session;
        } catch (Throwable t) {
            release(session, true);
            throw t;
        }
    }

    /** {@link #release} for a session whose connection was lent. */
    void takeBack(Session session) {
        release(session, !isClean(session.connection()));
    }

    /** The borrower may have left a transaction open, and its snapshot with it, or have allowed itself to write. */
    private boolean isClean(Connection connection) {
        try (Statement statement = connection.createStatement()) {
            statement.execute("PRAGMA query_only = ON");
            connections.waitInJava(connection);
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
            wakeFirst();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void close() {
        lock.lock();
        try {
            closed = true;
            waiters.forEach(waiter -> waiter.turn.signal());
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
            if (!connections.mustStayOpen()) {
                session.close();
            }
        } catch (SQLException e) {
            LOG.debug("closing a reading connection failed", e);
        }
    }
}
