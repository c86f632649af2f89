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
 * <p>{@link #create} takes a task of any status, so that history can be copied. It fills in missing times that the
 * status requires: {@code startedAt} of a running or completed task becomes {@code createdAt}; {@code completedAt} of
 * one that has ended becomes {@code startedAt}, or {@code createdAt} if that is null too. It throws
 * {@link InvalidDataException} for times that contradict the status.
 *
 * <p>A task that has an {@link Origin} was imported. It is history: its status is completed, failed or cancelled, and
 * it cannot become pending or running. So it is in no list of pending work. Its times stay as they are given; null
 * means that the source does not say them.
 *
 * @since 0.1.0
 */
public interface TaskRepository extends Repository<TaskId, Task> {

    /** The tasks of an agent, by {@code createdAt}, then id. */
    Page<Task> listByAgent(AgentId agentId, PageRequest request);

    /**
     * The tasks of an agent that have one status, by priority, the highest first, then by {@code createdAt}, then id.
     */
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

    /** The task with this format and external id in its origin; empty if there is none. */
    Optional<Task> findByExternalId(String format, String externalId);

    /**
     * Replaces an imported task as {@link #update} does, and also its status and times. For an importer that reads its
     * source again.
     *
     * @return the task as it is stored
     * @throws NotFoundException if there is no imported task with that id
     * @throws InvalidDataException if the given task has no origin, or a value cannot be stored
     * @throws ConflictException if somebody changed it since it was read, or its external id is taken
     */
    Task updateImported(Task task);

    /** The tasks of one status, by priority, the highest first, then by {@code createdAt}, then id. */
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
     * @throws InvalidTransitionException if {@link TaskStatus} does not allow the change, or the task was imported and
     *     would become pending or running
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
