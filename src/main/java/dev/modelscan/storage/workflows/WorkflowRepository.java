package dev.modelscan.storage.workflows;

import dev.modelscan.storage.Page;
import dev.modelscan.storage.PageRequest;
import dev.modelscan.storage.Repository;
import dev.modelscan.storage.errors.InvalidDataException;
import dev.modelscan.storage.errors.InvalidTransitionException;
import dev.modelscan.storage.errors.NotFoundException;
import dev.modelscan.storage.sources.SourceId;
import java.util.Optional;

/**
 * Stores workflows. Deleting one leaves its tasks, which then belong to none.
 *
 * <p>{@link #create} takes a workflow of any status, so that history can be copied. It fills in missing times that the
 * status requires: {@code startedAt} of a running or completed workflow becomes {@code createdAt}; {@code completedAt}
 * of one that has ended becomes {@code startedAt}, or {@code createdAt} if that is null too. It throws
 * {@link InvalidDataException} for times that contradict the status.
 *
 * @since 0.1.0
 */
public interface WorkflowRepository extends Repository<WorkflowId, Workflow> {

    /** The workflow with this format and external id in its origin; empty if there is none. */
    Optional<Workflow> findByExternalId(String format, String externalId);

    /** The workflows that came from a source, by {@code createdAt}, then id. */
    Page<Workflow> listBySource(SourceId sourceId, PageRequest request);

    /** The workflows of one status, by {@code createdAt}, then id. */
    Page<Workflow> listByStatus(WorkflowStatus status, PageRequest request);

    /**
     * {@link #updateStatus} to {@code running}.
     *
     * @return the workflow as it is stored
     * @throws NotFoundException if there is none with that id
     * @throws InvalidTransitionException if it is not pending
     */
    default Workflow start(WorkflowId id) {
        return updateStatus(id, WorkflowStatus.RUNNING);
    }

    /**
     * {@link #updateStatus} to {@code completed}.
     *
     * @return the workflow as it is stored
     * @throws NotFoundException if there is none with that id
     * @throws InvalidTransitionException if it is not running
     */
    default Workflow complete(WorkflowId id) {
        return updateStatus(id, WorkflowStatus.COMPLETED);
    }

    /**
     * {@link #updateStatus} to {@code failed}.
     *
     * @return the workflow as it is stored
     * @throws NotFoundException if there is none with that id
     * @throws InvalidTransitionException if it has ended already
     */
    default Workflow fail(WorkflowId id) {
        return updateStatus(id, WorkflowStatus.FAILED);
    }

    /**
     * {@link #updateStatus} to {@code cancelled}.
     *
     * @return the workflow as it is stored
     * @throws NotFoundException if there is none with that id
     * @throws InvalidTransitionException if it has ended already
     */
    default Workflow cancel(WorkflowId id) {
        return updateStatus(id, WorkflowStatus.CANCELLED);
    }

    /**
     * Changes the status, and the times with it: {@code running} sets {@code startedAt}; a final status sets {@code
     * completedAt}; {@code pending} clears both.
     *
     * @return the workflow as it is stored
     * @throws NotFoundException if there is none with that id
     * @throws InvalidTransitionException if {@link WorkflowStatus} does not allow the change
     */
    Workflow updateStatus(WorkflowId id, WorkflowStatus status);
}
