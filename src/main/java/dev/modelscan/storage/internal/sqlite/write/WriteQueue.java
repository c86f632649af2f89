package dev.modelscan.storage.internal.sqlite.write;

import dev.modelscan.storage.internal.sqlite.write.WriteRequest.State;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Who may use the writing connection: one leader at a time. A thread that finds nobody leading leads; others queue, and are
 * either taken into the leader's group or, in the order they came, lead the next.
 *
 * <p>Threads wait in {@link LockSupport#park}, which frees the carrier of a virtual thread; SQLite's busy handler would hold it.
 *
 * <p>An Error may strike at any call, such as that no stack is left. So the lock is a monitor, which is released without one; the
 * queue is linked by fields, and each change of it is a few writes of fields with no call in between; and a leader whose call
 * has ended is no leader any more, whether it has handed over or not.
 */
final class WriteQueue {

    private final Object lock = new Object();
    private @Nullable WriteRequest<?> first;
    private @Nullable WriteRequest<?> last;
    private int length;
    private int crowd;
    private volatile @Nullable WriteRequest<?> leader;
    private volatile boolean leaderIsPatient;

    /** Whether this thread is the leader. */
    boolean isLedByCurrentThread() {
        WriteRequest<?> current = leader;
        return current != null && current.owner == Thread.currentThread() && !current.over;
    }

    /** Makes the request's thread the leader if there is none, or else puts it into the queue. */
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
     * Takes the next request, if it may join a group; null if there is none, or if the next has to lead itself.
     *
     * @param own the leader's
     * @param patienceNanos how long to wait for one to arrive; not at all if it is not above 0
     */
    @Nullable
    WriteRequest<?> takeNext(WriteRequest<?> own, long patienceNanos, List<WriteRequest<?>> members) {
        long until = patienceNanos > 0 ? System.nanoTime() + patienceNanos : 0;
        leaderIsPatient = patienceNanos > 0;
        try {
            while (true) {
                WriteRequest<?> next;
                synchronized (lock) {
                    skipThoseThatLeft();
                    next = first;
                    if (next != null && next.mayJoin()) {
                        next.leader = own;
                        next.state = State.TAKEN;
                        first = next.next;
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

    /** Those whose call has ended, too: it may not have come to withdraw its request. */
    private void skipThoseThatLeft() {
        WriteRequest<?> next = first;
        while (next != null && (next.over || next.state != State.WAITING)) {
            first = next.next;
            length--;
            next = first;
        }
    }

    /** How many threads wrote or waited to write when the last group ended. The leader's alone. */
    int lastCrowd() {
        return crowd;
    }

    /** Returns whether the request, which its thread does not want to wait for any longer, still waited. */
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

    /** Something that needs the writing connection idle. */
    @FunctionalInterface
    interface Pause<X extends Exception> {
        /** Does it. */
        void run() throws X;
    }

    /** Runs something while nobody writes, in its turn. */
    <X extends Exception> void pauseWriter(Pause<X> pause) throws X {
        WriteRequest<Boolean> request = new WriteRequest<>(null, null, false, session -> true);
        try {
            if (!leadOrEnqueue(request)) {
                request.awaitTurn(this);
            }
            pause.run();
        } finally {
            request.over = true;
            replaceLeaderThatLeft();
        }
    }

    /** Ends the turn of a leader and so many members. The first that still waits leads next. */
    void handOver(WriteRequest<?> own, int group) {
        WriteRequest<?> next;
        synchronized (lock) {
            if (leader != own) {
                return;
            }
            skipThoseThatLeft();
            crowd = group + length;
            next = elect();
        }
        wake(next);
    }

    /** If the leader's call has ended without handing over, has the next lead. Returns whether it had. */
    boolean replaceLeaderThatLeft() {
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

    /** From the first write to the last nothing is called, so that all of them are done, or none. */
    private @Nullable WriteRequest<?> elect() {
        skipThoseThatLeft();
        WriteRequest<?> next = first;
        leader = next;
        if (next != null) {
            first = next.next;
            next.next = null;
            length--;
            next.state = State.LEADING;
        }
        return next;
    }
}
