package dev.modelscan.storage.tasks;

import dev.modelscan.storage.Json;
import dev.modelscan.storage.Page;
import dev.modelscan.storage.PageRequest;
import dev.modelscan.storage.Repository;
import dev.modelscan.storage.agents.AgentId;
import dev.modelscan.storage.errors.InvalidDataException;
import dev.modelscan.storage.errors.InvalidTransitionException;
import dev.modelscan.storage.errors.NotFoundException;
import dev.modelscan.storage.teams.TeamId;
import dev.modelscan.storage.tools.ToolExecutionRepository;
import dev.modelscan.storage.workflows.WorkflowId;
import org.jspecify.annotations.Nullable;

/**
 * Stores tasks. Deleting one leaves its messages and its tool executions, which then belong to none; {@link
 * ToolExecutionRepository#deleteByTask} deletes those too.
 *
 * <p>{@link #create} takes a task of any status, as history has it. Times that its status requires and that it lacks are
 * filled in: {@code startedAt} from {@code createdAt}, unless it was stopped before it ever ran; {@code completedAt} from {@code
 * startedAt}, or else {@code createdAt}. Times that its status contradicts are refused with {@link InvalidDataException}.
 *
 * @since 0.1
 */
public interface TaskRepository extends Repository<TaskId, Task> {

    /** The tasks of an agent, by {@code createdAt}, then id. */
    Page<Task> listByAgent(AgentId agentId, PageRequest request);

    /** The tasks of an agent that have one status, by priority, the highest first, then the oldest first. */
    Page<Task> listByAgent(AgentId agentId, TaskStatus status, PageRequest request);

    /** The tasks of a team, by {@code createdAt}, then id. */
    Page<Task> listByTeam(TeamId teamId, PageRequest request);

    /** The tasks of a workflow, by {@code createdAt}, then id. */
    Page<Task> listByWorkflow(WorkflowId workflowId, PageRequest request);

    /** The tasks of one status, by priority, the highest first, then the oldest first. */
    Page<Task> listByStatus(TaskStatus status, PageRequest request);

    /**
     * {@link #updateStatus} to {@code running}.
     *
     * @return the task as it is stored
     * @throws NotFoundException if there is none with that id
     * @throws InvalidTransitionException if it is not pending
     */
    default Task start(TaskId id) {
        return updateStatus(id, TaskStatus.RUNNING);
    }

    /**
     * Changes the status to {@code completed} and keeps the output.
     *
     * @param output null to leave the output that the task has
     * @return the task as it is stored
     * @throws NotFoundException if there is none with that id
     * @throws InvalidTransitionException if it is not running
     * @throws InvalidDataException if the output is beyond the database's limits
     */
    Task complete(TaskId id, @Nullable Json output);

    /**
     * Changes the status to {@code failed} and keeps the reason.
     *
     * @return the task as it is stored
     * @throws NotFoundException if there is none with that id
     * @throws InvalidTransitionException if it has ended already
     * @throws InvalidDataException if the text cannot be stored
     */
    Task fail(TaskId id, String error);

    /**
     * {@link #updateStatus} to {@code cancelled}.
     *
     * @return the task as it is stored
     * @throws NotFoundException if there is none with that id
     * @throws InvalidTransitionException if it has ended already
     */
    default Task cancel(TaskId id) {
        return updateStatus(id, TaskStatus.CANCELLED);
    }

    /**
     * Changes the status, and the times with it: {@code running} sets {@code startedAt}; a final status sets {@code
     * completedAt}; {@code pending} clears both, and the error.
     *
     * @return the task as it is stored
     * @throws NotFoundException if there is none with that id
     * @throws InvalidTransitionException if {@link TaskStatus} does not allow the change
     */
    Task updateStatus(TaskId id, TaskStatus status);

    /**
     * Replaces the output, whatever the status.
     *
     * @return the task as it is stored
     * @throws NotFoundException if there is none with that id
     * @throws InvalidDataException if the output is beyond the database's limits
     */
    Task updateOutput(TaskId id, Json output);
}
