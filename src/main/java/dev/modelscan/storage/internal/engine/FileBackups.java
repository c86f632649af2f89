package dev.modelscan.storage.internal.engine;

import dev.modelscan.storage.backups.Backup;
import dev.modelscan.storage.backups.BackupProgress;
import dev.modelscan.storage.backups.Generation;
import dev.modelscan.storage.backups.Keep;
import dev.modelscan.storage.backups.Restored;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;

/** Backups of databases that are files, none of which has to be open. */
public interface FileBackups {

    /** Writes a backup of a database file of any version of the schema that this library knows. */
    Backup create(Path database, Path backup, Consumer<? super BackupProgress> listener);

    /** Checks a backup's bytes, pages and rows against its manifest. */
    Backup verify(Path backup, Consumer<? super BackupProgress> listener);

    /** Restores a backup to a temporary file, compares, and notes in the manifest that it did. */
    Backup drill(Path backup, Consumer<? super BackupProgress> listener);

    /** Puts a backup in the place of a database. */
    Restored restore(Path backup, Path database, Consumer<? super BackupProgress> listener);

    /** The backups in a directory, the oldest first. */
    List<Backup> list(Path directory);

    /** Adds a backup to a directory, drills it, and deletes those that are not to be kept. */
    Generation add(Path database, Path directory, Keep keep, Consumer<? super BackupProgress> listener);
}
