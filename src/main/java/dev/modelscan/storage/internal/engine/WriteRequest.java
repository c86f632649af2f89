package dev.modelscan.storage.internal.engine;

import dev.modelscan.storage.internal.query.Session;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * One transaction that waits for the writing connection, runs on it, and learns how its commit went.
 *
 * @param <T> the result
 */
final class WriteRequest<T extends @Nullable Object> {

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
        /** Taken out of the queue by its own thread, which did not want to wait any longer. */
        WITHDRAWN
    }

    private final @Nullable String entity;
    private final @Nullable String id;
    private final Store.TransactionBody<T, ?> body;
    private final boolean mayJoin;
    private final Thread owner = Thread.currentThread();
    private final AtomicReference<State> state = new AtomicReference<>(State.WAITING);
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

    /** Moves on, unless the other side was faster. */
    boolean move(State from, State to) {
        boolean moved = state.compareAndSet(from, to);
        if (moved && to == State.LEADING) {
            LockSupport.unpark(owner);
        }
        return moved;
    }

    /** Runs the body and keeps its result or its failure; nobody is told before the commit. */
    void run(Session session) {
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

    /** Tells the owner. What was written before is visible to it. */
    void done() {
        state.set(State.DONE);
        LockSupport.unpark(owner);
    }

    /**
     * Waits in the queue until the request is over or has to lead, or until {@code deadline} or an interrupt, where it is
     * withdrawn. A request that was taken is waited for to its end, since it may be committed.
     */
    State await(long deadline) {
        boolean interrupted = false;
        while (true) {
            State now = state.get();
            if (now == State.DONE || now == State.LEADING) {
                if (interrupted) {
                    owner.interrupt();
                }
                return now;
            }
            if (now == State.TAKEN) {
                LockSupport.park(this);
            } else {
                long left = deadline - System.nanoTime();
                if ((left <= 0 || interrupted) && move(State.WAITING, State.WITHDRAWN)) {
                    if (interrupted) {
                        owner.interrupt();
                    }
                    return State.WITHDRAWN;
                }
                LockSupport.parkNanos(this, Math.max(left, 1));
            }
            interrupted |= Thread.interrupted();
        }
    }

    /** Waits in the queue, however long, until the request has to lead. */
    void awaitTurn() {
        boolean interrupted = false;
        while (state.get() != State.LEADING) {
            LockSupport.park(this);
            interrupted |= Thread.interrupted();
        }
        if (interrupted) {
            owner.interrupt();
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
        if (thrown instanceof Error error) {
            throw error;
        }
        if (thrown != null) {
            throw (X) thrown;
        }
        return result;
    }
}
