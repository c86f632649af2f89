package dev.modelscan.storage.internal.sqlite;

import dev.modelscan.storage.doctor.Finding;
import dev.modelscan.storage.internal.query.Duplicates;
import dev.modelscan.storage.internal.query.PlainSql;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Finds rows that a unique index does not allow, one that is missing or damaged. */
final class UniqueIndexes {

    private static final Pattern CREATED = Pattern.compile(
            "CREATE\\s+UNIQUE\\s+INDEX\\s.*?\\sON\\s[^(]+\\((.*?)\\)\\s*(?:WHERE\\s+(.*))?",
            Pattern.CASE_INSENSITIVE | Pattern.DOTALL);

    private static final Pattern COMMA = Pattern.compile(",(?![^(]*\\))");
    private static final Pattern ORDER = Pattern.compile("\\s+(?:ASC|DESC)$", Pattern.CASE_INSENSITIVE);

    private static final String THERE = "SELECT s.tbl_name, l.name, i.sql FROM sqlite_schema s"
            + " JOIN pragma_index_list(s.name) l LEFT JOIN sqlite_schema i ON i.type = 'index' AND i.name = l.name"
            + " WHERE s.type = 'table' AND l.\"unique\" ORDER BY 1, 2";

    private UniqueIndexes() {}

    /** Of an index that is missing, by the statement that makes it. Empty if it is not unique, or can be made. */
    static Optional<Finding> duplicatesOf(Connection connection, String index, String table, @Nullable String sql)
            throws SQLException {
        Matcher created = CREATED.matcher(String.valueOf(sql));
        return created.matches()
                ? duplicates(connection, index, table, expressions(created.group(1)), created.group(2))
                : Optional.empty();
    }

    /** Of the indexes that one of these lines names, by their names. */
    static Map<String, Finding> duplicatesOf(Connection connection, List<String> lines) throws SQLException {
        Map<String, Finding> findings = new LinkedHashMap<>();
        try (Statement statement = connection.createStatement();
                ResultSet indexes = statement.executeQuery(THERE)) {
            while (indexes.next()) {
                String table = indexes.getString(1);
                String index = indexes.getString(2);
                String sql = indexes.getString(3);
                if (lines.stream().noneMatch(line -> line.contains(index))) {
                    continue;
                }
                Optional<Finding> found = sql == null
                        ? duplicates(connection, index, table, columns(connection, index), null)
                        : duplicatesOf(connection, index, table, sql);
                found.ifPresent(finding -> findings.put(index, finding));
            }
        }
        return findings;
    }

    private static Optional<Finding> duplicates(
            Connection connection, String index, String table, List<String> columns, @Nullable String where)
            throws SQLException {
        String key = SqliteDoctor.key(connection, table);
        // The index itself may not have all rows.
        String from = PlainSql.quoted(table) + " NOT INDEXED";
        List<String> keys = SqliteDoctor.keys(connection, Duplicates.query(from, key, columns, where));
        return keys.isEmpty()
                ? Optional.empty()
                : Optional.of(Duplicates.finding(index, table, columns, keys, "doctor --repair"));
    }

    private static List<String> expressions(String list) {
        return COMMA.splitAsStream(list)
                .map(each -> ORDER.matcher(each.strip()).replaceFirst(""))
                .toList();
    }

    private static List<String> columns(Connection connection, String index) throws SQLException {
        return Duplicates.quoted(SqliteDoctor.keys(
                connection,
                "SELECT name FROM pragma_index_info(" + PlainSql.quoted(index).replace('"', '\'')
                        + ") ORDER BY seqno"));
    }
}
