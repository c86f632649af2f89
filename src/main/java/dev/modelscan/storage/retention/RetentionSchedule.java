package dev.modelscan.storage.retention;

import dev.modelscan.storage.Database;
import dev.modelscan.storage.Schedule;
import dev.modelscan.storage.errors.StorageException;
import java.time.Duration;
import java.util.Objects;
import java.util.function.Consumer;

/**
 * Runs a policy again and again on its own thread, until it or the database is closed. The first run begins at
 * once.
 *
 * @since 0.1.0
 */
public final class RetentionSchedule implements AutoCloseable {

    private final Schedule schedule;

    private RetentionSchedule(Schedule schedule) {
        this.schedule = schedule;
    }

    /**
     * Starts one.
     *
     * @param every the time from the beginning of one run to that of the next
     * @param onResult is called after each run, on the schedule's thread
     * @param onFailure is called when a run has failed; the next is tried at its time
     * @throws IllegalArgumentException if the time is not positive
     */
    public static RetentionSchedule start(
            Database db,
            RetentionPolicy policy,
            Duration every,
            Consumer<? super RetentionResult> onResult,
            Consumer<? super StorageException> onFailure) {
        Objects.requireNonNull(db, "db");
        Objects.requireNonNull(policy, "policy");
        Objects.requireNonNull(onResult, "onResult");
        return new RetentionSchedule(Schedule.start(
                db, "retention", every, () -> onResult.accept(new Retention(db, policy).run()), onFailure));
    }

    /** Ends it: interrupts a run that is under way, and waits for its end. What that run has deleted stays deleted. */
    @Override
    public void close() {
        schedule.close();
    }
}
