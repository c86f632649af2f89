package dev.modelscan.storage.retention;

import dev.modelscan.storage.Database;
import dev.modelscan.storage.errors.StorageException;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Runs a policy again and again on a thread of its own, until it or the database is closed. The first run begins at once.
 *
 * @since 0.1.0
 */
public final class RetentionSchedule implements AutoCloseable {

    private static final long LOOK_MILLIS = 200;

    private final Database db;
    private final RetentionPolicy policy;
    private final Duration every;
    private final Consumer<RetentionResult> onResult;
    private final Consumer<StorageException> onFailure;
    private final Thread thread;
    private volatile boolean closed;

    private RetentionSchedule(
            Database db,
            RetentionPolicy policy,
            Duration every,
            Consumer<RetentionResult> onResult,
            Consumer<StorageException> onFailure) {
        this.db = Objects.requireNonNull(db, "db");
        this.policy = Objects.requireNonNull(policy, "policy");
        this.every = Objects.requireNonNull(every, "every");
        this.onResult = Objects.requireNonNull(onResult, "onResult");
        this.onFailure = Objects.requireNonNull(onFailure, "onFailure");
        if (every.isNegative() || every.isZero()) {
            throw new IllegalArgumentException("retention: every is " + every + "; give a positive time");
        }
        this.thread = new Thread(this::loop, "modelscan-storage-retention");
        thread.setDaemon(true);
    }

    /**
     * Starts one.
     *
     * @param every the time from the begin of one run to that of the next
     * @param onResult is told after each run, on the schedule's thread
     * @param onFailure is told when a run failed; the next is tried at its time
     * @throws IllegalArgumentException if the time is not positive
     */
    public static RetentionSchedule start(
            Database db,
            RetentionPolicy policy,
            Duration every,
            Consumer<RetentionResult> onResult,
            Consumer<StorageException> onFailure) {
        RetentionSchedule schedule = new RetentionSchedule(db, policy, every, onResult, onFailure);
        schedule.thread.start();
        return schedule;
    }

    private void loop() {
        long next = System.nanoTime();
        while (isWanted()) {
            if (System.nanoTime() - next < 0) {
                if (!rest()) {
                    return;
                }
                continue;
            }
            next += every.toNanos();
            runOnce();
        }
    }

    private boolean isWanted() {
        return !closed && db.isOpen();
    }

    private void runOnce() {
        @Nullable RetentionResult result = null;
        try {
            result = new Retention(db, policy).run();
        } catch (StorageException e) {
            if (isWanted()) {
                onFailure.accept(e);
            }
        }
        if (result != null) {
            onResult.accept(result);
        }
    }

    private static boolean rest() {
        try {
            TimeUnit.MILLISECONDS.sleep(LOOK_MILLIS);
            return true;
        } catch (InterruptedException e) {
            return false;
        }
    }

    /** Ends it: a run that is under way stops after its batch. Waits for that. */
    @Override
    public void close() {
        closed = true;
        thread.interrupt();
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
