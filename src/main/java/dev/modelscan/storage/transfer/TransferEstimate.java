package dev.modelscan.storage.transfer;

import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a {@link Transfer} would do, found by reading alone.
 *
 * @param rows how many rows each table of the source has, by its name, in the order of copying
 * @param snapshotBytes about how much space the snapshot needs beside the source
 * @param resumes whether it would go on with one that was begun; it copies that one's snapshot then, not these rows
 * @param leftBehind what the source holds beside these rows and the target would not get, all of it named by {@link
 *     Transfer#leaveBehind}; sorted by kind and name
 * @param checkTime how long it took to read and to check all values
 * @param estimatedTime about how long it would take on a small machine, with the comparison
 * @since 0.1
 */
public record TransferEstimate(
        Map<String, Long> rows,
        long snapshotBytes,
        boolean resumes,
        List<LeftBehind> leftBehind,
        Duration checkTime,
        Duration estimatedTime) {

    /** Copies the map, whose order is kept, and the list. */
    public TransferEstimate {
        leftBehind = List.copyOf(leftBehind);
        rows = Collections.unmodifiableMap(new LinkedHashMap<>(rows));
    }
}
