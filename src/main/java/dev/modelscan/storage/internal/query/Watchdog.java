package dev.modelscan.storage.internal.query;

import java.sql.SQLException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.WeakHashMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Cancels statements whose thread was interrupted, or that take too long. The drivers do neither. One thread,
 * shared by all databases of the process, checks their sessions every 20 ms, so shorter statements are never
 * cancelled. It sleeps while nothing is executed, and ends with the last watchdog.
 */
public final class Watchdog implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Watchdog.class);

    /** How long a server may take to react to a request to cancel. */
    private static final long GRACE_NANOS = TimeUnit.SECONDS.toNanos(10);

    private final Dialect dialect;
    private final long limitNanos;
    private final String tooLong;
    private final Map<Session, Look> looks = new ConcurrentHashMap<>();
    private final Map<Session, Look> joined = new WeakHashMap<>();
    private boolean closed;

    /** Cancels statements after the limit; never if it is zero. */
    public Watchdog(Dialect dialect, Duration limit) {
        this.dialect = dialect;
        this.limitNanos = limit.isZero() ? Long.MAX_VALUE : limit.toNanos();
        this.tooLong = tooLong(limit);
    }

    /** The reason of a statement that was cancelled at the limit. */
    public static String tooLong(Duration limit) {
        return "it took longer than queryTimeout, which is " + limit.toMillis() + " ms";
    }

    /** Watches a session until {@link #forget}. */
    public synchronized void watch(Session session) {
        if (closed) {
            return;
        }
        WatchdogThread.watch(this);
        looks.put(session, new Look());
    }

    /**
     * Watches a session until its {@link Session#end}, or for as long as it is reachable: nobody says when a caller's
     * transaction has ended.
     */
    public synchronized void watchWhileReachable(Session session) {
        if (closed) {
            return;
        }
        WatchdogThread.watch(this);
        joined.put(session, new Look());
    }

    /** Ends {@link #watch}, before the session's connection is passed on. */
    public void forget(Session session) {
        looks.remove(session);
    }

    /** Returns whether any session executes a statement, or has since the last call. */
    boolean lookAtAll(long now) {
        boolean busy = lookAtAll(looks, now);
        Map<Session, Look> reachable;
        synchronized (this) {
            joined.keySet().removeIf(Session::hasEnded);
            reachable = joined.isEmpty() ? Map.of() : new HashMap<>(joined);
        }
        return lookAtAll(reachable, now) || busy;
    }

    private boolean lookAtAll(Map<Session, Look> sessions, long now) {
        boolean busy = false;
        for (Map.Entry<Session, Look> entry : sessions.entrySet()) {
            try {
                busy |= lookAt(entry.getKey(), entry.getValue(), now);
            } catch (RuntimeException | Error e) {
                LOG.warn("a statement could not be watched", e);
            }
        }
        return busy;
    }

    /** The last observation of a session; used by the watchdog's thread only. */
    private static final class Look {
        long state;
        long at;
        long ranNanos;
    }

    /** Counts only the time in which the statement runs, not the caller's time between two rows. */
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
            cancelIfDue(session, last);
        }
        return !same || phase != RunningStatement.IDLE;
    }

    private void cancelIfDue(Session session, Look seen) {
        boolean runs = RunningStatement.phase(seen.state) == RunningStatement.RUNNING;
        if (runs && session.running().isInterrupted()) {
            cancel(session, seen, StatementCancelledException.INTERRUPTED);
        } else if (runs && seen.ranNanos >= limitNanos) {
            cancel(session, seen, tooLong);
        } else if (runs && seen.ranNanos >= session.running().waitNanos()) {
            cancel(session, seen, StatementCancelledException.WAITED);
        } else if (!runs && seen.ranNanos >= GRACE_NANOS) {
            seen.ranNanos = 0;
            stop(() -> dialect.abandon(session.connection()));
        }
    }

    private void cancel(Session session, Look seen, String why) {
        RunningStatement running = session.running();
        long state = seen.state;
        // Allocate first: once the statement is kept from ending, nothing may fail before the request has
        // ended.
        Runnable request = () -> {
            try {
                dialect.cancel(session.connection());
            } catch (SQLException e) {
                LOG.debug("a statement could not be cancelled", e);
            } finally {
                running.cancelled(state);
            }
        };
        if (running.tryCancel(state, why)) {
            seen.ranNanos = 0;
            stop(request);
        }
    }

    /**
     * Runs a request on its own thread if it may wait for the network, since the shared thread serves all
     * databases.
     */
    private void stop(Runnable request) {
        if (dialect.stopsOverNetwork()) {
            WatchdogThread.runApart(request);
        } else {
            request.run();
        }
    }

    /** Stops watching, even statements that still run. */
    @Override
    public synchronized void close() {
        closed = true;
        looks.clear();
        joined.clear();
        WatchdogThread.forget(this);
    }
}
