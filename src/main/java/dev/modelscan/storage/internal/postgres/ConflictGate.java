package dev.modelscan.storage.internal.postgres;

import dev.modelscan.storage.errors.CancelledException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Limits how many transactions run at once if the server may roll them back because of conflicts. PostgreSQL
 * finds conflicts between unrelated rows of one index page, so on small tables nearly all transactions
 * conflict, and an immediate retry makes it worse. Each conflict halves the limit, and about 22 commits in a
 * row double it, which keeps the share of transactions that are rolled back small. There is no limit before
 * the first conflict.
 *
 * <p>A transaction may wait for another one of its own process, such as one that it started on another
 * thread. So nobody waits here for longer than {@value #PATIENCE_MILLIS} ms; after that the transaction
 * starts anyway. Waiting transactions start in order of arrival.
 */
final class ConflictGate {

    private static final int PATIENCE_MILLIS = 250;

    /** The limit stays constant if one of 22 transactions is rolled back. */
    private static final double GROWTH = 1 + 1.0 / 32;

    private static final double NO_LIMIT = 1_000;

    private final ReentrantLock lock = new ReentrantLock();
    private final Deque<Waiter> waiters = new ArrayDeque<>();
    private double limit = Double.POSITIVE_INFINITY;
    private int running;

    enum Outcome {
        COMMITTED,
        /** Rolled back by the server because of a conflict. */
        ROLLED_BACK,
        /** Failed for another reason. */
        FAILED
    }

    private static final class Waiter {

        final Condition turn;
        boolean admitted;

        Waiter(Condition turn) {
            this.turn = turn;
        }
    }

    /**
     * To be called before a transaction begins.
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

    /** To be called after the transaction, once for each {@link #enter}. */
    void leave(Outcome outcome) {
        lock.lock();
        try {
            switch (outcome) {
                case COMMITTED -> limit = limit * GROWTH > NO_LIMIT ? Double.POSITIVE_INFINITY : limit * GROWTH;
                case ROLLED_BACK -> limit = Math.max(1, Math.min(limit, running) / 2);
                case FAILED -> {}
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
