package dev.modelscan.storage.tools;

import dev.modelscan.storage.errors.InvalidDataException;
import dev.modelscan.storage.internal.values.Codes;
import java.util.EnumSet;
import java.util.Set;

/**
 * How far the use of a tool is. The allowed changes: {@code pending} to {@code running}, {@code failed} or
 * {@code timeout}; {@code running} to {@code success}, {@code failed} or {@code timeout}. The last three are final.
 *
 * @since 0.1.0
 */
public enum ToolExecutionStatus {
    /** Waits to start; the status of a new execution. */
    PENDING("pending"),
    /** The tool is at work. */
    RUNNING("running"),
    /** The tool answered. */
    SUCCESS("success"),
    /** The tool answered with an error. */
    FAILED("failed"),
    /** The tool did not answer in time. */
    TIMEOUT("timeout");

    private final String code;

    ToolExecutionStatus(String code) {
        this.code = code;
    }

    /** The text that is stored. It never changes. */
    public String code() {
        return code;
    }

    /** Whether the execution has ended: the status is success, failed or timeout. */
    public boolean isFinal() {
        return this == SUCCESS || this == FAILED || this == TIMEOUT;
    }

    /** Whether an execution of this status may take the other. */
    public boolean canBecome(ToolExecutionStatus next) {
        return next.predecessors().contains(this);
    }

    /** The statuses that this one may follow. */
    public Set<ToolExecutionStatus> predecessors() {
        return switch (this) {
            case PENDING -> EnumSet.noneOf(ToolExecutionStatus.class);
            case RUNNING -> EnumSet.of(PENDING);
            case SUCCESS -> EnumSet.of(RUNNING);
            case FAILED, TIMEOUT -> EnumSet.of(PENDING, RUNNING);
        };
    }

    /**
     * The status with that code.
     *
     * @throws InvalidDataException if there is none; codes are compared exactly
     */
    public static ToolExecutionStatus fromCode(String code) {
        return Codes.find("tool execution", values(), ToolExecutionStatus::code, code);
    }
}
