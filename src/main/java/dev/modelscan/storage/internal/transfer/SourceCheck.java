package dev.modelscan.storage.internal.transfer;

import dev.modelscan.storage.errors.CorruptDatabaseException;
import dev.modelscan.storage.errors.InvalidDataException;
import dev.modelscan.storage.errors.ReferenceException;
import dev.modelscan.storage.internal.sqlite.file.SingleNumber;
import dev.modelscan.storage.internal.sqlite.file.SqliteDialect;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.LinkedHashMap;
import java.util.List;
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
    static void requireReferences(Connection connection, List<CopiedTable> tables) throws SQLException {
        Problems problems = new Problems();
        collectReferences(connection, tables, problems);
        problems.throwAny();
    }

    /** Finds rows that refer to missing rows, and names the table, the key and the column of each. */
    static void collectReferences(Connection connection, List<CopiedTable> tables, Problems problems)
            throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("PRAGMA foreign_key_check")) {
            while (rows.next() && !problems.isFull()) {
                String name = rows.getString(1);
                CopiedTable table = tables.stream()
                        .filter(candidate -> candidate.name().equalsIgnoreCase(name))
                        .findFirst()
                        .orElse(null);
                if (table == null) {
                    // This table is not copied, so its rows do not matter.
                    continue;
                }
                String id = key(connection, table, rows.getLong(2));
                problems.add(new ReferenceException(
                        table.name() + " " + id + ": " + column(connection, name, rows.getInt(4))
                                + " refers to a row of " + rows.getString(3) + " that does not exist",
                        table.name(),
                        id,
                        null));
            }
        }
    }

    /** Without a rowid, SQLite does not say which row it is. */
    private static String key(Connection connection, CopiedTable table, long rowId) throws SQLException {
        if (rowId == 0) {
            return "?";
        }
        try (PreparedStatement statement = connection.prepareStatement(table.selectKeyByRowId())) {
            statement.setLong(1, rowId);
            try (ResultSet row = statement.executeQuery()) {
                StringBuilder key = new StringBuilder();
                for (int i = 1; i <= table.key().size(); i++) {
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

    static Map<String, Long> counts(Connection connection, List<CopiedTable> tables) throws SQLException {
        Map<String, Long> counts = new LinkedHashMap<>();
        try (Statement statement = connection.createStatement()) {
            for (CopiedTable table : tables) {
                counts.put(table.name(), SingleNumber.of(statement, table.count()));
            }
        }
        return counts;
    }

    static long total(Map<String, Long> rows) {
        return rows.values().stream().mapToLong(Long::longValue).sum();
    }
}
