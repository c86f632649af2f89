package dev.modelscan.storage.cli;

import dev.modelscan.storage.errors.StorageException;
import dev.modelscan.storage.workspaces.WorkspaceMigration;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * The result of migrating all workspaces.
 *
 * @param current how many needed no migration
 * @param migrated those that were migrated
 * @param failed those that could not be migrated
 */
record MigrationSummary(int current, List<Migrated> migrated, List<Failed> failed) implements Result {

    /**
     * A workspace that was migrated.
     *
     * @param workspace its name
     * @param appliedMigrations what was applied, in order
     */
    record Migrated(String workspace, List<String> appliedMigrations) {}

    /**
     * A workspace that could not be migrated.
     *
     * @param workspace its name
     * @param reason why
     */
    record Failed(String workspace, String reason) {}

    MigrationSummary(List<WorkspaceMigration> migrations) {
        this(
                (int) migrations.stream()
                        .filter(each ->
                                !each.isFailed() && each.appliedMigrations().isEmpty())
                        .count(),
                migrations.stream()
                        .filter(each -> !each.appliedMigrations().isEmpty())
                        .map(each -> new Migrated(each.name(), each.appliedMigrations()))
                        .toList(),
                migrations.stream()
                        .filter(each -> each.failure() != null)
                        .map(each -> new Failed(each.name(), reason(each)))
                        .toList());
    }

    private static String reason(WorkspaceMigration migration) {
        StorageException failure = migration.failure();
        return failure == null ? "" : Messages.of(failure);
    }

    @Override
    public void print(PrintWriter out) {
        if (!migrated.isEmpty()) {
            TextTable table = new TextTable("workspace", "migrated now");
            migrated.forEach(each -> table.row(each.workspace, String.join(", ", each.appliedMigrations)));
            table.print(out);
            out.println();
        }
        out.printf(
                Locale.ROOT,
                "%s: %,d migrated, %,d up to date, %,d failed%n",
                Count.of(current + migrated.size() + failed.size(), "workspace"),
                migrated.size(),
                current,
                failed.size());
    }

    @Override
    public void printFailures(PrintWriter err) {
        print(failed, err);
    }

    private static void print(List<Failed> failed, PrintWriter err) {
        for (Failed each : failed) {
            err.println("error: " + TextTable.printable(each.workspace + ": " + each.reason));
        }
    }

    /**
     * What a migration would do.
     *
     * @param current how many need no migration
     * @param behind the version of each that would be migrated
     * @param failed those that cannot be opened
     */
    record Planned(int current, Map<String, Long> behind, List<Failed> failed) implements Result {

        @Override
        public void print(PrintWriter out) {
            if (!behind.isEmpty()) {
                TextTable table = new TextTable("would be migrated", "has version");
                behind.forEach(table::row);
                table.print(out);
                out.println();
            }
            out.printf(
                    Locale.ROOT,
                    "%s: %,d would be migrated, %,d up to date, %,d cannot be opened%n",
                    Count.of(current + behind.size() + failed.size(), "workspace"),
                    behind.size(),
                    current,
                    failed.size());
        }

        @Override
        public void printFailures(PrintWriter err) {
            MigrationSummary.print(failed, err);
        }

        @Override
        public int exitCode() {
            return failed.isEmpty() ? 0 : 1;
        }
    }

    @Override
    public int exitCode() {
        return failed.isEmpty() ? 0 : 1;
    }
}
