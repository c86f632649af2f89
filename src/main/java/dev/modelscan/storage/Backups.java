package dev.modelscan.storage;

import dev.modelscan.storage.backups.Backup;
import dev.modelscan.storage.backups.BackupProgress;
import dev.modelscan.storage.backups.Generation;
import dev.modelscan.storage.backups.Keep;
import dev.modelscan.storage.backups.Restored;
import dev.modelscan.storage.errors.BusyException;
import dev.modelscan.storage.errors.CancelledException;
import dev.modelscan.storage.errors.ConflictException;
import dev.modelscan.storage.errors.CorruptDatabaseException;
import dev.modelscan.storage.errors.SchemaException;
import dev.modelscan.storage.errors.StorageFullException;
import dev.modelscan.storage.errors.UnavailableException;
import dev.modelscan.storage.internal.engines.Engines;
import dev.modelscan.storage.internal.engines.Locations;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;

/**
 * Makes, checks and restores backups of databases in files. A backup is a SQLite file with a manifest beside it. A
 * database on a PostgreSQL server is backed up with {@code pg_dump}; see {@code docs/operations.md}.
 *
 * <p>Each call can be killed at any moment and run again. Each throws {@link UnavailableException} if a file that it
 * needs is missing, or if a file cannot be read or written, {@link StorageFullException} if a disk is full, and
 * {@link CancelledException} if the thread is interrupted.
 *
 * @since 0.1.0
 */
public final class Backups {

    private Backups() {}

    /**
     * Backs up the database in a file. Any process may have it open, and may write meanwhile. Its schema may be older
     * than this library's. The backup holds every transaction that was committed before the call, and nothing of
     * deleted rows. The copy uses at most half of a core.
     *
     * @param backup the file to write; its directory is created. The file gets this name when it is complete and
     *     flushed to the disk
     * @throws ConflictException if a file of that name exists; it is left as it is
     * @throws SchemaException if the database has no tables, is another program's, or has a newer schema
     * @throws BusyException if another backup of that name is being written
     */
    public static Backup create(Path database, Path backup) {
        return create(database, backup, progress -> {});
    }

    /** {@link #create(Path, Path)} with a listener, which is called on this thread. What it throws ends the backup. */
    public static Backup create(Path database, Path backup, Consumer<? super BackupProgress> progress) {
        Locations.requirePath(Objects.requireNonNull(database, "database"));
        Objects.requireNonNull(backup, "backup");
        return Engines.backups().create(database, backup, Objects.requireNonNull(progress, "progress"));
    }

    /**
     * Reads a whole backup, and compares its bytes, pages and rows with its manifest. Writes nothing.
     *
     * @throws CorruptDatabaseException if it has no manifest, is empty, cut short, damaged or changed
     * @throws SchemaException if it is another program's, or has a newer schema
     */
    public static Backup verify(Path backup) {
        return verify(backup, progress -> {});
    }

    /** {@link #verify(Path)} with a listener, which is called on this thread. */
    public static Backup verify(Path backup, Consumer<? super BackupProgress> progress) {
        Objects.requireNonNull(backup, "backup");
        return Engines.backups().verify(backup, Objects.requireNonNull(progress, "progress"));
    }

    /**
     * Tests that a backup can be restored: restores it to a temporary file beside it, compares every row, deletes that
     * file, and writes the time into the manifest. Throws what {@link #verify(Path)} does.
     *
     * @return the backup, with that time
     */
    public static Backup drill(Path backup) {
        return drill(backup, progress -> {});
    }

    /** {@link #drill(Path)} with a listener, which is called on this thread. */
    public static Backup drill(Path backup, Consumer<? super BackupProgress> progress) {
        Objects.requireNonNull(backup, "backup");
        return Engines.backups().drill(backup, Objects.requireNonNull(progress, "progress"));
    }

    /**
     * Replaces a database with a backup, in one step: whoever opens the file finds the old database or the new one.
     * Checks the backup before it changes anything. Deletes the old file at the end. If it cannot be read as a
     * database, keeps it under another name, with its log, even if it never was one. Does not migrate the schema; the
     * next {@link Database#open(Path)} does.
     *
     * @param database the file, which need not exist
     * @throws BusyException if anybody has the database open, in any process
     * @throws CorruptDatabaseException if the backup is not whole; see {@link #verify(Path)}
     * @throws SchemaException if the backup is another program's or newer, or the file is another program's database
     */
    public static Restored restore(Path backup, Path database) {
        return restore(backup, database, progress -> {});
    }

    /** {@link #restore(Path, Path)} with a listener, which is called on this thread. */
    public static Restored restore(Path backup, Path database, Consumer<? super BackupProgress> progress) {
        Objects.requireNonNull(backup, "backup");
        Locations.requirePath(Objects.requireNonNull(database, "database"));
        return Engines.backups().restore(backup, database, Objects.requireNonNull(progress, "progress"));
    }

    /**
     * The backups in a directory, the oldest first. Reads only their manifests. Leaves out incomplete backups and other
     * files.
     *
     * @return an immutable list; empty if the directory does not exist
     */
    public static List<Backup> list(Path directory) {
        return List.copyOf(Engines.backups().list(Objects.requireNonNull(directory, "directory")));
    }

    /**
     * Adds a backup to a directory, {@link #drill drills} it, and then deletes the backups that {@code keep} does not
     * keep. It deletes only files that have a name like its own, {@code backup-20260131T120000000Z.db}. Use one
     * directory for each database. Throws what {@link #create(Path, Path)} and {@link #verify(Path)} do, and
     * {@link BusyException} if another process adds to the directory.
     */
    public static Generation add(Path database, Path directory, Keep keep) {
        return add(database, directory, keep, progress -> {});
    }

    /** {@link #add(Path, Path, Keep)} with a listener, which is called on this thread. */
    public static Generation add(Path database, Path directory, Keep keep, Consumer<? super BackupProgress> progress) {
        Locations.requirePath(Objects.requireNonNull(database, "database"));
        Objects.requireNonNull(directory, "directory");
        Objects.requireNonNull(keep, "keep");
        return Engines.backups().add(database, directory, keep, Objects.requireNonNull(progress, "progress"));
    }
}
