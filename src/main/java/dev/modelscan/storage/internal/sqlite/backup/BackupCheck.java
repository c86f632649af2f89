package dev.modelscan.storage.internal.sqlite.backup;

import dev.modelscan.storage.Durability;
import dev.modelscan.storage.backups.Backup;
import dev.modelscan.storage.backups.BackupProgress;
import dev.modelscan.storage.backups.BackupProgress.Phase;
import dev.modelscan.storage.errors.CorruptDatabaseException;
import dev.modelscan.storage.errors.SchemaException;
import dev.modelscan.storage.internal.migrate.MigrationPlan;
import dev.modelscan.storage.internal.migrate.SchemaState;
import dev.modelscan.storage.internal.sqlite.file.FileFacts;
import dev.modelscan.storage.internal.sqlite.file.FileState;
import dev.modelscan.storage.internal.sqlite.file.SqliteConnections;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.function.Consumer;

/** Whether a file is what a manifest says. Reads it without locks: nobody writes to a backup. */
final class BackupCheck {

    private static final String NAME_ANOTHER = "; it cannot be restored, name another backup";

    private final Backup manifest;
    private final MigrationPlan plan;
    private final Consumer<? super BackupProgress> listener;

    BackupCheck(Backup manifest, MigrationPlan plan, Consumer<? super BackupProgress> listener) {
        this.manifest = manifest;
        this.plan = plan;
        this.listener = listener;
    }

    /** Connections to a file that nobody writes to; only {@code openImmutable} may be asked. */
    static SqliteConnections connections(Path file) {
        return SqliteConnections.toFile(file, Durability.FULL, Duration.ZERO);
    }

    /**
     * Checks the bytes, and that this library can open them.
     *
     * @throws CorruptDatabaseException if the file is empty, cut short or changed
     * @throws SchemaException if its schema is newer than this library's, or another program's
     */
    void requireWhole(Path file) {
        try {
            long bytes = Files.size(file);
            if (bytes == 0) {
                throw new CorruptDatabaseException(file + " is empty" + NAME_ANOTHER, null);
            }
            if (bytes != manifest.bytes()) {
                throw new CorruptDatabaseException(
                        file + " has " + bytes + " bytes, and its manifest says " + manifest.bytes() + NAME_ANOTHER,
                        null);
            }
            String sha256 =
                    BackupFiles.sha256(file, read -> listener.accept(new BackupProgress(Phase.CHECK, read, bytes)));
            if (!sha256.equals(manifest.sha256())) {
                throw new CorruptDatabaseException(
                        file + " is not what was written: its SHA-256 is " + sha256 + ", and its manifest says "
                                + manifest.sha256() + NAME_ANOTHER,
                        null);
            }
        } catch (IOException e) {
            throw FileFacts.failed(file + " cannot be read", e);
        }
        requireOpenable(file);
    }

    private void requireOpenable(Path file) {
        SqliteConnections connections = connections(file);
        try (Connection connection = connections.openImmutable()) {
            SchemaState state = FileState.read(connection, file.toString(), plan);
            if (state.kind() == SchemaState.Kind.EMPTY) {
                throw new SchemaException(file + " has no tables" + NAME_ANOTHER, null);
            }
        } catch (SQLException e) {
            throw new CorruptDatabaseException(file + " is not a SQLite database" + NAME_ANOTHER, e);
        }
    }

    /** Checks the pages, indexes and rows of a file whose bytes were checked. */
    void requireSound(Path file) {
        SqliteConnections connections = connections(file);
        try (Connection connection = connections.openImmutable()) {
            try (Statement statement = connection.createStatement();
                    ResultSet row = statement.executeQuery("PRAGMA integrity_check(1)")) {
                if (!row.next() || !"ok".equals(row.getString(1))) {
                    throw new CorruptDatabaseException(file + " is damaged: " + row.getString(1) + NAME_ANOTHER, null);
                }
            }
            if (!TableHashes.of(connection).equals(manifest.tables())) {
                throw new CorruptDatabaseException(
                        file + " holds other rows than its manifest says" + NAME_ANOTHER, null);
            }
        } catch (SQLException e) {
            throw connections.failed(e);
        }
    }
}
