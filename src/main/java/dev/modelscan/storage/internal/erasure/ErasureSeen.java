package dev.modelscan.storage.internal.erasure;

import static dev.modelscan.storage.schema.Tables.AGENTS;
import static dev.modelscan.storage.schema.Tables.BLOBS;
import static dev.modelscan.storage.schema.Tables.SOURCES;

import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** What rows that are erased refer to, and the names of the agent that is erased. */
final class ErasureSeen {

    private final Map<String, Set<String>> all = new HashMap<>();

    /** What rows refer to that are there: it goes as well if nothing else refers to it. */
    private final Map<String, Set<String>> live = new HashMap<>();

    private final Set<String> names = new TreeSet<>();

    /**
     * Adds what a row refers to in a table.
     *
     * @param value null if it refers to nothing there; of an agent, a name
     * @param isLive whether the row is there
     */
    void add(String table, @Nullable String value, boolean isLive) {
        if (value == null) {
            return;
        }
        if (table.equals(AGENTS.getName())) {
            names.add(value);
            return;
        }
        all.computeIfAbsent(table, name -> new LinkedHashSet<>()).add(value);
        // Nothing is done with blobs and sources that nothing refers to.
        if (isLive || table.equals(BLOBS.getName()) || table.equals(SOURCES.getName())) {
            live.computeIfAbsent(table, name -> new LinkedHashSet<>()).add(value);
        }
    }

    /** What rows refer to in a table. */
    Set<String> in(String table) {
        return all.getOrDefault(table, Set.of());
    }

    /** What rows refer to in a table that may have no other use. */
    Set<String> liveIn(String table) {
        return live.getOrDefault(table, Set.of());
    }

    /** The names of the agent. The search removes those that others have, too. */
    Set<String> names() {
        return names;
    }
}
