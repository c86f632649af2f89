package dev.modelscan.storage;

import java.util.List;

/**
 * Whether a database can be used.
 *
 * @param problems what is wrong, each with what to do; empty where nothing is
 * @since 0.1
 */
public record Health(List<String> problems) {

    /** Copies the list. */
    public Health {
        problems = List.copyOf(problems);
    }

    /** Whether nothing is wrong. */
    public boolean isHealthy() {
        return problems.isEmpty();
    }
}
