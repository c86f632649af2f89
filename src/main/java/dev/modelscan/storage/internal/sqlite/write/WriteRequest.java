package dev.modelscan.storage.internal.sqlite.write;

import dev.modelscan.storage.internal.engine.Store;
import dev.modelscan.storage.internal.query.Session;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * One transaction that waits for the writing connection, runs on it, and learns how its commit went.
 *
 * <p>It also stands for the call that made it: {@link #over} is set by the call's outermost {@code finally}, which needs neither
 * stack nor memory. So a leader that could not hand over is noticed by those who wait.
 *
 * @param <T> the result
 */
final class WriteRequest<T extends @Nullable Object> {

    /** How long a thread that waits sleeps before it looks again, in case that nobody was left to wake it. */
    static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

    /** Where a request is on its way. */
    enum State {
        /** In the queue. */
        WAITING,
        /** Taken by the leader of a group, which runs it. */
        TAKEN,
        /** At the head of the queue: its thread is to lead the next group. */
        LEADING,
        /** Over; there is a result or a failure. */
        DONE,
        /** Not waiting any longer, by its own thread's will. */
        WITHDRAWN,
        /** Taken by a leader whose call ended before it told the outcome. */
        ABANDONED
    }

    /** How far a leader has come with the transaction of its group. */
    enum Stage {
        /** Nothing is stored. */
        RUNNING,
        /** Nobody knows. */
        COMMITTING,
        /** All of it is stored. */
        COMMITTED
    }

    private final @Nullable String entity;
    private final @Nullable String id;
    private final Store.TransactionBody<T, ?> body;
    private final boolean mayJoin;
    final Thread owner = Thread.currentThread();

    // Written by whoever has the queue's lock, but for DONE, which is the leader's to write.
    volatile State state = State.WAITING;
    volatile @Nullable WriteRequest<?> leader;

    @Nullable
    WriteRequest<?> next;

    // Written by its own thread.
    volatile Stage stage = Stage.RUNNING;
    volatile boolean over;

    private @Nullable Thread ranOn;
    private @Nullable T result;
    private @Nullable Throwable failure;

    /**
     * A request of the current thread.
     *
     * @param entity the kind of record that an error should name
     * @param id the record that an error should name
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

    /** Runs the body and keeps its result or its failure; nobody is told before the commit. */
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

    /** Whether another's fault took it along, and it is of a kind that can be run again. */
    boolean mayBeginAnew() {
        return mayJoin && failure instanceof GroupFailure group && group.isLostByNeighbour();
    }

    /** Replaces the result of a request whose commit failed. */
    void fail(Throwable t) {
        if (failure == null) {
            failure = t;
        }
    }

    /** Whether the body ran into the end of its thread's stack, or of the memory; it need not be the body's doing. */
    void rethrowLackOfResources() {
        if (failure instanceof VirtualMachineError error) {
            throw error;
        }
    }

    /** Tells the owner. What was written before is visible to it. */
    void done() {
        state = State.DONE;
        LockSupport.unpark(owner);
    }

    /**
     * Waits in the queue until the request is over or has to lead, or until {@code deadline} or an interrupt, when it is
     * withdrawn. A request that was taken is waited for to its end, since it may be committed.
     */
    State await(WriteQueue queue, long deadline) {
        return await(queue, deadline, true);
    }

    /** Waits in the queue, however long, until the request has to lead. */
    void awaitTurn(WriteQueue queue) {
        await(queue, Long.MAX_VALUE, false);
    }

    private State await(WriteQueue queue, long deadline, boolean mayWithdraw) {
        boolean interrupted = false;
        try {
            while (true) {
                // Looked at first: a leader that is over has told its members before, or never will.
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
                if (now == State.TAKEN || !queue.replaceLeaderThatLeft()) {
                    boolean soon = mayWithdraw && now == State.WAITING && left < LOOK_NANOS;
                    LockSupport.parkNanos(this, soon ? Math.max(left, 1) : LOOK_NANOS);
                }
                interrupted |= Thread.interrupted();
            }
        } finally {
            if (interrupted) {
                owner.interrupt();
            }
        }
    }

    /** The result, or what the body threw, or what became of the commit. */
    @SuppressWarnings({"unchecked", "NullAway"
    }) // The body threw X or something unchecked; T says whether null is a result.
    <X extends Exception> T outcome() throws X {
        Throwable thrown = failure;
        if (thrown instanceof GroupFailure group) {
            throw group.toException(this);
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
