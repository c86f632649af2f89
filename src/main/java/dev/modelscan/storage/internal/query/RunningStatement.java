package dev.modelscan.storage.internal.query;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.sql.SQLException;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * What a session runs just now, and the handshake by which the {@link Watchdog} stops it. Its number and phase are one word: who
 * cancels moves the word on from running, and the session's thread moves it on to idle, and waits where the other was first. So
 * a request to cancel is over before the next statement begins, and never meets that.
 *
 * <p>Beginning and ending cost a few nanoseconds, since nothing is locked and no clock is read.
 */
public final class RunningStatement {

    static final int IDLE = 0;
    static final int RUNNING = 1;
    static final int CANCELLING = 2;
    static final int CANCELLED = 3;

    private static final long PAUSE_NANOS = 20_000;

    private static final VarHandle STATE;

    static {
        try {
            STATE = MethodHandles.lookup().findVarHandle(RunningStatement.class, "state", long.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private volatile long state;
    private volatile long waitNanos = Long.MAX_VALUE;
    // Written before the state is, and read after it.
    private @Nullable Thread thread;
    private @Nullable String reason;
    // The session's own from here on.
    private int depth;
    private long number;
    private long current;

    RunningStatement() {}

    /**
     * Until it is called again, stops a statement after that time as one that waits for a lock; {@link Long#MAX_VALUE} for
     * never. For single statements, which cannot tell the server how long to wait.
     */
    public void waitAtMost(long nanos) {
        waitNanos = nanos;
    }

    long waitNanos() {
        return waitNanos;
    }

    /** Begins a statement. One that runs inside another is part of it. */
    public void begin() {
        if (depth == 0) {
            number++;
        }
        resume(number);
    }

    /** The number of the statement that began last, by which its rows can be read later. */
    public long number() {
        return number;
    }

    /** Goes on with a statement, such as to read its next row. */
    public void resume(long statement) {
        if (depth++ == 0) {
            current = statement;
            thread = Thread.currentThread();
            STATE.setRelease(this, word(statement, RUNNING));
            if (WatchdogThread.isAsleep()) {
                WatchdogThread.wake();
            }
        }
    }

    /**
     * Ends what {@link #begin} or {@link #resume} began, and failed or may go on.
     *
     * @throws StatementCancelledException if it was cancelled, even if it had just come to its end
     */
    public void end() throws StatementCancelledException {
        end(null);
    }

    /** {@link #end()} for a statement that the driver's exception ended, which goes with that of the cancellation. */
    void end(@Nullable SQLException failure) throws StatementCancelledException {
        if (--depth == 0 && !tryEnd()) {
            throw new StatementCancelledException(awaitCancelled(), failure);
        }
    }

    /** Whether each statement that began has ended. It has not if an Error came through it. The session's own thread asks. */
    public boolean isIdle() {
        return depth == 0;
    }

    /**
     * Ends a statement that has returned. A request to cancel it came too late: what it did stands, and it may have been
     * committed.
     */
    public void endReturned() {
        if (--depth == 0 && !tryEnd()) {
            awaitCancelled();
        }
    }

    private boolean tryEnd() {
        return STATE.compareAndSet(this, word(current, RUNNING), word(current, IDLE));
    }

    /** Waits until the request is over, so that it does not meet the next statement, and returns the reason of it. */
    private String awaitCancelled() {
        while (phase(state) != CANCELLED) {
            LockSupport.parkNanos(this, PAUSE_NANOS);
        }
        String why = String.valueOf(reason);
        state = word(current, IDLE);
        return why;
    }

    /** Until {@link #endUnwatched}, statements cannot be cancelled. */
    public void beginUnwatched() {
        depth++;
    }

    /** Ends what {@link #beginUnwatched} began. */
    public void endUnwatched() {
        depth--;
    }

    long state() {
        return state;
    }

    /** The thread of a statement that was seen running; it may be another's by now, which {@link #tryCancel} would find out. */
    boolean isInterrupted() {
        Thread running = thread;
        return running != null && running.isInterrupted();
    }

    /** Where the statement still runs, keeps it from ending until {@link #cancelled}. */
    boolean tryCancel(long seen, String why) {
        reason = why;
        return STATE.compareAndSet(this, seen, word(number(seen), CANCELLING));
    }

    void cancelled(long seen) {
        state = word(number(seen), CANCELLED);
    }

    static long number(long state) {
        return state >>> 2;
    }

    static int phase(long state) {
        return (int) (state & 3);
    }

    private static long word(long number, int phase) {
        return number << 2 | phase;
    }
}
