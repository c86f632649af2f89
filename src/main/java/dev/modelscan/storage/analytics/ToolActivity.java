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
 * @param meanSeconds how long it took on average, in seconds; null if no execution has both its start and its end
 * @param longest the longest time that it took; null if {@code meanSeconds} is
 * @since 0.1.0
 */
public record ToolActivity(
        String toolName,
        long executions,
        long successes,
        long failures,
        @Nullable Double meanSeconds,
        @Nullable Duration longest) {

    /** Failures divided by the executions that ended, 0 to 1; 0 if none ended. */
    public double failureRate() {
        long ended = successes + failures;
        return ended == 0 ? 0 : (double) failures / ended;
    }
}
