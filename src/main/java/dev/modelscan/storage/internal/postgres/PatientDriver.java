package dev.modelscan.storage.internal.postgres;

import dev.modelscan.storage.internal.engine.Failure;
import dev.modelscan.storage.internal.engine.SimpleDataSource;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.Properties;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Connects to a server that may be unavailable. Retries until the server is back, at short intervals while a
 * caller waits, and at once when a caller arrives. HikariCP's own pauses double up to 5 s, so a call that
 * started after the server was back waited up to 5 s, and failed if its timeout was shorter.
 *
 * <p>The pool connects on one thread, which waits in here. Callers that need a connection wait in the pool.
 */
final class PatientDriver extends SimpleDataSource {

    private static final int SHORT_MILLIS = 40;
    private static final int LONG_MILLIS = 1_000;

    private final String url;
    private final Properties properties;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition asked = lock.newCondition();
    private boolean isAsked;
    private final AtomicInteger waiting = new AtomicInteger();
    private volatile @Nullable SQLException failure;

    PatientDriver(String url, Properties properties) {
        this.url = url;
        this.properties = properties;
    }

    /** Why the last attempt failed; null if it did not. */
    @Nullable
    SQLException failure() {
        return failure;
    }

    /** To be called before a caller waits for a connection. */
    void beginWait() {
        if (waiting.getAndIncrement() == 0 && failure != null) {
            lock.lock();
            try {
                isAsked = true;
                asked.signal();
            } finally {
                lock.unlock();
            }
        }
    }

    void endWait() {
        waiting.decrementAndGet();
    }

    /** Returns only with a connection. Closing the pool interrupts the thread. */
    @Override
    public Connection getConnection() throws SQLException {
        while (true) {
            try {
                Connection connection = DriverManager.getConnection(url, properties);
                failure = null;
                return connection;
            } catch (SQLException e) {
                failure = e;
                pause(e);
            }
        }
    }

    /**
     * Pauses before the next attempt; longer if only an administrator can fix the failure, since servers
     * count failed logins.
     */
    private void pause(SQLException e) throws SQLException {
        boolean mayPass = PostgresErrors.classify(e).kind() != Failure.Kind.UNAVAILABLE;
        lock.lock();
        try {
            int millis = waiting.get() > 0 && mayPass ? SHORT_MILLIS : LONG_MILLIS;
            long jittered = ThreadLocalRandom.current().nextLong(millis / 2, millis + 1);
            long left = TimeUnit.MILLISECONDS.toNanos(jittered);
            while (left > 0 && !isAsked) {
                left = asked.awaitNanos(left);
            }
            isAsked = false;
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw e;
        } finally {
            lock.unlock();
        }
    }

    /** How many seconds a closing pool waits for an attempt in progress. */
    @Override
    public int getLoginTimeout() {
        return 1;
    }
}
