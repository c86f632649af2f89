package dev.modelscan.storage.internal.migrate;

import dev.modelscan.storage.BusyException;
import dev.modelscan.storage.CancelledException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Lets one migrator at a time have a database: one of all processes, and one of this process's threads.
 *
 * <p>The lock is on a file beside the database, {@code <name>-migration.lock}. It cannot be on the database's own file:
 * closing any descriptor of that would drop the locks that SQLite holds in this process. The file stays, unless the
 * database itself is deleted.
 */
final class MigrationLock implements AutoCloseable {

    private static final long PAUSE_MILLIS = 10;

    private final Path file;
    private final FileChannel channel;
    private final FileLock lock;

    private MigrationLock(Path file, FileChannel channel, FileLock lock) {
        this.file = file;
        this.channel = channel;
        this.lock = lock;
    }

    static MigrationLock acquire(Path database, Duration timeout) throws IOException {
        Path file = database.resolveSibling(database.getFileName() + "-migration.lock");
        while (true) {
            MigrationLock lock = tryAcquire(file, timeout);
            if (lock != null) {
                return lock;
            }
        }
    }

    /** Null where the file was deleted meanwhile: others lock another one of its name. */
    private static @Nullable MigrationLock tryAcquire(Path file, Duration timeout) throws IOException {
        PrivateFiles.create(file);
        FileChannel channel = null;
        try {
            Object key = key(file);
            channel = FileChannel.open(file, StandardOpenOption.WRITE);
            MigrationLock lock = new MigrationLock(file, channel, await(channel, file, timeout));
            if (Objects.equals(key, key(file))) {
                return lock;
            }
        } catch (NoSuchFileException e) {
            // Deleted between two of the lines above.
        } catch (IOException | RuntimeException e) {
            if (channel != null) {
                channel.close();
            }
            throw e;
        }
        if (channel != null) {
            channel.close();
        }
        return null;
    }

    /** Tells a file from another of its name; null where the file system cannot. */
    private static @Nullable Object key(Path file) throws IOException {
        return Files.readAttributes(file, BasicFileAttributes.class).fileKey();
    }

    /** Deletes the file, where those who wait for it will notice. */
    void delete() throws IOException {
        if (key(file) != null) {
            Files.delete(file);
        }
    }

    private static FileLock await(FileChannel channel, Path file, Duration timeout) throws IOException {
        long deadline = System.nanoTime() + timeout.toNanos();
        while (true) {
            FileLock lock = tryLock(channel);
            if (lock != null) {
                return lock;
            }
            if (System.nanoTime() > deadline) {
                throw new BusyException(
                        "another process has been migrating for " + timeout.toSeconds() + " s; it holds " + file, null);
            }
            try {
                Thread.sleep(PAUSE_MILLIS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new CancelledException("interrupted while waiting for " + file, e);
            }
        }
    }

    private static @Nullable FileLock tryLock(FileChannel channel) throws IOException {
        try {
            return channel.tryLock();
        } catch (OverlappingFileLockException e) {
            return null; // Another thread of this process has it.
        }
    }

    @Override
    public void close() throws IOException {
        try (channel) {
            lock.release();
        }
    }
}
