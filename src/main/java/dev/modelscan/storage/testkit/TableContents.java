package dev.modelscan.storage.testkit;

import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The rows of all tables, to compare a database before and after an upgrade. In memory, so for small databases.
 *
 * @since 0.1.0
 */
public final class TableContents {

    private static final Pattern HISTORY = Pattern.compile("modelscan_(\\w+_)?schema_history|sqlite_\\w+");

    private final Map<String, List<Map<String, @Nullable String>>> tables = new TreeMap<>();

    private TableContents() {}

    /** Reads all tables of a connection, on PostgreSQL those of the first schema of its search_path. */
    public static TableContents of(Connection connection) throws SQLException {
        TableContents contents = new TableContents();
        DatabaseMetaData metadata = connection.getMetaData();
        List<String> names = new ArrayList<>();
        try (ResultSet tables = metadata.getTables(null, connection.getSchema(), "%", new String[] {"TABLE"})) {
            while (tables.next()) {
                names.add(tables.getString("TABLE_NAME"));
            }
        }
        for (String name : names) {
            if (!HISTORY.matcher(name).matches()) {
                contents.tables.put(name, rows(connection, name));
            }
        }
        return contents;
    }

    private static List<Map<String, @Nullable String>> rows(Connection connection, String table) throws SQLException {
        List<Map<String, @Nullable String>> found = new ArrayList<>();
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("SELECT * FROM \"" + table.replace("\"", "\"\"") + '"')) {
            ResultSetMetaData columns = rows.getMetaData();
            while (rows.next()) {
                Map<String, @Nullable String> row = new LinkedHashMap<>();
                for (int i = 1; i <= columns.getColumnCount(); i++) {
                    row.put(columns.getColumnName(i), rows.getString(i));
                }
                found.add(row);
            }
        }
        return found;
    }

    /** The names of the tables that have no rows, sorted. */
    public List<String> emptyTables() {
        return tables.entrySet().stream()
                .filter(table -> table.getValue().isEmpty())
                .map(Map.Entry::getKey)
                .toList();
    }

    /**
     * Checks that each table, column and value of an earlier state is still there. What is new does not matter.
     *
     * @throws AssertionError if something is missing, or a value has changed; names the tables and the rows
     */
    public void requireKept(TableContents before) {
        List<String> problems = new ArrayList<>();
        before.tables.forEach((table, rows) -> {
            List<Map<String, @Nullable String>> left = new ArrayList<>(tables.getOrDefault(table, List.of()));
            for (Map<String, @Nullable String> row : rows) {
                boolean kept = left.stream()
                        .filter(candidate -> candidate.entrySet().containsAll(row.entrySet()))
                        .findFirst()
                        .map(left::remove)
                        .orElse(false);
                if (!kept) {
                    problems.add(table + ": " + row);
                }
            }
        });
        if (!problems.isEmpty()) {
            throw new AssertionError("these rows are gone, or not as they were:\n  " + String.join("\n  ", problems)
                    + "\nand now there are: " + tables);
        }
    }
}
