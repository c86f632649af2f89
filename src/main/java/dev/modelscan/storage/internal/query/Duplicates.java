package dev.modelscan.storage.internal.query;

import dev.modelscan.storage.doctor.Finding;
import dev.modelscan.storage.doctor.Severity;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Rows with the same key, of which a unique index cannot be made. */
public final class Duplicates {

    private static final int MOST = 1_000;

    private Duplicates() {}

    /**
     * Selects the keys of such rows, those with the same values one after another.
     *
     * @param table as it is in a FROM clause
     * @param key an expression for the key of a row
     * @param columns those of the index, as expressions
     * @param condition that of a partial index; null if the index is over all rows
     */
    public static String query(String table, String key, List<String> columns, @Nullable String condition) {
        String all = String.join(", ", columns);
        // Rows with a null are never equal.
        String indexed = columns.stream().map(each -> each + " IS NOT NULL").collect(Collectors.joining(" AND "))
                + (condition == null ? "" : " AND (" + condition + ")");
        return "SELECT " + key + " FROM " + table + " WHERE " + indexed + " AND (" + all + ") IN (SELECT " + all
                + " FROM " + table + " WHERE " + indexed + " GROUP BY " + all + " HAVING count(*) > 1) ORDER BY " + all
                + ", 1 LIMIT " + MOST;
    }

    /**
     * Tells of them.
     *
     * @param how what makes the index afterwards
     */
    public static Finding finding(String index, String table, List<String> columns, List<String> keys, String how) {
        return Finding.of(
                Severity.ERROR,
                "rows-duplicate",
                "rows of " + table + " have the same " + String.join(", ", columns) + ", so the unique index " + index
                        + " cannot be made",
                keys,
                "delete all but one of each, or change them; then " + how);
    }

    /** Quoted names. */
    public static List<String> quoted(List<String> names) {
        return names.stream().map(PlainSql::quoted).toList();
    }
}
