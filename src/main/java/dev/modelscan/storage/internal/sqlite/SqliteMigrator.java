package dev.modelscan.storage.internal.sqlite;

import dev.modelscan.storage.DatabaseOptions;
import dev.modelscan.storage.MigrationSet;
import dev.modelscan.storage.errors.BusyException;
import dev.modelscan.storage.errors.CorruptDatabaseException;
import dev.modelscan.storage.errors.SchemaException;
import dev.modelscan.storage.errors.StorageException;
import dev.modelscan.storage.errors.UnavailableException;
import dev.modelscan.storage.internal.engine.EngineText;
import dev.modelscan.storage.internal.engine.Failure;
import dev.modelscan.storage.internal.migrate.FlywayRun;
import dev.modelscan.storage.internal.migrate.MigrationPlan;
import dev.modelscan.storage.internal.migrate.PackagedMigrations;
import dev.modelscan.storage.internal.migrate.SchemaState;
import dev.modelscan.storage.internal.query.AuditTriggers;
import dev.modelscan.storage.internal.query.Session;
import dev.modelscan.storage.internal.sqlite.file.FileFacts;
import dev.modelscan.storage.internal.sqlite.file.Leftovers;
import dev.modelscan.storage.internal.sqlite.file.MigrationLock;
import dev.modelscan.storage.internal.sqlite.file.PrivateFiles;
import dev.modelscan.storage.internal.sqlite.file.SingleNumber;
import dev.modelscan.storage.internal.sqlite.file.SqliteConnections;
import dev.modelscan.storage.internal.sqlite.file.SqliteDialect;
import dev.modelscan.storage.internal.sqlite.file.SqliteErrors;
import dev.modelscan.storage.internal.sqlite.file.SqliteFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Brings a SQLite file to the library's version, or says why it cannot. A current file is only read. For any
 * other, Flyway runs under a lock that other processes respect too.
 */
public final class SqliteMigrator {

    static final String LOCATION = "dev/modelscan/storage/migration/sqlite";

    private final SqliteConnections connections;
    private final MigrationPlan plan;
    private final FileProbe probe;
    private final Duration lockTimeout;
    private Map<String, Long> sets = Map.of();

    /** For the library's migrations alone. */
    public SqliteMigrator(SqliteConnections connections, Duration lockTimeout) {
        this(connections, MigrationPlan.of(LOCATION, List.of()), lockTimeout);
    }

    public SqliteMigrator(SqliteConnections connections, MigrationPlan plan, Duration lockTimeout) {
        this.connections = connections;
        this.plan = plan;
        this.probe = new FileProbe(connections, plan);
        this.lockTimeout = lockTimeout;
    }

    /** A set's migrations; the library's if it is null. */
    static PackagedMigrations packaged(@Nullable MigrationSet set) {
        return MigrationPlan.packaged(LOCATION, set);
    }

    /** The library's migrations and the application's sets. */
    public static MigrationPlan plan(DatabaseOptions options) {
        return MigrationPlan.of(LOCATION, options);
    }

    /**
     * Migrates if needed.
     *
     * @return the names of the migrations that were applied, in order
     * @throws SchemaException if the file is another program's, has a newer or a different schema, or a
     *     migration fails
     * @throws CorruptDatabaseException if the file is not a database, or is damaged
     * @throws UnavailableException if it cannot be opened
     */
    public List<String> migrate() {
        Path file = connections.file();
        return file == null ? migrateLocked() : Objects.requireNonNull(migrate(file, true));
    }

    /** {@link #migrate} of a file that has to be there; null if somebody has deleted it. */
    @Nullable
    List<String> migrateExisting() {
        return migrate(Objects.requireNonNull(connections.file()), false);
    }

    private @Nullable List<String> migrate(Path file, boolean creates) {
        requireFile(file);
        Leftovers.requireComplete(file);
        probe.rejectEarly(file);
        boolean isThere = Files.exists(file);
        if (isThere && isCurrent()) {
            return List.of();
        }
        if (!isThere && !creates) {
            return null;
        }
        try (MigrationLock lock = MigrationLock.acquire(file, lockTimeout)) {
            // The file may have been removed during the wait.
            if (!creates && !Files.exists(file)) {
                lock.delete();
                return null;
            }
            Leftovers.requireComplete(file);
            PrivateFiles.create(file);
            return migrateLocked();
        } catch (IOException e) {
            throw FileFacts.failed(file + " cannot be created or locked", e);
        }
    }

    private static void requireFile(Path file) {
        if (Files.isDirectory(file)) {
            throw new UnavailableException(file + " is a directory; name a file", null);
        }
        // Reading a pipe would block for ever, and a device would get a journal beside it.
        if (Files.exists(file) && !Files.isRegularFile(file)) {
            throw new UnavailableException(file + " is a device or a pipe; name a file", null);
        }
    }

    /**
     * Whether the file exists and is this library's, in any version. Leaves nothing beside a file that nobody
     * has open.
     *
     * @throws CorruptDatabaseException if it is damaged
     * @throws UnavailableException if it cannot be read
     */
    public boolean isOurs() {
        Path file = connections.file();
        if (file == null || !Files.isRegularFile(file)) {
            return false;
        }
        try {
            return probe.isOurs(file);
        } catch (SQLException e) {
            if (SqliteErrors.isNoDatabase(e)) {
                return false;
            }
            throw unreadable(e);
        }
    }

    /**
     * Deletes the file, the files beside it and, if it was named by a symbolic link, the link.
     *
     * @return false if there is no file
     * @throws SchemaException if the file is not this library's
     * @throws BusyException if it is open
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
                Files.deleteIfExists(SqliteFiles.beside(file, suffix));
            }
            if (Files.isSymbolicLink(connections.link())) {
                Files.deleteIfExists(connections.link());
            }
            lock.delete();
            return true;
        } catch (IOException e) {
            throw FileFacts.failed(file + " cannot be deleted", e);
        }
    }

    /** SQLite leaves WAL mode only if this is the only connection of all processes. */
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
     * Checks, without writing, that the database exists and lacks no migration.
     *
     * @throws SchemaException if the file is another program's, or its schema is older or newer
     * @throws CorruptDatabaseException if the file is not a database, or is damaged
     * @throws UnavailableException if there is no such file, or it cannot be opened
     */
    public void requireCurrent() {
        SchemaState state = existing();
        if (state.kind() == SchemaState.Kind.EMPTY) {
            throw new SchemaException(
                    connections.name()
                            + " has no tables yet; open it once for writing, which creates them. Nothing was written to"
                            + " it",
                    null);
        }
        if (state.kind() != SchemaState.Kind.CURRENT) {
            throw state.behind(
                    connections.name(),
                    plan,
                    "open it once to write, or run migrate, which brings it up to date. Nothing was written to it");
        }
    }

    /** The same for a database that is opened to write and that somebody else migrates. */
    void validate() {
        SchemaState state = existing();
        if (state.kind() != SchemaState.Kind.CURRENT) {
            throw state.behind(connections.name(), plan, SchemaState.VALIDATE_ONLY);
        }
        isCurrent();
    }

    private SchemaState existing() {
        Path file = connections.file();
        if (file != null) {
            Leftovers.requireComplete(file);
        }
        if (file == null || !Files.isRegularFile(file)) {
            throw FileFacts.noDatabase(connections.name(), file, "None was created");
        }
        probe.rejectEarly(file);
        return state();
    }

    /** The library's version that {@link #migrate} migrates to. */
    public int latestVersion() {
        return plan.version();
    }

    /** The versions of the application's sets in the database, as they were found. */
    public Map<String, Long> sets() {
        return sets;
    }

    private List<String> migrateLocked() {
        // Another process may have migrated while this one waited for the lock.
        if (state().kind() == SchemaState.Kind.CURRENT) {
            return List.of();
        }
        List<String> applied = new ArrayList<>(connections.file() == null ? copySchema() : List.of());
        if (applied.isEmpty() || plan.hasSets()) {
            applied.addAll(migrateInOneTransaction());
        }
        state();
        return List.copyOf(applied);
    }

    private List<String> copySchema() {
        try {
            NewSchema.copyTo(connections);
            return plan.library().labels();
        } catch (SQLException e) {
            throw unreadable(e);
        }
    }

    /** Closing the connection rolls back what was not committed. */
    private List<String> migrateInOneTransaction() {
        try (Connection connection = connections.openMigrator()) {
            if (connections.file() != null) {
                execute(connection, "PRAGMA journal_mode = WAL");
            }
            execute(connection, "BEGIN IMMEDIATE");
            execute(connection, "PRAGMA application_id = " + SqliteConnections.APPLICATION_ID);
            List<String> applied = new ArrayList<>();
            if (plan.library().equals(packaged(null)) && isEmpty(connection)) {
                NewSchema.make(connection);
                applied.addAll(plan.library().labels());
            }
            if (applied.isEmpty() || plan.hasSets()) {
                applied.addAll(AuditTriggers.aside(
                        new Session(connection, SqliteDialect.INSTANCE),
                        () -> FlywayRun.migrate(connection, connections.name(), plan)));
            }
            execute(connection, "COMMIT");
            return applied;
        } catch (SchemaException e) {
            throw isFault(e) ? unreadable(Objects.requireNonNull(Failure.driverException(e))) : e;
        } catch (SQLException e) {
            throw unreadable(e);
        }
    }

    /** Without tables. A program without the migration lock may have made some since the state was read. */
    private static boolean isEmpty(Connection connection) throws SQLException {
        return SingleNumber.of(connection, "SELECT count(*) FROM sqlite_schema") == 0;
    }

    private SchemaState state() {
        try {
            SchemaState state = probe.state();
            sets = state.sets();
            return state;
        } catch (SQLException e) {
            throw unreadable(e);
        }
    }

    /**
     * Whether no migration is pending. Also restores WAL mode, which is stored in the file and which another
     * program may have changed.
     */
    private boolean isCurrent() {
        if (state().kind() != SchemaState.Kind.CURRENT) {
            return false;
        }
        try {
            if (!probe.read(connection -> "wal".equals(text(connection, "PRAGMA journal_mode")))) {
                try (Connection writer = connections.openMigrator()) {
                    execute(writer, "PRAGMA journal_mode = WAL");
                }
            }
            return true;
        } catch (SQLException e) {
            throw unreadable(e);
        }
    }

    /** Whether the disk, a lock or the file made a migration fail, rather than its content. */
    private boolean isFault(SchemaException failed) {
        SQLException driver = Failure.driverException(failed);
        if (driver == null) {
            return false;
        }
        return switch (connections.classify(driver).kind()) {
            case FULL, UNAVAILABLE, BUSY, CORRUPT, READ_ONLY -> true;
            default -> false;
        };
    }

    private StorageException unreadable(SQLException e) {
        String name = connections.name();
        if (SqliteErrors.isNoDatabase(e)) {
            return new CorruptDatabaseException(
                    name + " is not a SQLite database; choose another file. Nothing was written to it", e);
        }
        if (SqliteErrors.isHotJournal(e)) {
            return new UnavailableException(
                    name
                            + " holds an unfinished transaction of a process that was killed; open it once for"
                            + " writing, which rolls that transaction back",
                    e);
        }
        Failure failure = connections.classify(e).whileWriting();
        return failure.kind() == Failure.Kind.OTHER
                ? new UnavailableException(name + " cannot be opened: " + EngineText.of(e), e)
                : failure.toException(name, null);
    }

    static void execute(Connection connection, String sql) throws SQLException {
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
