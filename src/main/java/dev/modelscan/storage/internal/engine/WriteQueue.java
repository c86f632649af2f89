package dev.modelscan.storage.internal.engine;

import dev.modelscan.storage.internal.engine.WriteRequest.State;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Who may use the writing connection: one leader at a time. A thread that finds nobody leading leads; others queue, and are
 * either taken into the leader's group or, in the order they came, lead the next.
 *
 * <p>Threads wait in {@link java.util.concurrent.locks.LockSupport#park}, which frees the carrier of a virtual thread; SQLite's
 * busy handler would hold it.
 */
final class WriteQueue {

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition arrived = lock.newCondition();
    private final Deque<WriteRequest<?>> waiting = new ArrayDeque<>();
    private boolean led;
    private int crowd;
    private volatile @Nullable Thread leader;

    /** Whether this thread is the leader. */
    boolean isLedByCurrentThread() {
        return leader == Thread.currentThread();
    }

    /** Makes the request's thread the leader where there is none, or else puts it into the queue. */
    boolean leadOrEnqueue(WriteRequest<?> request) {
        lock.lock();
        try {
            if (led) {
                waiting.addLast(request);
                arrived.signal();
                return false;
            }
            led = true;
            request.move(State.WAITING, State.LEADING);
        } finally {
            lock.unlock();
        }
        return true;
    }

    /** Called by the new leader before anything else. */
    void lead() {
        leader = Thread.currentThread();
    }

    /**
     * Takes the next request, where it may join a group; null where there is none, or where the next has to lead itself.
     *
     * @param patienceNanos how long to wait for one to arrive; not at all where it is not above 0
     * @param members the group. It is there before it counts as taken: where memory fails, it is still in the queue
     */
    @Nullable
    WriteRequest<?> takeNext(long patienceNanos, List<WriteRequest<?>> members) {
        lock.lock();
        try {
            long left = patienceNanos;
            while (true) {
                WriteRequest<?> next = waiting.peekFirst();
                if (next == null && left > 0) {
                    left = arrived.awaitNanos(left);
                } else if (next == null || !next.mayJoin()) {
                    return null;
                } else {
                    members.add(next);
                    waiting.removeFirst();
                    if (next.move(State.WAITING, State.TAKEN)) {
                        return next;
                    }
                    members.remove(members.size() - 1);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return null;
        } finally {
            lock.unlock();
        }
    }

    /** How many threads wrote or waited to write when the last group ended. The leader's alone. */
    int lastCrowd() {
        return crowd;
    }

    /** Takes out a request whose thread does not wait any longer. */
    void remove(WriteRequest<?> request) {
        lock.lock();
        try {
            waiting.remove(request);
        } finally {
            lock.unlock();
        }
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
        if (!leadOrEnqueue(request)) {
            request.awaitTurn();
        }
        lead();
        try {
            pause.run();
        } finally {
            handOver(0);
        }
    }

    /**
     * Ends the turn of a leader and so many members. The first that still waits leads next. Allocates nothing, as waiting for the lock
     * would: if memory failed here, nobody could ever write again.
     */
    void handOver(int group) {
        leader = null;
        while (!lock.tryLock()) {
            Thread.onSpinWait();
        }
        try {
            crowd = group + waiting.size();
            WriteRequest<?> next = waiting.pollFirst();
            while (next != null && !next.move(State.WAITING, State.LEADING)) {
                next = waiting.pollFirst();
            }
            led = next != null;
        } finally {
            lock.unlock();
        }
    }
}
