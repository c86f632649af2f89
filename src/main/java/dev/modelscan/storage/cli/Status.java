package dev.modelscan.storage.cli;

import dev.modelscan.storage.Database;
import dev.modelscan.storage.DatabaseStats;
import java.io.PrintWriter;
import java.util.List;
import java.util.Map;

/**
 * What a database is, and what it holds.
 *
 * @param file where it is
 * @param schemaVersion the version of its schema
 * @param appliedMigrations the migrations that opening it applied
 * @param sizeBytes the size of the file and of its write-ahead log
 * @param rows how many rows each table has
 */
record Status(String file, int schemaVersion, List<String> appliedMigrations, long sizeBytes, Map<String, Long> rows)
        implements Result {

    static Status of(Database db) {
        DatabaseStats stats = db.stats();
        return new Status(
                String.valueOf(db.file()),
                stats.schemaVersion(),
                db.appliedMigrations(),
                stats.sizeBytes(),
                stats.rows());
    }

    @Override
    public void print(PrintWriter out) {
        out.println("Database        " + TextTable.printable(file));
        out.println("Schema version  " + schemaVersion);
        out.println(
                "Migrated now    " + (appliedMigrations.isEmpty() ? "nothing" : String.join(", ", appliedMigrations)));
        out.printf("Size            %,d bytes%n", sizeBytes);
        out.println();
        TextTable table = new TextTable("table", "rows");
        rows.forEach(table::row);
        table.print(out);
    }
}
