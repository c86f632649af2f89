package dev.modelscan.storage.workflows;

import dev.modelscan.storage.errors.InvalidDataException;
import dev.modelscan.storage.internal.values.Codes;
import java.util.EnumSet;
import java.util.Set;

/**
 * How far a workflow is. The allowed changes:
 *
 * <ul>
 *   <li>{@code pending} to {@code running}, {@code failed} or {@code cancelled};
 *   <li>{@code running} to {@code completed}, {@code failed} or {@code cancelled}, or back to {@code pending};
 *   <li>{@code failed} back to {@code pending}, to be tried again;
 *   <li>{@code completed} and {@code cancelled} are final.
 * </ul>
 *
 * A change to the status that the workflow already has is refused too, so of two callers that complete it, one learns
 * that it was not the first.
 *
 * @since 0.1.0
 */
public enum WorkflowStatus {
    /** Waits to be run; the status of a new workflow. */
    PENDING("pending"),
    /** Is being worked on. */
    RUNNING("running"),
    /** Ended with success. */
    COMPLETED("completed"),
    /** Ended with an error. */
    FAILED("failed"),
    /** Was called off. */
    CANCELLED("cancelled");

    private final String code;

    WorkflowStatus(String code) {
        this.code = code;
    }

    /** The text that is stored. It never changes. */
    public String code() {
        return code;
    }

    /** Whether the work has ended: the status is completed, failed or cancelled. */
    public boolean isFinal() {
        return this == COMPLETED || this == FAILED || this == CANCELLED;
    }

    /** Whether a workflow of this status may take the other. */
    public boolean canBecome(WorkflowStatus next) {
        return next.predecessors().contains(this);
    }

    /** The statuses that this one may follow. */
    public Set<WorkflowStatus> predecessors() {
        return switch (this) {
            case PENDING -> EnumSet.of(RUNNING, FAILED);
            case RUNNING -> EnumSet.of(PENDING);
            case COMPLETED -> EnumSet.of(RUNNING);
            case FAILED, CANCELLED -> EnumSet.of(PENDING, RUNNING);
        };
    }

    /**
     * The status with that code.
     *
     * @throws InvalidDataException if there is none; codes are compared exactly
     */
    public static WorkflowStatus fromCode(String code) {
        return Codes.find("workflow", values(), WorkflowStatus::code, code);
    }
}
