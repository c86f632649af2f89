package dev.modelscan.storage.internal.engine;

import dev.modelscan.storage.StorageException;
import dev.modelscan.storage.UnavailableException;
import dev.modelscan.storage.internal.engine.Failure.Kind;
import java.io.File;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
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

    private static final String READ_FAILED =
            "a part of it could not be read at the first attempt; a check of the whole file found no damage. Try again, and"
                    + " look after the medium";

    private final @Nullable Path file;
    private final String uri;
    private final SynchronousMode synchronous;
    private final Duration busyTimeout;
    /** Asking the file system again for the same exception would cost, and might give another answer. */
    private volatile @Nullable Failure explained;

    private volatile boolean damaged;

    private SqliteConnections(@Nullable Path file, String uri, SynchronousMode synchronous, Duration busyTimeout) {
        this.file = file;
        this.uri = uri;
        this.synchronous = synchronous;
        this.busyTimeout = busyTimeout;
    }

    /**
     * Connections to a file.
     *
     * @throws UnavailableException where SQLite's native library cannot be loaded
     */
    public static SqliteConnections toFile(Path file, boolean full, Duration busyTimeout) {
        NativeLibrary.require();
        Path absolute = file.toAbsolutePath().normalize();
        return new SqliteConnections(
                absolute,
                "file:" + escape(absolute),
                full ? SynchronousMode.FULL : SynchronousMode.NORMAL,
                busyTimeout);
    }

    /** Connections to a database in memory, which lives as long as one of them. */
    public static SqliteConnections toMemory(Duration busyTimeout) {
        NativeLibrary.require();
        // The memdb file system shares one database between connections by name; shared-cache mode would lock by table.
        return new SqliteConnections(
                null, "file:/" + UUID.randomUUID() + "?vfs=memdb", SynchronousMode.OFF, busyTimeout);
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
    Connection openWriter() throws SQLException {
        // Checkpoints are the checkpointer's; see there.
        return open(
                uri, config(SHORT_WAIT), "PRAGMA trusted_schema = OFF", "PRAGMA wal_autocheckpoint = 0", PAGE_CACHE);
    }

    /** A connection for checkpoints. It waits only briefly for readers. */
    Connection openCheckpointer() throws SQLException {
        return open(uri, config(SHORT_WAIT), "PRAGMA trusted_schema = OFF");
    }

    /** A connection that refuses to write. */
    public Connection openReader() throws SQLException {
        return open(uri, config(busyTimeout), "PRAGMA trusted_schema = OFF", "PRAGMA query_only = ON", PAGE_CACHE);
    }

    /** Has the driver wait for locks, for those whom nobody tries again; no longer than {@code busyTimeout}. */
    void waitInDriver(Connection connection, Duration most) throws SQLException {
        connection.unwrap(SQLiteConnection.class).setBusyTimeout(millis(most));
    }

    /** Keeps the waits inside the driver short, for whoever tries again by {@link Retry}. */
    void waitInJava(Connection connection) throws SQLException {
        waitInDriver(connection, SHORT_WAIT);
    }

    private int millis(Duration wait) {
        return (int) Math.min(busyTimeout.toMillis(), wait.toMillis());
    }

    /** A connection for migrations, which may have to rebuild tables that others refer to. */
    public Connection openMigrator() throws SQLException {
        SQLiteConfig config = config(busyTimeout);
        config.enforceForeignKeys(false);
        return open(uri, config, "PRAGMA trusted_schema = OFF");
    }

    /** A connection that changes nothing, not even by a checkpoint when it closes; the file may be another program's. */
    public Connection openProbe() throws SQLException {
        return open(file == null ? uri : uri + "?mode=ro", config(busyTimeout), "PRAGMA trusted_schema = OFF");
    }

    /**
     * A connection that leaves nothing beside the file, where even one that only reads would make a log and an index of it.
     * It takes no lock and sees no log, so what it reads holds only where neither is needed.
     */
    public Connection openGlance() throws SQLException {
        return open(uri + "?mode=ro&immutable=1", config(busyTimeout), "PRAGMA trusted_schema = OFF");
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
            damaged = damaged || !isWhole(file);
            failure = damaged ? failure : new Failure(Kind.UNAVAILABLE, READ_FAILED, e);
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
        boolean logged = Files.exists(path.resolveSibling(path.getFileName() + "-wal"));
        try (Connection connection = logged ? openProbe() : openGlance();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("PRAGMA quick_check(1)")) {
            return rows.next() && "ok".equals(rows.getString(1));
        } catch (SQLException e) {
            return !SqliteErrors.saysCorrupt(e);
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

    private static Connection open(String uri, SQLiteConfig config, String... pragmas) throws SQLException {
        Connection connection = config.createConnection("jdbc:sqlite:" + uri);
        try (Statement statement = connection.createStatement()) {
            for (String pragma : pragmas) {
                statement.execute(pragma);
            }
            return connection;
        } catch (Throwable t) {
            connection.close();
            throw t;
        }
    }

    private static String escape(Path absolute) {
        StringBuilder out = new StringBuilder();
        String path = absolute.toString().replace(File.separatorChar, '/');
        if (!path.startsWith("/")) {
            out.append('/');
        }
        for (byte b : path.getBytes(StandardCharsets.UTF_8)) {
            char c = (char) (b & 0xff);
            boolean plain = c < 128 && (Character.isLetterOrDigit(c) || "/-_.~:".indexOf(c) >= 0);
            if (plain) {
                out.append(c);
            } else {
                out.append('%').append(Character.toUpperCase(Character.forDigit(c >> 4, 16)));
                out.append(Character.toUpperCase(Character.forDigit(c & 15, 16)));
            }
        }
        return out.toString();
    }
}
