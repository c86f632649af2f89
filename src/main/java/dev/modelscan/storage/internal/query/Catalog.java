package dev.modelscan.storage.internal.query;

import java.sql.SQLException;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What the database itself says about its tables, the application's among them, and an engine's SQL to turn their rows
 * into documents and back.
 *
 * <p>A document is a JSON object with a member for each column that is not null. Documents of all engines are alike:
 * text and whole numbers as they are, times and JSON as the text that SQLite stores, bytes as an array of one text of
 * hexadecimal digits, and anything else as text.
 */
public interface Catalog {

    /** What a foreign key does when the row that it refers to is deleted. */
    enum OnDelete {
        /** The row that refers is deleted. */
        CASCADE,
        /** Its columns become null. */
        SET_NULL,
        /** Its columns get their default. */
        SET_DEFAULT,
        /** The deletion is refused. */
        REFUSE
    }

    /**
     * A foreign key.
     *
     * @param table the table that refers
     * @param isForeign whether that table is in another schema; its name then has the schema in it
     * @param columns its columns
     * @param target the table that is referred to
     * @param targetColumns the columns that are referred to, in the same order
     */
    record Reference(
            String table,
            boolean isForeign,
            List<String> columns,
            String target,
            List<String> targetColumns,
            OnDelete onDelete) {}

    /**
     * A column.
     *
     * @param type as the engine calls it
     * @param isGenerated whether the engine computes its values
     * @param key the position in the primary key, from 1; 0 if it is not part of it
     * @param isStrict whether it holds values of its type alone
     */
    record Column(String name, String type, boolean isGenerated, boolean isNullable, int key, boolean isStrict) {

        /** The same column under another name. */
        public Column named(String other) {
            return new Column(other, type, isGenerated, isNullable, key, isStrict);
        }
    }

    /**
     * A table.
     *
     * @param columns in their order, with generated ones
     * @param uniques the columns of each unique index, with the primary key's
     */
    record Table(String name, List<Column> columns, List<List<String>> uniques) {

        /** The columns whose values are stored. */
        public List<Column> stored() {
            return columns.stream().filter(column -> !column.isGenerated()).toList();
        }

        /** The column of that name, or else one whose name differs in case alone; null if there is none. */
        public @Nullable Column column(String name) {
            return ofName(columns, Column::name, name);
        }

        /** The names of the primary key's columns, in its order; empty if there is no key. */
        public List<String> key() {
            return columns.stream()
                    .filter(column -> column.key() > 0)
                    .sorted(Comparator.comparingInt(Column::key))
                    .map(Column::name)
                    .toList();
        }
    }

    /** All foreign keys to tables of the session's schema. */
    List<Reference> references(Session session) throws SQLException;

    /**
     * Those of these tables that exist, by the given names. One whose name differs in case alone stands for one that does
     * not exist.
     */
    Map<String, Table> tables(Session session, Collection<String> names) throws SQLException;

    /** Tables by the given names, as {@link #tables} gives them. */
    static Map<String, Table> byName(Collection<String> names, Collection<Table> tables) {
        Map<String, Table> found = new LinkedHashMap<>();
        for (String name : names) {
            Table table = ofName(tables, Table::name, name);
            if (table != null) {
                found.put(name, table);
            }
        }
        return found;
    }

    private static <T> @Nullable T ofName(Collection<T> all, Function<T, String> nameOf, String name) {
        T similar = null;
        for (T each : all) {
            if (nameOf.apply(each).equals(name)) {
                return each;
            }
            if (similar == null && nameOf.apply(each).equalsIgnoreCase(name)) {
                similar = each;
            }
        }
        return similar;
    }

    /** SQL for a document with these columns of a row. */
    String toDocument(List<Column> columns, String row);

    /** SQL for the value of a column in a document, with the column's type; null if it has no such member. */
    String fromDocument(Column column, String document);

    /** SQL for the text of a member of a document. */
    String memberText(String name, String document);

    /** What follows {@code INSERT INTO table (columns)} so that values of identity columns are taken. */
    default String keepingIdentities() {
        return "";
    }
}
