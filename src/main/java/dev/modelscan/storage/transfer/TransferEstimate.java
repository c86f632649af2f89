package dev.modelscan.storage.transfer;

import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The result of a dry run of a {@link Transfer}.
 *
 * @param rows how many rows each table of the source has, by name, in the order of copying
 * @param snapshotBytes about how much space the snapshot needs next to the source
 * @param resumes whether a run would continue an earlier one; it then copies the snapshot of that run, not
 *     these rows
 * @param leftBehind the objects of the source that the target would not get, all named by {@link
 *     Transfer#leaveBehind}; sorted by kind and name
 * @param checkTime how long it took to read and to check all values
 * @param estimatedTime about how long a run would take on a small machine, including the comparison
 * @since 0.1.0
 */
public record TransferEstimate(
        Map<String, Long> rows,
        long snapshotBytes,
        boolean resumes,
        List<LeftBehind> leftBehind,
        Duration checkTime,
        Duration estimatedTime) {

    /** Copies the list, and the map in its order. */
    public TransferEstimate {
        leftBehind = List.copyOf(leftBehind);
        rows = Collections.unmodifiableMap(new LinkedHashMap<>(rows));
    }
}
