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
 * Tells whether the files of an open database are still those that were opened. SQLite keeps descriptors: when a file is moved,
 * deleted, replaced or cut, it goes on writing to what nobody finds any more.
 *
 * <p>Files are only looked at, never opened: closing a descriptor of the main file or of the index would drop the locks that
 * SQLite holds in this process. Nor is the log looked at for each write: a file whose times were read has them written anew
 * with the next change, which makes each flush half as long again. Instead the directory is, whose time changes with each
 * name that comes or goes; the log is looked at when that time has changed.
 */
final class FileGuard {

    /** What may have happened to the files. */
    enum State {
        /** Nothing. */
        SAME,
        /** The path names no file. */
        MISSING,
        /** The path names another file. */
        REPLACED,
        /** The file is shorter than its own header says. */
        CUT,
        /** The log or its index was deleted or replaced. */
        LOG_GONE,
        /** The file cannot be looked at. */
        UNKNOWN,
        /** Somebody writes to a file that is read without locks. */
        WRITTEN
    }

    private static final Logger LOG = LoggerFactory.getLogger(FileGuard.class);

    /** Times of files are as coarse as the kernel's clock, 10 ms at the most: what was just changed may change again unseen. */
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
     * A guard that remembers nothing yet.
     *
     * @param given the path that the caller named
     * @param file the file that it leads to
     */
    FileGuard(Path given, Path file, SqliteConnections connections) {
        this.given = given;
        this.file = file;
        this.directory = Objects.requireNonNull(file.getParent());
        this.log = SqliteFiles.beside(file, "-wal");
        this.index = SqliteFiles.beside(file, "-shm");
        this.connections = connections;
    }

    /** Remembers the file that the path names now. */
    void remember() {
        if (log.toFile().length() > 0 && LogOwner.isOfAnother(file, log)) {
            throw new UnavailableException(
                    file + " was replaced while it was being opened: " + log.getFileName()
                            + " is another file's; open it anew",
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
     * Remembers the log and its index. Nobody may delete them as long as the connection is open that was opened before this call.
     *
     * @param mark whether the log may be marked as the file's
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

    /** Forgets the log, which SQLite deletes with the last connection; false if that would lose what can still be saved. */
    boolean anchorCloses() {
        State state = state();
        closing(state);
        logKey = null;
        return state != State.CUT;
    }

    /**
     * Throws when the files are not those that were opened.
     *
     * @param maxAgeNanos how long ago the files may have been looked at; 0 looks now
     */
    void requireSame(long maxAgeNanos) {
        if (key == null || (checked && System.nanoTime() - checkedAt < maxAgeNanos)) {
            return;
        }
        // Before the look: what changes during it is seen by the next.
        long now = System.nanoTime();
        State state = state();
        checkedAt = now;
        checked = state == State.SAME;
        if (!checked) {
            throw new UnavailableException(message(state), null);
        }
    }

    /** What is wrong with the files; null when nothing is. */
    @Nullable
    String problem() {
        State state = state();
        return state == State.SAME ? null : message(state);
    }

    /** Looks at the files. */
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
                return State.CUT;
            }
            size = bytes;
            return logKey != null && isLogGone() ? State.LOG_GONE : State.SAME;
        } catch (NoSuchFileException e) {
            return State.MISSING;
        } catch (IOException e) {
            LOG.debug("{} cannot be looked at", file, e);
            return State.UNKNOWN;
        }
    }

    private boolean isWritten(BasicFileAttributes now) {
        return now.size() != size
                || !now.lastModifiedTime().equals(writtenAt)
                || log.toFile().length() > 0;
    }

    /**
     * A file gets shorter by a checkpoint after VACUUM too, of whatever process. Its header tells, which a checkpoint that is
     * under way may have written before the pages that it counts.
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
            // Whoever closes the connection that kept them says so first.
            return logKey != null;
        }
        settledAt = System.currentTimeMillis() - changed.toMillis() > COARSEST_MILLIS ? changed : null;
        return false;
    }

    private String message(State state) {
        return switch (state) {
            case MISSING ->
                (Files.exists(file) ? given : file)
                        + " was moved or deleted while open; nothing is written or read. Move it back, or move "
                        + log.getFileName() + " along with it: that holds what was committed last. Then open it anew";
            case REPLACED ->
                given + " leads to another file than the one that was opened, which was moved or deleted while open;"
                        + " nothing is written or read. Close this database, and open the file anew";
            case CUT ->
                file + " was cut short while open; nothing is written or read. Close it, keep " + log.getFileName()
                        + ", and restore a backup";
            case LOG_GONE ->
                log
                        + " or its index was moved or deleted while open; nothing is written or read. Close the database in every"
                        + " process, the first of which writes into the file what the log held, and open it anew";
            case WRITTEN ->
                file + " was opened as a file that nobody writes, and somebody writes to it now; open it anew";
            case UNKNOWN -> file + " cannot be looked at any more; check the directory's permissions and its disk";
            case SAME -> throw new IllegalStateException();
        };
    }

    /**
     * Moves the log of a file that was replaced out of the way: whoever opens the file in its place would have that log laid
     * over it. It is kept under another name, since it may hold rows that nothing else does.
     *
     * @param state the files' state before the connections were closed
     */
    void closed(State state) {
        if (state != State.REPLACED || !isNewFile()) {
            return;
        }
        moveAside(log, lastLogKey);
        moveAside(index, indexKey);
    }

    /** Moves a log that somebody put in the place of ours, before SQLite deletes it for its own. */
    private void closing(State state) {
        if (state == State.LOG_GONE && lastLogKey != null) {
            Object now = keyOf(log);
            if (now != null && !now.equals(lastLogKey)) {
                moveAside(log, now);
            }
        }
    }

    /** False when only a link on the way leads elsewhere now: then the log still lies beside its own file. */
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

    /** Device and inode; where the file system has no such thing, there is no telling one file from another. */
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
