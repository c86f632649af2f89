package dev.modelscan.storage.tools;

/**
 * How often a tool was used, and how often it failed.
 *
 * @param toolName the tool
 * @param executions all executions, of any status
 * @param successes how many succeeded
 * @param failures how many failed or timed out
 * @since 0.1.0
 */
public record ToolFailures(String toolName, long executions, long successes, long failures) {

    /** Failures divided by the executions that ended, 0 to 1; 0 if none ended. */
    public double failureRate() {
        long ended = successes + failures;
        return ended == 0 ? 0 : (double) failures / ended;
    }
}
