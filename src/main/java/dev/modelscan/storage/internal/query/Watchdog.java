package dev.modelscan.storage.internal.query;

import java.sql.SQLException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Stops statements whose thread was interrupted, or that take too long: the drivers notice neither. A thread that all databases of
 * the process share looks at their sessions every 20 ms, so what is over by then is never stopped. While nothing is executed it
 * sleeps, and it ends with the last of them.
 */
public final class Watchdog implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Watchdog.class);

    /** How long a server has to answer a request to cancel. */
    private static final long GRACE_NANOS = TimeUnit.SECONDS.toNanos(10);

    private final Dialect dialect;
    private final long limitNanos;
    private final String tooLong;
    private final Map<Session, Look> looks = new ConcurrentHashMap<>();
    private boolean closed;

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
        WatchdogThread.watch(this);
        looks.put(session, new Look());
    }

    /** Ends {@link #watch}, before the session's connection goes to somebody else. */
    public void forget(Session session) {
        looks.remove(session);
    }

    /** Returns whether any session executes something, or has since the last look. */
    boolean lookAtAll(long now) {
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
            stop(() -> dialect.abandon(session.connection()));
        }
    }

    private void cancel(Session session, Look seen, String why) {
        RunningStatement running = session.running();
        long state = seen.state;
        // Made first: once the statement is kept from ending, nothing may fail before the request is over.
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

    /** On a thread of its own if it may wait for a network: the shared one looks after all databases of the process. */
    private void stop(Runnable request) {
        if (dialect.stopsOverNetwork()) {
            WatchdogThread.runApart(request);
        } else {
            request.run();
        }
    }

    /** What still runs is not watched any more. */
    @Override
    public synchronized void close() {
        closed = true;
        looks.clear();
        WatchdogThread.forget(this);
    }
}
