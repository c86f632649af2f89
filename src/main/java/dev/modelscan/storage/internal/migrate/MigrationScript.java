package dev.modelscan.storage.internal.migrate;

import dev.modelscan.storage.errors.SchemaException;
import dev.modelscan.storage.internal.migrate.PackagedMigrations.Packaged;
import java.util.List;
import java.util.stream.Collectors;

/** Migrations as one script, with what Flyway would have written into the history. */
public final class MigrationScript {

    private MigrationScript() {}

    /**
     * Writes the script.
     *
     * @param engine the engine's name, for the first line
     * @param begin the statements that begin its transaction
     * @param installedOn the definition of the history's column for the time
     * @throws IllegalArgumentException if there is no such version, or nothing between the two
     * @throws SchemaException if a migration cannot run
     */
    public static String of(
            PackagedMigrations packaged, long from, long to, String engine, List<String> begin, String installedOn) {
        require(packaged, "from", from, from == 0);
        require(packaged, "to", to, to == Long.MAX_VALUE);
        List<Packaged> chosen = packaged.migrations().stream()
                .filter(migration -> migration.version() > from && migration.version() <= to)
                .toList();
        if (chosen.isEmpty()) {
            throw new IllegalArgumentException(
                    "from " + from + " has to be less than to " + (to == Long.MAX_VALUE ? packaged.latest() : to));
        }
        String table = packaged.historyTable();
        StringBuilder script = new StringBuilder();
        script.append("-- ")
                .append(packaged.set() == null ? "modelscan-storage" : "Migrations " + packaged.set())
                .append(" for ")
                .append(engine)
                .append(": from version ")
                .append(from)
                .append(" to ")
                .append(chosen.get(chosen.size() - 1).version())
                .append('\n');
        begin.forEach(statement -> script.append(statement).append(";\n"));
        if (from == 0) {
            script.append('\n').append(history(table, installedOn));
        }
        for (Packaged migration : chosen) {
            if (migration.problem() != null) {
                throw new SchemaException("migration " + packaged.label(migration) + ", " + migration.problem(), null);
            }
            script.append("\n-- ")
                    .append(packaged.label(migration))
                    .append('\n')
                    .append(ended(migration.sql().strip()))
                    .append("\n")
                    .append(applied(table, migration));
        }
        return script.append("\nCOMMIT;\n").toString();
    }

    private static void require(PackagedMigrations packaged, String option, long version, boolean otherwise) {
        if (!otherwise && packaged.migrations().stream().noneMatch(migration -> migration.version() == version)) {
            throw new IllegalArgumentException(option + " " + version + " is not a version of "
                    + (packaged.set() == null ? "the library's schema" : "migrations " + packaged.set())
                    + "; its versions are "
                    + packaged.migrations().stream()
                            .map(migration -> String.valueOf(migration.version()))
                            .collect(Collectors.joining(", ")));
        }
    }

    private static String history(String table, String installedOn) {
        return """
                CREATE TABLE %1$s (
                    installed_rank integer NOT NULL PRIMARY KEY,
                    version varchar(50),
                    description varchar(200) NOT NULL,
                    type varchar(20) NOT NULL,
                    script varchar(1000) NOT NULL,
                    checksum integer,
                    installed_by varchar(100) NOT NULL,
                    installed_on %2$s,
                    execution_time integer NOT NULL,
                    success boolean NOT NULL
                );
                CREATE INDEX %1$s_s_idx ON %1$s (success);
                """.formatted(table, installedOn);
    }

    /** The last statement of a migration may lack its semicolon, and a comment may be behind it. */
    private static String ended(String sql) {
        String last = sql.substring(sql.lastIndexOf('\n') + 1);
        return sql.isEmpty() || (last.endsWith(";") && !last.contains("--")) ? sql : sql + "\n;";
    }

    private static String applied(String table, Packaged migration) {
        String script = migration.script();
        String words = script.substring(script.indexOf("__") + 2, script.length() - ".sql".length())
                .replace('_', ' ');
        return """
                INSERT INTO %1$s
                    (installed_rank, version, description, type, script, checksum, installed_by, execution_time, success)
                SELECT coalesce(max(installed_rank), 0) + 1, '%2$s', '%3$s', 'SQL', '%4$s', %5$d, 'schema export', 0, true
                FROM %1$s;
                """.formatted(
                table, migration.version(), words.replace("'", "''"), script.replace("'", "''"), migration.checksum());
    }
}
