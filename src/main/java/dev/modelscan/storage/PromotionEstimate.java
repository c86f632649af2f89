package dev.modelscan.storage;

import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What a {@link Promotion} would do, found by reading alone.
 *
 * @param rows how many rows each table of the source has, by its name, in the order of copying
 * @param snapshotBytes about how much space the snapshot needs beside the source
 * @param resumes whether it would go on with one that was begun; it copies that one's snapshot then, not these rows
 * @param checkTime how long it took to read and to check all values
 * @param estimatedTime about how long it would take on a small machine, with the comparison
 * @since 0.1
 */
public record PromotionEstimate(
        Map<String, Long> rows, long snapshotBytes, boolean resumes, Duration checkTime, Duration estimatedTime) {

    /** Copies the map, whose order is kept. */
    public PromotionEstimate {
        rows = Collections.unmodifiableMap(new LinkedHashMap<>(rows));
    }
}
