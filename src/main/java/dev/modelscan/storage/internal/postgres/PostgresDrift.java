package dev.modelscan.storage.internal.postgres;

import dev.modelscan.storage.internal.migrate.PackagedMigrations;
import dev.modelscan.storage.internal.query.Catalog.OnDelete;
import dev.modelscan.storage.internal.query.Catalog.Reference;
import dev.modelscan.storage.internal.query.PlainSql;
import dev.modelscan.storage.internal.query.Session;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Triggers, their functions and foreign keys that are not as the library's migrations make them. The migrations alone say what these
 * do: jOOQ's tables have no triggers, and take two keys from one SQLite table to another for one. So they are read as text, with
 * patterns that a test compares with what a server makes of the migrations.
 */
final class PostgresDrift {

    private static final Pattern TRIGGER = Pattern.compile("CREATE TRIGGER (\\w+) [^;]*");

    private static final Pattern FUNCTION =
            Pattern.compile("CREATE (?:OR REPLACE )?FUNCTION (\\w+)\\(\\)[^;]*?\\$\\$(.*?)\\$\\$", Pattern.DOTALL);

    /** A table, or a key of the table before it: one of a column, or one of its own. */
    private static final Pattern KEY = Pattern.compile("(?m)^(?:CREATE|ALTER) TABLE (\\w+)"
            + "|(?:^ +(\\w+) +text [^\\n]*?|FOREIGN KEY \\(([^)]*)\\)\\s+)REFERENCES (\\w+) \\(([^)]*)\\)\\s+"
            + "ON DELETE (CASCADE|SET NULL|RESTRICT)");

    private static final String TRIGGERS =
            "SELECT t.tgname, pg_get_triggerdef(t.oid, true) FROM pg_catalog.pg_trigger t"
                    + " JOIN pg_catalog.pg_class r ON r.oid = t.tgrelid JOIN pg_catalog.pg_namespace n ON n.oid = r.relnamespace"
                    + " WHERE n.nspname = ? AND NOT t.tgisinternal";

    private static final String FUNCTIONS = "SELECT p.proname, p.prosrc FROM pg_catalog.pg_proc p"
            + " JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace WHERE n.nspname = ? AND p.pronargs = 0";

    private record Definition(String name, String text) {}

    private final Session session;
    private final String schema;
    private final Map<String, String> triggers = new TreeMap<>();
    private final Map<String, String> functions = new TreeMap<>();
    private final Map<String, String> keys = new TreeMap<>();

    PostgresDrift(Session session, String schema) {
        this.session = session;
        this.schema = schema;
        for (PackagedMigrations.Packaged migration :
                PackagedMigrations.librarys("postgresql").migrations()) {
            // A later migration replaces what an earlier one has made.
            TRIGGER.matcher(migration.sql()).results().forEach(found -> triggers.put(found.group(1), found.group()));
            FUNCTION.matcher(migration.sql()).results().forEach(found -> functions.put(found.group(1), found.group(2)));
            keys(migration.sql());
        }
    }

    private void keys(String sql) {
        Matcher matcher = KEY.matcher(sql);
        String table = "";
        while (matcher.find()) {
            if (matcher.group(1) != null) {
                table = matcher.group(1);
                continue;
            }
            String columns = matcher.group(2) == null ? matcher.group(3) : matcher.group(2);
            OnDelete rule =
                    switch (matcher.group(6)) {
                        case "CASCADE" -> OnDelete.CASCADE;
                        case "SET NULL" -> OnDelete.SET_NULL;
                        default -> OnDelete.REFUSE;
                    };
            keys.put(place(table, columns), described(place(matcher.group(4), matcher.group(5)), rule));
        }
    }

    /** The triggers that do not exist. */
    List<String> missingTriggers() throws SQLException {
        Map<String, String> there = texts(TRIGGERS);
        return triggers.keySet().stream()
                .filter(name -> !there.containsKey(name))
                .toList();
    }

    /** The triggers that are made otherwise, and the functions that are missing or do something else. */
    List<String> changedTriggers() throws SQLException {
        List<String> changed = new ArrayList<>();
        Map<String, String> there = texts(TRIGGERS);
        triggers.forEach((name, definition) -> {
            String found = there.get(name);
            if (found != null && !plain(found).equals(plain(definition))) {
                changed.add(name);
            }
        });
        Map<String, String> bodies = texts(FUNCTIONS);
        functions.forEach((name, body) -> {
            if (!body.strip().equals(bodies.getOrDefault(name, "").strip())) {
                changed.add(name + "()");
            }
        });
        return changed;
    }

    /** The foreign keys that do not exist, or do something else when the row is deleted that they refer to. */
    List<String> missingKeys() throws SQLException {
        Set<String> there = new HashSet<>();
        for (Reference key : session.dialect().catalog().references(session)) {
            String target = place(key.target(), String.join(", ", key.targetColumns()));
            there.add(place(key.table(), String.join(", ", key.columns())) + described(target, key.onDelete()));
        }
        return keys.entrySet().stream()
                .filter(key -> !there.contains(key.getKey() + key.getValue()))
                .map(Map.Entry::getKey)
                .toList();
    }

    private static String place(String table, String columns) {
        return table + "(" + columns + ")";
    }

    private static String described(String target, OnDelete rule) {
        return " " + target + " " + rule;
    }

    private Map<String, String> texts(String sql) throws SQLException {
        Map<String, String> texts = new HashMap<>();
        for (Definition each : PlainSql.rows(
                session, sql, List.of(schema), row -> new Definition(row.getString(1), row.getString(2)))) {
            texts.put(each.name(), each.text());
        }
        return texts;
    }

    /** A server writes a definition with the names of schemas, and with quotes, parentheses and white space of its own. */
    private String plain(String definition) {
        String name = "\\b" + Pattern.quote(schema.replace("\"", ""));
        return definition
                .replace("\"", "")
                .replaceAll("(?i)" + name + "\\.|[\\s()]", "")
                .toLowerCase(Locale.ROOT);
    }
}
