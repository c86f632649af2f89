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
 * <p>Each can be killed at any moment and run again. All throw {@link UnavailableException} if a file is missing, or
 * cannot be read or written, {@link StorageFullException} if a disk is full, and {@link CancelledException} if the
 * thread is interrupted.
 *
 * @since 0.1.0
 */
public final class Backups {

    private Backups() {}

    /**
     * Backs up the database in a file, which may be open in any process, and of any version of the schema up to this
     * library's. The backup holds every transaction that was committed before, and is compact: nothing of deleted rows
     * is in it. Writers go on meanwhile. At most half of a core is used.
     *
     * @param backup the file to write; its directory is created. It has this name when it is whole and on the disk
     * @throws ConflictException if a file of that name exists; it is left as it is
     * @throws SchemaException if the database has no tables, is another program's, or has a newer schema
     * @throws BusyException if another backup of that name is being written
     */
    public static Backup create(Path database, Path backup) {
        return create(database, backup, progress -> {});
    }

    /** {@link #create(Path, Path)} with a listener, which is called on this thread. What it throws ends the backup. */
    public static Backup create(Path database, Path backup, Consumer<BackupProgress> listener) {
        Locations.requirePath(Objects.requireNonNull(database, "database"));
        Objects.requireNonNull(backup, "backup");
        return Engines.backups().create(database, backup, Objects.requireNonNull(listener, "listener"));
    }

    /**
     * Reads a whole backup where it is, and compares its bytes, pages and rows with its manifest.
     *
     * @throws CorruptDatabaseException if it has no manifest, is empty, cut short, damaged or changed
     * @throws SchemaException if it is another program's, or has a newer schema
     */
    public static Backup verify(Path backup) {
        return verify(backup, progress -> {});
    }

    /** {@link #verify(Path)} with a listener, which is called on this thread. */
    public static Backup verify(Path backup, Consumer<BackupProgress> listener) {
        Objects.requireNonNull(backup, "backup");
        return Engines.backups().verify(backup, Objects.requireNonNull(listener, "listener"));
    }

    /**
     * Restores a backup to a temporary file beside it, compares every row, deletes the file, and notes the time in the
     * manifest. Throws what {@link #verify(Path)} does.
     *
     * @return the backup, with that time
     */
    public static Backup drill(Path backup) {
        return drill(backup, progress -> {});
    }

    /** {@link #drill(Path)} with a listener, which is called on this thread. */
    public static Backup drill(Path backup, Consumer<BackupProgress> listener) {
        Objects.requireNonNull(backup, "backup");
        return Engines.backups().drill(backup, Objects.requireNonNull(listener, "listener"));
    }

    /**
     * Puts a backup in the place of a database, in one step: whoever opens the file finds the old database or the new
     * one. The backup is checked before anything is touched. The old file is deleted at the end; if it could not be
     * read, it is kept under another name, with its log. The schema stays the backup's; the next open migrates it.
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
    public static Restored restore(Path backup, Path database, Consumer<BackupProgress> listener) {
        Objects.requireNonNull(backup, "backup");
        Locations.requirePath(Objects.requireNonNull(database, "database"));
        return Engines.backups().restore(backup, database, Objects.requireNonNull(listener, "listener"));
    }

    /**
     * The whole backups in a directory, as their manifests say, the oldest first. Reads no backup. Files that are none
     * are left out; a missing directory has none.
     */
    public static List<Backup> list(Path directory) {
        return List.copyOf(Engines.backups().list(Objects.requireNonNull(directory, "directory")));
    }

    /**
     * Adds a backup to a directory of backups, {@link #drill drills} it, and then deletes those that are no longer to
     * be kept. Use a directory for one database alone. Throws what {@link #create(Path, Path)} and
     * {@link #verify(Path)} do, and {@link BusyException} if another process adds to the directory.
     */
    public static Generation add(Path database, Path directory, Keep keep) {
        return add(database, directory, keep, progress -> {});
    }

    /** {@link #add(Path, Path, Keep)} with a listener, which is called on this thread. */
    public static Generation add(Path database, Path directory, Keep keep, Consumer<BackupProgress> listener) {
        Locations.requirePath(Objects.requireNonNull(database, "database"));
        Objects.requireNonNull(directory, "directory");
        Objects.requireNonNull(keep, "keep");
        return Engines.backups().add(database, directory, keep, Objects.requireNonNull(listener, "listener"));
    }
}
