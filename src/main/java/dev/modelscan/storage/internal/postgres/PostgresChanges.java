package dev.modelscan.storage.internal.postgres;

import dev.modelscan.storage.Json;
import dev.modelscan.storage.internal.query.Catalog.Column;
import dev.modelscan.storage.internal.query.Changes;
import dev.modelscan.storage.internal.query.PlainSql;
import dev.modelscan.storage.internal.query.Session;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

final class PostgresChanges implements Changes {

    private static final String ACT = "SELECT pg_catalog.set_config('modelscan.actor', ?, true)";

    /** Types whose text depends on no setting of the session, and those whose text the trigger makes itself. */
    private static final Pattern SAME_TEXT = Pattern.compile("text|smallint|integer|bigint|boolean|uuid|jsonb?|bytea"
            + "|numeric(\\(.*)?|character( varying)?(\\(.*)?|timestamp with time zone");

    private static final String SETTINGS = List.of(
                    "\"extra_float_digits\" TO '1'",
                    "\"DateStyle\" TO 'ISO, YMD'",
                    "\"IntervalStyle\" TO 'iso_8601'",
                    "\"TimeZone\" TO 'UTC'",
                    "\"bytea_output\" TO 'hex'",
                    "\"lc_monetary\" TO 'C'")
            .stream()
            .map(each -> "\n    SET " + each)
            .collect(Collectors.joining());

    @Override
    public String key(List<Column> key, String row) {
        if (key.isEmpty()) {
            return "NULL";
        }
        if (key.size() == 1) {
            return shown(key.get(0), row) + "::text";
        }
        List<String> values = key.stream()
                .map(column -> "to_json(" + shown(column, row) + ")::text")
                .toList();
        return "'[' || " + String.join(" || ',' || ", values) + " || ']'";
    }

    private static String shown(Column column, String row) {
        return PostgresCatalog.value(column, value(column, row));
    }

    @Override
    public String bytes(String text) {
        return "octet_length(" + text + ')';
    }

    @Override
    public String refuse(String condition, String reason) {
        return "IF " + condition + " THEN RAISE EXCEPTION '%', " + text(reason) + "; END IF;";
    }

    /** Each setting costs every change of a row some tenths of a microsecond, so only who needs them has them. */
    @Override
    public String settings(List<Column> columns) {
        return columns.stream()
                        .allMatch(column -> SAME_TEXT.matcher(column.type()).matches())
                ? ""
                : SETTINGS;
    }

    @Override
    public String isChanged(List<Column> columns, String before, String after) {
        return String.join(
                " OR ",
                columns.stream().map(column -> isChanged(column, before, after)).toList());
    }

    /** Some types have no equality, and a collation may take two texts for equal. */
    private static String isChanged(Column column, String before, String after) {
        String as =
                switch (column.type()) {
                    case "smallint", "integer", "bigint", "boolean", "bytea", "timestamp with time zone" -> "";
                    case "text" -> " COLLATE \"C\"";
                    default -> "::text COLLATE \"C\"";
                };
        return '(' + value(column, before) + as + " IS DISTINCT FROM " + value(column, after) + as + ')';
    }

    @Override
    public String values(List<Recorded> columns, String row) {
        return object(columns, recorded -> member(recorded, "to_json(" + json(recorded, row) + ")::text"));
    }

    @Override
    public String differences(List<Recorded> columns, String before, String after) {
        return object(
                columns,
                recorded -> "CASE WHEN " + isChanged(recorded.column(), before, after) + " THEN "
                        + member(
                                recorded,
                                "'[' || " + orNull(recorded, before) + " || ',' || " + orNull(recorded, after)
                                        + " || ']'")
                        + " END");
    }

    private String orNull(Recorded recorded, String row) {
        return "coalesce(to_json(" + json(recorded, row) + ")::text, 'null')";
    }

    /** SQL for a member with a comma before it; null if its value is. */
    private String member(Recorded recorded, String value) {
        String name = Json.of(recorded.column().name()).toString();
        return text(',' + name + ':') + " || " + value;
    }

    /**
     * An object of members that are not null. Put together as text, since jsonb would sort its members: an insert of
     * 1,000 rows takes half the time. A function takes at most 100 arguments.
     */
    private static String object(List<Recorded> columns, Function<Recorded, String> member) {
        List<String> objects = new ArrayList<>();
        for (int from = 0; from < columns.size(); from += 100) {
            List<String> members = columns.subList(from, Math.min(from + 100, columns.size())).stream()
                    .map(member)
                    .toList();
            objects.add("concat(" + String.join(", ", members) + ')');
        }
        return "'{' || substr(" + String.join(" || ", objects) + ", 2) || '}'";
    }

    /** Members are known of columns of JSON alone; of others nothing is shown. */
    private String json(Recorded recorded, String row) {
        String value = value(recorded.column(), row);
        boolean isJson = recorded.column().type().startsWith("json");
        if (recorded.hidden() || (!recorded.members().isEmpty() && !isJson)) {
            return "CASE WHEN " + value + " IS NOT NULL THEN " + text(HIDDEN) + " END";
        }
        if (recorded.members().isEmpty()) {
            return PostgresCatalog.value(recorded.column(), value);
        }
        String shown = value + "::jsonb";
        for (String member : recorded.members()) {
            shown = "jsonb_set(" + shown + ", ARRAY[" + text(member) + "], to_jsonb(" + text(HIDDEN)
                    + "::text), false)";
        }
        // Nothing is known of the members of what is no object, so nothing of it is shown.
        return "CASE WHEN " + value + " IS NOT NULL THEN CASE WHEN jsonb_typeof(" + value + "::jsonb) = 'object' THEN ("
                + shown + ")::text ELSE " + text(HIDDEN) + " END END";
    }

    private static String value(Column column, String row) {
        return row + '.' + PlainSql.quoted(column.name());
    }

    @Override
    public void actAs(Session session, String actor) throws SQLException {
        PlainSql.rows(session, ACT, List.of(actor), row -> true);
    }

    /** In a caller's transaction his own statements may follow. */
    @Override
    public void actNoMore(Session session) throws SQLException {
        PlainSql.rows(session, ACT, List.of(""), row -> true);
    }

    @Override
    public boolean forgetsActor() {
        return true;
    }

    @Override
    public boolean numbersEntries() {
        return false;
    }

    @Override
    public String text(String text) {
        return PostgresCatalog.text(text);
    }
}
