package dev.modelscan.storage.agents;

import dev.modelscan.storage.Database;
import dev.modelscan.storage.errors.InvalidDataException;
import dev.modelscan.storage.internal.values.Codes;

/**
 * What an agent is doing. Any status may follow any other: it is set by {@link AgentRepository#updateStatus} and {@link
 * AgentRepository#setActive}, and reset at start-up by {@link Database#cancelRunning}.
 *
 * @since 0.1.0
 */
public enum AgentStatus {
    /** Ready; the status of a new agent. */
    IDLE("idle"),
    /** At work. */
    ACTIVE("active"),
    /** Left out of the present run. */
    INACTIVE("inactive");

    private final String code;

    AgentStatus(String code) {
        this.code = code;
    }

    /** The text that is stored. It never changes. */
    public String code() {
        return code;
    }

    /**
     * The status with that code.
     *
     * @throws InvalidDataException if there is none; codes are compared exactly
     */
    public static AgentStatus fromCode(String code) {
        return Codes.find("agent", values(), AgentStatus::code, code);
    }
}
