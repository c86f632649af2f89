package dev.modelscan.storage.internal.sqlite.file;

import dev.modelscan.storage.errors.UnavailableException;
import dev.modelscan.storage.internal.engine.Retry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Checks whether the files of an open database are still those that were opened. SQLite keeps descriptors: if
 * a file is moved, deleted, replaced or truncated, it continues to write to a file that nobody can find.
 *
 * <p>Only attributes are read; files are never opened, because closing a descriptor of the main file or of
 * the index would drop the locks that SQLite holds in this process. The log is not checked before each write,
 * because reading a file's attributes makes the next change write its times again, and each flush takes 1.5
 * times as long. Instead the directory's time is checked, which changes whenever a name is added or removed.
 * The log is checked only if that time has changed.
 */
final class FileGuard {

    /** What happened to the files. */
    enum State {
        SAME,
        /** The path names no file. */
        MISSING,
        /** The path names another file. */
        REPLACED,
        /** The file is shorter than its own header says. */
        TRUNCATED,
        /** The log or its index was deleted or replaced. */
        LOG_GONE,
        /** The file's attributes cannot be read. */
        UNKNOWN,
        /** Another process writes to a file that is read without locks. */
        WRITTEN
    }

    private static final Logger LOG = LoggerFactory.getLogger(FileGuard.class);

    /**
     * File times are as coarse as the kernel's clock, 10 ms at most: a second change within that time is not
     * visible.
     */
    private static final long COARSEST_MILLIS = 50;

    private static final Duration LONGEST_CHECKPOINT = Duration.ofSeconds(1);

    private final Path given;
    private final Path file;
    private final Path directory;
    private final Path log;
    private final Path index;
    private final SqliteConnections connections;
    private volatile @Nullable Object key;
    private volatile long size;
    private volatile @Nullable FileTime writtenAt;
    private volatile @Nullable Object logKey;
    private volatile @Nullable Object lastLogKey;
    private volatile @Nullable Object indexKey;
    private volatile @Nullable FileTime settledAt;
    private volatile long checkedAt;
    private volatile boolean checked;
    private volatile long cutBytes = -1;

    /**
     * A guard that has not recorded any file yet.
     *
     * @param given the path that the caller named
     * @param file the file that the path resolves to
     */
    FileGuard(Path given, Path file, SqliteConnections connections) {
        this.given = given;
        this.file = file;
        this.directory = Objects.requireNonNull(file.getParent());
        this.log = SqliteFiles.beside(file, "-wal");
        this.index = SqliteFiles.beside(file, "-shm");
        this.connections = connections;
    }

    /** Records the file at the path. */
    void remember() {
        if (log.toFile().length() > 0 && LogOwner.isOfAnother(file, log)) {
            throw new UnavailableException(
                    file + " was replaced while it was being opened: " + log.getFileName()
                            + " belongs to another file; open it again",
                    null);
        }
        try {
            BasicFileAttributes now = attributes(file);
            size = now.size();
            writtenAt = now.lastModifiedTime();
            key = keyOf(now);
        } catch (IOException e) {
            throw new UnavailableException(file + " cannot be read: " + e.getMessage(), e);
        }
    }

    /**
     * Records the log and its index. SQLite does not delete them while the connection opened before this call
     * is open.
     *
     * @param mark whether the log may be marked with its owner
     */
    void logOpened(boolean mark) {
        if (key != null) {
            indexKey = keyOf(index);
            logKey = keyOf(log);
            lastLogKey = logKey;
            settledAt = null;
            if (mark) {
                LogOwner.mark(file, log);
            }
        }
    }

    /**
     * Forgets the log, which SQLite deletes with the last connection. Returns false if closing would lose
     * data that can still be saved.
     */
    boolean anchorCloses() {
        State state = state();
        closing(state);
        logKey = null;
        return state != State.TRUNCATED;
    }

    /**
     * Throws if the files are not those that were opened.
     *
     * @param maxAgeNanos how old the last check may be; 0 to check now
     */
    void requireSame(long maxAgeNanos) {
        if (key == null || (checked && System.nanoTime() - checkedAt < maxAgeNanos)) {
            return;
        }
        // Read first, so that a change during this check is found by the next one.
        long now = System.nanoTime();
        State state = state();
        checkedAt = now;
        checked = state == State.SAME;
        if (!checked) {
            throw new UnavailableException(message(state), null);
        }
    }

    /** What is wrong with the files; null if nothing is. */
    @Nullable
    String problem() {
        State state = state();
        return state == State.SAME ? null : message(state);
    }

    State state() {
        if (key == null) {
            return State.SAME;
        }
        try {
            BasicFileAttributes now = attributes(file);
            if (!Objects.equals(key, keyOf(now))) {
                return State.REPLACED;
            }
            if (given != file && !Objects.equals(key, keyOf(attributes(given)))) {
                return State.REPLACED;
            }
            if (connections.isImmutable()) {
                return isWritten(now) ? State.WRITTEN : State.SAME;
            }
            long bytes = now.size();
            if (bytes < size && isCut(bytes)) {
                return State.TRUNCATED;
            }
            size = bytes;
            return logKey != null && isLogGone() ? State.LOG_GONE : State.SAME;
        } catch (NoSuchFileException e) {
            return State.MISSING;
        } catch (IOException e) {
            LOG.debug("the attributes of {} cannot be read", file, e);
            return State.UNKNOWN;
        }
    }

    private boolean isWritten(BasicFileAttributes now) {
        return now.size() != size
                || !now.lastModifiedTime().equals(writtenAt)
                || log.toFile().length() > 0;
    }

    /**
     * Whether the file was truncated. A checkpoint after VACUUM, by any process, also makes a file shorter.
     * The header tells the difference, but a running checkpoint may write it before the pages that it counts,
     * so this retries.
     */
    private boolean isCut(long bytes) {
        if (bytes == 0 || bytes == cutBytes) {
            return true;
        }
        Retry retry = new Retry(LONGEST_CHECKPOINT);
        while (!connections.isWhole()) {
            if (!retry.pauseUninterrupted()) {
                cutBytes = bytes;
                return true;
            }
        }
        return false;
    }

    private boolean isLogGone() throws IOException {
        FileTime changed = attributes(directory).lastModifiedTime();
        if (changed.equals(settledAt)) {
            return false;
        }
        if (!Objects.equals(logKey, keyOf(log)) || !Objects.equals(indexKey, keyOf(index))) {
            // The connection that kept them is closed only after anchorCloses().
            return logKey != null;
        }
        settledAt = System.currentTimeMillis() - changed.toMillis() > COARSEST_MILLIS ? changed : null;
        return false;
    }

    /** Throws if the log is not the one that was recorded, whatever the directory's time says. */
    void requireLog() {
        if (logKey == null || !Objects.equals(logKey, keyOf(log))) {
            throw new UnavailableException(message(State.LOG_GONE), null);
        }
    }

    private String message(State state) {
        return switch (state) {
            case MISSING ->
                (Files.exists(file) ? given : file)
                        + " was moved or deleted while open; nothing is written or read. Move it back, or move "
                        + log.getFileName() + " to its new place as well: that holds the last commits. Then open it"
                        + " again";
            case REPLACED ->
                given + " now names another file: the one that was opened was moved or deleted while open;"
                        + " nothing is written or read. Close this database, and open the file again";
            case TRUNCATED ->
                file + " was truncated while open; nothing is written or read. Close it, keep " + log.getFileName()
                        + ", and restore a backup";
            case LOG_GONE ->
                log
                        + " or its index was moved or deleted while open; nothing is written or read. Close the"
                        + " database in every process; the first to close writes the log's content into the file."
                        + " Then open it again";
            case WRITTEN ->
                file + " was opened as a file that nobody writes to, but another process writes to it now; open it"
                        + " again";
            case UNKNOWN -> file + " can no longer be checked; look at the directory's permissions and its disk";
            case SAME -> throw new IllegalStateException();
        };
    }

    /**
     * Moves the log of a replaced file away, because SQLite would apply it to the new file. The log is kept
     * under another name, since it may hold rows that are stored nowhere else.
     *
     * @param state the files' state before the connections were closed
     */
    void closed(State state) {
        if (state == State.REPLACED && isNewFile()) {
            moveAside(log, lastLogKey);
            moveAside(index, indexKey);
        }
        // The inodes are free now: the next files may have them.
        lastLogKey = null;
        indexKey = null;
    }

    /** Moves away a log that replaced ours, before SQLite deletes it as its own. */
    private void closing(State state) {
        if (state == State.LOG_GONE && lastLogKey != null) {
            Object now = keyOf(log);
            if (now != null && !now.equals(lastLogKey)) {
                moveAside(log, now);
            }
        }
    }

    /** False if only a symbolic link on the path changed: the log then is still beside its own file. */
    private boolean isNewFile() {
        return !Objects.equals(key, keyOf(file));
    }

    private static void moveAside(Path path, @Nullable Object expected) {
        if (expected == null || !expected.equals(keyOf(path))) {
            return;
        }
        Path aside = SqliteFiles.beside(path, "-orphaned-" + System.currentTimeMillis());
        try {
            Files.move(path, aside);
            LOG.warn("{} belongs to a file that was replaced while open; it was moved to {}", path, aside);
        } catch (IOException e) {
            LOG.error("{} belongs to a file that was replaced while open, and could not be moved away", path, e);
        }
    }

    private static BasicFileAttributes attributes(Path path) throws IOException {
        return Files.readAttributes(path, BasicFileAttributes.class);
    }

    /** Device and inode. If the file system has no such key, files cannot be told apart. */
    private static Object keyOf(BasicFileAttributes attributes) {
        Object key = attributes.fileKey();
        return key == null ? true : key;
    }

    private static @Nullable Object keyOf(Path path) {
        try {
            return keyOf(attributes(path));
        } catch (IOException e) {
            return null;
        }
    }
}
