package dev.modelscan.storage.tools;

/**
 * How often a tool was used, and how often it failed.
 *
 * @param toolName the tool
 * @param executions all uses, of any status
 * @param successes how many ended with success
 * @param failures how many ended with an error or ran out of time
 * @since 0.1
 */
public record ToolFailures(String toolName, long executions, long successes, long failures) {

    /** Failures as a part of the executions that ended, 0 to 1; 0 where none ended. */
    public double failureRate() {
        long ended = successes + failures;
        return ended == 0 ? 0 : (double) failures / ended;
    }
}
