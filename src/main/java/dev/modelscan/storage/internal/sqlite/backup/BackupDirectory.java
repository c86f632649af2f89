package dev.modelscan.storage.internal.sqlite.backup;

import dev.modelscan.storage.backups.Backup;
import dev.modelscan.storage.backups.BackupProgress;
import dev.modelscan.storage.backups.Generation;
import dev.modelscan.storage.backups.Keep;
import dev.modelscan.storage.backups.Restored;
import dev.modelscan.storage.errors.CorruptDatabaseException;
import dev.modelscan.storage.errors.UnavailableException;
import dev.modelscan.storage.internal.migrate.MigrationPlan;
import dev.modelscan.storage.internal.sqlite.file.FileFacts;
import dev.modelscan.storage.internal.sqlite.file.MigrationLock;
import dev.modelscan.storage.internal.sqlite.file.SqliteFiles;
import dev.modelscan.storage.internal.sqlite.file.SyncedDirectories;
import dev.modelscan.storage.internal.values.Directories;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/** The backups in a directory: they are added, drilled, listed and deleted. One process at a time adds. */
public final class BackupDirectory {

    private static final Duration LOCK_TIMEOUT = Duration.ofSeconds(1);
    private static final String PREFIX = "backup-";
    private static final String SUFFIX = ".db";

    /** The names that {@link #next} makes. No other file is deleted. */
    private static final Pattern OWN = Pattern.compile(PREFIX + "\\d{8}T\\d{9}Z\\" + SUFFIX);

    private static final DateTimeFormatter NAME =
            DateTimeFormatter.ofPattern("uuuuMMdd'T'HHmmssSSS'Z'").withZone(ZoneOffset.UTC);

    private final Path directory;
    private final MigrationPlan plan;
    private final Consumer<? super BackupProgress> listener;

    public BackupDirectory(Path directory, MigrationPlan plan, Consumer<? super BackupProgress> listener) {
        this.directory = directory.toAbsolutePath().normalize();
        this.plan = plan;
        this.listener = listener;
    }

    /** Adds a backup, drills it, and then deletes what is not to be kept. */
    public Generation add(BackupWriter writer, Keep keep) {
        try {
            SyncedDirectories.create(directory);
            try (MigrationLock lock = MigrationLock.acquireForBackup(directory.resolve("backups"), LOCK_TIMEOUT)) {
                clean();
                Backup written = writer.write(next(Instant.now()));
                Backup drilled = drill(written.file(), plan, listener);
                Generation generation = new Generation(drilled, prune(keep, written));
                lock.delete();
                return generation;
            }
        } catch (IOException e) {
            throw FileFacts.failed("no backup can be added to " + directory, e);
        }
    }

    /** Checks a backup where it is. */
    public static Backup verify(Path file, MigrationPlan plan, Consumer<? super BackupProgress> listener) {
        Backup backup = ManifestFile.read(file);
        BackupCheck check = new BackupCheck(backup, plan, listener);
        check.requireWhole(backup.file());
        check.requireSound(backup.file());
        return backup;
    }

    /** Restores a backup beside itself, which compares every row, and says in the manifest that it did. */
    public static Backup drill(Path file, MigrationPlan plan, Consumer<? super BackupProgress> listener) {
        Path temporary = SqliteFiles.beside(file.toAbsolutePath(), ".drill");
        try {
            delete(temporary);
            try (Closeable deleted = () -> delete(temporary)) {
                Restored restored = new Restore(plan, listener).run(file, temporary);
                Backup drilled = restored.backup().drilled(Instant.now().truncatedTo(ChronoUnit.MILLIS));
                ManifestFile.write(drilled);
                return drilled;
            }
        } catch (IOException e) {
            throw FileFacts.failed(file + " cannot be restored for a test", e);
        }
    }

    private static void delete(Path temporary) throws IOException {
        for (String suffix : List.of("", "-migration.lock", "-restore" + BackupFiles.PART)) {
            Files.deleteIfExists(SqliteFiles.beside(temporary, suffix));
        }
    }

    /** The file of the next one. A name sorts by its time. */
    private Path next(Instant now) {
        return directory.resolve(PREFIX + NAME.format(now) + SUFFIX);
    }

    /** Whole backups, as their manifests say, the oldest first. Files without a manifest, and of others, are left out. */
    public static List<Backup> list(Path directory) {
        List<Backup> found = new ArrayList<>();
        if (!Files.isDirectory(directory)) {
            return found;
        }
        for (Path manifest : files(directory, each -> each.endsWith(BackupFiles.MANIFEST))) {
            String name = manifest.getFileName().toString();
            Path file = manifest.resolveSibling(name.substring(0, name.length() - BackupFiles.MANIFEST.length()));
            if (Files.isRegularFile(file)) {
                try {
                    found.add(ManifestFile.read(file));
                } catch (CorruptDatabaseException e) {
                    // Not ours, or damaged; verify says so.
                } catch (UnavailableException e) {
                    // Whoever prunes deletes the file first, then its manifest.
                    if (Files.exists(file)) {
                        throw e;
                    }
                }
            }
        }
        found.sort(Comparator.comparing(Backup::takenAt).thenComparing(Backup::file));
        return found;
    }

    /** Deletes what interrupted runs have left. Only for the holder of the directory's lock. */
    private void clean() throws IOException {
        for (Path each : files(directory, each -> OWN.matcher(each).lookingAt())) {
            String name = each.getFileName().toString();
            boolean manifestAlone = name.endsWith(BackupFiles.MANIFEST)
                    && !Files.exists(
                            directory.resolve(name.substring(0, name.length() - BackupFiles.MANIFEST.length())));
            if (manifestAlone
                    || name.endsWith(BackupFiles.PART)
                    || name.endsWith(BackupFiles.PART + "-journal")
                    || name.contains(SUFFIX + ".drill")
                    || name.endsWith(SUFFIX + ".lock")) {
                Files.deleteIfExists(each);
            }
        }
    }

    /** Deletes the generations that are no longer to be kept, and returns their files, the oldest first. */
    private List<Path> prune(Keep keep, Backup written) throws IOException {
        List<Backup> all = list(directory).stream()
                .filter(backup ->
                        OWN.matcher(backup.file().getFileName().toString()).matches())
                .toList();
        Set<Instant> kept =
                new HashSet<>(keep.kept(all.stream().map(Backup::takenAt).toList()));
        // It is not the newest if the clock had run ahead when another was taken.
        kept.add(written.takenAt());
        List<Path> deleted = new ArrayList<>();
        for (Backup backup : all) {
            if (!kept.contains(backup.takenAt())) {
                // A manifest alone is no backup, so a kill in between leaves none that is half there.
                Files.deleteIfExists(backup.file());
                Files.deleteIfExists(BackupFiles.manifest(backup.file()));
                deleted.add(backup.file());
            }
        }
        return deleted;
    }

    private static List<Path> files(Path directory, Predicate<String> name) {
        try {
            return Directories.list(directory, name);
        } catch (IOException e) {
            throw FileFacts.failed(directory + " cannot be read", e);
        }
    }
}
