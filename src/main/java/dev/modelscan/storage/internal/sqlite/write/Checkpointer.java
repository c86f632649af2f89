package dev.modelscan.storage.internal.sqlite.write;

import dev.modelscan.storage.errors.UnavailableException;
import dev.modelscan.storage.internal.sqlite.file.SqliteConnections;
import dev.modelscan.storage.internal.sqlite.file.SqliteFiles;
import java.io.File;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Copies the write-ahead log into the database on a thread of its own, so that no caller's commit does.
 *
 * <p>A PASSIVE checkpoint runs beside the writer, but under a steady stream of writes it never reaches the log's end, and
 * the log would grow without bound. So where the log is long after one, the writer is paused for the short rest, and the log begins
 * again at its start. A reader that keeps a snapshot open makes that impossible, so the writer is not paused then. But readers
 * whose snapshots overlap could go on like that for ever. So where the log is very long, the writer is paused all the same, until
 * those who read now are done, up to a second. If one of them stays longer, the next attempt is made when the log is twice as long.
 */
final class Checkpointer implements AutoCloseable {

    /** Pages in the log, by estimate, that are worth a checkpoint: SQLite's own default, 4 MB. */
    static final int PAGES_WORTH_CHECKPOINT = 1_000;

    /** Pages left in the log after a checkpoint that are worth pausing the writer for: 16 MB. */
    static final int PAGES_WORTH_PAUSE = 4_000;

    /** Pages in the log that are worth waiting for readers: 64 MB. */
    static final int PAGES_WORTH_WAIT = 16_000;

    private static final Duration LONGEST_WAIT = Duration.ofSeconds(1);

    /** A thread with nothing to do ends after that time; another, with its connection, is made in a millisecond or two. */
    private static final Duration LONGEST_IDLE = Duration.ofSeconds(5);

    /** A log file that has grown by this is worth a checkpoint, however small the estimate was: 4 MB. */
    private static final long BYTES_WORTH_CHECKPOINT = 4L * 1_024 * 1_024;

    /** A log file above this is cut: 64 MB. Below it, writing over what is there is faster than growing anew. */
    private static final long BYTES_WORTH_CUT = 64L * 1_024 * 1_024;

    // A transaction changes a leaf of its table and of each index, and their parents now and then.
    private static final int PAGES_PER_TRANSACTION = 8;
    private static final int PAGES_PER_TEN_ROWS = 6;
    private static final int CHARACTERS_PER_PAGE = 4_000;

    private static final Logger LOG = LoggerFactory.getLogger(Checkpointer.class);

    private final SqliteConnections connections;
    private final File log;
    private final WriteQueue queue;
    private final Duration wait;
    // A monitor, which is given back whatever strikes the leader that asks.
    private final Object lock = new Object();
    private long estimate;
    private long knownBytes;
    private @Nullable Thread thread;
    private boolean wanted;
    private boolean closed;

    /**
     * A checkpointer that is not running yet.
     *
     * @param busyTimeout how long those who want to write are ready to wait; readers are waited for half as long at the most
     */
    Checkpointer(SqliteConnections connections, Path file, WriteQueue queue, Duration busyTimeout) {
        this.connections = connections;
        Duration half = busyTimeout.dividedBy(2);
        this.wait = half.compareTo(LONGEST_WAIT) < 0 ? half : LONGEST_WAIT;
        this.log = SqliteFiles.beside(file, "-wal").toFile();
        this.queue = queue;
    }

    /**
     * Called by the leader after each commit. What a caller's own SQL wrote makes the file grow. It is not asked after the others:
     * a file whose times were looked at has them written anew with the next change, which makes each flush half as long again.
     */
    void committed(int transactions, long rows, long characters, boolean ranCallersSql) {
        estimate += (long) transactions * PAGES_PER_TRANSACTION
                + rows * PAGES_PER_TEN_ROWS / 10
                + characters / CHARACTERS_PER_PAGE;
        if (estimate >= PAGES_WORTH_CHECKPOINT || (ranCallersSql && hasGrown())) {
            estimate = 0;
            request();
        }
    }

    private boolean hasGrown() {
        long bytes = log.length();
        boolean grown = bytes - knownBytes >= BYTES_WORTH_CHECKPOINT;
        knownBytes = grown ? bytes : Math.min(knownBytes, bytes);
        return grown;
    }

    private void request() {
        synchronized (lock) {
            if (closed) {
                return;
            }
            wanted = true;
            if (thread == null) {
                Thread made = new Thread(null, this::run, "modelscan-storage-checkpoint", 0, false);
                made.setDaemon(true);
                made.setContextClassLoader(null);
                made.start();
                thread = made;
            } else {
                lock.notifyAll();
            }
        }
    }

    private void run() {
        boolean failed = true;
        try (Connection connection = connections.openCheckpointer();
                PreparedStatement passive = connection.prepareStatement("PRAGMA wal_checkpoint(PASSIVE)");
                PreparedStatement restart = connection.prepareStatement("PRAGMA wal_checkpoint(RESTART)");
                PreparedStatement truncate = connection.prepareStatement("PRAGMA wal_checkpoint(TRUNCATE)")) {
            int worthWait = PAGES_WORTH_WAIT;
            while (awaitRequest()) {
                connections.requireSameNow();
                Progress progress = run(passive);
                if (progress.pages() < PAGES_WORTH_WAIT) {
                    worthWait = PAGES_WORTH_WAIT;
                }
                if (progress.pages() >= worthWait) {
                    connections.waitInDriver(connection, wait);
                    if (!pauseWriterAndRun(restart, truncate)) {
                        worthWait = 2 * progress.pages();
                    }
                    connections.waitInJava(connection);
                } else if (progress.isWorthPause()) {
                    pauseWriterAndRun(restart, truncate);
                }
            }
            failed = false;
        } catch (SQLException | UnavailableException e) {
            // The next commit that is due starts another thread.
            LOG.warn("a checkpoint of {} failed; the write-ahead log grows until one succeeds", connections.name(), e);
        } finally {
            ended(failed);
        }
    }

    /** Returns whether the log begins again at its start. */
    private boolean pauseWriterAndRun(PreparedStatement restart, PreparedStatement truncate) throws SQLException {
        PreparedStatement checkpoint = log.length() > BYTES_WORTH_CUT ? truncate : restart;
        AtomicBoolean done = new AtomicBoolean();
        queue.pauseWriter(() -> {
            connections.requireSameNow();
            done.set(!run(checkpoint).blocked());
        });
        return done.get();
    }

    /** Returns false if there is nothing more to do: one thread for each open file would be too many. */
    private boolean awaitRequest() {
        synchronized (lock) {
            long idleAt = System.nanoTime() + LONGEST_IDLE.toNanos();
            while (!wanted && !closed) {
                long left = TimeUnit.NANOSECONDS.toMillis(idleAt - System.nanoTime());
                if (left <= 0) {
                    return false;
                }
                try {
                    lock.wait(left);
                } catch (InterruptedException e) {
                    // Nobody but a caller's own code interrupts it.
                    return false;
                }
            }
            wanted = false;
            return !closed;
        }
    }

    /** A request that came while the connection was being closed is for the next thread. */
    private void ended(boolean failed) {
        synchronized (lock) {
            thread = null;
            if (wanted && !failed) {
                request();
            }
        }
    }

    /**
     * What a checkpoint found.
     *
     * @param blocked whether readers kept it from its end
     * @param pages how many pages the log had, which is -1 where there is no log
     * @param copied how many of them are in the database now; those behind the oldest reader's snapshot are not
     */
    private record Progress(boolean blocked, int pages, int copied) {

        boolean isWorthPause() {
            return pages >= PAGES_WORTH_PAUSE && pages - copied <= PAGES_WORTH_CHECKPOINT;
        }
    }

    private static Progress run(PreparedStatement checkpoint) throws SQLException {
        try (ResultSet row = checkpoint.executeQuery()) {
            return row.next()
                    ? new Progress(row.getBoolean(1), row.getInt(2), row.getInt(3))
                    : new Progress(false, 0, 0);
        }
    }

    /** Ends the thread, after the checkpoint that is under way. */
    @Override
    public void close() {
        Thread running;
        synchronized (lock) {
            closed = true;
            lock.notifyAll();
            running = thread;
        }
        joinUninterruptibly(running);
    }

    private static void joinUninterruptibly(@Nullable Thread running) {
        boolean interrupted = false;
        while (running != null && running.isAlive()) {
            try {
                running.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
