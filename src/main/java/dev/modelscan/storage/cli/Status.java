package dev.modelscan.storage.cli;

import dev.modelscan.storage.Database;
import dev.modelscan.storage.DatabaseStats;
import java.io.PrintWriter;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The facts about a database, and its number of rows.
 *
 * @param database its location
 * @param workspace the workspace's name; null if it is not a workspace
 * @param schemaVersion the version of its schema
 * @param sets the version of each set of the application's migrations
 * @param appliedMigrations the migrations that opening it applied
 * @param sizeBytes the size of the file and of its write-ahead log, or of the tables and their indexes
 * @param rows how many rows each table has
 */
record Status(
        String database,
        @Nullable String workspace,
        int schemaVersion,
        Map<String, Long> sets,
        List<String> appliedMigrations,
        long sizeBytes,
        Map<String, Long> rows)
        implements Result {

    static Status of(Database db, String database) {
        DatabaseStats stats = db.stats();
        return new Status(
                database,
                db.workspace(),
                stats.schemaVersion(),
                stats.sets(),
                db.appliedMigrations(),
                stats.sizeBytes(),
                stats.rows());
    }

    @Override
    public void print(PrintWriter out) {
        out.println("Database        " + TextTable.printable(database));
        if (workspace != null) {
            out.println("Workspace       " + workspace);
        }
        out.println("Schema version  " + schemaVersion);
        sets.forEach((set, version) -> out.println("Migrations      " + set + " " + version));
        if (!appliedMigrations.isEmpty()) {
            String label = "Migrated now    ";
            List<String> lines = Screen.of(out)
                    .wrapped(String.join(", ", appliedMigrations), Screen.COLUMNS - label.length(), Integer.MAX_VALUE);
            for (String line : lines) {
                out.println(label + line);
                label = " ".repeat(label.length());
            }
        }
        out.println("Size            " + Count.of(sizeBytes, "byte"));
        out.println();
        TextTable table = new TextTable("table", "rows");
        rows.forEach(table::row);
        table.print(out);
    }
}
