package dev.modelscan.storage;

import java.util.List;

/**
 * Whether a database can be used.
 *
 * @param problems what is wrong, each with what to do; empty if nothing is
 * @param notes what is unusual but works, each with what to do, such as a workspace that is on no worker of its Citus
 *     cluster; a note is not a problem
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
