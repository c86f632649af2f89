package dev.modelscan.storage.cli;

import dev.modelscan.storage.Database;
import dev.modelscan.storage.SchemaExport;
import dev.modelscan.storage.errors.SchemaException;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Migrates an existing database. */
@Command(
        name = "migrate",
        description = "Migrates the database to the schema of this release. Does not create a database.")
final class MigrateCommand extends DatabaseCommand {

    @Option(names = "--dry-run", description = "Print the SQL that would be run, and migrate nothing.")
    boolean dryRun;

    @Override
    public Integer call() throws IOException {
        if (!dryRun) {
            return super.call();
        }
        return show(pending());
    }

    private Pending pending() {
        try (Database db = builder().readOnly().open()) {
            return new Pending(db.schemaVersion(), "");
        } catch (SchemaException e) {
            long version = e.behindAt().orElseThrow(() -> e);
            return new Pending(version, SchemaExport.sql(location.engine(), version, SchemaExport.NEWEST));
        }
    }

    /**
     * Opens read-only first: only an existing database with an older schema is migrated, and a missing one is
     * not created.
     */
    @Override
    Database open() {
        try {
            return builder().readOnly().open();
        } catch (SchemaException behind) {
            return super.open();
        }
    }

    @Override
    Result execute(Database db) {
        return new Migrated(place(db), db.schemaVersion(), db.appliedMigrations());
    }

    /**
     * What is still to run.
     *
     * @param sql empty if that is nothing
     */
    private record Pending(long schemaVersion, String sql) implements Result {

        @Override
        public void print(PrintWriter out) {
            out.print(
                    sql.isEmpty()
                            ? "-- the schema has version " + schemaVersion + "; there is nothing to run"
                                    + System.lineSeparator()
                            : sql);
        }
    }

    private record Migrated(String database, int schemaVersion, List<String> appliedMigrations) implements Result {

        @Override
        public void print(PrintWriter out) {
            appliedMigrations.forEach(name -> out.println("applied " + name));
            out.println(TextTable.printable(database) + " has schema version " + schemaVersion);
        }
    }
}
