package dev.modelscan.storage.support;

import dev.modelscan.storage.support.MigratedSchema.Engine;
import java.sql.DatabaseMetaData;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jooq.Field;
import org.jooq.ForeignKey;
import org.jooq.Index;
import org.jooq.Key;
import org.jooq.Meta;
import org.jooq.Named;
import org.jooq.SortField;
import org.jooq.SortOrder;
import org.jooq.Table;
import org.jooq.UniqueKey;
import org.jooq.impl.DSL;

/**
 * The content of a schema in words that do not depend on the engine.
 *
 * <p>jOOQ's {@link Meta} gives tables, columns, keys and indexes. On SQLite it reads two foreign keys to the
 * same table as one of two columns, and every index column as ascending. On neither engine does it read
 * checks or delete rules. Those come from JDBC and from the engine's catalogue.
 */
public final class SchemaFacts {

    /**
     * On SQLite a column cannot declare that it holds JSON; PostgreSQL's type says no more than these names.
     */
    private static final Pattern JSON_OR_NULL = Pattern.compile("(\\w+) IS NULL OR json_valid\\(\\1\\)");

    private static final Pattern WORD = Pattern.compile("\\w+");

    private final MigratedSchema schema;
    private final Map<String, String> facts = new TreeMap<>();

    private SchemaFacts(MigratedSchema schema) {
        this.schema = schema;
    }

    /** Reads the schema. */
    public static Map<String, String> of(MigratedSchema schema) throws SQLException {
        SchemaFacts found = new SchemaFacts(schema);
        found.readAll();
        return found.facts;
    }

    /** The differences, one on each line. */
    public static List<String> differences(
            Engine firstEngine, Map<String, String> first, Engine secondEngine, Map<String, String> second) {
        Set<String> all = new TreeSet<>(first.keySet());
        all.addAll(second.keySet());
        List<String> differences = new ArrayList<>();
        for (String fact : all) {
            String one = first.getOrDefault(fact, "missing");
            String other = second.getOrDefault(fact, "missing");
            if (!one.equals(other)) {
                differences.add(fact + ": " + one + " on " + firstEngine + ", " + other + " on " + secondEngine);
            }
        }
        return differences;
    }

    private boolean onSqlite() {
        return schema.engine() == Engine.SQLITE;
    }

    private void readAll() throws SQLException {
        String name = onSqlite() ? "" : schema.connection().getSchema();
        Meta meta = DSL.using(schema.connection()).meta().filterSchemas(found -> found.getName()
                .equals(name));
        for (Table<?> table : meta.getTables()) {
            if (!table.getName().equals("modelscan_schema_history")) {
                readTable(table);
            }
        }
        List<String> triggers = schema.rows(
                onSqlite()
                        ? "SELECT name, tbl_name FROM sqlite_schema WHERE type = 'trigger'"
                        : "SELECT tgname, tgrelid::regclass FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid"
                                + " WHERE NOT tgisinternal AND relnamespace = current_schema()::regnamespace");
        for (String trigger : triggers) {
            facts.put("trigger " + trigger.replace(" ", " on "), "present");
        }
    }

    private void readTable(Table<?> table) throws SQLException {
        String name = table.getName();
        facts.put("table " + name, "columns " + names(table.fields()));
        Map<String, Integer> checks = new TreeMap<>();
        Set<String> json = new HashSet<>();
        if (onSqlite()) {
            readSqliteChecks(table, checks, json);
        } else {
            for (String columns : schema.rows("SELECT string_agg(attname, ', ' ORDER BY attname) FROM pg_constraint"
                    + " JOIN pg_attribute ON attrelid = conrelid AND attnum = ANY (conkey)"
                    + " WHERE contype = 'c' AND conrelid = '" + name + "'::regclass GROUP BY pg_constraint.oid")) {
                checks.merge(columns, 1, Integer::sum);
            }
        }
        checks.forEach(
                (columns, count) -> facts.put("checks of " + name + " (" + columns + ")", String.valueOf(count)));
        for (Field<?> field : table.fields()) {
            facts.put("column " + name + "." + field.getName(), column(field, json));
        }
        UniqueKey<?> primary = table.getPrimaryKey();
        facts.put("primary key of " + name, primary == null ? "missing" : key(primary));
        for (UniqueKey<?> unique : table.getUniqueKeys()) {
            facts.put("unique key of " + name + " " + key(unique), "present");
        }
        readForeignKeys(name, table.getReferences());
        for (Index index : table.getIndexes()) {
            facts.put(
                    "index " + index.getName(),
                    (index.getUnique() ? "unique on " : "on ") + name + " " + columns(index));
        }
    }

    private String column(Field<?> field, Set<String> json) {
        boolean optional = field.getDataType().nullable();
        boolean defaulted = field.getDataType().defaulted();
        return kind(field, json)
                + (optional ? "" : ", not null")
                + (defaulted
                        ? ", default "
                                + field.getDataType()
                                        .defaultValue()
                                        .toString()
                                        .replaceFirst("^cast\\((.*) as \\w+\\)$", "$1")
                        : "");
    }

    /** The kinds of value. On SQLite the name and the check of a column show what it holds. */
    private String kind(Field<?> field, Set<String> json) {
        String type = field.getDataType().getTypeName();
        if (!onSqlite()) {
            return switch (type) {
                case "clob" -> "text";
                case "jsonb" -> "JSON";
                case "timestamp with time zone" -> "time";
                case "integer", "bigint" -> "number";
                default -> type;
            };
        }
        if (type.equals("integer")) {
            return "number";
        }
        if (type.equals("blob")) {
            return "blob";
        }
        if (field.getName().endsWith("_at")) {
            return "time";
        }
        return json.contains(field.getName()) ? "JSON" : "text";
    }

    private void readForeignKeys(String table, List<? extends ForeignKey<?, ?>> references) throws SQLException {
        Set<String> columns = new TreeSet<>();
        try (ResultSet keys = schema.connection()
                .getMetaData()
                .getImportedKeys(null, schema.connection().getSchema(), table)) {
            while (keys.next()) {
                String rule =
                        switch (keys.getShort("DELETE_RULE")) {
                            case DatabaseMetaData.importedKeyCascade -> "cascade";
                            case DatabaseMetaData.importedKeySetNull -> "set null";
                            case DatabaseMetaData.importedKeyRestrict -> "restrict";
                            case DatabaseMetaData.importedKeySetDefault -> "set default";
                            default -> "no action";
                        };
                columns.add(keys.getString("FKCOLUMN_NAME"));
                facts.put(
                        "foreign key " + table + "." + keys.getString("FKCOLUMN_NAME"),
                        "to " + keys.getString("PKTABLE_NAME") + "." + keys.getString("PKCOLUMN_NAME") + ", on delete "
                                + rule);
            }
        }
        Set<String> generated = references.stream()
                .flatMap(reference -> reference.getFields().stream())
                .map(Named::getName)
                .collect(Collectors.toSet());
        if (!generated.equals(columns)) {
            // Otherwise the typed tables would lack it.
            facts.put("foreign keys of " + table + " that jOOQ reads", generated + " of " + columns);
        }
    }

    private String columns(Index index) throws SQLException {
        List<String> descending = onSqlite()
                ? schema.rows("SELECT name FROM pragma_index_xinfo('" + index.getName() + "') WHERE key AND \"desc\"")
                : index.getFields().stream()
                        .filter(field -> field.getOrder() == SortOrder.DESC)
                        .map(SortField::getName)
                        .toList();
        return index.getFields().stream()
                .map(SortField::getName)
                .map(column -> descending.contains(column) ? column + " desc" : column)
                .collect(Collectors.joining(", ", "(", ")"));
    }

    private void readSqliteChecks(Table<?> table, Map<String, Integer> checks, Set<String> json) throws SQLException {
        String sql = String.join(
                "",
                schema.rows("SELECT sql FROM sqlite_schema WHERE type = 'table' AND name = '" + table.getName() + "'"));
        Set<String> columns = Arrays.stream(table.fields()).map(Field::getName).collect(Collectors.toSet());
        for (int start = sql.indexOf("CHECK ("); start >= 0; start = sql.indexOf("CHECK (", start + 1)) {
            String check = inParentheses(sql, start + "CHECK ".length());
            Set<String> used = new TreeSet<>();
            Matcher words = WORD.matcher(check.replaceAll("'[^']*'", ""));
            while (words.find()) {
                if (columns.contains(words.group())) {
                    used.add(words.group());
                }
            }
            if (check.contains("json_valid")) {
                json.addAll(used);
            }
            if (!JSON_OR_NULL.matcher(check).matches()) {
                checks.merge(String.join(", ", used), 1, Integer::sum);
            }
        }
    }

    /** The text up to the closing parenthesis; no check has a parenthesis in quotes. */
    private static String inParentheses(String sql, int open) {
        int depth = 0;
        for (int i = open; i < sql.length(); i++) {
            depth += sql.charAt(i) == '(' ? 1 : sql.charAt(i) == ')' ? -1 : 0;
            if (depth == 0) {
                return sql.substring(open + 1, i);
            }
        }
        throw new IllegalArgumentException("no end of the parenthesis at " + open + " of " + sql);
    }

    private static String key(Key<?> key) {
        return names(key.getFieldsArray());
    }

    private static String names(Field<?>[] fields) {
        return Arrays.stream(fields).map(Field::getName).collect(Collectors.joining(", ", "(", ")"));
    }
}
