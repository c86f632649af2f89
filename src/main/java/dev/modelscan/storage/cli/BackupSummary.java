package dev.modelscan.storage.cli;

import dev.modelscan.storage.backups.Backup;
import dev.modelscan.storage.schema.DefaultSchema;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** What the commands about backups print. */
final class BackupSummary {

    /** How the name of a file that cannot be read goes on when a restore keeps it. */
    static final String KEPT_AS = "-damaged-<time>";

    private BackupSummary() {}

    /**
     * A backup that was written, checked or drilled.
     *
     * @param what what was done with it
     * @param backup the backup
     * @param deleted the files of older ones that were deleted
     */
    record One(String what, Entry backup, List<String> deleted) implements Result {

        static One of(String what, Backup backup, List<String> deleted) {
            return new One(what, Entry.of(backup), deleted);
        }

        @Override
        public void print(PrintWriter out) {
            out.println(what + " " + TextTable.printable(backup.file()));
            out.printf(
                    Locale.ROOT,
                    "  of %s, schema version %d, %s, %s%n",
                    backup.takenAt(),
                    backup.schemaVersion(),
                    Count.of(backup.rows(), "row"),
                    Count.of(backup.bytes(), "byte"));
            out.println("  SHA-256 " + backup.sha256());
            deleted.forEach(file -> out.println("deleted " + TextTable.printable(file)));
        }
    }

    /** One of a list; without what each table holds. */
    record Entry(
            String file,
            Instant takenAt,
            int schemaVersion,
            long rows,
            long bytes,
            String sha256,
            @Nullable Instant drilledAt) {

        static Entry of(Backup backup) {
            return new Entry(
                    backup.file().toString(),
                    backup.takenAt(),
                    backup.schemaVersion(),
                    known(backup),
                    backup.bytes(),
                    backup.sha256(),
                    backup.drilledAt());
        }
    }

    /** Those that {@code status} counts, too: no table of the search index, of Flyway or of the application is among them. */
    private static long known(Backup backup) {
        return DefaultSchema.DEFAULT_SCHEMA.getTables().stream()
                .map(table -> backup.tables().get(table.getName()))
                .mapToLong(table -> table == null ? 0 : table.rows())
                .sum();
    }

    /** The backups of a directory, the oldest first. */
    record Listed(String directory, List<Entry> backups) implements Result {

        @Override
        public void print(PrintWriter out) {
            if (backups.isEmpty()) {
                out.println("no backups in " + TextTable.printable(directory));
                return;
            }
            TextTable table = new TextTable("file", "rows", "bytes", "drilled").whole(0);
            for (Entry each : backups) {
                table.row(
                        Path.of(each.file()).getFileName().toString(),
                        each.rows(),
                        each.bytes(),
                        each.drilledAt() == null ? "never" : "yes");
            }
            table.print(out);
        }
    }

    /** What a backup would write and delete. */
    record Planned(String database, long bytes, String to, List<String> deleted) implements Result {

        @Override
        public void print(PrintWriter out) {
            out.printf(
                    Locale.ROOT,
                    "would back up %s, at most %s, to %s%n",
                    TextTable.printable(database),
                    Count.of(bytes, "byte"),
                    TextTable.printable(to));
            deleted.forEach(file -> out.println("would delete " + TextTable.printable(file)));
        }
    }

    /**
     * A restore, or what it would do.
     *
     * @param replaced what was there; null if nothing was
     * @param kept the old file, which could not be read as a database; null if it could
     */
    record Restore(
            String database,
            boolean dryRun,
            Entry backup,
            @Nullable Present replaced,
            @Nullable String kept) implements Result {

        @Override
        public void print(PrintWriter out) {
            out.println((dryRun ? "would restore " : "restored ") + TextTable.printable(database));
            out.printf(
                    Locale.ROOT,
                    "  from %s%n  of %s, schema version %d, %s%n",
                    TextTable.printable(backup.file()),
                    backup.takenAt(),
                    backup.schemaVersion(),
                    Count.of(backup.rows(), "row"));
            if (replaced != null && replaced.readable()) {
                out.println("  " + (dryRun ? "would replace " : "replaced ") + replaced.comparedWith(backup)
                        + (dryRun ? "; without --force it is refused" : ""));
            }
            if (dryRun && replaced != null && !replaced.readable()) {
                out.println("  would keep the old file, which cannot be read as a database, as "
                        + TextTable.printable(database) + KEPT_AS + "; without --force it is refused");
            }
            if (kept != null) {
                out.println("the old file cannot be read as a database; it is kept as " + TextTable.printable(kept));
            }
        }
    }
}
