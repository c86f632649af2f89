package dev.modelscan.storage;

import java.util.List;

/**
 * Whether a database can be used.
 *
 * @param problems what is wrong, each with what to do; empty if nothing is
 * @param notes what works and is not as one would expect, each with what to do, such as a workspace that is on no
 *     worker of its cluster; it does not count as a problem
 * @since 0.1.0
 */
public record Health(List<String> problems, List<String> notes) {

    /** Copies the lists. */
    public Health {
        problems = List.copyOf(problems);
        notes = List.copyOf(notes);
    }

    /** Whether nothing is wrong. */
    public boolean isHealthy() {
        return problems.isEmpty();
    }
}
