package dev.modelscan.storage.internal.engine;

import dev.modelscan.storage.StorageException;
import java.io.File;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
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

    private final @Nullable Path file;
    private final String uri;
    private final SynchronousMode synchronous;
    private final Duration busyTimeout;

    private SqliteConnections(@Nullable Path file, String uri, SynchronousMode synchronous, Duration busyTimeout) {
        this.file = file;
        this.uri = uri;
        this.synchronous = synchronous;
        this.busyTimeout = busyTimeout;
    }

    /** Connections to a file. */
    public static SqliteConnections toFile(Path file, boolean full, Duration busyTimeout) {
        Path absolute = file.toAbsolutePath().normalize();
        return new SqliteConnections(
                absolute,
                "file:" + escape(absolute),
                full ? SynchronousMode.FULL : SynchronousMode.NORMAL,
                busyTimeout);
    }

    /** Connections to a database in memory, which lives as long as one of them. */
    public static SqliteConnections toMemory(Duration busyTimeout) {
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
        return SqliteDialect.classify(e).toException(null, null);
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
