package dev.modelscan.storage.internal.transfer;

import dev.modelscan.storage.Durability;
import dev.modelscan.storage.errors.StorageException;
import dev.modelscan.storage.errors.StorageFullException;
import dev.modelscan.storage.errors.UnavailableException;
import dev.modelscan.storage.internal.sqlite.file.FileFacts;
import dev.modelscan.storage.internal.sqlite.file.PrivateFiles;
import dev.modelscan.storage.internal.sqlite.file.SqliteConnections;
import dev.modelscan.storage.internal.values.Directories;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Objects;

/**
 * A copy of a database as of one moment, in a file beside it.
 *
 * <p>A read transaction would be a snapshot too, but it ends with its process, so an interrupted copy could
 * not be continued, and while it is open the source's log cannot be truncated. The file outlives the process,
 * and the log grows only while the file is written.
 */
final class Snapshot {

    private static final String RETIRED = ".done";

    private final Path file;
    private final SqliteConnections connections;

    /** The snapshot with that id, which need not exist yet. */
    Snapshot(Path source, String id) {
        this.file = source.resolveSibling(source.getFileName() + "-transfer-" + id);
        this.connections = SqliteConnections.toFile(file, Durability.FULL, Duration.ZERO);
    }

    Path file() {
        return file;
    }

    SqliteConnections connections() {
        return connections;
    }

    boolean exists() {
        return Files.isRegularFile(file);
    }

    /**
     * Checks that a snapshot can be written beside the source.
     *
     * @throws StorageFullException if there is no space
     * @throws UnavailableException if no files can be created there
     */
    static void requireSpace(Path source, long bytes) {
        Path directory = Objects.requireNonNull(source.getParent());
        try {
            if (!Files.isWritable(directory)) {
                throw new UnavailableException(
                        "the snapshot cannot be written beside the source: " + directory + " is read-only", null);
            }
            long space = Files.getFileStore(directory).getUsableSpace();
            if (space < bytes) {
                throw new StorageFullException(
                        "the snapshot needs " + bytes + " bytes beside the source, and " + directory + " has " + space,
                        null);
            }
        } catch (IOException e) {
            throw FileFacts.failed(directory + " cannot be read", e);
        }
    }

    /** Writes the file. It gets its final name when it is complete and on the disk. */
    void take(SqliteConnections source) {
        Path part = part();
        try {
            Files.deleteIfExists(part);
            PrivateFiles.create(part);
            vacuumInto(source, part);
            try (FileChannel channel = FileChannel.open(part, StandardOpenOption.WRITE)) {
                channel.force(true);
            }
            Files.move(part, file, StandardCopyOption.ATOMIC_MOVE);
        } catch (SQLException e) {
            delete();
            StorageException failed = source.failed(e);
            failed.addSuppressed(new IOException("while the snapshot " + part + " was written"));
            throw failed;
        } catch (IOException e) {
            delete();
            throw FileFacts.failed("the snapshot " + part + " cannot be written", e);
        }
    }

    private static void vacuumInto(SqliteConnections source, Path part) throws SQLException {
        try (Connection connection = source.openProbe();
                PreparedStatement statement = connection.prepareStatement("VACUUM INTO ?")) {
            statement.setString(1, part.toString());
            statement.execute();
        }
    }

    /** A connection that leaves nothing beside the file, to which nobody writes. */
    Connection open() throws SQLException {
        return connections.openImmutable();
    }

    /** Gives it a name that says that nobody needs it any more, so that it is deleted even if this process is killed. */
    void retire() {
        move(file, retired());
    }

    /** Undoes {@link #retire}, of a process that was killed before it had ended the transfer. */
    void reactivate() {
        if (Files.exists(retired())) {
            move(retired(), file);
        }
    }

    private static void move(Path from, Path to) {
        try {
            Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw FileFacts.failed("the snapshot " + from + " cannot be renamed", e);
        }
    }

    private Path retired() {
        return file.resolveSibling(file.getFileName() + RETIRED);
    }

    /** Deletes those that transfers of this source had retired when they were killed. */
    static void deleteRetired(Path source) {
        String begin = source.getFileName() + "-transfer-";
        try {
            for (Path each : Directories.list(
                    Objects.requireNonNull(source.getParent()),
                    name -> name.startsWith(begin) && name.endsWith(RETIRED))) {
                Files.deleteIfExists(each);
            }
        } catch (IOException e) {
            throw FileFacts.failed("an old snapshot beside " + source + " cannot be deleted", e);
        }
    }

    /** Deletes the file, and the rest of an unfinished one. */
    void delete() {
        try {
            Files.deleteIfExists(retired());
            Files.deleteIfExists(file);
            Files.deleteIfExists(part());
            Files.deleteIfExists(part().resolveSibling(part().getFileName() + "-journal"));
        } catch (IOException e) {
            throw FileFacts.failed("the snapshot " + file + " cannot be deleted", e);
        }
    }

    private Path part() {
        return file.resolveSibling(file.getFileName() + ".part");
    }
}
