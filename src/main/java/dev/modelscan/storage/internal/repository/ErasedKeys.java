package dev.modelscan.storage.internal.repository;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

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

    /** Adds a row that the archive or the log tells of. A live row of the same key may be somebody else's by now. */
    void add(String table, String key) {
        all.computeIfAbsent(table, name -> new HashSet<>()).add(key);
    }

    /** Adds a row that is there. */
    void addLive(String table, String key) {
        add(table, key);
        live.computeIfAbsent(table, name -> new LinkedHashSet<>()).add(key);
    }

    /** Counts rows that are there and have no key. */
    void addUnkeyed(String table, long rows) {
        unkeyed.merge(table, rows, Long::sum);
    }

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
