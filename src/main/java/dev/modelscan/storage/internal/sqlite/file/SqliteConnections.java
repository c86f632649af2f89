package dev.modelscan.storage.internal.sqlite.file;

import dev.modelscan.storage.Durability;
import dev.modelscan.storage.errors.StorageException;
import dev.modelscan.storage.errors.UnavailableException;
import dev.modelscan.storage.internal.engine.Failure;
import dev.modelscan.storage.internal.engine.Retry;
import dev.modelscan.storage.internal.query.Cleanup;
import dev.modelscan.storage.internal.sqlite.file.ConnectionGroup.Cache;
import java.io.IOException;
import java.nio.channels.AsynchronousFileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteConfig.SynchronousMode;
import org.sqlite.SQLiteConnection;
import org.sqlite.SQLiteLimits;
import org.sqlite.SQLiteOpenMode;
import org.sqlite.core.DB;

/**
 * Opens connections to one SQLite database, each with all its settings.
 *
 * <p>The database is named by a URI in which every special byte of the path is escaped: the driver would read
 * {@code ?synchronous=OFF} in a path as a setting and {@code :resource:} as a download.
 */
public final class SqliteConnections {

    /** "MScS": marks a file as this library's. */
    public static final int APPLICATION_ID = 0x4D536353;

    /** Waiting inside the driver keeps the carrier of a virtual thread. */
    private static final Duration SHORT_WAIT = Duration.ofMillis(20);

    /**
     * Never creates a file: if the database was moved away, SQLite would create an empty one and delete the
     * log beside it.
     */
    private static final String WRITABLE = "?mode=rw";

    private static final String UNWRITABLE = "?mode=ro";
    private static final String IMMUTABLE = UNWRITABLE + "&immutable=1";

    /**
     * How old the last file check may be when a write transaction begins. The previous transaction checked
     * after its commit.
     */
    private static final long WRITES_AGE_NANOS = 10_000;

    /** The same for reads, most of which take less time than a check. */
    private static final long READS_AGE_NANOS = 100_000_000;

    private final @Nullable Path file;
    private final Path link;
    private final String uri;
    private final String access;
    private final Durability durability;
    private final Duration busyTimeout;
    private final @Nullable FileGuard guard;
    private final boolean readOnly;
    private final @Nullable FileFailures failures;

    private SqliteConnections(String uri, Duration busyTimeout) {
        this.file = null;
        this.link = Path.of("");
        this.uri = uri;
        this.access = "";
        this.durability = Durability.NORMAL;
        this.busyTimeout = busyTimeout;
        this.guard = null;
        this.failures = null;
        this.readOnly = false;
    }

    private SqliteConnections(
            Path link, Path file, String access, boolean readOnly, Durability durability, Duration busyTimeout) {
        this.file = file;
        this.link = link;
        this.uri = SqliteUri.of(file);
        this.access = access;
        this.durability = durability;
        this.busyTimeout = busyTimeout;
        this.guard = new FileGuard(link.equals(file) ? file : link, file, this);
        this.failures = new FileFailures(file, this);
        this.readOnly = readOnly;
    }

    /**
     * Connections to a file, which need not exist yet. Symbolic links are resolved once, here, because the
     * log, its index and the lock lie beside the file itself.
     *
     * @throws UnavailableException if a link is broken, or SQLite's native library cannot be loaded
     */
    public static SqliteConnections toFile(Path file, Durability durability, Duration busyTimeout) {
        NativeLibrary.require();
        return new SqliteConnections(
                file.toAbsolutePath(), RealPath.of(file), WRITABLE, false, durability, busyTimeout);
    }

    /**
     * Connections that read a file and change neither it nor the files beside it. An existing log is read. If
     * there is none, SQLite creates one and deletes it at the end. If it may not, the file is read without
     * locks.
     */
    public static SqliteConnections toReadOnlyFile(Path file, Duration busyTimeout) {
        NativeLibrary.require();
        Path real = RealPath.of(file);
        Path log = SqliteFiles.beside(real, "-wal");
        boolean writable = Files.isWritable(real) && Files.isWritable(real.getParent());
        boolean readsLog = writable ? Files.exists(log) : log.toFile().length() > 0;
        return new SqliteConnections(
                file.toAbsolutePath(),
                real,
                readsLog ? UNWRITABLE : writable ? WRITABLE : IMMUTABLE,
                true,
                Durability.FULL,
                busyTimeout);
    }

    /** Connections to an in-memory database, which lives until the last of them is closed. */
    public static SqliteConnections toMemory(Duration busyTimeout) {
        NativeLibrary.require();
        // With memdb, connections share a database by name. Shared-cache mode would lock tables.
        return new SqliteConnections("file:/" + UUID.randomUUID() + "?vfs=memdb", busyTimeout);
    }

    /** Records the file that is there now. From then on no connection is opened to a file that replaces it. */
    public void rememberFile() {
        if (guard != null) {
            guard.remember();
        }
    }

    /** The connection that keeps the log alive. Records the log; see {@link Anchor}. */
    Connection openAnchor() throws SQLException {
        // Setting synchronous reads the schema, which takes 200 KB. SQLite's default is FULL; in a checkpoint NORMAL is
        // the same. Reading the schema's version opens the log alone.
        SQLiteConfig config = new SQLiteConfig();
        config.setOpenMode(SQLiteOpenMode.NOMUTEX);
        // Whoever creates the file locks readers out for a moment, which may last longer than the short wait.
        config.setBusyTimeout(millis(busyTimeout));
        Connection connection = open(
                uri + access,
                config,
                "PRAGMA trusted_schema = OFF",
                "PRAGMA query_only = ON",
                "PRAGMA schema_version",
                "PRAGMA shrink_memory");
        waitInJava(connection);
        if (guard != null) {
            guard.logOpened(!readOnly);
        }
        return connection;
    }

    /** To be called before the anchor is closed; returns false if it must stay open. */
    boolean anchorCloses() {
        return guard == null || guard.anchorCloses();
    }

    /** To be called before each write transaction. Throws if the file is not the one that was opened. */
    public void requireSameForWriting() {
        if (guard != null) {
            guard.requireSame(WRITES_AGE_NANOS);
        }
    }

    /** To be called before each read. A moved file is noticed after a delay. */
    public void requireSameForReading() {
        if (guard != null) {
            guard.requireSame(READS_AGE_NANOS);
        }
    }

    /** Checks the file now. To be called before a write is acknowledged, and before a checkpoint. */
    public void requireSameNow() {
        if (guard != null) {
            guard.requireSame(0);
        }
    }

    /** What happened to the file; null if it is unchanged, or in memory. */
    @Nullable
    public String fileProblem() {
        return guard == null ? null : guard.problem();
    }

    public boolean isReadOnly() {
        return readOnly;
    }

    /** Says so if the file may not be written. Open descriptors can still write to it. */
    public Optional<String> unwritable() {
        return file == null || Files.isWritable(file)
                ? Optional.empty()
                : Optional.of(file + " may not be written by this process; check its permissions, and how its file"
                        + " system is mounted");
    }

    /** Whether the file is read without locks and without a log. */
    boolean isImmutable() {
        return access.equals(IMMUTABLE);
    }

    /** Whether the file is at least as long as its header says. */
    boolean isWhole() {
        try (Connection connection = openImmutable();
                Statement statement = connection.createStatement()) {
            statement.execute("SELECT count(*) FROM sqlite_schema");
            return true;
        } catch (SQLException e) {
            return false;
        }
    }

    /** The absolute path that the caller named, which may be a symbolic link. */
    public Path link() {
        return link;
    }

    /** The file, or null if the database is in memory. */
    public @Nullable Path file() {
        return file;
    }

    /** The database's name in messages. */
    public String name() {
        return file == null ? "the database in memory" : file.toString();
    }

    /** A connection that can write. It waits for a lock only briefly; {@link Retry} spreads the attempts. */
    public Connection openWriter(Cache cache) throws SQLException {
        // Only the checkpointer runs checkpoints; see there.
        SQLiteConfig config = config(SHORT_WAIT);
        // See SqliteDialect.keepGeneratedKeys.
        config.setGetGeneratedKeys(false);
        if (sharesFlush()) {
            config.setSynchronous(SynchronousMode.NORMAL);
        }
        return open(
                uri + access, config, "PRAGMA trusted_schema = OFF", "PRAGMA wal_autocheckpoint = 0", cache.pragma());
    }

    /** Whether the writer's commits do not flush the log, so that whoever acknowledges them has to. */
    public boolean sharesFlush() {
        return durability == Durability.SHARED_FLUSH;
    }

    /** Opens the log, to flush it; see {@link LogFile}. */
    public AsynchronousFileChannel openLog() {
        return LogFile.open(Objects.requireNonNull(file), Objects.requireNonNull(guard));
    }

    /** Writes the log once more, and flushes it. To be called while no other connection writes. */
    public void rewriteLog() throws IOException {
        LogFile.rewrite(Objects.requireNonNull(file), Objects.requireNonNull(guard));
    }

    /**
     * Whether connections must never be closed. With the last one SQLite would copy the log into a truncated
     * file and delete it, although the log holds the only rows that can still be saved.
     */
    public boolean mustStayOpen() {
        return guard != null && guard.state() == FileGuard.State.TRUNCATED;
    }

    /** To be called before all connections are closed; the returned action is to be run afterwards. */
    public Runnable closing() {
        FileGuard remembered = guard;
        if (remembered == null) {
            return () -> {};
        }
        FileGuard.State state = remembered.state();
        return () -> remembered.closed(state);
    }

    /** A connection that rejects writes. */
    public Connection openReader() throws SQLException {
        return openReader(ConnectionGroup.pragma(ConnectionGroup.LARGEST_CACHE));
    }

    /** A connection that rejects writes, with a cache of a group. */
    public Connection openReader(Cache cache) throws SQLException {
        return openReader(cache.pragma());
    }

    private Connection openReader(String cacheSize) throws SQLException {
        return open(
                uri + access, config(busyTimeout), "PRAGMA trusted_schema = OFF", "PRAGMA query_only = ON", cacheSize);
    }

    /** To be called before a caller's SQL reads: {@code ATTACH} makes the file that it names. */
    public void keepToThisFile(Connection connection) throws SQLException {
        if (readOnly) {
            connection.unwrap(SQLiteConnection.class).setLimit(SQLiteLimits.SQLITE_LIMIT_ATTACHED, 0);
        }
    }

    /** Makes the driver wait for locks, for code that does not retry; at most {@code busyTimeout}. */
    public void waitInDriver(Connection connection, Duration most) throws SQLException {
        connection.unwrap(SQLiteConnection.class).setBusyTimeout(millis(most));
    }

    /** Keeps waits in the driver short, for code that uses {@link Retry}. */
    public void waitInJava(Connection connection) throws SQLException {
        waitInDriver(connection, SHORT_WAIT);
    }

    private int millis(Duration wait) {
        return (int) Math.min(busyTimeout.toMillis(), wait.toMillis());
    }

    /** A connection for migrations, which may have to rebuild tables that others refer to. */
    public Connection openMigrator() throws SQLException {
        SQLiteConfig config = config(busyTimeout);
        config.enforceForeignKeys(false);
        return open(uri + access, config, "PRAGMA trusted_schema = OFF");
    }

    /** Makes this database, which must be empty, a copy of another one in memory. */
    public void copyFrom(SqliteConnections memory) throws SQLException {
        try (Connection connection = openMigrator()) {
            int code = connection.unwrap(SQLiteConnection.class).getDatabase().restore("main", memory.uri, null);
            if (code != 0) {
                throw DB.newSQLException(code, "the schema was not copied");
            }
        }
    }

    /** A connection that changes nothing, not even by a checkpoint on close. The file may be another program's. */
    public Connection openProbe() throws SQLException {
        if (readOnly) {
            return openReader();
        }
        return open(file == null ? uri : uri + UNWRITABLE, config(busyTimeout), "PRAGMA trusted_schema = OFF");
    }

    /**
     * A connection that leaves nothing beside the file. Other connections create a log and its index even if
     * they only read. It takes no lock and sees no log, so its result is reliable only if neither is needed.
     */
    public Connection openImmutable() throws SQLException {
        return connect(uri + IMMUTABLE, config(busyTimeout), () -> {}, "PRAGMA trusted_schema = OFF");
    }

    public StorageException failed(SQLException e) {
        return classify(e).toException(null, null);
    }

    /**
     * The meaning of the exception for this database: its code says what failed, a look at the file says why.
     */
    public Failure classify(SQLException e) {
        return failures == null ? SqliteErrors.classify(e) : failures.classify(e);
    }

    private SQLiteConfig config(Duration wait) {
        SQLiteConfig config = new SQLiteConfig();
        // The driver locks around each call. With SQLite's mutex there would be a second lock for each row
        // and column.
        config.setOpenMode(SQLiteOpenMode.NOMUTEX);
        config.enforceForeignKeys(true);
        config.setSynchronous(
                file == null
                        ? SynchronousMode.OFF
                        : durability == Durability.NORMAL ? SynchronousMode.NORMAL : SynchronousMode.FULL);
        config.setBusyTimeout(millis(wait));
        return config;
    }

    private Connection open(String uri, SQLiteConfig config, String... pragmas) throws SQLException {
        requireSameNow();
        // The last of the pragmas read the file, so the log is open before the check.
        return connect(uri, config, this::requireSameNow, pragmas);
    }

    private static Connection connect(String uri, SQLiteConfig config, Runnable check, String... pragmas)
            throws SQLException {
        Connection connection = config.createConnection("jdbc:sqlite:" + uri);
        try (Statement statement = connection.createStatement()) {
            for (String pragma : pragmas) {
                statement.execute(pragma);
            }
            check.run();
            return connection;
        } catch (Throwable t) {
            Cleanup.after(t, connection);
            throw t;
        }
    }
}
