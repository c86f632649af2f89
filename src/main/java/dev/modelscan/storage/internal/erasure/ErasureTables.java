package dev.modelscan.storage.internal.erasure;

import static dev.modelscan.storage.schema.Tables.AGENTS;

import dev.modelscan.storage.internal.query.Catalog;
import dev.modelscan.storage.internal.query.Catalog.Reference;
import dev.modelscan.storage.internal.query.PlainSql;
import dev.modelscan.storage.internal.query.Session;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;

/** The tables in which an erasure looks: the library's, and the application's that have foreign keys. */
final class ErasureTables {

    private final Session session;
    private final String lock;
    private final Map<String, Catalog.Table> tables;

    ErasureTables(Session session, List<Reference> references, boolean locks) throws SQLException {
        this.session = session;
        this.lock = locks ? " FOR UPDATE" : "";
        Set<String> wanted = new TreeSet<>(ErasureRules.OWN);
        references.stream().filter(each -> !each.isForeign()).forEach(each -> wanted.add(each.table()));
        this.tables = session.dialect().catalog().tables(session, wanted);
    }

    /** SQL at the end of a query that holds the rows that it finds, so that nobody can refer to them any more. */
    String lock() {
        return lock;
    }

    /** Locks rows {@code t} if others write meanwhile. Waits for those who have changed them. */
    void hold(String table, String condition, List<String> values) throws SQLException {
        if (!lock.isEmpty()) {
            String sql = "SELECT 1 FROM " + PlainSql.table(session, table) + " t WHERE " + condition + lock;
            PlainSql.rows(session, sql, values, row -> true);
        }
    }

    boolean has(String table) {
        return tables.containsKey(table);
    }

    Catalog.Table get(String table) {
        return Objects.requireNonNull(tables.get(table), table);
    }

    /** Whether a foreign key names the rows of its target by the one column of their key, so that it says which they are. */
    boolean isByKey(Reference reference) {
        return !reference.isForeign()
                && reference.columns().size() == 1
                && (!has(reference.target()) || get(reference.target()).key().equals(reference.targetColumns()));
    }

    /** The first column of a table's primary key. */
    String id(String table) {
        return get(table).key().get(0);
    }

    private Catalog.Column column(String table, String name) {
        return Objects.requireNonNull(get(table).column(name), name);
    }

    /** SQL for the key of a row {@code t}, as the audit log writes it. */
    String key(String table) {
        return session.dialect()
                .changes()
                .key(get(table).key().stream().map(name -> column(table, name)).toList(), "t");
    }

    /** SQL for a column of a row {@code t} as text; text columns as they are, so that an index serves. */
    String value(String table, String column) {
        String value = "t." + PlainSql.quoted(column);
        return column(table, column).type().matches("(?i).*(text|char).*") ? value : "CAST(" + value + " AS text)";
    }

    /** Those of these keys, of one column, whose rows are there. */
    Set<String> there(String table, Set<String> wanted) throws SQLException {
        return where(table, id(table), wanted, "");
    }

    /** The keys of rows {@code t} that have one of these values in a column; of a row without a key, the empty text. */
    Set<String> where(String table, String column, Set<String> values, String end) throws SQLException {
        Set<String> found = new LinkedHashSet<>();
        for (List<String> list : ErasedKeys.lists(values)) {
            found.addAll(PlainSql.rows(
                    session,
                    "SELECT " + key(table) + " FROM " + PlainSql.table(session, table) + " t WHERE "
                            + value(table, column) + ErasedKeys.in(list) + end,
                    list,
                    row -> row.getString(1) == null ? "" : row.getString(1)));
        }
        return found;
    }

    /** How many rows refer to these by a key of one column. */
    long count(Reference reference, Set<String> values) throws SQLException {
        String table = reference.table();
        long rows = 0;
        for (List<String> list : ErasedKeys.lists(values)) {
            rows += PlainSql.rows(
                            session,
                            "SELECT count(*) FROM " + PlainSql.table(session, table) + " t WHERE "
                                    + value(table, reference.columns().get(0)) + ErasedKeys.in(list),
                            list,
                            row -> row.getLong(1))
                    .get(0);
        }
        return rows;
    }

    /** Those of these names that agents other than this one have. */
    Set<String> namesOfOthers(Set<String> names, String agent) throws SQLException {
        Set<String> found = new LinkedHashSet<>();
        String name = PlainSql.quoted(AGENTS.NAME.getName());
        for (List<String> list : ErasedKeys.lists(names)) {
            List<String> values = new ArrayList<>(list);
            values.add(agent);
            found.addAll(PlainSql.rows(
                    session,
                    "SELECT " + name + " FROM " + PlainSql.table(session, AGENTS.getName()) + " WHERE " + name
                            + ErasedKeys.in(list) + " AND " + PlainSql.quoted(AGENTS.ID.getName()) + " <> ?",
                    values,
                    row -> row.getString(1)));
        }
        return found;
    }

    /**
     * Those of these rows to which nothing refers by these keys but what is erased. Once they are held nobody can refer to them, so
     * they are asked for again.
     */
    Set<String> unused(String table, Set<String> rows, List<Reference> by, ErasedKeys erased) throws SQLException {
        Set<String> unused = unused(rows, by, erased);
        return lock.isEmpty() ? unused : unused(where(table, id(table), unused, lock), by, erased);
    }

    private Set<String> unused(Set<String> rows, List<Reference> by, ErasedKeys erased) throws SQLException {
        Set<String> unused = new LinkedHashSet<>(rows);
        for (Reference reference : by) {
            if (!isByKey(reference)) {
                continue;
            }
            String from = reference.table();
            String value = value(from, reference.columns().get(0));
            for (List<String> list : ErasedKeys.lists(rows)) {
                String sql = "SELECT " + value + ", " + key(from) + " FROM " + PlainSql.table(session, from)
                        + " t WHERE " + value + ErasedKeys.in(list);
                PlainSql.rows(session, sql, list, row -> {
                    String key = row.getString(2);
                    if (key == null || !erased.live(from).contains(key)) {
                        unused.remove(row.getString(1));
                    }
                    return true;
                });
            }
        }
        return unused;
    }
}
