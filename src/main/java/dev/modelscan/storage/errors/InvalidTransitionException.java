package dev.modelscan.storage.errors;

import dev.modelscan.storage.tasks.TaskStatus;
import dev.modelscan.storage.tools.ToolExecutionStatus;
import dev.modelscan.storage.workflows.WorkflowStatus;

/**
 * A change of status that {@link TaskStatus}, {@link WorkflowStatus} or {@link ToolExecutionStatus} does not
 * allow. The record is unchanged.
 *
 * @since 0.1.0
 */
public final class InvalidTransitionException extends ConflictException {

    private static final long serialVersionUID = 1L;

    private final String from;
    private final String to;

    /** Names both statuses by their codes. */
    public InvalidTransitionException(String entity, String id, String from, String to) {
        super(subject(entity, id) + " cannot go from " + from + " to " + to, entity, id, null);
        this.from = from;
        this.to = to;
    }

    /** The code of the current status. */
    public String from() {
        return from;
    }

    /** The code of the requested status. */
    public String to() {
        return to;
    }
}
