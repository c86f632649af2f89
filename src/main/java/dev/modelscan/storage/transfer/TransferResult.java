package dev.modelscan.storage.transfer;

import java.time.Duration;
import java.time.Instant;
import java.util.List;

/**
 * A {@link Transfer} that has ended well: every row was read back from both sides and is the same.
 *
 * @param tables all tables, in the order of copying
 * @param snapshotAt when the snapshot of the source was begun; what was written to the source since is not in the target
 * @param resumed whether an earlier run had begun it
 * @param leftBehind what the source holds and the target did not get, all of it named by {@link Transfer#leaveBehind}; sorted
 *     by kind and name
 * @param copiedRows how many rows this run copied
 * @param copyTime how long snapshot, copy, keys and indexes took in this run
 * @param compareTime how long it took to read both sides back and to compare them
 * @since 0.1
 */
public record TransferResult(
        List<TransferredTable> tables,
        Instant snapshotAt,
        boolean resumed,
        List<LeftBehind> leftBehind,
        long copiedRows,
        Duration copyTime,
        Duration compareTime) {

    /** Copies the lists. */
    public TransferResult {
        tables = List.copyOf(tables);
        leftBehind = List.copyOf(leftBehind);
    }

    /** How many rows all tables have. */
    public long rows() {
        return tables.stream().mapToLong(TransferredTable::rows).sum();
    }

    /** How long this run took. */
    public Duration elapsed() {
        return copyTime.plus(compareTime);
    }

    /** How many rows this run copied per second of {@link #copyTime}. */
    public double copiedPerSecond() {
        return perSecond(copiedRows, copyTime);
    }

    /** How many rows this run compared per second of {@link #compareTime}. */
    public double comparedPerSecond() {
        return perSecond(rows(), compareTime);
    }

    private static double perSecond(long rows, Duration time) {
        return rows * 1e9 / Math.max(1, time.toNanos());
    }
}
