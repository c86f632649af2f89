package dev.modelscan.storage.cli;

import dev.modelscan.storage.Backups;
import dev.modelscan.storage.Database;
import dev.modelscan.storage.backups.Backup;
import dev.modelscan.storage.doctor.Diagnosis;
import dev.modelscan.storage.doctor.Finding;
import dev.modelscan.storage.doctor.RepairResult;
import dev.modelscan.storage.doctor.Severity;
import dev.modelscan.storage.errors.ConflictException;
import dev.modelscan.storage.errors.CorruptDatabaseException;
import dev.modelscan.storage.errors.SchemaException;
import dev.modelscan.storage.errors.StorageException;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** Looks for what is wrong with a database. */
@Command(
        name = "doctor",
        description = {
            "Looks for what is wrong with a database: schema, pages, indexes, references, rows, clocks, log, backups."
                    + " Creates and migrates nothing, and writes nothing without --repair.",
            "",
            "Exit code: 0 nothing is wrong, or notes alone; 3 warnings; 4 errors."
        })
final class DoctorCommand extends WritingCommand {

    private static final int WARNINGS = 3;
    private static final int ERRORS = 4;

    private static final String BEFORE_REPAIR = ".before-repair-";
    private static final String LOCK = ".lock";

    /** To the millisecond: a repair that is run again at once has another name. */
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("uuuuMMdd'T'HHmmssSSS'Z'").withZone(ZoneOffset.UTC);

    @Option(
            names = "--backups",
            paramLabel = "<directory>",
            description = "Also check that this directory has a backup whose restore was tested.")
    @Nullable
    Path backups;

    @Option(
            names = "--repair",
            description =
                    "Back up a SQLite database beside it, recreate missing indexes and triggers, rebuild damaged"
                            + " indexes and a broken search index, and correct the last numbers of conversations. Deletes nothing.")
    boolean repair;

    @Option(names = "--dry-run", description = "With --repair: say what would be repaired, and write nothing.")
    boolean dryRun;

    @Override
    public Integer call() throws IOException {
        if (dryRun && !repair) {
            throw new ParameterException(
                    spec.commandLine(), "--dry-run needs --repair; without it, nothing is written");
        }
        try {
            return super.call();
        } catch (CorruptDatabaseException e) {
            return cannotOpen(e, "restore <backup>");
        } catch (SchemaException e) {
            return cannotOpen(e, e.behindAt().isPresent() ? "migrate, after a backup" : null);
        }
    }

    private Integer cannotOpen(StorageException e, @Nullable String fix) {
        Finding finding = Finding.of(Severity.ERROR, "cannot-open", Messages.of(e), List.of(), fix);
        return show(new Examined(List.of(finding), List.of(), null, dryRun));
    }

    @Override
    Database open() {
        // A repair backs up first, so it must not migrate.
        return open(!repair || dryRun);
    }

    @Override
    Result execute(Database db) {
        List<String> done = new ArrayList<>();
        List<Finding> failed = new ArrayList<>();
        String backup = null;
        if (dryRun) {
            fileOf(db);
            done.addAll(db.repairable());
        } else if (repair) {
            backup = backUp(db).file().toString();
            RepairResult result = repaired(db);
            done.addAll(result.repaired());
            failed.addAll(result.failed());
        }
        return new Examined(
                new Diagnosis(Stream.concat(failed.stream(), examined(db).findings().stream())
                                .toList())
                        .findings(),
                done,
                backup,
                dryRun);
    }

    private Diagnosis examined(Database db) {
        try (PhaseBar bar = new PhaseBar()) {
            return db.doctor(backups, progress -> {
                if (isWatched()) {
                    bar.show("Examining", progress.done(), progress.total());
                }
            });
        }
    }

    private RepairResult repaired(Database db) {
        try (PhaseBar bar = new PhaseBar()) {
            return db.repair(progress -> {
                if (isWatched()) {
                    bar.show("Repairing " + progress.check(), progress.done(), progress.total());
                }
            });
        }
    }

    private Backup backUp(Database db) {
        Path file = fileOf(db);
        for (Path begun : begunBackups(file)) {
            try {
                return backUp(file, begun);
            } catch (ConflictException e) {
                // It had been whole, and now its lock is gone, too.
            }
        }
        return backUp(file, file.resolveSibling(file.getFileName() + BEFORE_REPAIR + TIME.format(Instant.now())));
    }

    private Backup backUp(Path file, Path backup) {
        return BackupCommand.watched(this, listener -> Backups.create(file, backup, listener));
    }

    /** Where a repair that was killed has begun to write a backup, which the next one writes anew: its lock is still there. */
    private static List<Path> begunBackups(Path file) {
        String begin = file.getFileName() + BEFORE_REPAIR;
        try (Stream<Path> all = Files.list(file.toAbsolutePath().getParent())) {
            return all.map(each -> each.getFileName().toString())
                    .filter(name -> name.startsWith(begin) && name.endsWith(LOCK))
                    .map(name -> file.resolveSibling(name.substring(0, name.length() - LOCK.length())))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e.getMessage(), e);
        }
    }

    private static Path fileOf(Database db) {
        Path file = db.file();
        if (file == null) {
            throw new IllegalArgumentException(
                    "--repair is for SQLite files; on a server run what each finding names, after pg_dump");
        }
        return file;
    }

    /**
     * What was found, and done.
     *
     * @param findings the worst first; after a repair, what is left
     * @param repaired what was repaired, or would be
     * @param backup the backup that was made before; null without a repair
     */
    record Examined(
            List<Finding> findings,
            List<String> repaired,
            @Nullable String backup,
            boolean dryRun) implements Result {

        @Override
        public void print(PrintWriter out) {
            if (backup != null) {
                out.println("backed up to " + TextTable.printable(backup));
            }
            String verb = dryRun ? "would repair: " : "repaired: ";
            repaired.forEach(each -> out.println(verb + TextTable.printable(each)));
            if (findings.isEmpty()) {
                out.println("nothing is wrong");
            }
            print(findings, out);
        }

        @Override
        public int exitCode() {
            Severity worst = new Diagnosis(findings).worst().orElse(Severity.NOTE);
            return worst == Severity.ERROR ? ERRORS : worst == Severity.WARNING ? WARNINGS : 0;
        }

        static void print(List<Finding> findings, PrintWriter out) {
            Screen screen = Screen.of(out);
            for (Finding each : findings) {
                String count = each.ids().isEmpty() ? "" : " (" + each.count() + ")";
                out.println(each.severity().name().toLowerCase(Locale.ROOT) + "  " + each.code() + count);
                screen.wrapped(each.cause(), Screen.COLUMNS - 4, 10).forEach(line -> out.println("    " + line));
                each.ids().forEach(id -> out.println("    - " + screen.line(id, Screen.COLUMNS - 6)));
                if (each.fix() != null) {
                    screen.wrapped("fix: " + each.fix(), Screen.COLUMNS - 4, 5)
                            .forEach(line -> out.println("    " + line));
                }
            }
        }
    }
}
