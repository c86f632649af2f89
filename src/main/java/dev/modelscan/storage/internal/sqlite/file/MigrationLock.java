package dev.modelscan.storage.internal.sqlite.file;

import dev.modelscan.storage.errors.BusyException;
import dev.modelscan.storage.errors.CancelledException;
import dev.modelscan.storage.internal.query.Cleanup;
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
 * Makes migrations of a database exclusive, between processes and between the threads of this process.
 *
 * <p>The lock is on a file beside the database, {@code <name>-migration.lock}. It cannot be on the database's
 * own file: closing any descriptor of that would drop SQLite's locks in this process. The file stays, unless
 * the database itself is deleted.
 */
public final class MigrationLock implements AutoCloseable {

    private static final long PAUSE_MILLIS = 10;

    private static final String PREFIX = "dev.modelscan.storage.migrating ";

    private final Path file;
    private final FileChannel channel;
    private final FileLock lock;
    private final Turn turn;

    /** What the lock is for, and how long to wait for it. */
    private record Wait(Path file, String doing, Duration timeout) {

        BusyException over(String who) {
            return new BusyException(
                    "another " + who + " has been " + doing + " for " + timeout.toMillis() + " ms; it holds " + file,
                    null);
        }
    }

    private MigrationLock(Path file, FileChannel channel, FileLock lock, Turn turn) {
        this.file = file;
        this.channel = channel;
        this.lock = lock;
        this.turn = turn;
    }

    /**
     * Waits for the lock, first among the threads of this process. Closing any channel of the file drops the
     * process's lock on it, so at most one channel is open at a time.
     */
    public static MigrationLock acquire(Path database, Duration timeout) throws IOException {
        return acquire(new Wait(SqliteFiles.beside(database, "-migration.lock"), "migrating or restoring", timeout));
    }

    /**
     * The same for writing a backup of that name, or into that directory: two of them would share a temporary file. Links
     * are resolved, since the threads of this process wait for a turn by the file's name.
     */
    public static MigrationLock acquireForBackup(Path target, Duration timeout) throws IOException {
        Path directory = target.getParent();
        Path resolved = directory == null ? target : RealPath.of(directory).resolve(target.getFileName());
        return acquire(new Wait(SqliteFiles.beside(resolved, ".lock"), "writing a backup", timeout));
    }

    private static MigrationLock acquire(Wait wait) throws IOException {
        long deadline = System.nanoTime() + wait.timeout().toNanos();
        Turn turn = Turn.of(wait.file());
        awaitTurn(turn, wait);
        boolean held = false;
        try {
            while (true) {
                MigrationLock lock = tryAcquire(wait, turn, deadline);
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
     * The in-process lock for a file, one per JVM. Class loaders share the JVM's file locks, so this lock
     * must be shared as well: it is an interned string and a system property. The property's value is a
     * string, since any other value would break code that lists or stores properties.
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

    private static void awaitTurn(Turn turn, Wait wait) {
        try {
            if (!turn.tryTake(wait.timeout().toNanos())) {
                throw wait.over("thread");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CancelledException("interrupted while waiting for " + wait.file(), e);
        }
    }

    /** Null if the file was deleted meanwhile: others then lock a new file of the same name. */
    private static @Nullable MigrationLock tryAcquire(Wait wait, Turn turn, long deadline) throws IOException {
        Path file = wait.file();
        PrivateFiles.create(file);
        FileChannel channel = null;
        try {
            Object key = key(file);
            channel = FileChannel.open(file, StandardOpenOption.WRITE);
            MigrationLock lock = new MigrationLock(file, channel, await(channel, wait, deadline), turn);
            if (Objects.equals(key, key(file))) {
                return lock;
            }
        } catch (NoSuchFileException e) {
            // Deleted between two of the calls above.
        } catch (IOException | RuntimeException e) {
            if (channel != null) {
                Cleanup.after(e, channel);
            }
            throw e;
        }
        if (channel != null) {
            channel.close();
        }
        return null;
    }

    /** Identifies a file among others of its name; null if the file system cannot. */
    private static @Nullable Object key(Path file) throws IOException {
        return Files.readAttributes(file, BasicFileAttributes.class).fileKey();
    }

    /** Deletes the file, if waiting processes can notice that. */
    public void delete() throws IOException {
        if (key(file) != null) {
            Files.delete(file);
        }
    }

    private static FileLock await(FileChannel channel, Wait wait, long deadline) throws IOException {
        while (true) {
            FileLock lock = tryLock(channel);
            if (lock != null) {
                return lock;
            }
            if (System.nanoTime() > deadline) {
                throw wait.over("process");
            }
            try {
                Thread.sleep(PAUSE_MILLIS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new CancelledException("interrupted while waiting for " + wait.file(), e);
            }
        }
    }

    private static @Nullable FileLock tryLock(FileChannel channel) throws IOException {
        try {
            return channel.tryLock();
        } catch (OverlappingFileLockException e) {
            return null; // Other code in this JVM, which does not use this class, has the lock.
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
