package dev.modelscan.storage.internal.sqlite.file;

import dev.modelscan.storage.internal.query.Catalog;
import dev.modelscan.storage.internal.query.PlainSql;
import dev.modelscan.storage.internal.query.Session;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.WeakHashMap;
import org.jspecify.annotations.Nullable;

/** What SQLite says about its tables. Its names ignore case, so each comes out as its table or column is declared. */
final class SqliteCatalog implements Catalog {

    /** A key that names no columns refers to the primary key. */
    private static final String REFERENCES = """
            SELECT m.name, f.id, coalesce(t.name, f."table"), f."from",
                coalesce(f."to", (SELECT p.name FROM pragma_table_info(f."table") p WHERE p.pk = f.seq + 1)), f.on_delete
            FROM sqlite_schema m JOIN pragma_foreign_key_list(m.name) f
                LEFT JOIN sqlite_schema t ON t.type = 'table' AND t.name = f."table" COLLATE NOCASE
            WHERE m.type = 'table' ORDER BY m.name, f.id, f.seq""";

    /** hidden is 2 or 3 for generated columns, and 1 for those of virtual tables. */
    private static final String COLUMNS = """
            SELECT m.name, c.name, c.type, c.hidden, c."notnull", c.pk,
                (SELECT l.strict FROM pragma_table_list(m.name) l WHERE l.schema = 'main')
            FROM sqlite_schema m JOIN pragma_table_xinfo(m.name) c
            WHERE m.type = 'table' AND m.name COLLATE NOCASE IN (SELECT value FROM json_each(?)) ORDER BY m.name, c.cid""";

    private static final String UNIQUES = """
            SELECT m.name, i.name, c.name
            FROM sqlite_schema m JOIN pragma_index_list(m.name) i JOIN pragma_index_info(i.name) c
            WHERE m.type = 'table' AND i."unique" AND m.name COLLATE NOCASE IN (SELECT value FROM json_each(?))
            ORDER BY m.name, i.name, c.seqno""";

    private record Part(String table, int key, String target, String column, String targetColumn, OnDelete onDelete) {}

    /** What one version of a database's schema says; reading it costs some milliseconds. */
    private record Known(long version, List<Reference> references, Map<Set<String>, Map<String, Table>> tables) {}

    private final Map<Session, Known> known = Collections.synchronizedMap(new WeakHashMap<>());

    /** The version rises with each change of the schema, whoever makes it. */
    private Known known(Session session) throws SQLException {
        long version = PlainSql.rows(session, "PRAGMA schema_version", List.of(), row -> row.getLong(1))
                .get(0);
        Known found = known.get(session);
        if (found == null || found.version() != version) {
            found = new Known(version, readReferences(session), new HashMap<>());
            known.put(session, found);
        }
        return found;
    }

    @Override
    public List<Reference> references(Session session) throws SQLException {
        return known(session).references();
    }

    private static List<Reference> readReferences(Session session) throws SQLException {
        Map<String, List<Part>> keys = new LinkedHashMap<>();
        for (Part part : PlainSql.rows(session, REFERENCES, List.of(), SqliteCatalog::part)) {
            keys.computeIfAbsent(part.table() + '\n' + part.key(), key -> new ArrayList<>())
                    .add(part);
        }
        return keys.values().stream()
                .map(parts -> new Reference(
                        parts.get(0).table(),
                        false,
                        parts.stream().map(Part::column).toList(),
                        parts.get(0).target(),
                        parts.stream().map(Part::targetColumn).toList(),
                        parts.get(0).onDelete()))
                .toList();
    }

    private static Part part(ResultSet row) throws SQLException {
        OnDelete onDelete =
                switch (row.getString(6).toUpperCase(Locale.ROOT)) {
                    case "CASCADE" -> OnDelete.CASCADE;
                    case "SET NULL" -> OnDelete.SET_NULL;
                    case "SET DEFAULT" -> OnDelete.SET_DEFAULT;
                    default -> OnDelete.REFUSE;
                };
        return new Part(
                row.getString(1), row.getInt(2), row.getString(3), row.getString(4), row.getString(5), onDelete);
    }

    private record OfTable<T>(String table, T value) {}

    private record IndexColumn(String index, String column) {}

    @Override
    public Map<String, Table> tables(Session session, Collection<String> names) throws SQLException {
        Map<Set<String>, Map<String, Table>> all = known(session).tables();
        Set<String> wanted = Set.copyOf(names);
        Map<String, Table> found = all.get(wanted);
        if (found == null) {
            found = readTables(session, wanted);
            all.put(wanted, found);
        }
        return found;
    }

    private static Map<String, Table> readTables(Session session, Set<String> names) throws SQLException {
        List<String> wanted = List.of(json(names));
        Map<String, List<Column>> columns = new LinkedHashMap<>();
        for (OfTable<Column> read : PlainSql.rows(session, COLUMNS, wanted, SqliteCatalog::column)) {
            columns.computeIfAbsent(read.table(), name -> new ArrayList<>()).add(read.value());
        }
        Map<String, Map<String, List<String>>> uniques = new LinkedHashMap<>();
        for (OfTable<IndexColumn> read : PlainSql.rows(
                session,
                UNIQUES,
                wanted,
                row -> new OfTable<>(row.getString(1), new IndexColumn(row.getString(2), row.getString(3))))) {
            uniques.computeIfAbsent(read.table(), name -> new LinkedHashMap<>())
                    .computeIfAbsent(read.value().index(), name -> new ArrayList<>())
                    .add(read.value().column());
        }
        List<Table> tables = new ArrayList<>();
        columns.forEach((name, own) -> tables.add(new Table(name, own, uniques(own, uniques.get(name)))));
        return Catalog.byName(names, tables);
    }

    /** A key that is the row's number has no index; an index on an expression has a column without a name. */
    private static List<List<String>> uniques(List<Column> columns, @Nullable Map<String, List<String>> indexes) {
        List<List<String>> uniques = new ArrayList<>();
        List<String> key = new Table("", columns, List.of()).key();
        if (!key.isEmpty()) {
            uniques.add(key);
        }
        if (indexes != null) {
            indexes.values().stream()
                    .filter(index -> !index.contains(null) && !uniques.contains(index))
                    .forEach(uniques::add);
        }
        return uniques;
    }

    private static OfTable<Column> column(ResultSet row) throws SQLException {
        return new OfTable<>(
                row.getString(1),
                new Column(
                        row.getString(2),
                        row.getString(3),
                        row.getInt(4) > 0,
                        !row.getBoolean(5) && row.getInt(6) == 0,
                        row.getInt(6),
                        row.getBoolean(7)));
    }

    private static String json(Collection<String> names) {
        StringBuilder json = new StringBuilder("[");
        for (String name : names) {
            json.append(json.length() == 1 ? "" : ",")
                    .append('"')
                    .append(name.replace("\\", "\\\\").replace("\"", "\\\""))
                    .append('"');
        }
        return json.append(']').toString();
    }

    /** A function takes at most 127 arguments, so the members come in groups. */
    @Override
    public String toDocument(List<Column> columns, String row) {
        String document = "";
        for (int from = 0; from < columns.size(); from += 60) {
            StringBuilder object = new StringBuilder("json_object(");
            for (Column column : columns.subList(from, Math.min(from + 60, columns.size()))) {
                String value = row + '.' + PlainSql.quoted(column.name());
                object.append(object.charAt(object.length() - 1) == '(' ? "" : ", ")
                        .append(text(column.name()))
                        .append(", ")
                        .append(value(value));
            }
            object.append(')');
            document = document.isEmpty()
                    ? object.toString()
                    : "substr(" + document + ", 1, length(" + document + ") - 1) || ',' || substr(" + object + ", 2)";
        }
        return document;
    }

    /** Any column may hold bytes, unless its table is strict. JSON has seventeen digits, so a double comes back. */
    private static String value(String value) {
        return "CASE typeof(" + value + ") WHEN 'blob' THEN json_array(hex(" + value
                + ")) WHEN 'real' THEN json(printf('%!.17g', " + value + ")) ELSE " + value + " END";
    }

    @Override
    public String fromDocument(Column column, String document) {
        String path = text("$.\"" + column.name() + '"');
        String value = "json_extract(" + document + ", " + path + ')';
        return "CASE json_type(" + document + ", " + path + ") WHEN 'array' THEN unhex(json_extract(" + document + ", "
                + text("$.\"" + column.name() + "\"[0]") + ")) ELSE " + value + " END";
    }

    @Override
    public String memberText(String name, String document) {
        return "json_extract(" + document + ", " + text("$.\"" + name + '"') + ')';
    }

    private static String text(String text) {
        return '\'' + text.replace("'", "''") + '\'';
    }
}
