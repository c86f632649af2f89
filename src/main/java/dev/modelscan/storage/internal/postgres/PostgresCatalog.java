package dev.modelscan.storage.internal.postgres;

import dev.modelscan.storage.Json;
import dev.modelscan.storage.internal.query.Catalog;
import dev.modelscan.storage.internal.query.PlainSql;
import dev.modelscan.storage.internal.query.Session;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** What PostgreSQL says about its tables. */
final class PostgresCatalog implements Catalog {

    /** Keys of partitions follow from those of their table. */
    private static final String REFERENCES = """
            SELECT CASE WHEN t.relnamespace = r.relnamespace THEN t.relname ELSE format('%I.%I', n.nspname, t.relname) END,
                t.relnamespace <> r.relnamespace, r.relname, k.confdeltype,
                (SELECT array_agg(a.attname::text ORDER BY p.place) FROM unnest(k.conkey) WITH ORDINALITY p (number, place)
                    JOIN pg_catalog.pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = p.number),
                (SELECT array_agg(a.attname::text ORDER BY p.place) FROM unnest(k.confkey) WITH ORDINALITY p (number, place)
                    JOIN pg_catalog.pg_attribute a ON a.attrelid = k.confrelid AND a.attnum = p.number)
            FROM pg_catalog.pg_constraint k JOIN pg_catalog.pg_class t ON t.oid = k.conrelid
                JOIN pg_catalog.pg_namespace n ON n.oid = t.relnamespace
                JOIN pg_catalog.pg_class r ON r.oid = k.confrelid
                JOIN pg_catalog.pg_namespace s ON s.oid = r.relnamespace
            WHERE k.contype = 'f' AND k.conparentid = 0 AND s.nspname = ? ORDER BY t.relname, k.conname""";

    private static final String COLUMNS = """
            SELECT t.relname, a.attname, format_type(a.atttypid, a.atttypmod), a.attgenerated <> '', NOT a.attnotnull,
                coalesce(array_position(k.conkey, a.attnum), 0)
            FROM pg_catalog.pg_class t JOIN pg_catalog.pg_namespace n ON n.oid = t.relnamespace
                JOIN pg_catalog.pg_attribute a ON a.attrelid = t.oid AND a.attnum > 0 AND NOT a.attisdropped
                LEFT JOIN pg_catalog.pg_constraint k ON k.conrelid = t.oid AND k.contype = 'p'
            WHERE n.nspname = ? AND t.relkind IN ('r', 'p')
                AND lower(t.relname) IN (SELECT lower(value) FROM jsonb_array_elements_text(CAST(? AS jsonb)) value)
            ORDER BY t.relname, a.attnum""";

    /** An index on an expression has a column with number 0. */
    private static final String UNIQUES = """
            SELECT t.relname, (SELECT array_agg(a.attname::text ORDER BY p.place)
                FROM unnest(i.indkey::int2[]) WITH ORDINALITY p (number, place)
                    JOIN pg_catalog.pg_attribute a ON a.attrelid = t.oid AND a.attnum = p.number
                WHERE p.place <= i.indnkeyatts)
            FROM pg_catalog.pg_index i JOIN pg_catalog.pg_class t ON t.oid = i.indrelid
                JOIN pg_catalog.pg_namespace n ON n.oid = t.relnamespace
            WHERE i.indisunique AND i.indexprs IS NULL AND n.nspname = ?
                AND lower(t.relname) IN (SELECT lower(value) FROM jsonb_array_elements_text(CAST(? AS jsonb)) value)
            ORDER BY t.relname, NOT i.indisprimary, i.indexrelid""";

    /** As SQLite stores it, with the year 0, which PostgreSQL calls 1 BC; earlier ones as PostgreSQL writes them. */
    private static final String TIME_TEXT = "CASE WHEN NOT isfinite(%1$s) THEN %1$s::text"
            + " WHEN %1$s >= timestamptz '0001-01-01 00:00:00Z' THEN "
            + utc("YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"")
            + " WHEN %1$s >= timestamptz '0001-01-01 00:00:00Z BC' THEN "
            + utc("\"0000\"-MM-DD\"T\"HH24:MI:SS.US\"Z\"")
            + " ELSE " + utc("YYYY-MM-DD HH24:MI:SS.US\"Z\" BC") + " END";

    private static String utc(String format) {
        return "to_char(%1$s AT TIME ZONE 'UTC', '" + format + "')";
    }

    @Override
    public List<Reference> references(Session session) throws SQLException {
        return PlainSql.rows(
                session,
                REFERENCES,
                List.of(schema(session)),
                row -> new Reference(
                        row.getString(1),
                        row.getBoolean(2),
                        texts(row, 5),
                        row.getString(3),
                        texts(row, 6),
                        switch (row.getString(4)) {
                            case "c" -> OnDelete.CASCADE;
                            case "n" -> OnDelete.SET_NULL;
                            case "d" -> OnDelete.SET_DEFAULT;
                            default -> OnDelete.REFUSE;
                        }));
    }

    private record OfTable<T>(String table, T value) {}

    @Override
    public Map<String, Table> tables(Session session, Collection<String> names) throws SQLException {
        List<String> wanted =
                List.of(schema(session), Json.of(List.copyOf(names)).toString());
        Map<String, List<Column>> columns = new LinkedHashMap<>();
        for (OfTable<Column> read : PlainSql.rows(
                session,
                COLUMNS,
                wanted,
                row -> new OfTable<>(
                        row.getString(1),
                        new Column(
                                row.getString(2),
                                row.getString(3),
                                row.getBoolean(4),
                                row.getBoolean(5),
                                row.getInt(6),
                                /* isStrict= */ true)))) {
            columns.computeIfAbsent(read.table(), name -> new ArrayList<>()).add(read.value());
        }
        Map<String, List<List<String>>> uniques = new LinkedHashMap<>();
        for (OfTable<List<String>> read :
                PlainSql.rows(session, UNIQUES, wanted, row -> new OfTable<>(row.getString(1), texts(row, 2)))) {
            uniques.computeIfAbsent(read.table(), name -> new ArrayList<>()).add(read.value());
        }
        List<Table> tables = new ArrayList<>();
        columns.forEach((name, own) -> tables.add(new Table(name, own, uniques.getOrDefault(name, List.of()))));
        return Catalog.byName(names, tables);
    }

    private static List<String> texts(ResultSet row, int column) throws SQLException {
        return List.of((String[]) row.getArray(column).getArray());
    }

    /** The library's statements always have their schema. */
    private static String schema(Session session) {
        String quoted = Objects.requireNonNull(session.schema(), "schema");
        return quoted.substring(1, quoted.length() - 1).replace("\"\"", "\"");
    }

    /** A function takes at most 100 arguments, so the members come in groups. */
    @Override
    public String toDocument(List<Column> columns, String row) {
        StringBuilder document = new StringBuilder("(");
        for (int from = 0; from < columns.size(); from += 45) {
            document.append(from == 0 ? "" : " || ").append("jsonb_build_object(");
            List<String> members = new ArrayList<>();
            for (Column column : columns.subList(from, Math.min(from + 45, columns.size()))) {
                members.add(text(column.name()) + ", " + value(column, row + '.' + PlainSql.quoted(column.name())));
            }
            document.append(String.join(", ", members)).append(')');
        }
        return document.append(")::text").toString();
    }

    /** SQL for a value as it stands in a document. */
    static String value(Column column, String value) {
        return switch (column.type()) {
            case "text", "smallint", "integer", "bigint" -> value;
            case "timestamp with time zone" -> TIME_TEXT.formatted(value);
            case "bytea" ->
                "CASE WHEN " + value + " IS NOT NULL THEN jsonb_build_array(upper(encode(" + value + ", 'hex'))) END";
            default -> value + "::text";
        };
    }

    @Override
    public String fromDocument(Column column, String document) {
        String json = '(' + document + "::jsonb)";
        String name = text(column.name());
        String member = '(' + json + " ->> " + name + ')';
        return switch (column.type()) {
            case "bytea" -> "decode(" + json + " -> " + name + " ->> 0, 'hex')";
            case "timestamp with time zone" ->
                "(CASE WHEN " + member + " LIKE '0000-%' THEN '0001' || substr(" + member + ", 5) || ' BC' ELSE "
                        + member + " END)::timestamptz";
            default -> member + "::" + column.type();
        };
    }

    @Override
    public String memberText(String name, String document) {
        return '(' + document + "::jsonb ->> " + text(name) + ')';
    }

    @Override
    public String keepingIdentities() {
        return " OVERRIDING SYSTEM VALUE";
    }

    static String text(String text) {
        return "E'" + text.replace("\\", "\\\\").replace("'", "''") + '\'';
    }
}
