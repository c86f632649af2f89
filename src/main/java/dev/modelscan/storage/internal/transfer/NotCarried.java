package dev.modelscan.storage.internal.transfer;

import dev.modelscan.storage.internal.query.PlainSql;
import dev.modelscan.storage.internal.sqlite.SqliteSchema;
import dev.modelscan.storage.transfer.LeftBehind;
import dev.modelscan.storage.transfer.LeftBehind.Kind;
import dev.modelscan.storage.transfer.LeftBehindException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Finds what a source holds beside what the library's migrations and the application's made, which a transfer does
 * not copy.
 */
final class NotCarried {

    private static final int MOST_COUNTED = 1_000_000;

    private NotCarried() {}

    /**
     * All such objects, sorted by kind and name.
     *
     * @param known what the migrations made
     * @param names what stays behind; among them may be tables that the application's migrations made
     */
    static List<LeftBehind> in(Connection source, SqliteSchema known, Set<String> names) throws SQLException {
        Set<String> carried = new TreeSet<>(String.CASE_INSENSITIVE_ORDER);
        carried.addAll(known.applicationsTables());
        names.forEach(carried::remove);
        Map<String, String> types = types(source);
        List<LeftBehind> found = new ArrayList<>();
        for (SqliteSchema.Entry entry : SqliteSchema.read(source)) {
            boolean onOurs = SqliteSchema.library().hasTable(entry.table()) || carried.contains(entry.table());
            switch (entry.type()) {
                case "table" -> {
                    if (onOurs) {
                        found.addAll(columns(
                                source, entry.name(), carried.contains(entry.name()) ? known : SqliteSchema.library()));
                    } else if (!isShadowTable(entry.name(), types)) {
                        boolean virtual = "virtual".equals(types.get(entry.name()));
                        found.add(new LeftBehind(
                                virtual ? Kind.VIRTUAL_TABLE : Kind.TABLE,
                                entry.name(),
                                count(source, "SELECT 1 FROM " + PlainSql.quoted(entry.name()))));
                    }
                }
                case "view" -> {
                    if (!known.has(entry)) {
                        found.add(new LeftBehind(Kind.VIEW, entry.name(), null));
                    }
                }
                default -> {
                    if (onOurs && !known.has(entry)) {
                        Kind kind = entry.type().equals("index") ? Kind.INDEX : Kind.TRIGGER;
                        found.add(new LeftBehind(kind, entry.name(), null));
                    }
                }
            }
        }
        found.sort(Comparator.comparing(LeftBehind::kind).thenComparing(LeftBehind::name));
        return List.copyOf(found);
    }

    /** A column that a migration of the application's added to a table of the library's is not copied. */
    private static List<LeftBehind> columns(Connection source, String table, SqliteSchema known) throws SQLException {
        List<LeftBehind> found = new ArrayList<>();
        for (String column : SqliteSchema.columns(source, table)) {
            if (!known.hasColumn(table, column)) {
                String values = "SELECT 1 FROM " + PlainSql.quoted(table) + " WHERE " + PlainSql.quoted(column)
                        + " IS NOT NULL";
                found.add(new LeftBehind(Kind.COLUMN, table + "." + column, count(source, values)));
            }
        }
        return found;
    }

    /** {@code table}, {@code view}, {@code virtual} or {@code shadow}, by name. */
    private static Map<String, String> types(Connection source) throws SQLException {
        Map<String, String> types = new HashMap<>();
        try (Statement statement = source.createStatement();
                ResultSet rows =
                        statement.executeQuery("SELECT name, type FROM pragma_table_list WHERE schema = 'main'")) {
            while (rows.next()) {
                types.put(rows.getString(1), rows.getString(2));
            }
        }
        return types;
    }

    /** Whether the table stores the rows of a virtual table. */
    private static boolean isShadowTable(String name, Map<String, String> types) {
        return "shadow".equals(types.get(name));
    }

    /**
     * Null if there are too many rows, or if they cannot be read, for example because the virtual table's
     * module is missing.
     */
    private static @Nullable Long count(Connection source, String select) {
        try (Statement statement = source.createStatement();
                ResultSet rows = statement.executeQuery(
                        "SELECT count(*) FROM (" + select + " LIMIT " + (MOST_COUNTED + 1) + ")")) {
            long count = rows.getLong(1);
            return count > MOST_COUNTED ? null : (Long) count;
        } catch (SQLException e) {
            return null;
        }
    }

    /**
     * Checks that no name is that of an object that is always copied.
     *
     * @throws IllegalArgumentException for the first that is
     */
    static void requireNotOurs(Set<String> names) {
        for (String name : names) {
            int dot = name.indexOf('.');
            boolean ours = SqliteSchema.library().hasTable(name)
                    || (dot > 0 && SqliteSchema.library().hasColumn(name.substring(0, dot), name.substring(dot + 1)));
            if (ours) {
                throw new IllegalArgumentException("leaveBehind names " + name
                        + ", which is the library's own and is always copied; leave it out");
            }
        }
    }

    /**
     * Checks that the caller agreed to leave all of it behind.
     *
     * @param names the names that the caller gave; case is ignored, as in SQLite
     * @throws LeftBehindException with the objects that are not among the names
     */
    static void requireNamed(List<LeftBehind> found, Set<String> names, String source) {
        List<LeftBehind> unnamed = found.stream()
                .filter(object -> names.stream().noneMatch(object.name()::equalsIgnoreCase))
                .toList();
        if (!unnamed.isEmpty()) {
            throw new LeftBehindException(
                    source
                            + " holds objects that a transfer does not copy, because no migration that was given made them: "
                            + String.join(
                                    ", ",
                                    unnamed.stream().map(LeftBehind::toString).toList())
                            + ". Name each with leaveBehind (--leave-behind) to continue without it, and move it"
                            + " yourself",
                    unnamed);
        }
    }
}
