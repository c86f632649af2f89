package dev.modelscan.storage.internal.sqlite;

import dev.modelscan.storage.internal.query.PlainSql;
import dev.modelscan.storage.internal.sqlite.file.SingleNumber;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Finds indexes that have more or fewer entries than their table has rows for them. */
final class IndexCounts {

    private static final String INDEXES = "SELECT s.tbl_name, l.name, i.sql FROM sqlite_schema s"
            + " JOIN pragma_index_list(s.name) l LEFT JOIN sqlite_schema i ON i.type = 'index' AND i.name = l.name"
            + " WHERE s.type = 'table' ORDER BY 1, 2";

    private static final Pattern PARTIAL = Pattern.compile(
            "CREATE\\s+(?:UNIQUE\\s+)?INDEX\\s.*?\\sON\\s[^(]+\\(.*?\\)\\s*WHERE\\s+(.*)",
            Pattern.CASE_INSENSITIVE | Pattern.DOTALL);

    private IndexCounts() {}

    /**
     * An index.
     *
     * @param where the condition of a partial index; null if the index has all rows
     */
    private record Index(String name, @Nullable String where) {

        static Index of(String name, @Nullable String sql) {
            Matcher partial = PARTIAL.matcher(String.valueOf(sql));
            return new Index(name, partial.matches() ? partial.group(1) : null);
        }

        /** SQL that counts the rows for it. Its condition comes from the schema, so no user's text gets into the statement. */
        String rows() {
            return where == null ? "count(*)" : "count(CASE WHEN " + where + "\nTHEN 1 END)";
        }

        /** SQL that counts its entries. */
        String entries(String table) {
            return "SELECT count(*) FROM " + table + " INDEXED BY " + PlainSql.quoted(name)
                    + (where == null ? "" : " WHERE " + where);
        }
    }

    /** A line for each such index. Reads each table and each index once. */
    static List<String> wrong(Connection connection) throws SQLException {
        List<String> wrong = new ArrayList<>();
        for (Map.Entry<String, List<Index>> each : indexes(connection).entrySet()) {
            String table = PlainSql.quoted(each.getKey());
            List<Long> rows = rows(connection, table, each.getValue());
            for (int i = 0; i < rows.size(); i++) {
                Index index = each.getValue().get(i);
                try {
                    if (rows.get(i) != SingleNumber.of(connection, index.entries(table))) {
                        wrong.add("wrong # of entries in index " + index.name());
                    }
                } catch (SQLException e) {
                    wrong.add("index " + index.name() + ": " + e.getMessage());
                }
            }
        }
        return wrong;
    }

    private static Map<String, List<Index>> indexes(Connection connection) throws SQLException {
        Map<String, List<Index>> indexes = new LinkedHashMap<>();
        try (Statement statement = connection.createStatement();
                ResultSet found = statement.executeQuery(INDEXES)) {
            while (found.next()) {
                indexes.computeIfAbsent(found.getString(1), table -> new ArrayList<>())
                        .add(Index.of(found.getString(2), found.getString(3)));
            }
        }
        return indexes;
    }

    /** How many entries each of the indexes should have; empty if the table cannot be read. */
    private static List<Long> rows(Connection connection, String table, List<Index> indexes) {
        List<String> counts = indexes.stream().map(Index::rows).toList();
        List<Long> rows = new ArrayList<>();
        try (Statement statement = connection.createStatement();
                ResultSet counted = statement.executeQuery(
                        "SELECT " + String.join(", ", counts) + " FROM " + table + " NOT INDEXED")) {
            counted.next();
            for (int i = 1; i <= counts.size(); i++) {
                rows.add(counted.getLong(i));
            }
        } catch (SQLException e) {
            // The check of the file's pages reports a table that cannot be read.
            return List.of();
        }
        return rows;
    }
}
