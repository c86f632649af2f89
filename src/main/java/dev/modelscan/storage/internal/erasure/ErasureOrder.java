package dev.modelscan.storage.internal.erasure;

import static dev.modelscan.storage.schema.Tables.CONVERSATIONS;
import static dev.modelscan.storage.schema.Tables.MESSAGES;
import static dev.modelscan.storage.schema.Tables.TASKS;

import dev.modelscan.storage.internal.erasure.ErasureRules.Edge;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** The order in which tables are searched: what refers to a table comes behind that one. */
final class ErasureOrder {

    private ErasureOrder() {}

    /**
     * The tables in order.
     *
     * @param roots the tables in which the search begins
     * @param ofAgent whether an agent is erased
     */
    static List<String> of(Set<String> roots, List<Edge> edges, boolean ofAgent) {
        Set<String> order = new LinkedHashSet<>();
        Set<String> open = new LinkedHashSet<>(roots);
        open.add(MESSAGES.getName());
        open.add(TASKS.getName());
        if (ofAgent) {
            open.add(CONVERSATIONS.getName());
        }
        edges.forEach(edge -> open.add(edge.table()));
        while (!open.isEmpty()) {
            String next = open.stream()
                    .filter(table ->
                            edges.stream().noneMatch(edge -> edge.table().equals(table) && waits(edge, open, ofAgent)))
                    .findFirst()
                    .orElse(open.iterator().next());
            order.add(next);
            open.remove(next);
        }
        return List.copyOf(order);
    }

    /** Conversations of an agent follow from its messages, and not the other way. */
    private static boolean waits(Edge edge, Set<String> open, boolean ofAgent) {
        return open.contains(edge.target())
                && !edge.target().equals(edge.table())
                && !(ofAgent && edge.equals(Edge.of(MESSAGES.CONVERSATION_ID, CONVERSATIONS)));
    }
}
