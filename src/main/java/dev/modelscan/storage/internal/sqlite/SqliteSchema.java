package dev.modelscan.storage.internal.sqlite;

import dev.modelscan.storage.errors.SchemaException;
import dev.modelscan.storage.internal.engine.EngineText;
import dev.modelscan.storage.internal.migrate.MigrationPlan;
import dev.modelscan.storage.internal.migrate.PackagedMigrations;
import dev.modelscan.storage.internal.migrate.SchemaState;
import dev.modelscan.storage.internal.query.AuditTriggers;
import dev.modelscan.storage.internal.query.SearchScripts;
import dev.modelscan.storage.internal.sqlite.file.SqliteConnections;
import dev.modelscan.storage.internal.sqlite.file.SqliteDialect;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The schema of a SQLite database, and the one that migrations create, to compare it with. SQLite's names ignore
 * case.
 */
public final class SqliteSchema {

    private static final String OBJECTS = "SELECT type, name, tbl_name, sql FROM sqlite_schema"
            + " WHERE name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY type, name";

    private static final Pattern JSON = Pattern.compile("json_valid\\((\\w+)\\)");

    private final Map<String, Entry> entries = new HashMap<>();
    private final Set<String> required = new HashSet<>();
    private final Map<String, Set<String>> columns = new HashMap<>();
    private final List<String> ordinary = new ArrayList<>();

    private SqliteSchema() {}

    /**
     * A row of sqlite_schema.
     *
     * @param type {@code table}, {@code index}, {@code view} or {@code trigger}
     * @param name its name
     * @param table the table or view that it belongs to, which may be itself
     * @param sql the statement that created it
     */
    public record Entry(
            String type,
            String name,
            String table,
            @Nullable String sql) {

        private String key() {
            return type + " " + lower(name);
        }

        /** White space may differ, depending on how a tool split the file into statements. */
        private String words() {
            return String.valueOf(sql).strip().replaceAll("\\s+", " ");
        }
    }

    /** Created at first use, in memory. */
    private static final class Library {
        static final SqliteSchema SCHEMA = of(MigrationPlan.of(SqliteMigrator.LOCATION, List.of()));
    }

    /** The schema that the library's migrations create. */
    public static SqliteSchema library() {
        return Library.SCHEMA;
    }

    /**
     * The schema that these migrations create, in memory.
     *
     * @throws SchemaException if one fails there
     */
    public static SqliteSchema of(MigrationPlan plan) {
        SqliteSchema schema = new SqliteSchema();
        try (Connection connection = SqliteConnections.toMemory(Duration.ZERO).openMigrator()) {
            for (PackagedMigrations packaged : plan.all()) {
                for (PackagedMigrations.Packaged migration : packaged.migrations()) {
                    apply(connection, packaged, migration);
                }
            }
            read(connection).forEach(entry -> schema.required.add(entry.key()));
            // A database may have the search index or not. What is in it follows from the rest.
            try (Statement statement = connection.createStatement()) {
                statement.executeUpdate(SearchScripts.text(SqliteDialect.INSTANCE, "create"));
            }
            for (Entry entry : read(connection)) {
                schema.entries.put(entry.key(), entry);
                if (entry.type().equals("table")) {
                    Set<String> names = new TreeSet<>(String.CASE_INSENSITIVE_ORDER);
                    names.addAll(columns(connection, entry.name()));
                    schema.columns.put(lower(entry.name()), names);
                }
            }
            schema.ordinary.addAll(ordinary(connection));
            return schema;
        } catch (SQLException e) {
            throw new IllegalStateException("a schema in memory cannot be read", e);
        }
    }

    private static void apply(
            Connection connection, PackagedMigrations packaged, PackagedMigrations.Packaged migration) {
        try (Statement statement = connection.createStatement()) {
            // The driver passes on the whole text, and SQLite splits it into statements.
            statement.executeUpdate(migration.sql());
        } catch (SQLException e) {
            throw new SchemaException(
                    "migration " + packaged.label(migration) + " fails in an empty database: " + EngineText.of(e)
                            + ". Migrations have to make the whole schema by themselves",
                    e);
        }
    }

    /** Neither virtual tables nor those in which they keep their rows. */
    private static List<String> ordinary(Connection connection) throws SQLException {
        List<String> names = new ArrayList<>();
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(
                        "SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table' AND name NOT LIKE"
                                + " 'sqlite\\_%' ESCAPE '\\' ORDER BY name")) {
            while (rows.next()) {
                names.add(rows.getString(1));
            }
        }
        return names;
    }

    /** The ordinary tables that are not the library's, sorted by name. */
    public List<String> applicationsTables() {
        return ordinary.stream().filter(name -> !library().hasTable(name)).toList();
    }

    /** All tables, indexes, views and triggers except SQLite's own. */
    public static List<Entry> read(Connection connection) throws SQLException {
        List<Entry> entries = new ArrayList<>();
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(OBJECTS)) {
            while (rows.next()) {
                entries.add(new Entry(rows.getString(1), rows.getString(2), rows.getString(3), rows.getString(4)));
            }
        }
        return entries;
    }

    /** The columns of a table, including generated ones. */
    public static List<String> columns(Connection connection, String table) throws SQLException {
        List<String> names = new ArrayList<>();
        try (PreparedStatement statement = connection.prepareStatement("SELECT name FROM pragma_table_xinfo(?)")) {
            statement.setString(1, table);
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    names.add(rows.getString(1));
                }
            }
        }
        return names;
    }

    /** What the schema has and a database has not. */
    List<Entry> missingIn(List<Entry> found) {
        Set<String> there = found.stream().map(Entry::key).collect(Collectors.toSet());
        return sorted(entry -> !there.contains(entry.key()));
    }

    /** What both have, made by another statement. */
    List<Entry> changedIn(List<Entry> found) {
        Map<String, Entry> there =
                found.stream().collect(Collectors.toMap(Entry::key, entry -> entry, (first, second) -> first));
        return sorted(entry -> {
            Entry other = there.get(entry.key());
            return other != null && !other.words().equals(entry.words());
        });
    }

    private List<Entry> sorted(Predicate<Entry> condition) {
        return entries.values().stream()
                .filter(entry -> required.contains(entry.key()) && !isHistory(entry.table()))
                .filter(condition)
                .sorted(Comparator.comparing(Entry::type).thenComparing(Entry::name))
                .toList();
    }

    /** The columns of a table; empty if there is none. */
    Set<String> columnsOf(String table) {
        return columns.getOrDefault(lower(table), Set.of());
    }

    /** The columns that have to hold JSON, each as {@code table.column}, sorted. */
    List<String> jsonColumns() {
        return sorted(entry -> entry.type().equals("table")).stream()
                .flatMap(table -> JSON.matcher(String.valueOf(table.sql()))
                        .results()
                        .map(match -> table.name() + "." + match.group(1)))
                .distinct()
                .toList();
    }

    /** Whether the schema has a table of that name, including the histories of migrations. */
    public boolean hasTable(String name) {
        return entries.containsKey("table " + lower(name)) || isHistory(name);
    }

    /** Whether the schema has that entry, created by the same statement. It may have triggers of the audit log. */
    public boolean has(Entry entry) {
        Entry own = entries.get(entry.key());
        return isHistory(entry.table())
                || AuditTriggers.isName(entry.name())
                || (own != null && own.words().equals(entry.words()));
    }

    public boolean hasColumn(String table, String column) {
        return isHistory(table) || columns.getOrDefault(lower(table), Set.of()).contains(column);
    }

    /** The history of the library's migrations, or of a set of the application's. */
    private static boolean isHistory(String table) {
        return lower(table).equals(SchemaState.HISTORY_TABLE) || PackagedMigrations.setOf(lower(table)) != null;
    }

    private static String lower(String name) {
        return name.toLowerCase(Locale.ROOT);
    }
}
