package dev.modelscan.storage.internal.migrate;

import dev.modelscan.storage.BusyException;
import dev.modelscan.storage.CorruptDatabaseException;
import dev.modelscan.storage.SchemaException;
import dev.modelscan.storage.UnavailableException;
import dev.modelscan.storage.internal.engine.SqliteConnections;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteException;

/**
 * Brings a SQLite file to the schema that the library carries, or says why it cannot. A file that is up to date is only read;
 * Flyway is started for the others, under a lock that other processes respect.
 */
public final class Migrator {

    /** Not Flyway's default name: a host application's own Flyway may use that one. */
    static final String HISTORY_TABLE = "modelscan_schema_history";

    private static final Logger LOG = LoggerFactory.getLogger(Migrator.class);

    /** SQLite's smallest page. */
    private static final int SMALLEST_BYTES = 512;

    static final String LOCATION = "dev/modelscan/storage/migration/sqlite";

    private final SqliteConnections connections;
    private final PackagedMigrations packaged;
    private final Duration lockTimeout;

    /** For the library's own migrations. */
    public Migrator(SqliteConnections connections, Duration lockTimeout) {
        this(connections, LOCATION, lockTimeout);
    }

    /** For migrations in another folder of the class path. */
    Migrator(SqliteConnections connections, String location, Duration lockTimeout) {
        this.connections = connections;
        this.packaged = PackagedMigrations.load(location);
        this.lockTimeout = lockTimeout;
    }

    /**
     * Migrates where it is needed.
     *
     * @return the names of the migrations that were applied, in order
     * @throws SchemaException where the file is another program's, has a newer or a different schema, or a migration fails
     * @throws CorruptDatabaseException where the file is no database, or is damaged
     * @throws UnavailableException where it cannot be opened
     */
    public List<String> migrate() {
        Path file = connections.file();
        if (file == null) {
            return migrateLocked();
        }
        if (Files.isDirectory(file)) {
            throw new UnavailableException(file + " is a directory; name a file", null);
        }
        // Reading a pipe would wait for ever, and a device would get a journal beside it.
        if (Files.exists(file) && !Files.isRegularFile(file)) {
            throw new UnavailableException(file + " is a device or a pipe; name a file", null);
        }
        requireWhole(file);
        refuseAtAGlance(file);
        if (Files.exists(file) && isCurrent()) {
            return List.of();
        }
        try (MigrationLock lock = MigrationLock.acquire(file, lockTimeout)) {
            PrivateFiles.create(file);
            return migrateLocked();
        } catch (IOException e) {
            throw new UnavailableException(file + " cannot be created or locked: " + e.getMessage(), e);
        }
    }

    /**
     * Whether the file is there and is this library's, whatever its version is. Leaves nothing beside a file that nobody has
     * open.
     *
     * @throws CorruptDatabaseException where it is damaged
     * @throws UnavailableException where it cannot be read
     */
    public boolean isOurs() {
        Path file = connections.file();
        if (file == null || !Files.isRegularFile(file)) {
            return false;
        }
        try (Connection connection = isComplete(file) ? connections.openGlance() : connections.openProbe()) {
            return SchemaState.isOurs(connection);
        } catch (SQLException e) {
            if (codeOf(e) == SQLiteErrorCode.SQLITE_NOTADB) {
                return false;
            }
            throw unreadable(e);
        }
    }

    /**
     * Deletes the file and what lies beside it.
     *
     * @return false where there is no file
     * @throws SchemaException where the file is not this library's
     * @throws BusyException where somebody has it open
     */
    public boolean delete() {
        Path file = connections.file();
        if (file == null || !Files.exists(file)) {
            return false;
        }
        if (!isOurs()) {
            throw new SchemaException(file + " is not a database of this library; it was left as it is", null);
        }
        try (MigrationLock lock = MigrationLock.acquire(file, lockTimeout)) {
            if (!Files.exists(file)) {
                return false;
            }
            requireUnused();
            for (String suffix : List.of("", "-journal", "-wal", "-shm")) {
                Files.deleteIfExists(beside(file, suffix));
            }
            lock.delete();
            return true;
        } catch (IOException e) {
            throw new UnavailableException(file + " cannot be deleted: " + e.getMessage(), e);
        }
    }

    /** SQLite gives up the log for a connection that is the only one, of all processes. */
    private void requireUnused() {
        try (Connection connection = connections.openMigrator()) {
            if (!"delete".equals(text(connection, "PRAGMA journal_mode = DELETE"))) {
                throw new BusyException(connections.name() + " is open; close it first", null);
            }
        } catch (SQLException e) {
            throw unreadable(e);
        }
    }

    /**
     * Checks, by reading alone, that there is a database with the schema that the library carries.
     *
     * @throws SchemaException where the file is another program's, or its schema an older or a newer one
     * @throws CorruptDatabaseException where the file is no database, or is damaged
     * @throws UnavailableException where there is no such file, or it cannot be opened
     */
    public void requireCurrent() {
        Path file = connections.file();
        if (file == null || !Files.isRegularFile(file)) {
            throw new UnavailableException(connections.name() + " is not there; name the file of a database", null);
        }
        requireWhole(file);
        refuseAtAGlance(file);
        if (state() != SchemaState.Kind.CURRENT) {
            throw new SchemaException(
                    file + " has an older schema than this library; open it once, which migrates it", null);
        }
    }

    /** The version that {@link #migrate} arrives at. */
    public int latestVersion() {
        return packaged.latest();
    }

    private List<String> migrateLocked() {
        // Another process may have migrated while this one waited for the lock.
        if (state() == SchemaState.Kind.CURRENT) {
            return List.of();
        }
        try (Connection connection = connections.openMigrator()) {
            if (connections.file() != null) {
                execute(connection, "PRAGMA journal_mode = WAL");
            }
            execute(connection, "PRAGMA application_id = " + SqliteConnections.APPLICATION_ID);
            return FlywayRun.migrate(connection, connections.name(), packaged);
        } catch (SQLException e) {
            throw unreadable(e);
        }
    }

    private SchemaState.Kind state() {
        try (Connection connection = connections.openProbe()) {
            return SchemaState.read(connection, connections.name(), packaged);
        } catch (SQLException e) {
            throw unreadable(e);
        }
    }

    /**
     * SQLite would take an empty file for a new database, and the committed rows in its log for nothing; it would write over
     * a file of one byte.
     */
    private static void requireWhole(Path file) {
        Path log = beside(file, "-wal");
        try {
            long size = Files.exists(file) ? Files.size(file) : SMALLEST_BYTES;
            if (size == 0 && Files.exists(log) && Files.size(log) > 0) {
                throw new CorruptDatabaseException(
                        file + " is empty, but its log " + log.getFileName()
                                + " is not: the file was cut short. Restore both from a backup",
                        null);
            }
            if (size > 0 && size < SMALLEST_BYTES) {
                throw new CorruptDatabaseException(
                        file + " is not a SQLite database; choose another file. Nothing was written to it", null);
            }
        } catch (IOException e) {
            throw new UnavailableException(file + " cannot be read: " + e.getMessage(), e);
        }
    }

    /** Throws where the file cannot be this library's, and leaves nothing beside it; the state proper is read under locks. */
    private void refuseAtAGlance(Path file) {
        if (isComplete(file)) {
            try (Connection connection = connections.openGlance()) {
                SchemaState.read(connection, connections.name(), packaged);
            } catch (SQLException e) {
                LOG.debug("{} cannot be read without its locks", file, e);
            }
        }
    }

    /** Whether all that was committed is in the file itself. */
    private static boolean isComplete(Path file) {
        return Files.exists(file) && Files.notExists(beside(file, "-wal")) && Files.notExists(beside(file, "-journal"));
    }

    private static Path beside(Path file, String suffix) {
        return file.resolveSibling(file.getFileName() + suffix);
    }

    /** Whether nothing is to be migrated. The log's mode is kept in the file, where another program may have changed it. */
    private boolean isCurrent() {
        try (Connection connection = connections.openProbe()) {
            if (SchemaState.read(connection, connections.name(), packaged) != SchemaState.Kind.CURRENT) {
                return false;
            }
            if (!"wal".equals(text(connection, "PRAGMA journal_mode"))) {
                try (Connection writer = connections.openMigrator()) {
                    execute(writer, "PRAGMA journal_mode = WAL");
                }
            }
            return true;
        } catch (SQLException e) {
            throw unreadable(e);
        }
    }

    private static SQLiteErrorCode codeOf(SQLException e) {
        return e instanceof SQLiteException sqlite ? sqlite.getResultCode() : SQLiteErrorCode.UNKNOWN_ERROR;
    }

    private RuntimeException unreadable(SQLException e) {
        String name = connections.name();
        return switch (codeOf(e)) {
            case SQLITE_NOTADB ->
                new CorruptDatabaseException(
                        name + " is not a SQLite database; choose another file. Nothing was written to it", e);
            case SQLITE_CORRUPT -> new CorruptDatabaseException(name + " is damaged; restore a backup", e);
            case SQLITE_BUSY -> new BusyException(name + " is locked by another process; try again", e);
            default -> new UnavailableException(name + " cannot be opened: " + e.getMessage(), e);
        };
    }

    private static void execute(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private static @Nullable String text(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            return rows.getString(1);
        }
    }
}
