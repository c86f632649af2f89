package dev.modelscan.storage.internal.erasure;

import com.fasterxml.jackson.databind.JsonNode;
import dev.modelscan.storage.internal.erasure.ErasureDocuments.Told;
import dev.modelscan.storage.internal.erasure.ErasureRules.Edge;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The keys of rows of a table of which one belonged to what is erased at some time, as the archive and the audit log tell. */
final class ErasureHistory {

    private final ErasedKeys keys;
    private final List<Edge> edges;
    private final Map<String, String> root;
    private final Set<String> all = new LinkedHashSet<>();

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

    /** Takes a row's document, or an entry's; returns whether one of the rows of this key belongs to it. */
    boolean take(String table, @Nullable String key, Told told) {
        boolean belongs = (key != null && (all.contains(key) || keys.all(table).contains(key)))
                || isRoot(root, told.document())
                || edges.stream()
                        .anyMatch(edge -> ErasureDocuments.has(
                                told.document(), edge.column(), id -> keys.has(edge.target(), id, told)));
        if (belongs && key != null) {
            all.add(key);
        }
        return belongs;
    }

    /** Whether a document has the values of a row in which the erasure begins. */
    static boolean isRoot(Map<String, String> root, JsonNode document) {
        return !root.isEmpty()
                && root.entrySet().stream()
                        .allMatch(each -> ErasureDocuments.has(document, each.getKey(), each.getValue()::equals));
    }

    /** All of them. */
    Set<String> all() {
        return new LinkedHashSet<>(all);
    }
}
