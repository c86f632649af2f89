package dev.modelscan.storage.internal.transfer;

import dev.modelscan.storage.internal.transfer.TableFacts.Column;
import dev.modelscan.storage.internal.transfer.TableFacts.Reference;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** Reads what SQLite knows of a table. */
final class SqliteCatalog {

    private SqliteCatalog() {}

    /** A table; without columns if it is missing. */
    static TableFacts read(Connection connection, String table) throws SQLException {
        List<Column> columns = new ArrayList<>();
        Map<Integer, String> key = new TreeMap<>();
        try (PreparedStatement statement =
                connection.prepareStatement("SELECT name, type, pk, hidden FROM pragma_table_xinfo(?) ORDER BY cid")) {
            statement.setString(1, table);
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    columns.add(new Column(rows.getString(1), rows.getString(2), rows.getInt(4) > 1, null));
                    if (rows.getInt(3) > 0) {
                        key.put(rows.getInt(3), rows.getString(1));
                    }
                }
            }
        }
        return new TableFacts(
                table,
                List.copyOf(columns),
                List.copyOf(key.values()),
                references(connection, table),
                List.of(),
                isStrict(connection, table));
    }

    private static boolean isStrict(Connection connection, String table) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(
                "SELECT strict FROM pragma_table_list WHERE schema = 'main' AND name = ?")) {
            statement.setString(1, table);
            try (ResultSet rows = statement.executeQuery()) {
                return rows.next() && rows.getBoolean(1);
            }
        }
    }

    private static Set<Reference> references(Connection connection, String table) throws SQLException {
        Map<Integer, List<String>> columns = new LinkedHashMap<>();
        Map<Integer, String> parents = new LinkedHashMap<>();
        try (PreparedStatement statement =
                connection.prepareStatement("SELECT id, \"from\", \"table\" FROM pragma_foreign_key_list(?)")) {
            statement.setString(1, table);
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    columns.computeIfAbsent(rows.getInt(1), id -> new ArrayList<>())
                            .add(rows.getString(2));
                    parents.put(rows.getInt(1), rows.getString(3));
                }
            }
        }
        Set<Reference> references = new LinkedHashSet<>();
        parents.forEach((id, parent) -> references.add(Reference.of(columns.getOrDefault(id, List.of()), parent)));
        return references;
    }
}
