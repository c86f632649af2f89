package dev.modelscan.storage.internal.sqlite;

import dev.modelscan.storage.errors.SchemaException;
import dev.modelscan.storage.internal.migrate.MigrationPlan;
import dev.modelscan.storage.internal.migrate.SchemaState;
import dev.modelscan.storage.internal.sqlite.file.FileState;
import dev.modelscan.storage.internal.sqlite.file.SqliteConnections;
import dev.modelscan.storage.internal.sqlite.file.SqliteErrors;
import dev.modelscan.storage.internal.sqlite.file.SqliteFiles;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reads what a SQLite file is, before it is migrated or rejected. */
final class FileProbe {

    private static final Logger LOG = LoggerFactory.getLogger(FileProbe.class);

    private final SqliteConnections connections;
    private final MigrationPlan plan;

    FileProbe(SqliteConnections connections, MigrationPlan plan) {
        this.connections = connections;
        this.plan = plan;
    }

    interface Reading<T extends @Nullable Object> {
        T from(Connection connection) throws SQLException;
    }

    /**
     * Reads in one transaction. Another process may create the database meanwhile, and one statement would see
     * it empty and the next one with tables.
     */
    private static <T extends @Nullable Object> T atOnce(Connection connection, Reading<T> reading)
            throws SQLException {
        SqliteMigrator.execute(connection, "BEGIN");
        T result = reading.from(connection);
        SqliteMigrator.execute(connection, "COMMIT");
        return result;
    }

    private <T extends @Nullable Object> T glance(Reading<T> reading) throws SQLException {
        try (Connection connection = connections.openImmutable()) {
            return atOnce(connection, reading);
        }
    }

    /**
     * Reads under locks and changes nothing, unless a process was killed inside a transaction. SQLite reads
     * such a file only after it has rolled that transaction back, which needs a connection that may write.
     */
    <T extends @Nullable Object> T read(Reading<T> reading) throws SQLException {
        try (Connection connection = connections.openProbe()) {
            return atOnce(connection, reading);
        } catch (SQLException e) {
            if (!SqliteErrors.isHotJournal(e) || connections.isReadOnly()) {
                throw e;
            }
        }
        rejectForeign();
        try (Connection connection = connections.openMigrator()) {
            return atOnce(connection, reading);
        }
    }

    /** Rejects a foreign file: another program's unfinished transaction is for that program to roll back. */
    private void rejectForeign() {
        try {
            glance(connection -> FileState.read(connection, connections.name(), plan));
        } catch (SQLException | SchemaException e) {
            if (e instanceof SchemaException foreign && !isOursAtAGlance()) {
                throw foreign;
            }
            LOG.debug("{} is in the middle of a transaction", connections.name(), e);
        }
    }

    private boolean isOursAtAGlance() {
        try {
            return glance(FileState::isOurs);
        } catch (SQLException e) {
            return false;
        }
    }

    /** Whether the file is this library's. Leaves nothing beside a file that nobody has open. */
    boolean isOurs(Path file) throws SQLException {
        return isComplete(file) ? glance(FileState::isOurs) : read(FileState::isOurs);
    }

    SchemaState state() throws SQLException {
        return read(connection -> FileState.read(connection, connections.name(), plan));
    }

    /**
     * Throws if the file cannot be this library's, and leaves nothing beside it. The exact state is read
     * later, under locks.
     */
    void rejectEarly(Path file) {
        if (isComplete(file)) {
            try {
                glance(connection -> FileState.read(connection, connections.name(), plan));
            } catch (SQLException e) {
                LOG.debug("{} cannot be read without its locks", file, e);
            } catch (SchemaException e) {
                // Without locks, a file that is being written may look like anything.
                if (isComplete(file)) {
                    throw e;
                }
            }
        }
    }

    /** Whether everything committed is in the file itself. */
    private static boolean isComplete(Path file) {
        return Files.exists(file)
                && Files.notExists(SqliteFiles.beside(file, "-wal"))
                && Files.notExists(SqliteFiles.beside(file, "-journal"));
    }
}
