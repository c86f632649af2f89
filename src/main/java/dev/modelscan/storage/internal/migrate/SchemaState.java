package dev.modelscan.storage.internal.migrate;

import dev.modelscan.storage.errors.SchemaException;
import dev.modelscan.storage.internal.migrate.PackagedMigrations.Packaged;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.UnaryOperator;

/**
 * The state of a database's schema, found without writing.
 *
 * @param kind whether it is up to date
 * @param version the library's version in it; 0 for none
 * @param sets the version of each of the application's sets in it, by name, of those that were not asked for,
 *     too
 * @param pending the names of the migrations that it lacks, in order
 */
public record SchemaState(Kind kind, long version, Map<String, Long> sets, List<String> pending) {

    /** Not Flyway's default name, which a host application's own Flyway may use. */
    public static final String HISTORY_TABLE = "modelscan_schema_history";

    /** What to do about missing migrations that this process may not apply. */
    public static final String VALIDATE_ONLY =
            "validateOnly() applies none: let whoever migrates this database run them (the command schema export"
                    + " prints their SQL), and open it again. Nothing was written to it";

    public enum Kind {
        /** No tables: a new database, or one whose creator stopped before the first migration. */
        EMPTY,
        /** This library's, with pending migrations. */
        BEHIND,
        /** This library's, with exactly the packaged migrations. */
        CURRENT
    }

    private record Applied(long version, String script, int checksum) {}

    /** A database without tables. */
    public static SchemaState empty(MigrationPlan plan) {
        List<String> pending = new ArrayList<>();
        plan.all().forEach(packaged -> pending.addAll(missing(packaged, 0)));
        return new SchemaState(Kind.EMPTY, 0, Map.of(), List.copyOf(pending));
    }

    /**
     * Compares the histories with the packaged migrations.
     *
     * @param tables the names of the database's tables, of which others than histories are ignored
     * @param quoted makes a table's name what it is in SQL
     * @throws SchemaException if they are not compatible
     */
    public static SchemaState read(
            Connection connection,
            Collection<String> tables,
            UnaryOperator<String> quoted,
            String name,
            MigrationPlan plan)
            throws SQLException {
        if (!tables.contains(HISTORY_TABLE)) {
            return empty(plan);
        }
        Map<String, Long> sets = new TreeMap<>();
        for (String table : tables) {
            String set = PackagedMigrations.setOf(table);
            if (set != null) {
                sets.put(set, newest(history(connection, quoted.apply(table))));
            }
        }
        long version = 0;
        List<String> pending = new ArrayList<>();
        for (PackagedMigrations packaged : plan.all()) {
            String table = packaged.historyTable();
            List<Applied> history = tables.contains(table) ? history(connection, quoted.apply(table)) : List.of();
            requireCompatible(history, name, packaged);
            pending.addAll(missing(packaged, history.size()));
            version = packaged.set() == null ? newest(history) : version;
        }
        return new SchemaState(
                pending.isEmpty() ? Kind.CURRENT : Kind.BEHIND,
                version,
                Collections.unmodifiableMap(sets),
                List.copyOf(pending));
    }

    private static List<String> missing(PackagedMigrations packaged, int applied) {
        return packaged.migrations().stream().skip(applied).map(packaged::label).toList();
    }

    private static long newest(List<Applied> history) {
        return history.isEmpty() ? 0 : history.get(history.size() - 1).version();
    }

    private static void requireCompatible(List<Applied> history, String name, PackagedMigrations packaged) {
        boolean ours = packaged.set() == null;
        String subject = ours ? name : name + ", migrations " + packaged.set() + ":";
        if (newest(history) > packaged.latest()) {
            throw new SchemaException(
                    ours
                            ? subject + " has schema version " + newest(history) + "; this library knows up to "
                                    + packaged.latest()
                                    + ". Open it with the newer release of modelscan-storage that made it"
                            : subject + " version " + newest(history) + " was applied; " + packaged.location()
                                    + " has up to " + packaged.latest()
                                    + ". Open it with the newer release of the application that migrated it",
                    null);
        }
        for (int i = 0; i < history.size(); i++) {
            Applied applied = history.get(i);
            Packaged ownOne =
                    i < packaged.migrations().size() ? packaged.migrations().get(i) : null;
            if (ownOne == null || applied.version() != ownOne.version() || !ownOne.isOf(applied.checksum())) {
                throw differs(subject, applied, packaged);
            }
        }
    }

    private static SchemaException differs(String subject, Applied applied, PackagedMigrations packaged) {
        return new SchemaException(
                packaged.set() == null
                        ? subject + " has applied a migration " + applied.version() + " (" + applied.script()
                                + ") that differs from this library's. Open it with the release that made it, and export"
                                + " from there"
                        : subject + " " + applied.script() + " was applied, and " + packaged.location()
                                + " has another one, lacks it, or has one before it that was never applied. Restore the"
                                + " files as they were, and put the change into a new migration with the next number",
                null);
    }

    /**
     * That migrations are missing.
     *
     * @param advice what to do
     */
    public SchemaException behind(String name, MigrationPlan plan, String advice) {
        String what = version < plan.version()
                ? " has an older schema than this library: version " + version + ", and not " + plan.version()
                        + "; it lacks "
                : " lacks migrations of the application's: ";
        return new SchemaException(
                name + what + String.join(", ", pending) + "; " + advice, version < plan.version() ? version : -1);
    }

    /** The migrations that were applied, in order. Leaves out the row that marks where a set began. */
    private static List<Applied> history(Connection connection, String table) throws SQLException {
        List<Applied> history = new ArrayList<>();
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("SELECT version, script, checksum FROM " + table
                        + " WHERE success AND version IS NOT NULL AND type <> 'BASELINE' ORDER BY installed_rank")) {
            while (rows.next()) {
                history.add(new Applied(Long.parseLong(rows.getString(1)), rows.getString(2), rows.getInt(3)));
            }
        }
        return history;
    }
}
