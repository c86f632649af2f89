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
import java.util.function.IntConsumer;
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
    private volatile @Nullable IntConsumer pool;

    PatientDriver(String url, Properties properties) {
        this.url = url;
        this.properties = properties;
    }

    /**
     * To be called with what asks the pool for a connection for a number of callers. If many callers come at once, the pool
     * drops requests, and the last caller would wait for a connection that nobody opens.
     */
    void connectsFor(IntConsumer pool) {
        this.pool = pool;
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
                askForTheOthers();
                return connection;
            } catch (SQLException e) {
                failure = e;
                pause(e);
            }
        }
    }

    /** The connection just opened serves one caller. The pool opens no more than it may have and its callers need. */
    private void askForTheOthers() {
        int callers = waiting.get();
        IntConsumer opener = pool;
        if (callers > 1 && opener != null) {
            opener.accept(callers);
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
