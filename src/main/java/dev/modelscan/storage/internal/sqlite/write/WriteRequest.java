package dev.modelscan.storage.internal.sqlite.write;

import dev.modelscan.storage.internal.engine.Store;
import dev.modelscan.storage.internal.query.Session;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * One transaction on its way through the queue: it waits for the writing connection, runs on it, and receives
 * the outcome of the commit.
 *
 * <p>It also represents the call that created it: the call's outermost {@code finally} sets {@link #over},
 * which needs neither stack nor memory. So waiting threads notice a leader that ended without handing over.
 *
 * @param <T> the result
 */
final class WriteRequest<T extends @Nullable Object> {

    /** How long one waiting thread sleeps before it checks again, in case nobody was left to wake it. */
    static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

    enum State {
        WAITING,
        /** Taken by the leader of a group, which runs it. */
        TAKEN,
        /** First in the queue: its thread has to lead the next group. */
        LEADING,
        /** Finished, with a result or a failure. */
        DONE,
        /** Withdrawn from the queue by its own thread. */
        WITHDRAWN,
        /** Taken by a leader whose call ended before it reported the outcome. */
        ABANDONED
    }

    /** How far a leader has come with the transaction of its group. */
    enum Stage {
        /** Nothing is stored. */
        RUNNING,
        /** The outcome is unknown. */
        COMMITTING,
        /** Everything is in the log, which is not flushed: a loss of power may undo it. */
        WRITTEN,
        /** Everything is stored. */
        COMMITTED
    }

    private final @Nullable String entity;
    private final @Nullable String id;
    private final Store.TransactionBody<T, ?> body;
    private final boolean mayJoin;
    final Thread owner = Thread.currentThread();

    // Written under the queue's lock, except DONE, which the leader writes.
    volatile State state = State.WAITING;
    volatile @Nullable WriteRequest<?> leader;

    /** Links the list that the request is in: first that of {@link WriteQueue}, later that of {@link LogFlush}. */
    @Nullable
    WriteRequest<?> next;

    // Written by the request's own thread.
    volatile Stage stage = Stage.RUNNING;
    volatile boolean over;
    /** The last transaction that must be flushed before it returns; see {@link LogFlush}. */
    long lastTransaction;
    /** How many requests were committed with it; written before DONE. */
    int group;

    private @Nullable Thread ranOn;
    private @Nullable T result;
    private @Nullable Throwable failure;
    private @Nullable GroupFailure groupFailure;

    /**
     * A request of the current thread.
     *
     * @param entity the kind of record to name in an error
     * @param id the record to name in an error
     * @param mayJoin whether another thread may run it, as a member of its group
     */
    WriteRequest(@Nullable String entity, @Nullable String id, boolean mayJoin, Store.TransactionBody<T, ?> body) {
        this.entity = entity;
        this.id = id;
        this.body = body;
        this.mayJoin = mayJoin;
    }

    @Nullable
    String entity() {
        return entity;
    }

    @Nullable
    String id() {
        return id;
    }

    boolean mayJoin() {
        return mayJoin;
    }

    /** Runs the body and keeps its result or failure, which the owner sees only after the commit. */
    void run(Session session) {
        ranOn = Thread.currentThread();
        try {
            result = body.run(session);
        } catch (Throwable t) {
            failure = t;
        }
    }

    @Nullable
    Throwable failure() {
        return failure;
    }

    /** Whether it failed only because of another member, and may run again. */
    boolean mayBeginAnew() {
        return mayJoin && failure == null && groupFailure != null && groupFailure.isLostByNeighbour();
    }

    /** Sets the failure, unless there already is one. */
    void fail(Throwable t) {
        if (failure == null && groupFailure == null) {
            failure = t;
        }
    }

    /** Sets why the group failed. A failure of its own comes first. */
    void fail(GroupFailure group) {
        if (groupFailure == null) {
            groupFailure = group;
        }
    }

    /** Whether the thread ran out of stack or memory. The body need not be the cause. */
    void rethrowLackOfResources() {
        if (failure instanceof VirtualMachineError error) {
            throw error;
        }
    }

    /** Wakes the owner. Everything written before is visible to it. */
    void done(int size) {
        group = size;
        state = State.DONE;
        LockSupport.unpark(owner);
    }

    /**
     * Waits in the queue until the request is finished or has to lead. At {@code deadline} or on an interrupt
     * it is withdrawn. A request that was taken may be committed, so its end is always awaited.
     */
    State await(WriteQueue queue, long deadline) {
        return await(queue, deadline, true);
    }

    /** Waits in the queue without limit until the request has to lead. */
    void awaitTurn(WriteQueue queue) {
        await(queue, Long.MAX_VALUE, false);
    }

    private State await(WriteQueue queue, long deadline, boolean mayWithdraw) {
        boolean interrupted = false;
        try {
            while (true) {
                // Read over before state: a leader that is over has reported to its members
                // before, or never will.
                WriteRequest<?> by = leader;
                boolean abandoned = by != null && by.over;
                State now = state;
                if (now == State.TAKEN && abandoned) {
                    return State.ABANDONED;
                }
                if (now != State.WAITING && now != State.TAKEN) {
                    return now;
                }
                long left = deadline - System.nanoTime();
                if (mayWithdraw && (left <= 0 || interrupted) && now == State.WAITING && queue.withdraw(this)) {
                    return State.WITHDRAWN;
                }
                if (now == State.TAKEN || !queue.replaceAbandonedLeader()) {
                    long look = queue.lookNanos();
                    boolean soon = mayWithdraw && now == State.WAITING && left < look;
                    LockSupport.parkNanos(this, soon ? Math.max(left, 1) : look);
                }
                interrupted |= Thread.interrupted();
            }
        } finally {
            if (interrupted) {
                owner.interrupt();
            }
        }
    }

    /** The result; throws what the body threw, or why the commit failed. */
    @SuppressWarnings({"unchecked", "NullAway"
    }) // The body threw X or something unchecked; T says whether null is a result.
    <X extends Exception> T outcome() throws X {
        Throwable thrown = failure;
        if (thrown == null && groupFailure != null) {
            throw groupFailure.toException(this);
        }
        if (thrown != null && ranOn != null && ranOn != owner) {
            LeadersStack.exchange(thrown, ranOn);
        }
        if (thrown instanceof Error error) {
            throw error;
        }
        if (thrown != null) {
            throw (X) thrown;
        }
        return result;
    }
}
