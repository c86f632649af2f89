package dev.modelscan.storage.internal.sqlite.file;

import dev.modelscan.storage.errors.StorageException;
import dev.modelscan.storage.errors.UnavailableException;
import dev.modelscan.storage.internal.engine.Failure;
import dev.modelscan.storage.internal.engine.Failure.Kind;
import dev.modelscan.storage.internal.engine.Retry;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteConfig.SynchronousMode;
import org.sqlite.SQLiteConnection;
import org.sqlite.SQLiteOpenMode;

/**
 * Opens connections to one SQLite database, each with every setting that it needs.
 *
 * <p>The database is named by a URI in which each byte of the path that could mean something is escaped: the driver would
 * take {@code ?synchronous=OFF} in a path for a setting and {@code :resource:} for a download.
 */
public final class SqliteConnections {

    /** "MScS": says that a file is this library's. */
    public static final int APPLICATION_ID = 0x4D536353;

    /**
     * 16 MB at the most for each connection. With SQLite's own 2 MB a large transaction writes pages to the log before its end,
     * and reads them back; and a reader of more than that fetches each page from the log or the file anew.
     */
    private static final String PAGE_CACHE = "PRAGMA cache_size = -16000";

    /** A thread that waits in the driver holds the carrier of a virtual thread. */
    private static final Duration SHORT_WAIT = Duration.ofMillis(20);

    /** Never makes a file: where one was moved away, SQLite would delete the log beside the empty new one. */
    private static final String WRITABLE = "?mode=rw";

    private static final String UNWRITABLE = "?mode=ro";
    private static final String IMMUTABLE = UNWRITABLE + "&immutable=1";

    /** How long ago the files may have been looked at when a transaction begins: the last one looked after its commit. */
    private static final long WRITES_AGE_NANOS = 10_000;

    /** The same for reads, few of which take as long as a look. */
    private static final long READS_AGE_NANOS = 100_000_000;

    private static final String READ_FAILED =
            "a part of it could not be read at the first attempt; a check of the whole file found no damage. Try again, and"
                    + " look after the medium";

    /** The check of a larger file would keep other writers waiting for longer. */
    private static final long MOST_CHECKED_BYTES = 256L << 20;

    private static final String NOT_CHECKED =
            "the file is too large to be checked at once, so it may also be that a part of it could not be read this time";

    private final @Nullable Path file;
    private final Path link;
    private final String uri;
    private final String access;
    private final SynchronousMode synchronous;
    private final Duration busyTimeout;
    private final @Nullable FileGuard guard;
    private final boolean readOnly;
    /** Asking the file system again for the same exception would cost, and might give another answer. */
    private volatile @Nullable Failure explained;

    private volatile boolean damaged;

    private SqliteConnections(String uri, Duration busyTimeout) {
        this.file = null;
        this.link = Path.of("");
        this.uri = uri;
        this.access = "";
        this.synchronous = SynchronousMode.OFF;
        this.busyTimeout = busyTimeout;
        this.guard = null;
        this.readOnly = false;
    }

    private SqliteConnections(
            Path link, Path file, String access, boolean readOnly, SynchronousMode synchronous, Duration busyTimeout) {
        this.file = file;
        this.link = link;
        this.uri = SqliteUri.of(file);
        this.access = access;
        this.synchronous = synchronous;
        this.busyTimeout = busyTimeout;
        this.guard = new FileGuard(link.equals(file) ? file : link, file, this);
        this.readOnly = readOnly;
    }

    /**
     * Connections to a file, which need not exist yet. Symbolic links are followed here and once: the log, its index and the
     * lock lie beside the file itself.
     *
     * @throws UnavailableException if the links lead nowhere, or SQLite's native library cannot be loaded
     */
    public static SqliteConnections toFile(Path file, boolean full, Duration busyTimeout) {
        NativeLibrary.require();
        return new SqliteConnections(
                file.toAbsolutePath(),
                RealPath.of(file),
                WRITABLE,
                false,
                full ? SynchronousMode.FULL : SynchronousMode.NORMAL,
                busyTimeout);
    }

    /**
     * Connections that read a file and leave it, and what is beside it, as they are. A log is read where it lies. Without one
     * SQLite makes it and deletes it at the end; where it may not, the file is read without locks.
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
                SynchronousMode.FULL,
                busyTimeout);
    }

    /** Connections to a database in memory, which lives as long as one of them. */
    public static SqliteConnections toMemory(Duration busyTimeout) {
        NativeLibrary.require();
        // The memdb file system shares one database between connections by name; shared-cache mode would lock by table.
        return new SqliteConnections("file:/" + UUID.randomUUID() + "?vfs=memdb", busyTimeout);
    }

    /** Remembers the file that is there now. From then on no connection is opened to another in its place. */
    public void rememberFile() {
        if (guard != null) {
            guard.remember();
        }
    }

    /** The connection that keeps the log, which is remembered here; see {@link Anchor}. */
    Connection openAnchor() throws SQLException {
        Connection connection = openReader();
        if (guard != null) {
            guard.logOpened(!readOnly);
        }
        return connection;
    }

    /** Called before that one is closed; returns false if it must stay open. */
    boolean anchorCloses() {
        return guard == null || guard.anchorCloses();
    }

    /** Called before each transaction that writes. Throws when the file is not the one that was opened. */
    public void requireSameForWriting() {
        if (guard != null) {
            guard.requireSame(WRITES_AGE_NANOS);
        }
    }

    /** Called before each read; a file that was moved is noticed some time later. */
    public void requireSameForReading() {
        if (guard != null) {
            guard.requireSame(READS_AGE_NANOS);
        }
    }

    /** Looks at the file now; called before what was written is acknowledged, and before a checkpoint. */
    public void requireSameNow() {
        if (guard != null) {
            guard.requireSame(0);
        }
    }

    /** What has become of the file; null when it is in memory, or as it should be. */
    @Nullable
    public String fileProblem() {
        return guard == null ? null : guard.problem();
    }

    /** Whether nothing may be written. */
    public boolean isReadOnly() {
        return readOnly;
    }

    /** Says that the file may not be written, when that is so; descriptors that are open can write to it all the same. */
    public Optional<String> unwritable() {
        return file == null || Files.isWritable(file)
                ? Optional.empty()
                : Optional.of(file + " may not be written by this process; check its permissions, and how its file"
                        + " system is mounted");
    }

    /** Whether the file is read without locks, and without a log. */
    boolean isImmutable() {
        return access.equals(IMMUTABLE);
    }

    /** Whether the file is at least as long as its header says. */
    boolean isWhole() {
        try (Connection connection = openGlance();
                Statement statement = connection.createStatement()) {
            statement.execute("SELECT count(*) FROM sqlite_schema");
            return true;
        } catch (SQLException e) {
            return false;
        }
    }

    /** The path by which the file was named, which may be a symbolic link; absolute. */
    public Path link() {
        return link;
    }

    /** The file, or null where the database is in memory. */
    public @Nullable Path file() {
        return file;
    }

    /** What messages call the database. */
    public String name() {
        return file == null ? "the database in memory" : file.toString();
    }

    /** A connection that can write. Its own wait for a lock is short; {@link Retry} spreads the attempts. */
    public Connection openWriter() throws SQLException {
        // Checkpoints are the checkpointer's; see there.
        return open(
                uri + access,
                config(SHORT_WAIT),
                "PRAGMA trusted_schema = OFF",
                "PRAGMA wal_autocheckpoint = 0",
                PAGE_CACHE);
    }

    /**
     * Whether connections have to stay open for ever. With the last one SQLite would copy the log into what is left of a file
     * that was cut short, and delete it: the only rows that can still be saved.
     */
    public boolean mustStayOpen() {
        return guard != null && guard.state() == FileGuard.State.CUT;
    }

    /** Called before all connections are closed; what it gives is to be run when they are. */
    public Runnable closing() {
        FileGuard remembered = guard;
        if (remembered == null) {
            return () -> {};
        }
        FileGuard.State state = remembered.state();
        return () -> remembered.closed(state);
    }

    /** A connection for checkpoints. It waits only briefly for readers. */
    public Connection openCheckpointer() throws SQLException {
        return open(uri + access, config(SHORT_WAIT), "PRAGMA trusted_schema = OFF", PAGE_CACHE);
    }

    /** A connection that refuses to write. */
    public Connection openReader() throws SQLException {
        return open(
                uri + access, config(busyTimeout), "PRAGMA trusted_schema = OFF", "PRAGMA query_only = ON", PAGE_CACHE);
    }

    /** Has the driver wait for locks, for those whom nobody tries again; no longer than {@code busyTimeout}. */
    public void waitInDriver(Connection connection, Duration most) throws SQLException {
        connection.unwrap(SQLiteConnection.class).setBusyTimeout(millis(most));
    }

    /** Keeps the waits inside the driver short, for whoever tries again by {@link Retry}. */
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

    /** A connection that changes nothing, not even by a checkpoint when it closes; the file may be another program's. */
    public Connection openProbe() throws SQLException {
        if (readOnly) {
            return openReader();
        }
        return open(file == null ? uri : uri + UNWRITABLE, config(busyTimeout), "PRAGMA trusted_schema = OFF");
    }

    /**
     * A connection that leaves nothing beside the file, where even one that only reads would make a log and an index of it.
     * It takes no lock and sees no log, so what it reads holds only where neither is needed.
     */
    public Connection openGlance() throws SQLException {
        return connect(uri + IMMUTABLE, config(busyTimeout), () -> {}, "PRAGMA trusted_schema = OFF");
    }

    /** The exception for the caller. */
    public StorageException failed(SQLException e) {
        return classify(e).toException(null, null);
    }

    /** What the exception means for this database: its code says what failed, a look at the file why. */
    public Failure classify(SQLException e) {
        Failure known = explained;
        if (known != null && known.cause() == e) {
            return known;
        }
        Failure failure = SqliteErrors.classify(e);
        if (file != null && SqliteErrors.mayBeAFailedRead(e)) {
            if (!damaged && file.toFile().length() > MOST_CHECKED_BYTES) {
                failure = new Failure(failure.kind(), NOT_CHECKED, e);
            } else {
                damaged = damaged || !isWhole(file);
                failure = damaged ? failure : new Failure(Kind.UNAVAILABLE, READ_FAILED, e);
            }
            explained = failure;
        } else if (file != null && SqliteErrors.isFileError(e)) {
            failure = explained(failure, file);
            explained = failure;
        }
        return failure;
    }

    private Failure explained(Failure failure, Path path) {
        if (failure.kind() == Kind.READ_ONLY) {
            String unwritable = FileFacts.whyNotWritten(path);
            return unwritable == null ? failure : new Failure(Kind.UNAVAILABLE, unwritable, failure.cause());
        }
        String full = SqliteErrors.isRefusedWrite(failure.cause()) ? FileFacts.whyNoSpace(path) : null;
        if (full != null) {
            return new Failure(Kind.FULL, full, failure.cause());
        }
        String reason = FileFacts.whyNotOpened(path);
        return reason == null ? failure : new Failure(failure.kind(), reason, failure.cause());
    }

    /**
     * Whether every page of the file can be read now and is where it belongs. SQLite reports a page that the system could not
     * read as a damaged one, and only reading all of them again tells these apart.
     */
    private boolean isWhole(Path path) {
        boolean logged = Files.exists(SqliteFiles.beside(path, "-wal"));
        try (Connection connection = logged ? openProbe() : openGlance();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("PRAGMA quick_check(1)")) {
            return rows.next() && "ok".equals(rows.getString(1));
        } catch (SQLException e) {
            return !SqliteErrors.saysCorrupt(e);
        } catch (StorageException e) {
            return true; // It was moved, and there is nothing to check.
        }
    }

    private SQLiteConfig config(Duration wait) {
        SQLiteConfig config = new SQLiteConfig();
        // The driver takes a lock of its own around each call; SQLite's would be a second one for each row and column.
        config.setOpenMode(SQLiteOpenMode.NOMUTEX);
        config.enforceForeignKeys(true);
        config.setSynchronous(synchronous);
        config.setBusyTimeout(millis(wait));
        return config;
    }

    private Connection open(String uri, SQLiteConfig config, String... pragmas) throws SQLException {
        requireSameNow();
        // The size of the page cache is set after a first read, so the log is open when it is looked at again.
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
            connection.close();
            throw t;
        }
    }
}
