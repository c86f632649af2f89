package dev.modelscan.storage.internal.query;

import static dev.modelscan.storage.schema.Tables.AUDIT_SETTINGS;

import dev.modelscan.storage.Json;
import dev.modelscan.storage.errors.StorageException;
import dev.modelscan.storage.internal.query.Changes.Recorded;
import dev.modelscan.storage.schema.DefaultSchema;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jooq.Table;

/**
 * The triggers that record changes for the audit log. They are made of the tables as they are, so each change of the
 * schema needs new ones. Their SQL is in files beside the migrations.
 */
public final class AuditTriggers {

    private static final String FOLDER = "dev/modelscan/storage/migration/audit/";
    private static final String PREFIX = "modelscan_audit_";
    private static final int LONGEST_NAME = 63;

    /** An index of the log has the key beside other columns, and PostgreSQL takes no entry of more than 2,704 bytes. */
    private static final int LONGEST_KEY = 2_500;

    private static final Pattern PLACEHOLDER = Pattern.compile("\\{([a-z_]+)}");

    private static final Set<String> OWN =
            DefaultSchema.DEFAULT_SCHEMA.tableStream().map(Table::getName).collect(Collectors.toSet());

    private AuditTriggers() {}

    /**
     * A table whose changes are recorded.
     *
     * @param bySet whether one trigger gets all rows that a statement inserts
     */
    private record Watched(Catalog.Table table, boolean bySet) {}

    /** Rebuilds the triggers of all tables. */
    public static void make(Session session, List<String> redacted) throws SQLException {
        Redactions redactions = new Redactions(redacted);
        List<Watched> tables = tables(session);
        drop(session);
        for (Watched table : tables) {
            execute(session, triggers(session, table, redactions));
        }
        PlainSql.rows(session, filled(session, "number", Map.of()), List.of(), row -> true);
    }

    /** Removes all of them. */
    public static void drop(Session session) throws SQLException {
        for (String statement :
                PlainSql.rows(session, filled(session, "drop", Map.of()), List.of(), row -> row.getString(1))) {
            execute(session, statement);
        }
    }

    /** A change of the schema. */
    @FunctionalInterface
    public interface Migration<T> {

        /** Changes it on the session's connection. */
        T run() throws SQLException;
    }

    /**
     * Changes the schema without them, and rebuilds them if the log is on: SQLite refuses to change a column that a trigger reads,
     * and elsewhere it would fail from then on.
     *
     * @param session closes its statements, and not its connection
     */
    public static <T> T aside(Session session, Migration<T> migration) throws SQLException {
        drop(session);
        session.closeStatements();
        T result = migration.run();
        renew(session);
        session.closeStatements();
        return result;
    }

    /** Rebuilds them if the log is on; to be called after a change of the schema. */
    public static void renew(Session session) throws SQLException {
        String settings = AUDIT_SETTINGS.getName();
        if (session.dialect().catalog().tables(session, List.of(settings)).isEmpty()) {
            return;
        }
        List<String> stored = PlainSql.rows(
                session,
                "SELECT " + AUDIT_SETTINGS.REDACTED.getName() + " FROM " + PlainSql.table(session, settings),
                List.of(),
                row -> row.getString(1));
        if (!stored.isEmpty()) {
            make(session, texts(stored.get(0)));
        }
    }

    /**
     * The texts that name no column of a table.
     *
     * @throws IllegalArgumentException if one is no name of a column
     */
    public static List<String> idle(Session session, List<String> redacted) throws SQLException {
        return new Redactions(redacted)
                .idle(tables(session).stream().map(Watched::table).toList());
    }

    /** Triggers and rules on the log's own tables, which may change or drop what is recorded; sorted. */
    public static List<String> foreign(Session session) throws SQLException {
        return PlainSql.rows(session, filled(session, "foreign", Map.of()), List.of(), row -> row.getString(1));
    }

    /** The tables that lack triggers, or have others than {@link #make} would make now; sorted by name. */
    public static List<String> missing(Session session, List<String> redacted) throws SQLException {
        Map<String, Integer> made = new HashMap<>();
        Redactions redactions = new Redactions(redacted);
        Map<String, String> wanted = new HashMap<>();
        for (Watched each : tables(session)) {
            wanted.put(each.table().name(), triggers(session, each, redactions));
        }
        record Made(String table, String text) {}
        for (Made each : PlainSql.rows(
                session,
                filled(session, "made", Map.of()),
                List.of(),
                row -> new Made(row.getString(1), row.getString(2)))) {
            if (wanted.getOrDefault(each.table(), "").contains(each.text())) {
                made.merge(each.table(), 1, Integer::sum);
            }
        }
        return wanted.entrySet().stream()
                .filter(each -> made.getOrDefault(each.getKey(), 0) < count(each.getValue()))
                .map(Map.Entry::getKey)
                .sorted()
                .toList();
    }

    private static int count(String triggers) {
        return triggers.split("CREATE TRIGGER ", -1).length - 1;
    }

    /** Whether a trigger has such a name, which none of the application's begins with. */
    public static boolean isName(String trigger) {
        return trigger.startsWith(PREFIX);
    }

    /** The list that is stored in the settings. */
    public static List<String> texts(String stored) {
        List<String> texts = new ArrayList<>();
        Json.parse(stored).toNode().forEach(each -> texts.add(each.asText()));
        return texts;
    }

    /** Whether this, of the settings, is a list of columns to redact; it is not if somebody damaged it. */
    public static boolean isList(String stored) {
        try {
            new Redactions(texts(stored));
            return Json.parse(stored).toNode().isArray();
        } catch (StorageException | IllegalArgumentException e) {
            return false;
        }
    }

    private static List<Watched> tables(Session session) throws SQLException {
        Map<String, Boolean> bySet = new LinkedHashMap<>();
        PlainSql.rows(
                session,
                filled(session, "tables", Map.of()),
                List.of(),
                row -> bySet.put(row.getString(1), row.getBoolean(2)));
        return session.dialect().catalog().tables(session, bySet.keySet()).values().stream()
                .map(table -> new Watched(table, bySet.getOrDefault(table.name(), false)))
                .toList();
    }

    private static String triggers(Session session, Watched watched, Redactions redactions) {
        Catalog.Table table = watched.table();
        Changes changes = session.dialect().changes();
        List<Recorded> columns = redactions.of(table);
        List<Catalog.Column> key = table.key().stream()
                .map(name -> Objects.requireNonNull(table.column(name), name))
                .toList();
        Map<String, String> values = new HashMap<>();
        for (String action : List.of("insert", "update", "delete")) {
            values.put(action + "_trigger", PlainSql.quoted(PREFIX + action + '_' + table.name()));
        }
        values.put("function", PlainSql.quoted(function(table.name())));
        values.put("table", PlainSql.quoted(table.name()));
        values.put("name", changes.text(table.name()));
        values.put("settings", changes.settings(table.stored()));
        String inserted = watched.bySet() ? "inserted" : "NEW";
        values.put("rows_from", watched.bySet() ? "SELECT " : "VALUES (");
        values.put("rows_end", watched.bySet() ? " FROM inserted" : ")");
        values.put(
                "insert_level",
                watched.bySet() ? "REFERENCING NEW TABLE AS inserted FOR EACH STATEMENT" : "FOR EACH ROW");
        values.put("new_key", changes.key(key, inserted));
        values.put("old_key", changes.key(key, "OLD"));
        values.put("fits_inserted", fits(session, watched, key, inserted));
        values.put("fits_updated", fits(session, watched, key, "OLD") + fits(session, watched, key, "NEW"));
        values.put("fits_deleted", fits(session, watched, key, "OLD"));
        values.put("is_changed", changes.isChanged(table.stored(), "OLD", "NEW"));
        values.put("inserted", changes.values(columns, inserted));
        values.put("updated", changes.differences(columns, "OLD", "NEW"));
        values.put("deleted", changes.values(columns, "OLD"));
        return filled(session, "triggers", values);
    }

    /** What refuses a change of a row whose key is too long. Those of the library's tables are short. */
    private static String fits(Session session, Watched watched, List<Catalog.Column> key, String row) {
        String table = watched.table().name();
        if (key.isEmpty() || OWN.contains(table)) {
            return "";
        }
        Changes changes = session.dialect().changes();
        String isLong = changes.bytes(changes.key(key, row)) + " > " + LONGEST_KEY;
        return "\n    "
                + changes.refuse(
                        row.equals("inserted") ? "EXISTS (SELECT 1 FROM inserted WHERE " + isLong + ')' : isLong,
                        "the key of a row of " + table + " has more than " + LONGEST_KEY
                                + " bytes, and the audit log takes no longer one; "
                                + (row.equals("OLD")
                                        ? "disable the log to change or delete the row"
                                        : "shorten it, or disable the log"));
    }

    private static String function(String table) {
        String name = PREFIX + table;
        byte[] bytes = name.getBytes(StandardCharsets.UTF_8);
        return bytes.length <= LONGEST_NAME ? name : PREFIX + UUID.nameUUIDFromBytes(bytes);
    }

    private static String filled(Session session, String file, Map<String, String> values) {
        String schema = session.schema();
        Map<String, String> all = new HashMap<>(values);
        all.put("schema", schema == null ? "" : schema + '.');
        all.put("schema_name", schema == null ? "" : schema.replace("'", "''"));
        String text = SearchScripts.loaded(FOLDER + session.dialect().name() + '/' + file + ".sql");
        return PLACEHOLDER
                .matcher(text)
                .replaceAll(found -> Matcher.quoteReplacement(all.getOrDefault(found.group(1), found.group())));
    }

    /** The drivers split the text into statements, as they do with migrations. */
    private static void execute(Session session, String sql) throws SQLException {
        // SQLite does not count definitions as changes.
        session.runsCallersSql();
        try (Statement statement = session.connection().createStatement()) {
            statement.executeUpdate(sql);
        }
    }
}
