package dev.modelscan.storage.tools;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How a tool was used since some time.
 *
 * @param toolName the tool
 * @param executions how often it was started
 * @param successes how many of those ended with success
 * @param failures how many ended with an error or ran out of time
 * @param meanDuration the mean time of those that ended; null if none did
 * @param p95Duration the time that 95 of 100 of those that ended did not exceed, by nearest rank: the smallest measured
 *     time with at least 95 % of the measured times at or below it; null if none ended
 * @since 0.1.0
 */
public record ToolUsage(
        String toolName,
        long executions,
        long successes,
        long failures,
        @Nullable Duration meanDuration,
        @Nullable Duration p95Duration) {}
