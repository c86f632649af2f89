package dev.modelscan.storage.internal.transfer;

import java.sql.Array;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * The foreign keys between the copied tables, and the library's own indexes, which are dropped until all rows are copied: maintaining them
 * row by row took more than half of the time of a copy. Meanwhile the target holds their definitions, so that
 * none is lost if the process ends. Primary and unique keys stay. So do definitions added by the target's
 * owner: they may reject a row, and after the copy nothing would tell which.
 */
final class DeferredDefinitions {

    static final String TABLE = "modelscan_transfer_definitions";

    /**
     * The commands to drop each and to create it again, from the catalog: indexes first, then the foreign
     * keys.
     */
    private static final String CATALOG = """
            SELECT 1, format('DROP INDEX %I.%I', n.nspname, i.relname), pg_get_indexdef(i.oid)
            FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid JOIN pg_class r ON r.oid = x.indrelid
                JOIN pg_namespace n ON n.oid = r.relnamespace
            WHERE NOT x.indisunique AND NOT x.indisprimary AND r.relname = ANY (?) AND i.relname = ANY (?)
                AND n.nspname = ?
            UNION ALL
            SELECT 2, format('ALTER TABLE %I.%I DROP CONSTRAINT %I', n.nspname, r.relname, c.conname),
                format('ALTER TABLE %I.%I ADD CONSTRAINT %I %s', n.nspname, r.relname, c.conname,
                    pg_get_constraintdef(c.oid))
            FROM pg_constraint c JOIN pg_class r ON r.oid = c.conrelid JOIN pg_namespace n ON n.oid = r.relnamespace
                JOIN pg_class t ON t.oid = c.confrelid
            WHERE c.contype = 'f' AND r.relname = ANY (?) AND t.relname = ANY (?) AND t.relnamespace = r.relnamespace
                AND n.nspname = ?
            ORDER BY 1, 2""";

    private DeferredDefinitions() {}

    private record Definition(String drop, String make) {}

    /** Drops them and records their definitions, in the caller's transaction. */
    static void defer(PostgresLink target, List<CopiedTable> copied) throws SQLException {
        List<Definition> definitions = read(target, copied);
        target.execute("CREATE TABLE " + target.table(TABLE) + " (number integer PRIMARY KEY, command text NOT NULL)");
        try (PreparedStatement insert =
                target.connection().prepareStatement("INSERT INTO " + target.table(TABLE) + " VALUES (?, ?)")) {
            for (int i = 0; i < definitions.size(); i++) {
                insert.setInt(1, i);
                insert.setString(2, definitions.get(i).make());
                insert.execute();
            }
        }
        // Foreign keys are dropped before the indexes they depend on.
        for (int i = definitions.size() - 1; i >= 0; i--) {
            target.execute(definitions.get(i).drop());
        }
    }

    private static List<Definition> read(PostgresLink target, List<CopiedTable> copied) throws SQLException {
        List<Definition> definitions = new ArrayList<>();
        try (PreparedStatement statement = target.connection().prepareStatement(CATALOG)) {
            Array tables = array(target, copied.stream().map(CopiedTable::name));
            statement.setArray(1, tables);
            statement.setArray(2, array(target, copied.stream().flatMap(table -> table.indexNames().stream())));
            statement.setString(3, target.schema().name());
            statement.setArray(4, tables);
            statement.setArray(5, tables);
            statement.setString(6, target.schema().name());
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    definitions.add(new Definition(rows.getString(2), rows.getString(3)));
                }
            }
        }
        return definitions;
    }

    private static Array array(PostgresLink target, Stream<String> names) throws SQLException {
        return target.connection().createArrayOf("text", names.toArray());
    }

    /** How many are still to be created. */
    static int pending(PostgresLink target) throws SQLException {
        return Integer.parseInt(String.valueOf(target.text("SELECT count(*) FROM " + target.table(TABLE))));
    }

    /** Creates the next one and removes its record. */
    static void restoreNext(PostgresLink target) throws SQLException {
        String number = String.valueOf(target.text("SELECT min(number) FROM " + target.table(TABLE)));
        String command =
                String.valueOf(target.text("SELECT command FROM " + target.table(TABLE) + " WHERE number = " + number));
        target.execute(command);
        target.execute("DELETE FROM " + target.table(TABLE) + " WHERE number = " + number);
    }

    /** Creates all, in the caller's transaction. */
    static void restoreAll(PostgresLink target) throws SQLException {
        for (int left = pending(target); left > 0; left--) {
            restoreNext(target);
        }
    }
}
