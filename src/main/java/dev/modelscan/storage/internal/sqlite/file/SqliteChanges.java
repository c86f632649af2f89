package dev.modelscan.storage.internal.sqlite.file;

import static dev.modelscan.storage.schema.Tables.AUDIT_SETTINGS;

import dev.modelscan.storage.Json;
import dev.modelscan.storage.internal.query.Catalog.Column;
import dev.modelscan.storage.internal.query.Changes;
import dev.modelscan.storage.internal.query.PlainSql;
import dev.modelscan.storage.internal.query.Session;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Puts JSON together as text: one pass over the columns, without a subquery, which would cost more than the insert.
 */
final class SqliteChanges implements Changes {

    /** A function takes at most 127 arguments. */
    private static final int MOST_IN_OBJECT = 60;

    /** A trigger of the file can read no temporary table, and no function that other programs' connections lack. */
    private static String act() {
        // No constant: the tables load jOOQ, which who only reads does not need.
        return "UPDATE " + AUDIT_SETTINGS.getName() + " SET " + AUDIT_SETTINGS.ACTOR.getName() + " = ?";
    }

    @Override
    public String key(List<Column> key, String row) {
        if (key.isEmpty()) {
            return "CAST(" + row + ".rowid AS TEXT)";
        }
        if (key.size() == 1) {
            String value = value(key.get(0), row);
            return "CASE typeof(" + value + ") WHEN 'blob' THEN hex(" + value + ") ELSE CAST(" + value
                    + " AS TEXT) END";
        }
        List<String> values =
                key.stream().map(column -> json(value(column, row))).toList();
        return "'[' || " + String.join(" || ',' || ", values) + " || ']'";
    }

    /** Other programs that write to the file may have a SQLite before 3.43, without {@code octet_length}. */
    @Override
    public String bytes(String text) {
        return "length(CAST(" + text + " AS BLOB))";
    }

    @Override
    public String refuse(String condition, String reason) {
        return "SELECT RAISE(ABORT, " + sqlText(reason) + ") WHERE " + condition + ';';
    }

    @Override
    public String settings(List<Column> columns) {
        return "";
    }

    /** A column's collation may take two texts for equal. */
    @Override
    public String isChanged(List<Column> columns, String before, String after) {
        return String.join(
                " OR ",
                columns.stream().map(column -> isChanged(column, before, after)).toList());
    }

    private static String isChanged(Column column, String before, String after) {
        return '(' + value(column, before) + " IS NOT " + value(column, after) + " COLLATE BINARY)";
    }

    /** One call makes the JSON of all columns that always have a text or a number; a call for each costs twice as much. */
    @Override
    public String values(List<Recorded> columns, String row) {
        List<String> members = new ArrayList<>();
        List<String> plain = new ArrayList<>();
        for (Recorded recorded : columns) {
            String value = value(recorded.column(), row);
            if (isPlain(recorded) && plain.size() < MOST_IN_OBJECT) {
                plain.add(sqlText(recorded.column().name()) + ", " + value);
            } else {
                members.add("CASE WHEN " + value + " IS NULL THEN '' ELSE " + member(recorded, json(recorded, row))
                        + " END");
            }
        }
        if (plain.isEmpty()) {
            return object(members);
        }
        // Its last value ends with a quote or a digit, so one brace goes.
        members.add(0, "rtrim(json_object(" + String.join(", ", plain) + "), '}')");
        members.add("'}'");
        return String.join(" || ", members);
    }

    private static boolean isPlain(Recorded recorded) {
        Column column = recorded.column();
        return !recorded.hidden()
                && recorded.members().isEmpty()
                && !column.isNullable()
                && (isOf(column, "TEXT") || isOf(column, "INTEGER"));
    }

    /** Any column may hold bytes, unless its table is strict. */
    private static boolean isOf(Column column, String type) {
        return column.isStrict() && column.type().equalsIgnoreCase(type);
    }

    @Override
    public String differences(List<Recorded> columns, String before, String after) {
        List<String> members = new ArrayList<>();
        for (Recorded recorded : columns) {
            String both = "'[' || " + json(recorded, before) + " || ',' || " + json(recorded, after) + " || ']'";
            members.add("CASE WHEN " + isChanged(recorded.column(), before, after) + " THEN " + member(recorded, both)
                    + " ELSE '' END");
        }
        return object(members);
    }

    private static String object(List<String> members) {
        return "'{' || substr(" + String.join(" || ", members) + ", 2) || '}'";
    }

    private static String member(Recorded recorded, String json) {
        return sqlText(',' + Json.of(recorded.column().name()).toString() + ':') + " || " + json;
    }

    private static String json(Recorded recorded, String row) {
        String value = value(recorded.column(), row);
        if (recorded.hidden()) {
            return "CASE WHEN " + value + " IS NULL THEN 'null' ELSE json_quote(" + sqlText(HIDDEN) + ") END";
        }
        if (recorded.members().isEmpty()) {
            return isOf(recorded.column(), "TEXT") ? "json_quote(" + value + ')' : json(value);
        }
        StringBuilder shown = new StringBuilder("json_replace(").append(value);
        for (String member : recorded.members()) {
            shown.append(", ")
                    .append(sqlText("$.\"" + member + '"'))
                    .append(", ")
                    .append(sqlText(HIDDEN));
        }
        // What comes out of a JSON function would be taken for JSON, and is text like any other.
        // Nothing is known of the members of what is no object, so nothing of it is shown.
        return "CASE WHEN " + value + " IS NULL THEN 'null' WHEN NOT json_valid(" + value + ") THEN json_quote("
                + sqlText(HIDDEN) + ") WHEN json_type(" + value + ") <> 'object' THEN json_quote(" + sqlText(HIDDEN)
                + ") ELSE json_quote(" + shown + ") || '') END";
    }

    /** Any column may hold bytes, unless its table is strict. */
    private static String json(String value) {
        return "CASE typeof(" + value + ") WHEN 'blob' THEN json_array(hex(" + value
                + ")) WHEN 'real' THEN json_quote(printf('%!.17g', " + value + ")) ELSE json_quote(" + value + ") END";
    }

    private static String value(Column column, String row) {
        return row + '.' + PlainSql.quoted(column.name());
    }

    @Override
    public void actAs(Session session, String actor) throws SQLException {
        PlainSql.update(session, act(), List.of(actor));
    }

    @Override
    public void actNoMore(Session session) throws SQLException {
        List<@Nullable String> none = new ArrayList<>();
        none.add(null);
        PlainSql.update(session, act(), none);
    }

    @Override
    public boolean forgetsActor() {
        return false;
    }

    @Override
    public boolean numbersEntries() {
        return true;
    }

    @Override
    public String text(String text) {
        return sqlText(text);
    }

    private static String sqlText(String text) {
        return '\'' + text.replace("'", "''") + '\'';
    }
}
