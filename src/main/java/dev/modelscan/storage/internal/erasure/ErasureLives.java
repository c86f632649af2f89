package dev.modelscan.storage.internal.erasure;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import dev.modelscan.storage.audit.AuditAction;
import dev.modelscan.storage.internal.erasure.ErasureDocuments.Kept;
import dev.modelscan.storage.internal.erasure.ErasureDocuments.Logged;
import dev.modelscan.storage.internal.erasure.ErasureDocuments.Told;
import dev.modelscan.storage.internal.erasure.ErasureRules.Edge;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Which of the rows that had a key, one after the other, are erased: those that belong to what is erased now, or did when they were
 * deleted. A row that lost its reference belongs to whom it referred to last.
 */
final class ErasureLives {

    /** A row from its insertion to its deletion, as the log tells it. */
    private static final class Life {

        private final long start;
        private final Set<Edge> by = new HashSet<>(2);
        private boolean isInserted;
        private boolean isRoot;
        private boolean isOver;

        /** The entries since it has belonged to whom it belongs, and those from times when it belonged to what is erased. */
        private final List<Long> since = new ArrayList<>(2);

        private final List<Long> told = new ArrayList<>(0);

        Life(long start) {
            this.start = start;
        }

        boolean belongs() {
            return isRoot || !by.isEmpty();
        }

        void add(long position, boolean belonged) {
            if (!belonged && belongs()) {
                since.clear();
            }
            since.add(position);
            if (belonged && !belongs()) {
                told.addAll(since);
                since.clear();
            }
        }

        List<Long> told() {
            List<Long> all = new ArrayList<>(told);
            if (belongs()) {
                all.addAll(since);
            }
            return all;
        }
    }

    /** The rows of a key. */
    private static final class Rows {

        private final List<Life> lives = new ArrayList<>(1);

        /** Whether the row in a deleted record belonged to it; and records whose row says nothing of it. */
        private final NavigableMap<String, Boolean> kept = new TreeMap<>();

        private final Set<String> undecided = new HashSet<>(0);
        private final Set<Edge> lost = new HashSet<>(0);

        private @Nullable Life last() {
            return lives.isEmpty() ? null : lives.get(lives.size() - 1);
        }

        Life life(Logged logged) {
            Life last = last();
            boolean inserts = logged.is(AuditAction.INSERT);
            // What a trigger of the application's has changed in a new row may come before the entry of its insertion.
            if (last == null || last.isOver || (inserts && last.isInserted)) {
                last = new Life(last == null ? Long.MIN_VALUE : logged.order());
                lives.add(last);
            }
            last.isInserted |= inserts;
            return last;
        }

        boolean hasLost(Edge edge) {
            Life last = last();
            return last == null ? lost.contains(edge) : !last.isOver && last.by.contains(edge);
        }
    }

    private final ErasedKeys keys;
    private final List<Edge> edges;
    private final Map<String, String> root;
    private final Map<String, Rows> all = new HashMap<>();

    /**
     * Nothing is known yet.
     *
     * @param wanted the keys
     */
    ErasureLives(ErasedKeys keys, List<Edge> edges, Map<String, String> root, Set<String> wanted) {
        this.keys = keys;
        this.edges = edges;
        this.root = root;
        wanted.forEach(key -> all.put(key, new Rows()));
    }

    private boolean isErased(Edge edge, JsonNode value, Told told) {
        return value.isValueNode() && !value.isNull() && keys.has(edge.target(), value.asText(), told);
    }

    /** Takes a row of the archive; the older come first. */
    void take(@Nullable String key, Kept kept) {
        Rows rows = all.get(key);
        if (rows == null) {
            return;
        }
        boolean belongs = ErasureHistory.isRoot(root, kept.document());
        boolean names = false;
        for (Edge edge : edges) {
            JsonNode value = kept.document().path(edge.column());
            boolean erased = isErased(edge, value, kept);
            boolean isNone = value.isMissingNode() || value.isNull();
            if (kept.emptied() == null) {
                belongs |= erased || (isNone && rows.lost.contains(edge));
                names |= !isNone;
            } else if (erased) {
                rows.lost.add(edge);
            } else if (!isNone) {
                rows.lost.remove(edge);
            }
        }
        if (kept.emptied() == null) {
            rows.lost.clear();
            if (belongs || names) {
                rows.kept.put(kept.record(), belongs);
            } else {
                rows.undecided.add(kept.record());
            }
        }
    }

    /** Takes an entry of the log; the older come first. */
    void take(Logged logged) {
        Rows rows = all.get(logged.key());
        if (rows == null) {
            return;
        }
        Life life = rows.life(logged);
        boolean belonged = life.belongs();
        life.isRoot |= ErasureHistory.isRoot(root, logged.document());
        for (Edge edge : edges) {
            JsonNode value = logged.document().path(edge.column());
            JsonNode before =
                    value.isArray() ? value.path(0) : logged.is(AuditAction.DELETE) ? value : MissingNode.getInstance();
            JsonNode after = value.isArray() ? value.path(1) : value;
            if (isErased(edge, before, logged)) {
                belonged = true;
                life.by.add(edge);
            }
            if (isErased(edge, after, logged)) {
                life.by.add(edge);
            } else if (after.isValueNode() && !after.isNull()) {
                life.by.remove(edge);
            }
        }
        life.add(logged.position(), belonged);
        life.isOver = logged.is(AuditAction.DELETE);
    }

    /** Those whose last row lost its reference in a column to what is erased, and has got no other one. */
    Set<String> lost(Edge edge) {
        Set<String> lost = new LinkedHashSet<>();
        all.forEach((key, rows) -> {
            if (rows.hasLost(edge)) {
                lost.add(key);
            }
        });
        return lost;
    }

    /** Adds the rows that are erased. Those that are there are known. */
    void addTo(String table, Set<String> there) {
        all.forEach((key, rows) -> add(table, key, rows, there.contains(key)));
    }

    private void add(String table, String key, Rows rows, boolean isThere) {
        boolean isErased = keys.live(table).contains(key);
        NavigableMap<Long, Boolean> logged = new TreeMap<>();
        for (Life life : rows.lives) {
            boolean isLast = life.equals(rows.last());
            boolean knownNow = isLast && !life.isOver && (isThere || isErased);
            boolean erased = knownNow ? isErased : life.belongs();
            logged.put(life.start, erased);
            if (!erased) {
                life.told().forEach(keys::addTold);
            }
        }
        // A row that names nobody is the one that the log tells of, if there was no other.
        boolean isOne = logged.size() == 1 && rows.undecided.size() == 1 && rows.kept.isEmpty() && !isThere;
        for (String record : rows.undecided) {
            rows.kept.put(record, isOne && logged.firstEntry().getValue());
        }
        Set<Boolean> verdicts = new HashSet<>(logged.values());
        verdicts.addAll(rows.kept.values());
        if (isThere || isErased) {
            verdicts.add(isErased);
        }
        if (verdicts.equals(Set.of(true))) {
            keys.add(table, key);
        } else if (verdicts.contains(true)) {
            keys.addSome(table, key, logged, rows.kept);
        }
    }
}
