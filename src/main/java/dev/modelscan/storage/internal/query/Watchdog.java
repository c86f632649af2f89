package dev.modelscan.storage.internal.query;

import java.sql.SQLException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Stops statements whose thread was interrupted, or that take too long: the drivers notice neither. A thread of its own looks
 * at the sessions every 20 ms, so what is over by then is never stopped. While nothing is executed it sleeps.
 */
public final class Watchdog implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Watchdog.class);

    private static final long PERIOD_NANOS = TimeUnit.MILLISECONDS.toNanos(20);
    private static final long QUIET_NANOS = TimeUnit.SECONDS.toNanos(1);

    /** How long a server has to answer a request to cancel. */
    private static final long GRACE_NANOS = TimeUnit.SECONDS.toNanos(10);

    private final Dialect dialect;
    private final long limitNanos;
    private final String tooLong;
    private final Map<Session, Look> looks = new ConcurrentHashMap<>();
    private @Nullable Thread thread;
    private volatile boolean asleep;
    private volatile boolean closed;

    /** Stops statements after that time; never where it is zero. */
    public Watchdog(Dialect dialect, Duration limit) {
        this.dialect = dialect;
        this.limitNanos = limit.isZero() ? Long.MAX_VALUE : limit.toNanos();
        this.tooLong = tooLong(limit);
    }

    /** Why a statement was stopped that took longer than the limit. */
    public static String tooLong(Duration limit) {
        return "it took longer than queryTimeout, which is " + limit.toMillis() + " ms";
    }

    /** Looks after a session until it is forgotten. */
    public synchronized void watch(Session session) {
        if (closed) {
            return;
        }
        if (thread == null) {
            Thread made = new Thread(this::run, "modelscan-storage-watchdog");
            made.setDaemon(true);
            made.start();
            thread = made;
        }
        session.running().watchedBy(this);
        looks.put(session, new Look());
    }

    /** Ends {@link #watch}, before the session's connection goes to somebody else. */
    public void forget(Session session) {
        looks.remove(session);
    }

    boolean isAsleep() {
        return asleep;
    }

    void wake() {
        asleep = false;
        LockSupport.unpark(thread);
    }

    private void run() {
        long lastBusy = System.nanoTime();
        while (!closed) {
            long now = System.nanoTime();
            try {
                if (lookAtAll(now)) {
                    lastBusy = now;
                }
            } catch (RuntimeException | Error e) {
                // Not even the log may have the memory that it needs. Whoever was to be stopped is so at the next look.
                lastBusy = now;
            }
            if (now - lastBusy < QUIET_NANOS) {
                LockSupport.parkNanos(this, PERIOD_NANOS);
            } else if (sleep()) {
                lastBusy = System.nanoTime();
            }
        }
    }

    /** Returns whether it was woken. A statement that begins just now may not see that this thread sleeps, so it is no long sleep. */
    private boolean sleep() {
        asleep = true;
        LockSupport.parkNanos(this, QUIET_NANOS);
        boolean woken = !asleep;
        asleep = false;
        return woken;
    }

    private boolean lookAtAll(long now) {
        boolean busy = false;
        for (Map.Entry<Session, Look> entry : looks.entrySet()) {
            try {
                busy |= lookAt(entry.getKey(), entry.getValue(), now);
            } catch (RuntimeException | Error e) {
                LOG.warn("a statement could not be looked after", e);
            }
        }
        return busy;
    }

    /** What was seen of a session the last time; the watchdog's alone. */
    private static final class Look {
        long state;
        long at;
        long ranNanos;
    }

    /** Counts only the time in which the statement runs, and not what its caller does between two rows. */
    private boolean lookAt(Session session, Look last, long now) {
        RunningStatement running = session.running();
        long state = running.state();
        int phase = RunningStatement.phase(state);
        boolean same = RunningStatement.number(state) == RunningStatement.number(last.state);
        boolean stillRuns =
                same && phase != RunningStatement.IDLE && RunningStatement.phase(last.state) != RunningStatement.IDLE;
        if (stillRuns) {
            last.ranNanos += now - last.at;
        } else if (!same) {
            last.ranNanos = 0;
        }
        last.state = state;
        last.at = now;
        if (stillRuns) {
            stopWhereDue(session, last);
        }
        return !same || phase != RunningStatement.IDLE;
    }

    private void stopWhereDue(Session session, Look seen) {
        boolean runs = RunningStatement.phase(seen.state) == RunningStatement.RUNNING;
        if (runs && session.running().isInterrupted()) {
            cancel(session, seen, StatementCancelledException.INTERRUPTED);
        } else if (runs && seen.ranNanos >= limitNanos) {
            cancel(session, seen, tooLong);
        } else if (runs && seen.ranNanos >= session.running().waitNanos()) {
            cancel(session, seen, StatementCancelledException.WAITED);
        } else if (!runs && seen.ranNanos >= GRACE_NANOS) {
            seen.ranNanos = 0;
            dialect.abandon(session.connection());
        }
    }

    private void cancel(Session session, Look seen, String why) {
        RunningStatement running = session.running();
        if (running.tryCancel(seen.state, why)) {
            seen.ranNanos = 0;
            try {
                dialect.cancel(session.connection());
            } catch (SQLException e) {
                LOG.debug("a statement could not be cancelled", e);
            } finally {
                running.cancelled(seen.state);
            }
        }
    }

    /** Ends the thread. What still runs is not watched any more. */
    @Override
    public synchronized void close() {
        closed = true;
        LockSupport.unpark(thread);
    }
}
