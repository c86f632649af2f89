package dev.modelscan.storage.analytics;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How a tool was used.
 *
 * @param toolName the tool
 * @param executions how often it was used
 * @param successes how often it succeeded
 * @param failures how often it failed or timed out
 * @param meanSeconds how long it took on average, in seconds; null if no execution says when it began and ended
 * @param longest the longest that it took; null likewise
 * @since 0.1.0
 */
public record ToolActivity(
        String toolName,
        long executions,
        long successes,
        long failures,
        @Nullable Double meanSeconds,
        @Nullable Duration longest) {

    /** The share of the executions that failed, 0 to 1. */
    public double failureRate() {
        return (double) failures / executions;
    }
}
