package dev.modelscan.storage.internal.sqlite;

import dev.modelscan.storage.backups.Backup;
import dev.modelscan.storage.backups.BackupProgress;
import dev.modelscan.storage.backups.Generation;
import dev.modelscan.storage.backups.Keep;
import dev.modelscan.storage.backups.Restored;
import dev.modelscan.storage.internal.engine.FileBackups;
import dev.modelscan.storage.internal.migrate.MigrationPlan;
import dev.modelscan.storage.internal.sqlite.backup.BackupDirectory;
import dev.modelscan.storage.internal.sqlite.backup.BackupWriter;
import dev.modelscan.storage.internal.sqlite.backup.Restore;
import dev.modelscan.storage.internal.sqlite.file.FileFacts;
import dev.modelscan.storage.internal.sqlite.file.Leftovers;
import dev.modelscan.storage.internal.sqlite.file.SqliteConnections;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;

/** Backups of SQLite files. The application's own migrations are not known here, and need not be. */
final class SqliteBackups implements FileBackups {

    private static final Duration BUSY_TIMEOUT = Duration.ofSeconds(5);

    private static MigrationPlan plan() {
        return MigrationPlan.of(SqliteMigrator.LOCATION, List.of());
    }

    @Override
    public Backup create(Path database, Path backup, Consumer<? super BackupProgress> listener) {
        return SqliteLibrary.checked(() -> new BackupWriter(source(database), plan(), listener).write(backup));
    }

    private static SqliteConnections source(Path database) {
        SqliteConnections connections = SqliteConnections.toReadOnlyFile(database, BUSY_TIMEOUT);
        Path file = Objects.requireNonNull(connections.file());
        Leftovers.requireComplete(file);
        if (!Files.isRegularFile(file)) {
            throw FileFacts.noDatabase(database.toString(), file, "Nothing was written");
        }
        connections.rememberFile();
        return connections;
    }

    @Override
    public Backup verify(Path backup, Consumer<? super BackupProgress> listener) {
        return SqliteLibrary.checked(() -> BackupDirectory.verify(backup, plan(), listener));
    }

    @Override
    public Backup drill(Path backup, Consumer<? super BackupProgress> listener) {
        return SqliteLibrary.checked(() -> BackupDirectory.drill(backup, plan(), listener));
    }

    @Override
    public Restored restore(Path backup, Path database, Consumer<? super BackupProgress> listener) {
        return SqliteLibrary.checked(() -> new Restore(plan(), listener).run(backup, database));
    }

    @Override
    public List<Backup> list(Path directory) {
        return BackupDirectory.list(directory);
    }

    @Override
    public Generation add(Path database, Path directory, Keep keep, Consumer<? super BackupProgress> listener) {
        return SqliteLibrary.checked(() -> {
            BackupWriter writer = new BackupWriter(source(database), plan(), listener);
            return new BackupDirectory(directory, plan(), listener).add(writer, keep);
        });
    }
}
