package dev.modelscan.storage.internal.migrate;

import dev.modelscan.storage.BusyException;
import dev.modelscan.storage.CancelledException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Lets one migrator at a time have a database: one of all processes, and one of this process's threads.
 *
 * <p>The lock is on a file beside the database, {@code <name>-migration.lock}. It cannot be on the database's own file:
 * closing any descriptor of that would drop the locks that SQLite holds in this process. The file stays, since deleting it
 * would let two processes lock two files of the same name.
 */
final class MigrationLock implements AutoCloseable {

    private static final long PAUSE_MILLIS = 10;

    private final FileChannel channel;
    private final FileLock lock;

    private MigrationLock(FileChannel channel, FileLock lock) {
        this.channel = channel;
        this.lock = lock;
    }

    static MigrationLock acquire(Path database, Duration timeout) throws IOException {
        Path file = database.resolveSibling(database.getFileName() + "-migration.lock");
        PrivateFiles.create(file);
        FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE);
        try {
            return new MigrationLock(channel, await(channel, file, timeout));
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
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
