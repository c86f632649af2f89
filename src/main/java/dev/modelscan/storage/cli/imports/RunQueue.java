package dev.modelscan.storage.cli.imports;

import dev.modelscan.storage.errors.CancelledException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Hands the runs of one file from the thread that reads it to one that stores them, in order, several at a time. What waits,
 * and what is being stored, is bounded; the reader then waits.
 */
final class RunQueue implements AutoCloseable {

    /** The most runs in one transaction. A commit costs as much CPU as two runs of 26 messages. */
    static final int MOST_RUNS = 64;

    /** The most bytes, by a rough count, that wait or are being stored. A larger run is alone. */
    private static final long MOST_WEIGHT = 4L << 20;

    /** Fewer runs wait this long for more, so that a slow reader does not pay a commit for each. */
    private static final int FEW_RUNS = 16;

    private static final long LINGER = TimeUnit.MILLISECONDS.toNanos(20);

    private final Consumer<List<ReadRun>> store;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final Deque<ReadRun> waiting = new ArrayDeque<>();
    private long weight;
    private boolean running;
    private boolean complete;
    private @Nullable Throwable failure;

    /**
     * A queue.
     *
     * @param store stores runs, and throws what ends the import; called by the storing thread alone
     */
    RunQueue(Consumer<List<ReadRun>> store) {
        this.store = store;
    }

    /**
     * Adds a run, whose events the queue closes.
     *
     * @throws RuntimeException with which storing has ended
     */
    void add(ReadRun run) {
        lock.lock();
        try {
            while (running && weight > 0 && weight + run.weight() > MOST_WEIGHT) {
                changed.awaitUninterruptibly();
            }
            waiting.add(run);
            weight += run.weight();
            changed.signalAll();
            requireNoFailure();
            if (!running) {
                Thread thread = new Thread(this::storeAll, "modelscan-import");
                thread.setDaemon(true);
                // Without memory for a thread it throws, and nothing runs.
                thread.start();
                running = true;
            }
        } finally {
            lock.unlock();
        }
    }

    /**
     * Returns when all runs are stored.
     *
     * @throws RuntimeException with which storing has ended
     */
    void finish() {
        lock.lock();
        try {
            awaitEnd();
            requireNoFailure();
        } finally {
            lock.unlock();
        }
    }

    /** Stores what was added, unless storing has ended. */
    @Override
    public void close() {
        lock.lock();
        try {
            awaitEnd();
            waiting.forEach(run -> run.events().close());
            waiting.clear();
        } finally {
            lock.unlock();
        }
    }

    private void awaitEnd() {
        complete = true;
        changed.signalAll();
        while (running) {
            changed.awaitUninterruptibly();
        }
    }

    private void requireNoFailure() {
        if (failure instanceof Error error) {
            throw error;
        }
        if (failure instanceof RuntimeException exception) {
            throw exception;
        }
    }

    private void storeAll() {
        try {
            for (List<ReadRun> next = next(); !next.isEmpty(); next = next()) {
                try {
                    store.accept(next);
                } finally {
                    next.forEach(run -> run.events().close());
                }
                stored(next);
            }
            stopped(null);
        } catch (InterruptedException e) {
            stopped(new CancelledException("interrupted while runs were stored; import again to go on", e));
        } catch (RuntimeException | Error e) {
            stopped(e);
        }
    }

    private void stopped(@Nullable Throwable thrown) {
        lock.lock();
        try {
            failure = thrown;
            running = false;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** The next runs; none at the end. */
    private List<ReadRun> next() throws InterruptedException {
        lock.lock();
        try {
            while (waiting.isEmpty() && !complete) {
                changed.await();
            }
            long left = LINGER;
            while (left > 0 && !complete && waiting.size() < FEW_RUNS && weight < MOST_WEIGHT / 2) {
                left = changed.awaitNanos(left);
            }
            List<ReadRun> next = new ArrayList<>();
            long sum = 0;
            while (!waiting.isEmpty() && next.size() < MOST_RUNS && sum < MOST_WEIGHT / 2) {
                ReadRun run = waiting.remove();
                sum += run.weight();
                next.add(run);
            }
            return next;
        } finally {
            lock.unlock();
        }
    }

    private void stored(List<ReadRun> runs) {
        lock.lock();
        try {
            runs.forEach(run -> weight -= run.weight());
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }
}
