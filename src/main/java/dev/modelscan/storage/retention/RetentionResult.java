package dev.modelscan.storage.retention;

/**
 * What was deleted, or would be.
 *
 * @param conversations how many conversations, with all their messages
 * @param messages how many messages, of these conversations and of others
 * @param tasks how many tasks; what refers to them stays
 * @param toolExecutions how many tool executions
 * @param modelCalls how many model calls
 * @param kept how many rows stay though they should go, since rows of other tables refer to them: tasks, calls,
 *     messages with those from which they cannot be parted, and conversations. A dry run does not look for them
 * @since 0.1.0
 */
public record RetentionResult(
        long conversations, long messages, long tasks, long toolExecutions, long modelCalls, long kept) {

    /** How many rows in all, without those that stay. */
    public long rows() {
        return conversations + messages + tasks + toolExecutions + modelCalls;
    }
}
