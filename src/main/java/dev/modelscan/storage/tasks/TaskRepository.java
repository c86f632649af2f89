package dev.modelscan.storage.tasks;

import dev.modelscan.storage.Json;
import dev.modelscan.storage.Page;
import dev.modelscan.storage.PageRequest;
import dev.modelscan.storage.Repository;
import dev.modelscan.storage.agents.AgentId;
import dev.modelscan.storage.errors.ConflictException;
import dev.modelscan.storage.errors.InvalidDataException;
import dev.modelscan.storage.errors.InvalidTransitionException;
import dev.modelscan.storage.errors.NotFoundException;
import dev.modelscan.storage.sources.Origin;
import dev.modelscan.storage.sources.SourceId;
import dev.modelscan.storage.teams.TeamId;
import dev.modelscan.storage.tools.ToolExecutionRepository;
import dev.modelscan.storage.workflows.WorkflowId;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Stores tasks. Deleting one leaves its messages and its tool executions, which then belong to none; {@link
 * ToolExecutionRepository#deleteByTask} deletes those too.
 *
 * <p>{@link #create} takes a task of any status, as history has it. Times that its status requires and that it lacks
 * are filled in: {@code startedAt} from {@code createdAt}, unless it was stopped before it ever ran;
 * {@code completedAt} from {@code startedAt}, or else {@code createdAt}. Times that its status contradicts are refused
 * with {@link InvalidDataException}.
 *
 * <p>A task that has an {@link Origin} was imported and is history: its status is completed, failed or cancelled,
 * whatever its source lacks, and no change of status leads out of these. So no list of pending work ever has it. Its
 * times stay as they are given: null if its source does not say them.
 *
 * @since 0.1.0
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

    /**
     * The tasks that are part of another, by {@code createdAt}, then id. Deleting a task leaves those, which then have
     * no parent.
     */
    Page<Task> listByParent(TaskId parentId, PageRequest request);

    /** The tasks that came from a source, by {@code createdAt}, then id. */
    Page<Task> listBySource(SourceId sourceId, PageRequest request);

    /** The task of that name in sources of that form. */
    Optional<Task> findByExternalId(String format, String externalId);

    /**
     * Replaces an imported task as {@link #update} does, and its status and times too: its source has grown, or was
     * read better.
     *
     * @return the task as it is stored
     * @throws NotFoundException if there is none with that id that was imported
     * @throws InvalidDataException if the given task has no origin, or a value cannot be stored
     * @throws ConflictException if somebody changed it since it was read, or its external id is taken
     */
    Task updateImported(Task task);

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
