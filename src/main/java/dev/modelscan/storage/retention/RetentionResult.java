package dev.modelscan.storage.retention;

/**
 * What was deleted, or would be.
 *
 * @param conversations how many conversations, with all their messages
 * @param messages how many messages, of these conversations and of others
 * @param tasks how many tasks; what refers to them stays
 * @param toolExecutions how many tool executions
 * @param modelCalls how many model calls
 * @param kept how many tasks, calls, messages and conversations stay although the policy does not keep them, because
 *     rows of other tables refer to them or to messages that are deleted together with them; 0 in a dry run
 * @since 0.1.0
 */
public record RetentionResult(
        long conversations, long messages, long tasks, long toolExecutions, long modelCalls, long kept) {

    /** How many rows in all, without those that stay. */
    public long rows() {
        return conversations + messages + tasks + toolExecutions + modelCalls;
    }
}
