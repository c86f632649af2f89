package dev.modelscan.storage.internal.sqlite.write;

import dev.modelscan.storage.internal.sqlite.write.WriteRequest.State;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Decides who may use the writing connection: one leader at a time. A thread that finds no leader becomes the
 * leader. Other threads queue. They either join the leader's group or, in order of arrival, lead the next
 * one.
 *
 * <p>Threads wait in {@link LockSupport#park}, which frees the carrier of a virtual thread. SQLite's busy
 * handler would keep it.
 *
 * <p>An Error, such as StackOverflowError, may be thrown at any call. So the lock is a monitor, which is
 * released without a call. The queue is linked by fields, and each change is a few field writes with no call
 * between them. A leader whose call has ended is no longer the leader, even if it did not hand over.
 */
final class WriteQueue {

    private static final long MAX_LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(200);

    private final Object lock = new Object();
    private @Nullable WriteRequest<?> first;
    private @Nullable WriteRequest<?> last;
    private int length;
    private int crowd;
    private volatile @Nullable WriteRequest<?> leader;
    private volatile boolean leaderIsPatient;

    boolean isLedByCurrentThread() {
        WriteRequest<?> current = leader;
        return current != null && current.owner == Thread.currentThread() && !current.over;
    }

    /** Makes the request's thread the leader if there is none; otherwise adds the request to the queue. */
    boolean leadOrEnqueue(WriteRequest<?> request) {
        synchronized (lock) {
            if (leader == null && first == null) {
                leader = request;
                request.state = State.LEADING;
                return true;
            }
            WriteRequest<?> before = last;
            if (first == null || before == null) {
                first = request;
            } else {
                before.next = request;
            }
            last = request;
            length++;
        }
        if (leaderIsPatient) {
            wake(leader);
        }
        return false;
    }

    private static void wake(@Nullable WriteRequest<?> request) {
        if (request != null) {
            LockSupport.unpark(request.owner);
        }
    }

    /**
     * Takes the next request if it may join a group; null if there is none, or if the next one has to lead.
     *
     * @param own the leader's request
     * @param patienceNanos how long to wait for a request to arrive; 0 or less not to wait
     */
    @Nullable
    WriteRequest<?> takeNext(WriteRequest<?> own, long patienceNanos, List<WriteRequest<?>> members) {
        long until = patienceNanos > 0 ? System.nanoTime() + patienceNanos : 0;
        leaderIsPatient = patienceNanos > 0;
        try {
            while (true) {
                WriteRequest<?> next;
                synchronized (lock) {
                    skipAbandoned();
                    next = first;
                    if (next != null && next.mayJoin()) {
                        next.leader = own;
                        next.state = State.TAKEN;
                        first = next.next;
                        last = first == null ? null : last;
                        next.next = null;
                        length--;
                    }
                }
                if (next != null) {
                    return next.state == State.TAKEN && members.add(next) ? next : null;
                }
                long left = patienceNanos > 0 ? until - System.nanoTime() : 0;
                if (left <= 0 || own.owner.isInterrupted()) {
                    return null;
                }
                LockSupport.parkNanos(this, left);
            }
        } finally {
            leaderIsPatient = false;
        }
    }

    /** Also skips requests whose call has ended: such a call may not have come to withdraw its request. */
    private void skipAbandoned() {
        WriteRequest<?> next = first;
        while (next != null && (next.over || next.state != State.WAITING)) {
            first = next.next;
            last = first == null ? null : last;
            length--;
            next = first;
        }
    }

    /**
     * How long a waiting thread sleeps before it checks again, in case nobody was left to wake it: the longer, the
     * more threads wait, since any of them replaces a leader that has ended. If each of 128 threads checked every
     * 20 ms, they would spend 5 to 11 % of the processor time of a step on it. The limit is for what a thread has to
     * find out itself: that it was elected, or that the leader that took its request has ended. Takes no lock, so
     * the length may be a little out of date.
     */
    long lookNanos() {
        return Math.min(MAX_LOOK_NANOS, WriteRequest.LOOK_NANOS * Math.max(1, length));
    }

    /** How many threads wrote or waited when the last group ended. For the leader only. */
    int lastCrowd() {
        return crowd;
    }

    /** Removes a request whose thread no longer wants to wait. Returns whether it was still waiting. */
    boolean withdraw(WriteRequest<?> request) {
        synchronized (lock) {
            if (request.state != State.WAITING) {
                return false;
            }
            request.state = State.WITHDRAWN;
            unlink(request);
            return true;
        }
    }

    private void unlink(WriteRequest<?> request) {
        WriteRequest<?> before = null;
        WriteRequest<?> at = first;
        while (at != null && at != request) {
            before = at;
            at = at.next;
        }
        if (at == null) {
            return;
        }
        if (before == null) {
            first = request.next;
        } else {
            before.next = request.next;
        }
        if (last == request) {
            last = before;
        }
        length--;
    }

    /** An action that needs the writing connection idle. */
    @FunctionalInterface
    interface Pause<X extends Exception> {
        void run(WriteRequest<?> own) throws X;
    }

    /** Waits for its turn, and runs an action while nobody writes. */
    <X extends Exception> void pauseWriter(Pause<X> pause) throws X {
        WriteRequest<Boolean> request = new WriteRequest<>(null, null, false, session -> true);
        try {
            if (!leadOrEnqueue(request)) {
                request.awaitTurn(this);
            }
            pause.run(request);
        } finally {
            request.over = true;
            replaceAbandonedLeader();
        }
    }

    /** Runs an action if nobody writes or waits to write. Returns whether it did. */
    <X extends Exception> boolean pauseIdleWriter(Pause<X> pause) throws X {
        WriteRequest<Boolean> request = new WriteRequest<>(null, null, false, session -> true);
        try {
            synchronized (lock) {
                if (leader != null || first != null) {
                    return false;
                }
                leader = request;
                request.state = State.LEADING;
            }
            pause.run(request);
            return true;
        } finally {
            request.over = true;
            replaceAbandonedLeader();
        }
    }

    /**
     * Ends the turn of a leader and its group of this size. The first request that still waits leads next.
     */
    void handOver(WriteRequest<?> own, int group) {
        WriteRequest<?> next;
        synchronized (lock) {
            if (leader != own) {
                return;
            }
            skipAbandoned();
            crowd = group + length;
            next = elect();
        }
        wake(next);
    }

    /**
     * If the leader's call has ended without handing over, makes the next request the leader. Returns whether
     * it did.
     */
    boolean replaceAbandonedLeader() {
        WriteRequest<?> current = leader;
        if (current == null ? first == null : !current.over) {
            return false;
        }
        WriteRequest<?> next;
        synchronized (lock) {
            current = leader;
            if (current != null && !current.over) {
                return false;
            }
            next = elect();
        }
        wake(next);
        return true;
    }

    /** Makes no call between the first and the last write, so an Error cannot leave the change half done. */
    private @Nullable WriteRequest<?> elect() {
        skipAbandoned();
        WriteRequest<?> next = first;
        leader = next;
        if (next != null) {
            first = next.next;
            // Otherwise the queue would keep a request, with its record, until the next one.
            last = first == null ? null : last;
            next.next = null;
            length--;
            next.state = State.LEADING;
        }
        return next;
    }
}
