package dev.modelscan.storage.internal.sqlite.backup;

import dev.modelscan.storage.backups.Backup;
import dev.modelscan.storage.backups.BackupProgress;
import dev.modelscan.storage.backups.BackupProgress.Phase;
import dev.modelscan.storage.backups.TableContent;
import dev.modelscan.storage.errors.CancelledException;
import dev.modelscan.storage.errors.ConflictException;
import dev.modelscan.storage.errors.SchemaException;
import dev.modelscan.storage.errors.StorageException;
import dev.modelscan.storage.internal.migrate.MigrationPlan;
import dev.modelscan.storage.internal.migrate.SchemaState;
import dev.modelscan.storage.internal.query.Cleanup;
import dev.modelscan.storage.internal.sqlite.file.FileFacts;
import dev.modelscan.storage.internal.sqlite.file.FileState;
import dev.modelscan.storage.internal.sqlite.file.MigrationLock;
import dev.modelscan.storage.internal.sqlite.file.PrivateFiles;
import dev.modelscan.storage.internal.sqlite.file.SqliteConnections;
import dev.modelscan.storage.internal.sqlite.file.SqliteFiles;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.sqlite.ProgressHandler;

/**
 * Writes a backup: {@code VACUUM INTO} on a connection of its own, which is one read transaction. SQLite's backup API
 * would start again whenever somebody writes, unless it holds such a transaction too; then writers waited as long for it, and
 * the copy held what the deleted rows have left in the file.
 *
 * <p>The copy has a temporary name until it is on the disk, and its manifest is there before it is. So a backup is whole if
 * it has its name and a manifest, whenever the process ends.
 */
public final class BackupWriter {

    private static final Duration LOCK_TIMEOUT = Duration.ofSeconds(1);

    private final SqliteConnections source;
    private final MigrationPlan plan;
    private final Consumer<? super BackupProgress> listener;

    /** A writer of copies of one database. */
    public BackupWriter(SqliteConnections source, MigrationPlan plan, Consumer<? super BackupProgress> listener) {
        this.source = source;
        this.plan = plan;
        this.listener = listener;
    }

    /**
     * Writes one.
     *
     * @throws ConflictException if there is a file of that name
     * @throws SchemaException if the source is empty, another program's or newer
     */
    public Backup write(Path named) {
        Path target = named.toAbsolutePath().normalize();
        try (MigrationLock lock = MigrationLock.acquireForBackup(target, LOCK_TIMEOUT);
                // Also that of a process that was killed when its backup was whole.
                Closeable deleted = lock::delete) {
            requireFree(target);
            return writeFree(target);
        } catch (IOException e) {
            throw FileFacts.failed("the backup " + target + " cannot be written", e);
        }
    }

    private Backup writeFree(Path target) throws IOException {
        Path part = BackupFiles.part(target);
        try {
            BackupFiles.deletePart(part);
            PrivateFiles.create(part);
            Instant takenAt = Instant.now().truncatedTo(ChronoUnit.MILLIS);
            copy(part);
            Backup backup = describe(part, target, takenAt);
            source.requireSameNow();
            ManifestFile.write(backup);
            BackupFiles.complete(part, target);
            return backup;
        } catch (Throwable t) {
            Cleanup.after(t, () -> BackupFiles.deletePart(part));
            throw t;
        }
    }

    private static void requireFree(Path target) {
        if (Files.exists(target, LinkOption.NOFOLLOW_LINKS)) {
            throw new ConflictException(
                    "backup: " + target + " exists"
                            + (Files.exists(BackupFiles.manifest(target)) ? " and is a whole backup" : "")
                            + "; name another file. Nothing was written",
                    "backup",
                    target.toString(),
                    null);
        }
    }

    private void copy(Path part) {
        try (Connection connection = source.openProbe()) {
            if (FileState.read(connection, source.name(), plan).kind() == SchemaState.Kind.EMPTY) {
                throw new SchemaException(source.name() + " has no tables; there is nothing to back up", null);
            }
            allowCopy(connection);
            long total = SqliteFiles.pageBytes(connection);
            Pace pace = new Pace(() ->
                    listener.accept(new BackupProgress(Phase.COPY, part.toFile().length(), total)));
            ProgressHandler.setHandler(connection, Pace.INSTRUCTIONS, pace);
            try (PreparedStatement statement = connection.prepareStatement("VACUUM INTO ?")) {
                statement.setString(1, SqliteFiles.copyTarget(part, source.file() == null));
                statement.execute();
            } catch (SQLException e) {
                rethrow(pace.failure());
                throw e;
            } finally {
                ProgressHandler.clearHandler(connection);
            }
        } catch (SQLException e) {
            if (Thread.currentThread().isInterrupted()) {
                throw new CancelledException(
                        "the backup of " + source.name() + " was interrupted; nothing is left of it", e);
            }
            StorageException failed = source.failed(e);
            failed.addSuppressed(new IOException("while " + part + " was written"));
            throw failed;
        }
    }

    private static void rethrow(@Nullable Throwable failure) {
        if (failure instanceof RuntimeException e) {
            throw e;
        }
        if (failure instanceof Error e) {
            throw e;
        }
    }

    /** A connection that only reads refuses VACUUM INTO as well. */
    private static void allowCopy(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute("PRAGMA query_only = OFF");
        }
    }

    private Backup describe(Path part, Path target, Instant takenAt) throws IOException {
        SqliteConnections copy = BackupCheck.connections(part);
        try (Connection connection = copy.openImmutable()) {
            SchemaState state = FileState.read(connection, source.name(), plan);
            Map<String, TableContent> tables = TableHashes.of(connection);
            long bytes = Files.size(part);
            String sha256 =
                    BackupFiles.sha256(part, read -> listener.accept(new BackupProgress(Phase.CHECK, read, bytes)));
            return new Backup(
                    target, takenAt, Math.toIntExact(state.version()), state.sets(), bytes, sha256, tables, null);
        } catch (SQLException e) {
            throw copy.failed(e);
        }
    }
}
