package dev.modelscan.storage.internal.query;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.sql.SQLException;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * The statement that a session is executing, and the handshake by which the {@link Watchdog} cancels it. A
 * request to cancel always ends before the session's next statement starts, so it never hits a wrong one.
 *
 * <p>One long holds the statement's number and its phase, and changes by compare-and-set. The session sets
 * {@code RUNNING} and {@code IDLE}. The watchdog may change {@code RUNNING} to {@code CANCELLING}, and to
 * {@code CANCELLED} when the request has been sent. A session that finds {@code CANCELLING} at its end waits
 * for {@code CANCELLED}.
 *
 * <p>Starting and ending a statement costs a few nanoseconds, since nothing is locked and no clock is read.
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
    // Written before state and read after it.
    private @Nullable Thread thread;
    private @Nullable String reason;
    // The fields from here on are used by the session's thread only.
    private int depth;
    private long number;
    private long current;

    RunningStatement() {}

    /**
     * Sets the time after which a statement is cancelled as one that waits for a lock; {@link Long#MAX_VALUE}
     * for never. For single statements, which cannot tell the server how long to wait.
     */
    public void waitAtMost(long nanos) {
        waitNanos = nanos;
    }

    long waitNanos() {
        return waitNanos;
    }

    /** Starts a statement. A statement that runs inside another counts as part of it. */
    public void begin() {
        if (depth == 0) {
            number++;
        }
        resume(number);
    }

    /** The number of the statement that started last, needed to read its rows later. */
    public long number() {
        return number;
    }

    /** Continues a statement, such as to read its next row. */
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
     * Ends what {@link #begin} or {@link #resume} started, if it failed or may continue later.
     *
     * @throws StatementCancelledException if it was cancelled, even if it had just finished
     */
    public void end() throws StatementCancelledException {
        end(null);
    }

    /**
     * {@link #end()} for a statement that failed with the driver's exception, which becomes the cause of a
     * cancellation.
     */
    void end(@Nullable SQLException failure) throws StatementCancelledException {
        if (--depth == 0 && !tryEnd()) {
            throw new StatementCancelledException(awaitCancelled(), failure);
        }
    }

    /**
     * Whether every statement that started has ended. One that threw an Error may not have. Only for the
     * session's own thread.
     */
    public boolean isIdle() {
        return depth == 0;
    }

    /** Marks the session as one whose driver an Error has interrupted, so that its connection is not used again. */
    public void neverIdle() {
        depth++;
    }

    /**
     * Ends a statement that has returned. A request to cancel came too late: the statement's effect stays,
     * and may have been committed.
     */
    public void endReturned() {
        if (--depth == 0 && !tryEnd()) {
            awaitCancelled();
        }
    }

    private boolean tryEnd() {
        return STATE.compareAndSet(this, word(current, RUNNING), word(current, IDLE));
    }

    /**
     * Waits until the request has ended, so that it cannot hit the next statement, and returns its reason.
     */
    private String awaitCancelled() {
        while (phase(state) != CANCELLED) {
            LockSupport.parkNanos(this, PAUSE_NANOS);
        }
        String why = String.valueOf(reason);
        state = word(current, IDLE);
        return why;
    }

    /** Makes statements uncancellable until {@link #endUnwatched}. */
    public void beginUnwatched() {
        depth++;
    }

    /** Ends what {@link #beginUnwatched} started. */
    public void endUnwatched() {
        depth--;
    }

    long state() {
        return state;
    }

    /**
     * Whether the thread of a statement seen running is interrupted. The thread may already run another
     * statement; {@link #tryCancel} checks that.
     */
    boolean isInterrupted() {
        Thread running = thread;
        return running != null && running.isInterrupted();
    }

    /** If the statement still runs, keeps it from ending until {@link #cancelled}. */
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
