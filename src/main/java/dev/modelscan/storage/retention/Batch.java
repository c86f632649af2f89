package dev.modelscan.storage.retention;

import dev.modelscan.storage.Database;
import dev.modelscan.storage.Isolation;
import dev.modelscan.storage.Tx;
import dev.modelscan.storage.TxFunction;
import dev.modelscan.storage.errors.CancelledException;
import dev.modelscan.storage.errors.ReferenceException;
import java.util.concurrent.TimeUnit;
import java.util.function.ToIntFunction;

/**
 * Runs small transactions, each of some ten milliseconds, with rests as long as they are, so that a writer waits for
 * one at the most. How many rows one deletes follows from how long the last one took.
 */
final class Batch {

    private static final long TARGET_NANOS = TimeUnit.MILLISECONDS.toNanos(8);
    static final int REFERRED = -1;

    private static final int FEWEST = 40;
    private static final int MOST = 2_000;

    private final Database db;
    private int rows = 50;

    /** Above it the last transaction failed. */
    private int most = MOST;

    Batch(Database db) {
        this.db = db;
    }

    /** How many rows the next transaction may delete. */
    int rows() {
        return Math.min(rows, most);
    }

    /** Deletes about so many rows, and returns how many it were. */
    interface Deletion {
        int delete(Tx tx, int rows);
    }

    /**
     * Runs one that deletes as many rows as take the time. If a row of another table refers to one of them, nothing is
     * deleted: then with half as many, until that is the only one.
     *
     * @return how many rows it deleted; {@link #REFERRED} if there is a reference to the first one
     */
    int delete(Deletion work) {
        while (true) {
            int few = rows();
            try {
                return run(tx -> work.delete(tx, few), count -> count);
            } catch (ReferenceException e) {
                if (few == 1) {
                    most = 1;
                    return REFERRED;
                }
                most = few / 2;
            }
        }
    }

    /** Runs one, and rests. What it returns tells how many rows it deleted. */
    <T> T run(TxFunction<T, RuntimeException> work, ToIntFunction<T> deleted) {
        long begin = System.nanoTime();
        // What it decides by, it locks before.
        T result = db.withTx(Isolation.READ_COMMITTED, work);
        most = Math.min(MOST, most * 2);
        long took = System.nanoTime() - begin;
        adapt(deleted.applyAsInt(result), took);
        try {
            TimeUnit.NANOSECONDS.sleep(took);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CancelledException("retention was interrupted; run it again to go on", e);
        }
        return result;
    }

    /** One that deleted few rows does not tell that many would take as short. */
    private void adapt(int deleted, long took) {
        if (deleted >= rows / 2 || took > TARGET_NANOS) {
            long fitting = Math.max(1, deleted) * TARGET_NANOS / Math.max(1, took);
            rows = (int) Math.max(FEWEST, Math.min(MOST, Math.min(rows * 2L, fitting)));
        }
    }
}
