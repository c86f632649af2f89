package dev.modelscan.storage.internal.transfer;

import dev.modelscan.storage.errors.CorruptDatabaseException;
import dev.modelscan.storage.errors.InvalidDataException;
import dev.modelscan.storage.errors.ReferenceException;
import dev.modelscan.storage.internal.sqlite.file.SqliteDialect;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.LongConsumer;

/** Checks the source with SQLite's own checks, and checks each value. */
final class SourceCheck {

    private static final int ROWS_PER_REPORT = 10_000;

    private SourceCheck() {}

    /** Finds damage, and rows that violate CHECK constraints, which other programs can turn off. */
    static void collectUnsound(Connection connection, Problems problems) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("PRAGMA quick_check")) {
            while (rows.next()) {
                String found = rows.getString(1);
                if (!"ok".equals(found)) {
                    problems.add(new CorruptDatabaseException(
                            "the source is damaged, or breaks its own checks: " + found, null));
                }
            }
        }
    }

    /**
     * Finds rows that refer to missing rows.
     *
     * @throws ReferenceException for the first; names the table, the key and the column
     */
    static void requireReferences(Connection connection) throws SQLException {
        Problems problems = new Problems();
        collectReferences(connection, problems);
        problems.throwAny();
    }

    /** Finds rows that refer to missing rows, and names the table, the key and the column of each. */
    static void collectReferences(Connection connection, Problems problems) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("PRAGMA foreign_key_check")) {
            while (rows.next() && !problems.isFull()) {
                String name = rows.getString(1);
                if (CopiedTable.ALL.stream().noneMatch(table -> table.name().equals(name))) {
                    // This table is not copied, so its rows do not matter.
                    continue;
                }
                String id = key(connection, name, rows.getLong(2));
                problems.add(new ReferenceException(
                        name + " " + id + ": " + column(connection, name, rows.getInt(4)) + " refers to a row of "
                                + rows.getString(3) + " that does not exist",
                        name,
                        id,
                        null));
            }
        }
    }

    private static String key(Connection connection, String name, long rowId) throws SQLException {
        CopiedTable table = CopiedTable.ALL.stream()
                .filter(candidate -> candidate.name().equals(name))
                .findFirst()
                .orElseThrow();
        try (PreparedStatement statement = connection.prepareStatement(table.selectKeyByRowId())) {
            statement.setLong(1, rowId);
            try (ResultSet row = statement.executeQuery()) {
                StringBuilder key = new StringBuilder();
                for (int i = 1; i <= table.keyNames().size(); i++) {
                    key.append(i == 1 ? "" : ", ").append(SqliteDialect.text(row, i));
                }
                return key.toString();
            }
        }
    }

    private static String column(Connection connection, String table, int key) throws SQLException {
        try (PreparedStatement statement =
                connection.prepareStatement("SELECT \"from\" FROM pragma_foreign_key_list(?) WHERE id = ?")) {
            statement.setString(1, table);
            statement.setInt(2, key);
            try (ResultSet row = statement.executeQuery()) {
                return String.valueOf(row.getString(1));
            }
        }
    }

    /** Encodes all rows of a table as for a copy, without keeping them, and returns their number. */
    static long collectUnstorable(Connection connection, CopiedTable table, LongConsumer progress, Problems problems)
            throws SQLException {
        RowEncoder encoder = new RowEncoder(table);
        CopyText text = new CopyText(64 * 1_024);
        long count = 0;
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(table.select(SqliteDialect.INSTANCE.jooq()))) {
            while (rows.next() && !problems.isFull()) {
                try {
                    encoder.encode(rows, text);
                } catch (InvalidDataException e) {
                    problems.add(e);
                }
                text.clear();
                if (++count % ROWS_PER_REPORT == 0) {
                    progress.accept(count);
                }
            }
        }
        progress.accept(count);
        return count;
    }

    static Map<String, Long> counts(Connection connection) throws SQLException {
        Map<String, Long> counts = new LinkedHashMap<>();
        try (Statement statement = connection.createStatement()) {
            for (CopiedTable table : CopiedTable.ALL) {
                counts.put(table.name(), number(statement, table.count()));
            }
        }
        return counts;
    }

    static long total(Map<String, Long> rows) {
        return rows.values().stream().mapToLong(Long::longValue).sum();
    }

    static long number(Statement statement, String sql) throws SQLException {
        try (ResultSet rows = statement.executeQuery(sql)) {
            return rows.getLong(1);
        }
    }
}
