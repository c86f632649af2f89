package dev.modelscan.storage;

import dev.modelscan.storage.errors.StorageException;
import dev.modelscan.storage.errors.UnavailableException;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Runs some work again and again on its own thread, until it or the database is closed. The first run begins at
 * once. A run that takes longer than the time between two delays the next one.
 *
 * @since 0.1.0
 */
public final class Schedule implements AutoCloseable {

    private static final long LOOK_MILLIS = 200;
    private static final Duration LONGEST = Duration.ofDays(36_500);

    private final Database db;
    private final long everyNanos;
    private final Runnable work;
    private final Consumer<? super StorageException> onFailure;
    private final Thread thread;
    private volatile boolean closed;

    private Schedule(
            Database db, String name, Duration every, Runnable work, Consumer<? super StorageException> onFailure) {
        this.db = Objects.requireNonNull(db, "db");
        if (Objects.requireNonNull(every, "every").isNegative() || every.isZero()) {
            throw new IllegalArgumentException(name + ": every is " + every + "; give a positive time");
        }
        this.everyNanos = nanos(every);
        this.work = Objects.requireNonNull(work, "work");
        this.onFailure = Objects.requireNonNull(onFailure, "onFailure");
        this.thread = new Thread(this::loop, "modelscan-storage-" + name);
        thread.setDaemon(true);
    }

    /**
     * Starts a schedule.
     *
     * @param name a part of the thread's name
     * @param every the time from the beginning of one run to that of the next, to within 200 ms; a shorter time counts
     *     as 200 ms
     * @param work is run on the schedule's thread. An interrupt ends the run, and not the schedule
     * @param onFailure is called when a run has failed; the next run is tried at its time. If the run threw another
     *     exception than a {@link StorageException}, or an Error, that is the cause of an {@link UnavailableException}.
     *     What this listener throws goes to the thread's handler of uncaught exceptions
     * @throws IllegalArgumentException if the time is not positive
     */
    public static Schedule start(
            Database db, String name, Duration every, Runnable work, Consumer<? super StorageException> onFailure) {
        Schedule schedule = new Schedule(db, Objects.requireNonNull(name, "name"), every, work, onFailure);
        schedule.thread.start();
        return schedule;
    }

    private void loop() {
        long next = System.nanoTime();
        while (isWanted()) {
            if (System.nanoTime() - next < 0) {
                rest();
                continue;
            }
            runOnce();
            // Runs that are missed because one took long are not made up for.
            next += everyNanos;
            long late = System.nanoTime() - next;
            next += Math.max(0, late);
        }
    }

    /** Longer than a century is as good as never, and its end can be computed. */
    private static long nanos(Duration every) {
        return every.compareTo(LONGEST) > 0 ? LONGEST.toNanos() : every.toNanos();
    }

    private boolean isWanted() {
        return !closed && db.isOpen();
    }

    private void runOnce() {
        try {
            work.run();
        } catch (StorageException e) {
            tell(e);
        } catch (Throwable e) {
            tell(new UnavailableException(thread.getName() + ": a run has failed: " + e, e));
        }
    }

    /** The next run is due whatever the listener does. */
    private void tell(StorageException failure) {
        try {
            if (isWanted()) {
                onFailure.accept(failure);
            }
        } catch (Throwable e) {
            thread.getUncaughtExceptionHandler().uncaughtException(thread, e);
        }
    }

    private static void rest() {
        try {
            TimeUnit.MILLISECONDS.sleep(LOOK_MILLIS);
        } catch (InterruptedException e) {
            // By close(), which the loop sees, or the rest of an interrupt that has ended a run.
        }
    }

    /** Ends it: interrupts a run that is under way, and waits for its end, unless it is the run that calls this. */
    @Override
    public void close() {
        closed = true;
        if (Thread.currentThread() == thread) {
            return;
        }
        thread.interrupt();
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
