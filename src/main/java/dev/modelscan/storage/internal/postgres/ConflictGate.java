package dev.modelscan.storage.internal.postgres;

import dev.modelscan.storage.errors.CancelledException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * How many transactions run at once whose conflicts the server answers by taking one of them back. PostgreSQL finds conflicts
 * between unrelated rows of one index page, so on small tables nearly all transactions are in each other's way, and trying again at
 * once makes it worse. As many run as keep the part that is taken back small: each conflict halves their number, and some 22
 * commits in a row double it. Until the first conflict there is no limit.
 *
 * <p>A transaction may wait for another of its own process, such as one that it has begun on another thread. So nobody waits here
 * for longer than {@value #PATIENCE_MILLIS} ms, and then goes on all the same. Those who wait go on in the order in which they came.
 */
final class ConflictGate {

    private static final int PATIENCE_MILLIS = 250;

    /** Where one in 22 transactions is taken back, the limit stays as it is. */
    private static final double GROWTH = 1 + 1.0 / 32;

    private static final double NO_LIMIT = 1_000;

    private final ReentrantLock lock = new ReentrantLock();
    private final Deque<Waiter> waiters = new ArrayDeque<>();
    private double limit = Double.POSITIVE_INFINITY;
    private int running;

    /** What became of a transaction. */
    enum Outcome {
        COMMITTED,
        /** By the server, because of others. */
        TAKEN_BACK,
        /** It failed for reasons of its own. */
        NEITHER
    }

    /** A transaction that waits for its turn. */
    private static final class Waiter {

        final Condition turn;
        boolean admitted;

        Waiter(Condition turn) {
            this.turn = turn;
        }
    }

    /**
     * Called before a transaction begins.
     *
     * @throws CancelledException if the thread is interrupted while it waits
     */
    void enter() {
        lock.lock();
        try {
            if (running + 1 <= limit && waiters.isEmpty()) {
                running++;
            } else {
                await();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CancelledException("interrupted while other transactions were in its way", e);
        } finally {
            lock.unlock();
        }
    }

    private void await() throws InterruptedException {
        Waiter waiter = new Waiter(lock.newCondition());
        waiters.addLast(waiter);
        try {
            long left = TimeUnit.MILLISECONDS.toNanos(PATIENCE_MILLIS);
            while (!waiter.admitted && left > 0) {
                left = waiter.turn.awaitNanos(left);
            }
        } catch (Throwable t) {
            if (waiter.admitted) {
                running--;
                admit();
            }
            throw t;
        } finally {
            waiters.remove(waiter);
        }
        if (!waiter.admitted) {
            running++;
        }
    }

    /** Called after it, once for each {@link #enter}. */
    void leave(Outcome outcome) {
        lock.lock();
        try {
            switch (outcome) {
                case COMMITTED -> limit = limit * GROWTH > NO_LIMIT ? Double.POSITIVE_INFINITY : limit * GROWTH;
                case TAKEN_BACK -> limit = Math.max(1, Math.min(limit, running) / 2);
                case NEITHER -> {}
            }
            running--;
            admit();
        } finally {
            lock.unlock();
        }
    }

    private void admit() {
        while (running + 1 <= limit && !waiters.isEmpty()) {
            Waiter next = waiters.removeFirst();
            next.admitted = true;
            running++;
            next.turn.signal();
        }
    }
}
