package dev.modelscan.storage.internal.repository;

import com.fasterxml.jackson.databind.JsonNode;
import dev.modelscan.storage.internal.repository.ErasureRules.Edge;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The rows of a table that belonged to what is erased at some time, as the archive and the audit log tell. */
final class ErasureHistory {

    private final ErasedKeys keys;
    private final List<Edge> edges;
    private final Map<String, String> root;
    private final Set<String> all = new LinkedHashSet<>();
    private final Set<String> others = new LinkedHashSet<>();
    private final Map<Edge, Set<String>> byEdge = new HashMap<>();

    /**
     * Nothing yet.
     *
     * @param root the columns and values of rows in which the erasure begins; empty for a table without such
     */
    ErasureHistory(ErasedKeys keys, List<Edge> edges, Map<String, String> root) {
        this.keys = keys;
        this.edges = edges;
        this.root = root;
    }

    /** Takes the document of a deleted row, which says to whom it belonged at the end; returns whether it does. */
    boolean takeDeleted(String table, @Nullable String key, JsonNode document) {
        boolean belongs = take(table, key, document);
        boolean hasOther = edges.stream().anyMatch(edge -> ErasureDocuments.has(document, edge.column(), id -> true));
        if (!belongs && hasOther && key != null) {
            others.add(key);
        }
        return belongs;
    }

    /** Takes a row's document, or an entry's; returns whether the row belongs to it. */
    boolean take(String table, @Nullable String key, JsonNode document) {
        boolean belongs = (key != null && (all.contains(key) || keys.all(table).contains(key))) || isRoot(document);
        for (Edge edge : edges) {
            if (ErasureDocuments.has(document, edge.column(), keys.all(edge.target())::contains)) {
                belongs = true;
                add(edge, key);
            }
        }
        if (belongs && key != null) {
            all.add(key);
        }
        return belongs;
    }

    /** Takes a row that stayed, and lost its reference in a column. */
    void takeEmptied(@Nullable String key, String column, JsonNode document) {
        for (Edge edge : edges) {
            boolean lost = edge.column().equals(column)
                    && ErasureDocuments.has(document, column, keys.all(edge.target())::contains);
            if (lost && key != null) {
                add(edge, key);
                all.add(key);
            }
        }
    }

    private boolean isRoot(JsonNode document) {
        return !root.isEmpty()
                && root.entrySet().stream()
                        .allMatch(each -> ErasureDocuments.has(document, each.getKey(), each.getValue()::equals));
    }

    private void add(Edge edge, @Nullable String key) {
        if (key != null) {
            byEdge.computeIfAbsent(edge, each -> new LinkedHashSet<>()).add(key);
        }
    }

    /** The rows that referred to what is erased by that column. */
    Set<String> of(Edge edge) {
        return byEdge.getOrDefault(edge, Set.of());
    }

    /** Deleted rows that belonged to something else at the end. */
    Set<String> ofOthers() {
        return others;
    }

    /** All rows that belonged to it. */
    Set<String> all() {
        return new LinkedHashSet<>(all);
    }
}
