package dev.modelscan.storage.transfer;

import java.time.Duration;
import java.time.Instant;
import java.util.List;

/**
 * The result of a {@link Transfer} that succeeded: every row was read back from both sides, and is the same.
 *
 * @param tables all tables, in the order of copying
 * @param snapshotAt when the snapshot of the source began; the target does not have what was written to the
 *     source later
 * @param resumed whether this run continued an earlier one
 * @param leftBehind the objects of the source that the target did not get, all named by {@link
 *     Transfer#leaveBehind}; sorted by kind and name
 * @param copiedRows how many rows this run copied
 * @param copyTime how long snapshot, copy, keys and indexes took in this run
 * @param compareTime how long it took to read both sides back and to compare them
 * @since 0.1.0
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

    /** The rows of all tables together. */
    public long rows() {
        return tables.stream().mapToLong(TransferredTable::rows).sum();
    }

    /** How long this run took. */
    public Duration elapsed() {
        return copyTime.plus(compareTime);
    }

    /** Rows that this run copied per second of {@link #copyTime}. */
    public double copiedPerSecond() {
        return perSecond(copiedRows, copyTime);
    }

    /** Rows that this run compared per second of {@link #compareTime}. */
    public double comparedPerSecond() {
        return perSecond(rows(), compareTime);
    }

    private static double perSecond(long rows, Duration time) {
        return rows * 1e9 / Math.max(1, time.toNanos());
    }
}
