package dev.modelscan.storage.tools;

import dev.modelscan.storage.Json;
import dev.modelscan.storage.Page;
import dev.modelscan.storage.PageRequest;
import dev.modelscan.storage.Repository;
import dev.modelscan.storage.agents.AgentId;
import dev.modelscan.storage.conversations.MessageId;
import dev.modelscan.storage.errors.InvalidDataException;
import dev.modelscan.storage.errors.InvalidTransitionException;
import dev.modelscan.storage.errors.NotFoundException;
import dev.modelscan.storage.tasks.TaskId;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Stores the uses of tools.
 *
 * <p>{@link #create} takes an execution of any status, so that history can be copied. It fills in missing times that
 * the status requires: {@code startedAt} of a running or successful execution becomes {@code createdAt};
 * {@code completedAt} of one that has ended becomes {@code startedAt}, or {@code createdAt} if that is null too. It
 * throws {@link InvalidDataException} for times that contradict the status.
 *
 * @since 0.1.0
 */
public interface ToolExecutionRepository extends Repository<ToolExecutionId, ToolExecution> {

    /**
     * {@link #updateStatus} to {@code running}.
     *
     * @return the execution as it is stored
     * @throws NotFoundException if there is none with that id
     * @throws InvalidTransitionException if it is not pending
     */
    default ToolExecution start(ToolExecutionId id) {
        return updateStatus(id, ToolExecutionStatus.RUNNING);
    }

    /**
     * Changes the status to {@code success} and keeps the output.
     *
     * @param output null to leave the output that the execution has
     * @return the execution as it is stored
     * @throws NotFoundException if there is none with that id
     * @throws InvalidTransitionException if it is not running
     * @throws InvalidDataException if the output is beyond the database's limits
     */
    ToolExecution complete(ToolExecutionId id, @Nullable Json output);

    /**
     * Changes the status to {@code failed} and keeps the reason.
     *
     * @return the execution as it is stored
     * @throws NotFoundException if there is none with that id
     * @throws InvalidTransitionException if it has ended already
     * @throws InvalidDataException if the text cannot be stored
     */
    ToolExecution fail(ToolExecutionId id, String error);

    /**
     * {@link #updateStatus} to {@code timeout}.
     *
     * @return the execution as it is stored
     * @throws NotFoundException if there is none with that id
     * @throws InvalidTransitionException if it has ended already
     */
    default ToolExecution timeOut(ToolExecutionId id) {
        return updateStatus(id, ToolExecutionStatus.TIMEOUT);
    }

    /**
     * Changes the status, and the times with it: {@code running} sets {@code startedAt}; a final status sets {@code
     * completedAt}.
     *
     * @return the execution as it is stored
     * @throws NotFoundException if there is none with that id
     * @throws InvalidTransitionException if {@link ToolExecutionStatus} does not allow the change
     */
    ToolExecution updateStatus(ToolExecutionId id, ToolExecutionStatus status);

    /** What an agent executed, by {@code createdAt}, then id. */
    Page<ToolExecution> listByAgent(AgentId agentId, PageRequest request);

    /** What was executed for a task, by {@code createdAt}, then id. */
    Page<ToolExecution> listByTask(TaskId taskId, PageRequest request);

    /** What a message asked for, by {@code createdAt}, then id. */
    Page<ToolExecution> listByMessage(MessageId messageId, PageRequest request);

    /**
     * What the messages of a page asked for, in one statement. The executions of each message are by {@code createdAt},
     * then id.
     *
     * @param messageIds at most {@link PageRequest#MAX_LIMIT}
     * @return an immutable map with each of the messages, in the order given
     * @throws IllegalArgumentException if there are too many
     */
    Map<MessageId, List<ToolExecution>> listByMessages(Collection<MessageId> messageIds);

    /** The executions with this {@link ToolExecution#callId}, by {@code createdAt}, then id. */
    Page<ToolExecution> listByCall(String callId, PageRequest request);

    /** The executions of one tool, by {@code createdAt}, then id. */
    Page<ToolExecution> listByTool(String toolName, PageRequest request);

    /**
     * Deletes what was executed for a task.
     *
     * @return how many there were
     */
    int deleteByTask(TaskId taskId);

    /**
     * How each tool was used since a time, by name. Counts executions by {@code startedAt}. The cost grows with the
     * number of executions since then.
     *
     * @param since the first time that counts
     * @return an immutable list with a row for each tool that was started since; empty if there is none
     */
    List<ToolUsage> listUsage(Instant since);

    /**
     * How often each tool was used and failed, by executions, the most first, then by name. The cost grows
     * with the number of all executions.
     *
     * @param limit the maximum number of tools, 1 to {@link PageRequest#MAX_LIMIT}
     * @return an immutable list
     * @throws IllegalArgumentException if the limit is out of range
     */
    List<ToolFailures> listFailures(int limit);
}
