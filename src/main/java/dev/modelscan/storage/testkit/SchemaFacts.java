package dev.modelscan.storage.testkit;

import dev.modelscan.storage.schema.DefaultSchema;
import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
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
 * The tables of a database in words that do not depend on the engine: columns with their kinds and defaults, keys,
 * checks, indexes and triggers. The histories of migrations are not among them.
 *
 * <pre>{@code
 * SchemaFacts.requireInStep(sqlite, postgresql);
 * }</pre>
 *
 * @since 0.1.0
 */
public final class SchemaFacts {

    /**
     * On SQLite a column cannot declare that it holds JSON; PostgreSQL's type says no more than these names.
     */
    private static final Pattern IS_JSON = Pattern.compile("((\\w+) IS NULL OR )?json_valid\\(\\w+\\)");

    private static final Pattern WORD = Pattern.compile("\\w+");

    private static final Pattern HISTORY = Pattern.compile("modelscan_(\\w+_)?schema_history");

    private final Connection connection;
    private final boolean onSqlite;
    private final Map<String, Map<String, String>> tables = new TreeMap<>();

    private SchemaFacts(Connection connection, boolean onSqlite) {
        this.connection = connection;
        this.onSqlite = onSqlite;
    }

    /** Reads the schema of a connection: on PostgreSQL the first one of its search_path. */
    public static SchemaFacts of(Connection connection) throws SQLException {
        boolean onSqlite = connection.getMetaData().getDatabaseProductName().equals("SQLite");
        SchemaFacts found = new SchemaFacts(connection, onSqlite);
        found.readAll();
        return found;
    }

    /** Each fact and its value, sorted by the fact; immutable. */
    public Map<String, String> facts() {
        Map<String, String> facts = new TreeMap<>();
        tables.values().forEach(facts::putAll);
        return Collections.unmodifiableMap(facts);
    }

    /** The differences from another schema, one in each, sorted. */
    public List<String> differences(SchemaFacts other) {
        return differences(facts(), other, other.facts());
    }

    private List<String> differences(Map<String, String> own, SchemaFacts other, Map<String, String> others) {
        Set<String> all = new TreeSet<>(own.keySet());
        all.addAll(others.keySet());
        List<String> differences = new ArrayList<>();
        for (String fact : all) {
            String one = own.getOrDefault(fact, "missing");
            String another = others.getOrDefault(fact, "missing");
            if (!one.equals(another)) {
                differences.add(fact + ": " + one + " on " + engine() + ", " + another + " on " + other.engine());
            }
        }
        return differences;
    }

    /**
     * Checks that the application's migrations make the same tables on both engines. The library's tables are left out.
     *
     * @throws AssertionError if they differ; lists the differences
     */
    public static void requireInStep(Connection sqlite, Connection postgresql) throws SQLException {
        SchemaFacts first = of(sqlite);
        SchemaFacts second = of(postgresql);
        List<String> differences = first.differences(first.applications(), second, second.applications());
        if (!differences.isEmpty()) {
            throw new AssertionError("the migrations of the two engines do not make the same tables:\n  "
                    + String.join("\n  ", differences));
        }
    }

    private Map<String, String> applications() {
        Map<String, String> facts = new TreeMap<>();
        Set<String> librarys = DefaultSchema.DEFAULT_SCHEMA.getTables().stream()
                .map(Table::getName)
                .collect(Collectors.toSet());
        tables.forEach((table, own) -> {
            if (!librarys.contains(table)) {
                facts.putAll(own);
            }
        });
        return facts;
    }

    private String engine() {
        return onSqlite ? "SQLite" : "PostgreSQL";
    }

    private void put(String table, String fact, String value) {
        tables.computeIfAbsent(table, name -> new TreeMap<>()).put(fact, value);
    }

    /** Each row as its values. */
    private List<List<String>> rows(String sql) throws SQLException {
        List<List<String>> found = new ArrayList<>();
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            while (rows.next()) {
                List<String> row = new ArrayList<>();
                for (int column = 1; column <= rows.getMetaData().getColumnCount(); column++) {
                    row.add(rows.getString(column));
                }
                found.add(row);
            }
        }
        return found;
    }

    private List<String> values(String sql) throws SQLException {
        return rows(sql).stream().map(row -> row.get(0)).toList();
    }

    private void readAll() throws SQLException {
        String name = onSqlite ? "" : connection.getSchema();
        Meta meta = DSL.using(connection).meta().filterSchemas(found -> found.getName()
                .equals(name));
        for (Table<?> table : meta.getTables()) {
            if (!HISTORY.matcher(table.getName()).matches()) {
                readTable(table);
            }
        }
        List<List<String>> triggers = rows(
                onSqlite
                        ? "SELECT name, tbl_name FROM sqlite_schema WHERE type = 'trigger'"
                        : "SELECT tgname, relname FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid"
                                + " WHERE NOT tgisinternal AND relnamespace = current_schema()::regnamespace");
        for (List<String> trigger : triggers) {
            put(trigger.get(1), "trigger " + trigger.get(0) + " on " + trigger.get(1), "present");
        }
    }

    private void readTable(Table<?> table) throws SQLException {
        String name = table.getName();
        put(name, "table " + name, "columns " + names(table.fields()));
        Map<String, Integer> checks = new TreeMap<>();
        Set<String> json = new HashSet<>();
        if (onSqlite) {
            readSqliteChecks(table, checks, json);
        } else {
            for (String columns : values("SELECT string_agg(attname, ', ' ORDER BY attname) FROM pg_constraint"
                    + " JOIN pg_attribute ON attrelid = conrelid AND attnum = ANY (conkey)"
                    + " WHERE contype = 'c' AND conrelid = '\"" + name + "\"'::regclass GROUP BY pg_constraint.oid")) {
                checks.merge(columns, 1, Integer::sum);
            }
        }
        checks.forEach(
                (columns, count) -> put(name, "checks of " + name + " (" + columns + ")", String.valueOf(count)));
        for (Field<?> field : table.fields()) {
            put(name, "column " + name + "." + field.getName(), column(field, json));
        }
        UniqueKey<?> primary = table.getPrimaryKey();
        put(name, "primary key of " + name, primary == null ? "missing" : key(primary));
        for (UniqueKey<?> unique : table.getUniqueKeys()) {
            put(name, "unique key of " + name + " " + key(unique), "present");
        }
        readForeignKeys(name, table.getReferences());
        for (Index index : table.getIndexes()) {
            put(
                    name,
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
        if (!onSqlite) {
            return switch (type) {
                case "clob" -> "text";
                case "jsonb" -> "JSON";
                case "timestamp with time zone" -> "time";
                // SQLite has no type for true and false.
                case "smallint", "integer", "bigint", "boolean" -> "number";
                case "double precision", "double" -> "real";
                default -> type;
            };
        }
        if (type.equals("integer")) {
            return "number";
        }
        if (type.equals("double precision") || type.equals("double") || type.equals("real")) {
            return "real";
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
        try (ResultSet keys = connection.getMetaData().getImportedKeys(null, connection.getSchema(), table)) {
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
                put(
                        table,
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
            put(table, "foreign keys of " + table + " that jOOQ reads", generated + " of " + columns);
        }
    }

    private String columns(Index index) throws SQLException {
        List<String> descending = onSqlite
                ? values("SELECT name FROM pragma_index_xinfo('" + index.getName() + "') WHERE key AND \"desc\"")
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
                "", values("SELECT sql FROM sqlite_schema WHERE type = 'table' AND name = '" + table.getName() + "'"));
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
            if (!IS_JSON.matcher(check).matches()) {
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
