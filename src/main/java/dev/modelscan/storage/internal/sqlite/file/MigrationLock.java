package dev.modelscan.storage.internal.sqlite.file;

import dev.modelscan.storage.errors.BusyException;
import dev.modelscan.storage.errors.CancelledException;
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
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Lets one migrator at a time have a database: one of all processes, and one of this process's threads.
 *
 * <p>The lock is on a file beside the database, {@code <name>-migration.lock}. It cannot be on the database's own file:
 * closing any descriptor of that would drop the locks that SQLite holds in this process. The file stays, unless the
 * database itself is deleted.
 */
public final class MigrationLock implements AutoCloseable {

    private static final long PAUSE_MILLIS = 10;

    private static final String PREFIX = "dev.modelscan.storage.migrating ";

    private final Path file;
    private final FileChannel channel;
    private final FileLock lock;
    private final Turn turn;

    private MigrationLock(Path file, FileChannel channel, FileLock lock, Turn turn) {
        this.file = file;
        this.channel = channel;
        this.lock = lock;
        this.turn = turn;
    }

    /**
     * Waits for the lock, first for the other threads of this process: closing any channel of the file would drop the lock that
     * the process has on it, so at most one is open at a time.
     */
    public static MigrationLock acquire(Path database, Duration timeout) throws IOException {
        Path file = SqliteFiles.beside(database, "-migration.lock");
        long deadline = System.nanoTime() + timeout.toNanos();
        Turn turn = Turn.of(file);
        awaitTurn(turn, file, timeout);
        boolean held = false;
        try {
            while (true) {
                MigrationLock lock = tryAcquire(file, turn, deadline, timeout);
                if (lock != null) {
                    held = true;
                    return lock;
                }
            }
        } finally {
            if (!held) {
                turn.release();
            }
        }
    }

    /**
     * A file's turn, one for the whole JVM: class loaders share its locks, so the turn is kept where all of them find it, as
     * an interned string and a system property. A property that is no string would break whoever lists or stores them.
     */
    private record Turn(String name) {

        static Turn of(Path file) {
            return new Turn((PREFIX + file).intern());
        }

        private boolean tryTake(long nanos) throws InterruptedException {
            long deadline = System.nanoTime() + nanos;
            synchronized (name) {
                while (System.getProperty(name) != null) {
                    long left = deadline - System.nanoTime();
                    if (left <= 0) {
                        return false;
                    }
                    TimeUnit.NANOSECONDS.timedWait(name, Math.max(left, 1_000_000));
                }
                if (Thread.interrupted()) {
                    throw new InterruptedException();
                }
                System.setProperty(name, "held");
                return true;
            }
        }

        void release() {
            synchronized (name) {
                System.clearProperty(name);
                name.notifyAll();
            }
        }
    }

    private static void awaitTurn(Turn turn, Path file, Duration timeout) {
        try {
            if (!turn.tryTake(timeout.toNanos())) {
                throw new BusyException(
                        "another thread has been migrating for " + timeout.toSeconds() + " s; it holds " + file, null);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CancelledException("interrupted while waiting for " + file, e);
        }
    }

    /** Null when the file was deleted meanwhile: others lock another one of its name. */
    private static @Nullable MigrationLock tryAcquire(Path file, Turn turn, long deadline, Duration timeout)
            throws IOException {
        PrivateFiles.create(file);
        FileChannel channel = null;
        try {
            Object key = key(file);
            channel = FileChannel.open(file, StandardOpenOption.WRITE);
            MigrationLock lock = new MigrationLock(file, channel, await(channel, file, deadline, timeout), turn);
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
    public void delete() throws IOException {
        if (key(file) != null) {
            Files.delete(file);
        }
    }

    private static FileLock await(FileChannel channel, Path file, long deadline, Duration timeout) throws IOException {
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
            return null; // Another program in this JVM has it, which knows nothing of turns.
        }
    }

    @Override
    public void close() throws IOException {
        try (channel) {
            lock.release();
        } finally {
            turn.release();
        }
    }
}
