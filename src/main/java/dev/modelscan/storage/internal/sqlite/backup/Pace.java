package dev.modelscan.storage.internal.sqlite.backup;

import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.sqlite.ProgressHandler;

/**
 * Makes a statement rest as long as it works, 2 ms at a time, so that a copy takes at most half of a core, and the disk has time
 * for writers. Stops it if its thread is interrupted.
 */
final class Pace extends ProgressHandler {

    /** SQLite's instructions between two looks at the clock: some 20 microseconds. */
    static final int INSTRUCTIONS = 1_000;

    private static final long WORK_NANOS = TimeUnit.MILLISECONDS.toNanos(2);

    private final Runnable whileResting;
    private long since = System.nanoTime();
    private @Nullable Throwable failure;

    Pace(Runnable whileResting) {
        this.whileResting = whileResting;
    }

    /** What the listener threw; the statement then ended as interrupted. Null if it threw nothing. */
    @Nullable
    Throwable failure() {
        return failure;
    }

    /** Nothing may be thrown from here: native code is the caller. */
    @Override
    protected int progress() {
        long worked = System.nanoTime() - since;
        if (worked < WORK_NANOS) {
            return 0;
        }
        try {
            whileResting.run();
            TimeUnit.NANOSECONDS.sleep(worked);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return 1;
        } catch (Throwable t) {
            failure = t;
            return 1;
        }
        since = System.nanoTime();
        return 0;
    }
}
