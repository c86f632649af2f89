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

/** Reads what PostgreSQL knows of a schema's tables. */
final class PostgresCatalog {

    /** Of an enum, the type's kind is more use than its name. A time of less than microseconds is another type. */
    private static final String COLUMNS = """
            SELECT c.relname, a.attname,
                CASE WHEN t.typtype = 'e' THEN 'enum' ELSE pg_catalog.format_type(a.atttypid,
                    CASE WHEN t.typname LIKE 'timestamp%' AND a.atttypmod < 6 THEN a.atttypmod END) END,
                a.attgenerated <> '',
                pg_catalog.pg_get_serial_sequence(pg_catalog.format('%I.%I', n.nspname, c.relname), a.attname),
                coalesce(pg_catalog.array_position(k.conkey, a.attnum), 0)
            FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
                JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
                JOIN pg_catalog.pg_type t ON t.oid = a.atttypid
                LEFT JOIN pg_catalog.pg_constraint k ON k.conrelid = c.oid AND k.contype = 'p'
            WHERE n.nspname = ? AND c.relkind IN ('r', 'p')
            ORDER BY c.relname, a.attnum""";

    /** The name of a table in another schema comes with it. */
    private static final String REFERENCES = """
            SELECT c.relname, r.oid::pg_catalog.regclass::text, (SELECT pg_catalog.array_agg(a.attname::text)
                FROM pg_catalog.pg_attribute a WHERE a.attrelid = c.oid AND a.attnum = ANY (k.conkey)),
                r.relnamespace = c.relnamespace, r.relname
            FROM pg_catalog.pg_constraint k JOIN pg_catalog.pg_class c ON c.oid = k.conrelid
                JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace JOIN pg_catalog.pg_class r ON r.oid = k.confrelid
            WHERE k.contype = 'f' AND n.nspname = ?""";

    /** Bit 2 of the type is INSERT; one that is neither O nor A fires for replicas alone, or is disabled. */
    private static final String TRIGGERS = """
            SELECT c.relname, g.tgname
            FROM pg_catalog.pg_trigger g JOIN pg_catalog.pg_class c ON c.oid = g.tgrelid
                JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
            WHERE NOT g.tgisinternal AND g.tgenabled IN ('O', 'A') AND g.tgtype & 4 <> 0 AND n.nspname = ?
            ORDER BY c.relname, g.tgname""";

    private PostgresCatalog() {}

    private interface Reader {
        void read(ResultSet row) throws SQLException;
    }

    /** The tables of a schema by their names in lower case; empty if it is missing. */
    static Map<String, TableFacts> read(Connection connection, String schema) throws SQLException {
        Map<String, List<Column>> columns = new LinkedHashMap<>();
        Map<String, Map<Integer, String>> keys = new LinkedHashMap<>();
        each(connection, COLUMNS, schema, row -> {
            String table = row.getString(1);
            columns.computeIfAbsent(table, name -> new ArrayList<>())
                    .add(new Column(row.getString(2), row.getString(3), row.getBoolean(4), row.getString(5)));
            if (row.getInt(6) > 0) {
                keys.computeIfAbsent(table, name -> new TreeMap<>()).put(row.getInt(6), row.getString(2));
            }
        });
        Map<String, Set<Reference>> references = new LinkedHashMap<>();
        each(connection, REFERENCES, schema, row -> references
                .computeIfAbsent(row.getString(1), name -> new LinkedHashSet<>())
                .add(Reference.of(
                        List.of((String[]) row.getArray(3).getArray()),
                        row.getBoolean(4) ? row.getString(5) : row.getString(2))));
        Map<String, List<String>> triggers = new LinkedHashMap<>();
        each(connection, TRIGGERS, schema, row -> triggers.computeIfAbsent(row.getString(1), name -> new ArrayList<>())
                .add(row.getString(2)));
        Map<String, TableFacts> tables = new LinkedHashMap<>();
        columns.forEach((table, own) -> tables.put(
                TableFacts.lower(table),
                new TableFacts(
                        table,
                        own,
                        List.copyOf(keys.getOrDefault(table, Map.of()).values()),
                        references.getOrDefault(table, Set.of()),
                        triggers.getOrDefault(table, List.of()),
                        true)));
        return tables;
    }

    private static void each(Connection connection, String sql, String schema, Reader reader) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setString(1, schema);
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    reader.read(rows);
                }
            }
        }
    }
}
