package dev.modelscan.storage.retention;

import dev.modelscan.storage.Database;
import dev.modelscan.storage.Isolation;
import dev.modelscan.storage.TxFunction;
import dev.modelscan.storage.errors.CancelledException;
import java.util.concurrent.TimeUnit;

/**
 * Runs small transactions, each of some ten milliseconds, with rests as long as they are, so that a writer waits for one at the
 * most. How many rows one deletes follows from how long the last one took.
 */
final class Batch {

    private static final long TARGET_NANOS = TimeUnit.MILLISECONDS.toNanos(8);
    private static final int FEWEST = 10;
    private static final int MOST = 2_000;

    private final Database db;
    private int rows = 50;

    Batch(Database db) {
        this.db = db;
    }

    /** How many rows the next transaction may delete. */
    int rows() {
        return rows;
    }

    /** Runs one, and rests. */
    <T> T run(TxFunction<T, RuntimeException> work) {
        long begin = System.nanoTime();
        // What it decides by, it locks before.
        T result = db.withTx(Isolation.READ_COMMITTED, work);
        long took = System.nanoTime() - begin;
        rows = (int) Math.max(FEWEST, Math.min(MOST, Math.min(rows * 2L, rows * TARGET_NANOS / Math.max(1, took))));
        try {
            TimeUnit.NANOSECONDS.sleep(took);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CancelledException("retention was interrupted; run it again to go on", e);
        }
        return result;
    }
}
