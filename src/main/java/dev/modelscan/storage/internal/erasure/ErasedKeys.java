package dev.modelscan.storage.internal.erasure;

import dev.modelscan.storage.internal.erasure.ErasureDocuments.Kept;
import dev.modelscan.storage.internal.erasure.ErasureDocuments.Logged;
import dev.modelscan.storage.internal.erasure.ErasureDocuments.Told;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Which rows an erasure is about, by their keys as the audit log writes them. Some are live, others are only in the archive or in
 * the log.
 */
final class ErasedKeys {

    /** Lists of values have one of these lengths, so that a few statements serve all. */
    private static final int[] LENGTHS = {1, 20, 500};

    private final Map<String, Set<String>> all = new LinkedHashMap<>();
    private final Map<String, Set<String>> live = new LinkedHashMap<>();
    private final Map<String, Long> unkeyed = new LinkedHashMap<>();
    private final Map<String, Map<String, Some>> some = new HashMap<>();
    private final Set<Long> told = new TreeSet<>();

    /**
     * Rows that had the same key, one after the other, of which only some are erased.
     *
     * @param logged whether the row is erased that entries from a position on are about
     * @param kept whether the row is erased that a deleted record has
     * @param live whether the row is erased that is there
     */
    private record Some(NavigableMap<Long, Boolean> logged, NavigableMap<String, Boolean> kept, boolean live) {

        boolean has(Told document) {
            Map.Entry<?, Boolean> row = document instanceof Logged entry
                    ? logged.floorEntry(entry.order())
                    : kept.ceilingEntry(((Kept) document).record());
            return row == null ? live : row.getValue();
        }
    }

    /** Adds all rows that had a key. */
    void add(String table, String key) {
        all.computeIfAbsent(table, name -> new HashSet<>()).add(key);
    }

    /** Adds a row that is there. */
    void addLive(String table, String key) {
        add(table, key);
        live.computeIfAbsent(table, name -> new LinkedHashSet<>()).add(key);
    }

    /** Adds some of the rows that had a key. */
    void addSome(String table, String key, NavigableMap<Long, Boolean> logged, NavigableMap<String, Boolean> kept) {
        all.getOrDefault(table, new HashSet<>()).remove(key);
        some.computeIfAbsent(table, name -> new HashMap<>())
                .put(key, new Some(logged, kept, live(table).contains(key)));
    }

    /** Adds an entry of the log about a row that stays, from a time when it belonged to what is erased. */
    void addTold(long position) {
        told.add(position);
    }

    /** Whether the row is erased that a document means by a key. */
    boolean has(String table, @Nullable String key, Told document) {
        if (key == null || all(table).contains(key)) {
            return key != null;
        }
        Some rows = some.getOrDefault(table, Map.of()).get(key);
        return rows != null && rows.has(document);
    }

    /** Keys of which some rows are erased, by table. */
    Map<String, Set<String>> some() {
        Map<String, Set<String>> names = new TreeMap<>();
        some.forEach((table, rows) -> names.put(table, rows.keySet()));
        return names;
    }

    Set<Long> told() {
        return told;
    }

    /** Counts rows that are there and have no key. */
    void addUnkeyed(String table, long rows) {
        unkeyed.merge(table, rows, Long::sum);
    }

    /** The keys all rows of which are erased. */
    Set<String> all(String table) {
        return all.getOrDefault(table, Set.of());
    }

    Set<String> live(String table) {
        return live.getOrDefault(table, Set.of());
    }

    Set<String> tables() {
        return all.keySet();
    }

    /** How many rows are there, by table; tables without any are left out. */
    Map<String, Long> counts() {
        Map<String, Long> counts = new TreeMap<>();
        live.forEach((table, keys) -> counts.merge(table, (long) keys.size(), Long::sum));
        unkeyed.forEach((table, rows) -> counts.merge(table, rows, Long::sum));
        counts.values().removeIf(rows -> rows == 0);
        return counts;
    }

    /** Groups of values for lists; the last value of a group is repeated until it has the length. */
    static List<List<String>> lists(Collection<String> values) {
        List<String> rest = List.copyOf(values);
        List<List<String>> lists = new ArrayList<>();
        int longest = LENGTHS[LENGTHS.length - 1];
        for (int from = 0; from < rest.size(); from += longest) {
            List<String> list = new ArrayList<>(rest.subList(from, Math.min(rest.size(), from + longest)));
            int length = longest;
            for (int candidate : LENGTHS) {
                if (candidate >= list.size()) {
                    length = candidate;
                    break;
                }
            }
            while (list.size() < length) {
                list.add(list.get(list.size() - 1));
            }
            lists.add(list);
        }
        return lists;
    }

    /** SQL for a list of that many parameters. */
    static String in(List<String> list) {
        return " IN (" + String.join(", ", Collections.nCopies(list.size(), "?")) + ')';
    }
}
