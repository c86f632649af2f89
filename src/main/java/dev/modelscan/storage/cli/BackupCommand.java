package dev.modelscan.storage.cli;

import dev.modelscan.storage.Backups;
import dev.modelscan.storage.Database;
import dev.modelscan.storage.backups.Backup;
import dev.modelscan.storage.backups.BackupProgress;
import dev.modelscan.storage.backups.Generation;
import dev.modelscan.storage.backups.Keep;
import dev.modelscan.storage.errors.ConflictException;
import dev.modelscan.storage.errors.SchemaException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;

/** Backs up a database file. */
@Command(
        name = "backup",
        description = {
            "Backs up a SQLite database to a file, while programs write to it. Creates and migrates nothing.",
            "",
            "With --keep, --to is a directory of backups: one is added and restored for a test, and those that"
                    + " --keep no longer names are deleted. --every goes on until it is interrupted. A database on a server"
                    + " is backed up with pg_dump; docs/operations.md says how."
        },
        modelTransformer = SharedOptions.OfBackup.class,
        subcommands = {BackupCommand.Verify.class, BackupCommand.Drill.class, BackupCommand.ListAll.class})
final class BackupCommand extends OutputCommand {

    /** A century, which is as good as never, and whose end can be computed. */
    private static final long LONGEST_NANOS = TimeUnit.DAYS.toNanos(36_500);

    @Option(
            names = "--to",
            paramLabel = "<file>",
            description = "Required: the file to write, which must not exist; with --keep, the directory.")
    @Nullable
    Path to;

    @Option(
            names = "--keep",
            paramLabel = "<generations>",
            description = "Which backups of the directory to keep, such as 24h,7d,4w: the newest of each of the last 24"
                    + " hours, 7 days and 4 weeks that have one.")
    @Nullable
    String keep;

    @Option(
            names = "--every",
            paramLabel = "<time>",
            converter = Intervals.class,
            description = "Add a backup this often, such as 15m or 1h, until it is interrupted. Needs --keep.")
    @Nullable
    Duration every;

    @Option(names = "--dry-run", description = "Say what would be written and deleted, and do neither.")
    boolean dryRun;

    @Override
    public Integer call() throws IOException, InterruptedException {
        Path target = to;
        if (target == null) {
            throw new ParameterException(spec.commandLine(), "missing required option: '--to=<file>'");
        }
        if (every != null && keep == null) {
            throw new ParameterException(spec.commandLine(), "--every needs --keep, as 24h,7d,4w");
        }
        Keep kept = keep == null ? null : Keep.parse(keep);
        Path file = location.file();
        if (dryRun) {
            return show(planned(file, target, kept));
        }
        if (kept == null) {
            return show(watched(
                    this,
                    listener -> BackupSummary.One.of("wrote", Backups.create(file, target, listener), List.of())));
        }
        return every == null ? show(add(file, target, kept)) : repeat(file, target, kept, every);
    }

    private Result add(Path file, Path directory, Keep kept) {
        return watched(this, listener -> {
            Generation added = Backups.add(file, directory, kept, listener);
            return BackupSummary.One.of(
                    "wrote and drilled",
                    added.backup(),
                    added.deleted().stream().map(Path::toString).toList());
        });
    }

    /** One that fails is reported, and the next is tried at its time. */
    private int repeat(Path file, Path directory, Keep kept, Duration interval) throws InterruptedException {
        long next = System.nanoTime();
        while (true) {
            try {
                show(add(file, directory, kept));
            } catch (IllegalArgumentException e) {
                // The next would fail likewise.
                throw e;
            } catch (RuntimeException | Error e) {
                spec.commandLine().getErr().println("error: " + TextTable.printable(Messages.of(e)));
                spec.commandLine().getErr().flush();
            }
            spec.commandLine().getOut().flush();
            // Backups that are missed because one took long are not made up for.
            next += Math.min(LONGEST_NANOS, TimeUnit.NANOSECONDS.convert(interval));
            long left = next - System.nanoTime();
            next -= Math.min(0, left);
            TimeUnit.NANOSECONDS.sleep(left);
        }
    }

    private static Result planned(Path file, Path target, @Nullable Keep kept) throws IOException {
        requireDatabase(file);
        if (kept == null && Files.exists(target)) {
            throw new ConflictException("backup: " + target + " exists; name another file", "backup", null, null);
        }
        List<String> deleted = List.of();
        if (kept != null) {
            List<Backup> all = Backups.list(target);
            Set<Instant> times = new TreeSet<>(all.stream().map(Backup::takenAt).toList());
            times.add(Instant.now());
            Set<Instant> stay = new TreeSet<>(kept.kept(times));
            deleted = all.stream()
                    .filter(backup -> !stay.contains(backup.takenAt()))
                    .map(backup -> backup.file().toString())
                    .toList();
        }
        return new BackupSummary.Planned(
                file.toString(), Files.size(file), target.toAbsolutePath().toString(), deleted);
    }

    /** A backup may be of an older schema. */
    private static void requireDatabase(Path file) {
        try (Database db = Database.builder().path(file).readOnly().open()) {
            db.schemaVersion();
        } catch (SchemaException e) {
            e.behindAt().orElseThrow(() -> e);
        }
    }

    /** Runs with a bar on a terminal, which ends before anything else is printed. */
    static <T> T watched(OutputCommand command, Function<Consumer<? super BackupProgress>, T> work) {
        try (PhaseBar bar = new PhaseBar()) {
            return work.apply(progress -> {
                if (command.isWatched()) {
                    bar.showBytes(
                            progress.phase() == BackupProgress.Phase.COPY ? "Copying" : "Checking",
                            progress.done(),
                            progress.total());
                }
            });
        }
    }

    /** A command about one backup. */
    private abstract static class OfOne extends OutputCommand {

        @Parameters(paramLabel = "<file>", description = "The backup.")
        @SuppressWarnings("NullAway.Init") // picocli sets it
        Path file;
    }

    @Command(
            name = "verify",
            description = "Compares a backup's bytes, pages and rows with its manifest. Writes nothing.",
            modelTransformer = SharedOptions.OfNoDatabase.class)
    static final class Verify extends OfOne {

        @Override
        public Integer call() {
            return show(watched(
                    this, listener -> BackupSummary.One.of("verified", Backups.verify(file, listener), List.of())));
        }
    }

    @Command(
            name = "drill",
            description =
                    "Restores a backup to a temporary file beside it, compares all rows, and notes in the manifest"
                            + " that it did.",
            modelTransformer = SharedOptions.OfNoDatabase.class)
    static final class Drill extends OfOne {

        @Override
        public Integer call() {
            return show(watched(
                    this, listener -> BackupSummary.One.of("drilled", Backups.drill(file, listener), List.of())));
        }
    }

    @Command(
            name = "list",
            description = "Lists the complete backups of a directory, the oldest first.",
            modelTransformer = SharedOptions.OfNoDatabase.class)
    static final class ListAll extends OutputCommand {

        @Parameters(paramLabel = "<directory>", description = "The directory.")
        @SuppressWarnings("NullAway.Init") // picocli sets it
        Path directory;

        @Override
        public Integer call() throws IOException {
            if (!Files.isDirectory(directory)) {
                throw new IOException(directory + " is not a directory; name one that holds backups");
            }
            return show(new BackupSummary.Listed(
                    directory.toAbsolutePath().toString(),
                    Backups.list(directory).stream()
                            .map(BackupSummary.Entry::of)
                            .toList()));
        }
    }
}
