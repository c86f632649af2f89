package dev.modelscan.storage.internal.sqlite.backup;

import dev.modelscan.storage.Durability;
import dev.modelscan.storage.backups.Backup;
import dev.modelscan.storage.backups.BackupProgress;
import dev.modelscan.storage.backups.BackupProgress.Phase;
import dev.modelscan.storage.backups.Restored;
import dev.modelscan.storage.errors.UnavailableException;
import dev.modelscan.storage.internal.migrate.MigrationPlan;
import dev.modelscan.storage.internal.sqlite.file.FileFacts;
import dev.modelscan.storage.internal.sqlite.file.MigrationLock;
import dev.modelscan.storage.internal.sqlite.file.PrivateFiles;
import dev.modelscan.storage.internal.sqlite.file.SqliteConnections;
import dev.modelscan.storage.internal.sqlite.file.SqliteFiles;
import dev.modelscan.storage.internal.sqlite.file.SyncedDirectories;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFileAttributeView;
import java.time.Duration;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Puts a backup in the place of a database. The order is what makes a kill at any moment harmless: the backup is checked; a
 * copy of it beside the database is written, checked and synced; the old file's log is emptied into it; the old file gets a
 * second name; the copy takes its name in one step; the second name is deleted.
 */
public final class Restore {

    private static final Duration LOCK_TIMEOUT = Duration.ofSeconds(1);
    private static final int BUFFER = 1 << 20;

    private final MigrationPlan plan;
    private final Consumer<? super BackupProgress> listener;

    public Restore(MigrationPlan plan, Consumer<? super BackupProgress> listener) {
        this.plan = plan;
        this.listener = listener;
    }

    /** Restores a backup to a file, which need not exist. */
    public Restored run(Path from, Path named) {
        Backup backup = ManifestFile.read(from);
        BackupCheck check = new BackupCheck(backup, plan, listener);
        check.requireWhole(backup.file());
        SqliteConnections connections = SqliteConnections.toFile(named, Durability.FULL, Duration.ZERO);
        Path target = Objects.requireNonNull(connections.file());
        if (Files.exists(target) && !Files.isRegularFile(target)) {
            throw new UnavailableException(target + " is not a file; name a file. Nothing was changed", null);
        }
        Path part = SqliteFiles.beside(target, "-restore" + BackupFiles.PART);
        try (MigrationLock lock = MigrationLock.acquire(target, LOCK_TIMEOUT);
                Closeable deleted = () -> BackupFiles.deletePart(part)) {
            BackupFiles.deletePart(part);
            copy(backup, part);
            check.requireWhole(part);
            check.requireSound(part);
            return new Restored(target, backup, replace(part, target));
        } catch (IOException e) {
            throw FileFacts.failed(target + " cannot be restored", e);
        }
    }

    private void copy(Backup backup, Path part) throws IOException {
        PrivateFiles.create(part);
        byte[] buffer = new byte[BUFFER];
        long done = 0;
        try (InputStream in = Files.newInputStream(backup.file());
                OutputStream out = Files.newOutputStream(part, StandardOpenOption.WRITE)) {
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                out.write(buffer, 0, n);
                done += n;
                listener.accept(new BackupProgress(Phase.COPY, done, backup.bytes()));
                BackupFiles.requireNotInterrupted();
            }
        }
    }

    /** Returns where the old file is kept, or its log if only that was there; null if neither is. */
    private static @Nullable Path replace(Path part, Path target) throws IOException {
        try (Occupancy occupied = Occupancy.of(target)) {
            boolean read = occupied.couldRead();
            Path old = SqliteFiles.beside(target, read ? "-replaced" : "-damaged-" + System.currentTimeMillis());
            if (target.toFile().length() > 0) {
                nameAgain(target, old);
                copyPermissions(target, part);
            }
            Path log = read ? null : moveLog(target, old);
            BackupFiles.complete(part, target);
            if (!read) {
                return Files.exists(old) ? old : log;
            }
            Files.deleteIfExists(old);
            SyncedDirectories.syncName(target);
            return null;
        }
    }

    /** What an interrupted restore named there already is the old file, or what was restored then. */
    private static void nameAgain(Path target, Path old) throws IOException {
        if (Files.exists(old)) {
            return;
        }
        try {
            Files.createLink(old, target);
        } catch (UnsupportedOperationException | FileSystemException e) {
            // A file system without links. The copy needs space, and the database keeps its name throughout.
            Path copying = BackupFiles.part(old);
            Files.copy(target, copying, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.COPY_ATTRIBUTES);
            BackupFiles.complete(copying, old);
        }
        SyncedDirectories.syncName(target);
    }

    private static void copyPermissions(Path from, Path to) throws IOException {
        PosixFileAttributeView view = Files.getFileAttributeView(from, PosixFileAttributeView.class);
        if (view != null) {
            Files.setPosixFilePermissions(to, view.readAttributes().permissions());
        }
    }

    /**
     * SQLite would apply what is beside the file to the next file of that name. It is kept, as it may hold the only rows that
     * can be saved.
     */
    private static @Nullable Path moveLog(Path target, Path old) throws IOException {
        Path moved = null;
        for (String suffix : new String[] {"-wal", "-journal"}) {
            Path log = SqliteFiles.beside(target, suffix);
            if (log.toFile().length() > 0) {
                moved = SqliteFiles.beside(old, suffix);
                Files.move(log, moved, StandardCopyOption.ATOMIC_MOVE);
            }
            Files.deleteIfExists(log);
        }
        Files.deleteIfExists(SqliteFiles.beside(target, "-shm"));
        SyncedDirectories.syncName(target);
        return moved;
    }
}
