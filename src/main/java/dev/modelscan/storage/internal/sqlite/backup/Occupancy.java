package dev.modelscan.storage.internal.sqlite.backup;

import dev.modelscan.storage.Durability;
import dev.modelscan.storage.errors.BusyException;
import dev.modelscan.storage.errors.SchemaException;
import dev.modelscan.storage.internal.engine.Failure;
import dev.modelscan.storage.internal.query.Cleanup;
import dev.modelscan.storage.internal.sqlite.file.FileFacts;
import dev.modelscan.storage.internal.sqlite.file.FileState;
import dev.modelscan.storage.internal.sqlite.file.SqliteConnections;
import dev.modelscan.storage.internal.values.Directories;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Keeps everybody else out of a database file that is about to be replaced, in this process and in others. Empties its log
 * into it, so that no log is left that SQLite would apply to the next file of that name.
 *
 * <p>SQLite gives the file up to one connection only if there is no other. It cannot be asked about a file that it cannot
 * read; then the locks are asked for that every connection to a database holds on its first page's place.
 */
final class Occupancy implements AutoCloseable {

    /** Where SQLite locks every file, and how many bytes: sqlite3.c, PENDING_BYTE. */
    private static final long LOCKS_AT = 0x4000_0000L;

    private static final int LOCKS_LENGTH = 512;

    private static final Duration WAIT = Duration.ofMillis(500);

    private final @Nullable Connection connection;
    private final @Nullable FileChannel channel;

    private Occupancy(@Nullable Connection connection, @Nullable FileChannel channel) {
        this.connection = connection;
        this.channel = channel;
    }

    /**
     * Takes the file, which need not exist.
     *
     * @throws BusyException if somebody has it open
     * @throws SchemaException if it is another program's
     */
    static Occupancy of(Path file) throws IOException {
        if (!Files.exists(file) || Files.size(file) == 0) {
            return new Occupancy(null, null);
        }
        SqliteConnections connections = SqliteConnections.toFile(file, Durability.FULL, WAIT);
        try {
            return new Occupancy(alone(connections, file), null);
        } catch (SQLException e) {
            Failure failure = connections.classify(e);
            if (failure.kind() == Failure.Kind.BUSY) {
                throw open(file, e);
            }
            if (failure.kind() != Failure.Kind.CORRUPT) {
                throw failure.toException(null, null);
            }
            return new Occupancy(null, locked(file));
        }
    }

    /** Whether SQLite could read the file, and has emptied its log; false if there is no file. */
    boolean couldRead() {
        return connection != null;
    }

    private static BusyException open(Path file, @Nullable Throwable cause) {
        return new BusyException(
                file + " is open; close it in every process, and restore again. Nothing was changed", cause);
    }

    private static Connection alone(SqliteConnections connections, Path file) throws SQLException {
        Connection connection = connections.openMigrator();
        try (Statement statement = connection.createStatement()) {
            if (!FileState.isOurs(connection) && hasTables(statement)) {
                throw SchemaException.ofOtherProgram(
                        file + " is a SQLite database of another program; name another file. Nothing was changed");
            }
            try (ResultSet mode = statement.executeQuery("PRAGMA journal_mode = DELETE")) {
                if (!mode.next() || !"delete".equals(mode.getString(1))) {
                    throw open(file, null);
                }
            }
            statement.execute("PRAGMA locking_mode = EXCLUSIVE");
            statement.execute("BEGIN EXCLUSIVE");
            return connection;
        } catch (Throwable t) {
            Cleanup.after(t, connection);
            throw t;
        }
    }

    private static boolean hasTables(Statement statement) throws SQLException {
        try (ResultSet row = statement.executeQuery("SELECT count(*) FROM sqlite_schema")) {
            return row.getInt(1) > 0;
        }
    }

    private static FileChannel locked(Path file) throws IOException {
        if (isOpenHere(file)) {
            throw open(file, null);
        }
        FileChannel channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE);
        try {
            FileLock lock = channel.tryLock(LOCKS_AT, LOCKS_LENGTH, false);
            if (lock == null) {
                throw open(file, null);
            }
            return channel;
        } catch (OverlappingFileLockException e) {
            channel.close();
            throw open(file, e);
        } catch (Throwable t) {
            Cleanup.after(t, channel);
            throw t;
        }
    }

    /** Locks do not tell the connections of one process apart, and closing a channel would drop theirs. Linux lists them. */
    private static boolean isOpenHere(Path file) throws IOException {
        Path descriptors = Path.of("/proc/self/fd");
        if (!Files.isDirectory(descriptors)) {
            return false;
        }
        return Directories.list(descriptors, each -> true).stream().anyMatch(each -> file.equals(target(each)));
    }

    /** Null if it was closed meanwhile. */
    private static @Nullable Path target(Path descriptor) {
        try {
            return Files.readSymbolicLink(descriptor);
        } catch (IOException e) {
            return null;
        }
    }

    @Override
    public void close() {
        try {
            if (connection != null) {
                connection.close();
            }
            if (channel != null) {
                channel.close();
            }
        } catch (SQLException e) {
            throw new IllegalStateException("a connection that has written nothing cannot be closed", e);
        } catch (IOException e) {
            throw FileFacts.failed("a file that was replaced cannot be closed", e);
        }
    }
}
