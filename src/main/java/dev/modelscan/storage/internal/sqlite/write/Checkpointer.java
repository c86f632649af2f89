package dev.modelscan.storage.internal.sqlite.write;

import dev.modelscan.storage.errors.UnavailableException;
import dev.modelscan.storage.internal.sqlite.file.Anchor;
import dev.modelscan.storage.internal.sqlite.file.SqliteConnections;
import dev.modelscan.storage.internal.sqlite.file.SqliteErrors;
import dev.modelscan.storage.internal.sqlite.file.SqliteFiles;
import dev.modelscan.storage.internal.sqlite.write.CheckpointThreads.Job;
import java.io.File;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Copies the write-ahead log into the database on a {@linkplain CheckpointThreads thread of the process}, so that no caller's commit has to.
 *
 * <p>A PASSIVE checkpoint does not block the writer, but under a steady stream of writes it never reaches the
 * log's end, and the log would grow without bound. So if the log is still long afterwards, the writer is
 * paused until the rest is copied, and the log restarts at its beginning. An open snapshot of a reader makes
 * that impossible, so the writer is not paused then. But readers with overlapping snapshots could block it
 * for ever. So if the log is very long, the writer is paused anyway, for up to a second, until the current
 * readers have finished. If one of them takes longer, the next attempt is made when the log has doubled.
 */
final class Checkpointer implements AutoCloseable {

    /** Estimated pages in the log that are worth a checkpoint: SQLite's own default, 4 MB. */
    static final int PAGES_WORTH_CHECKPOINT = 1_000;

    /** Pages still in the log after a checkpoint that are worth pausing the writer for: 16 MB. */
    static final int PAGES_WORTH_PAUSE = 4_000;

    /** Pages in the log that are worth waiting for readers: 64 MB. */
    static final int PAGES_WORTH_WAIT = 16_000;

    private static final Duration LONGEST_WAIT = Duration.ofSeconds(1);

    /** Growth of the log file that is worth a checkpoint, whatever the estimate: 4 MB. */
    private static final long BYTES_WORTH_CHECKPOINT = 4L * 1_024 * 1_024;

    /**
     * A log file above this is truncated: 64 MB. Below it, overwriting the file is faster than extending it
     * again.
     */
    private static final long BYTES_WORTH_CUT = 64L * 1_024 * 1_024;

    // A transaction changes a leaf of its table and of each index, and sometimes their parents.
    private static final int PAGES_PER_TRANSACTION = 8;
    private static final int PAGES_PER_TEN_ROWS = 6;
    private static final int CHARACTERS_PER_PAGE = 4_000;

    private static final Logger LOG = LoggerFactory.getLogger(Checkpointer.class);

    private final SqliteConnections connections;
    private final File log;
    private final WriteQueue queue;
    private final @Nullable LogFlush flush;
    private final Duration wait;
    private final Anchor anchor;
    private final Job job = new Job(this::run);
    // Used by the leader only.
    private long estimate;
    private long knownBytes;
    /** How many pages are worth waiting for readers. Used by the running job only. */
    private int worthWait = PAGES_WORTH_WAIT;
    /**
     * How many pages the log had when a checkpoint finished it, or -1. It restarts only with the next commit, so until then
     * each checkpoint reports these pages again, and would pause the writer a second time for nothing. Used by the running
     * job only.
     */
    private int restartsAfter = -1;

    /**
     * A checkpointer that is not running yet.
     *
     * @param anchor the connection that runs the checkpoints
     * @param busyTimeout how long writers are prepared to wait; a checkpoint waits for readers at most half
     *     as long
     */
    Checkpointer(
            SqliteConnections connections,
            Anchor anchor,
            Path file,
            WriteQueue queue,
            @Nullable LogFlush flush,
            Duration busyTimeout) {
        this.connections = connections;
        this.anchor = anchor;
        Duration half = busyTimeout.dividedBy(2);
        this.wait = half.compareTo(LONGEST_WAIT) < 0 ? half : LONGEST_WAIT;
        this.log = SqliteFiles.beside(file, "-wal").toFile();
        this.queue = queue;
        this.flush = flush;
    }

    /**
     * Called by the leader after each commit. The size of the log file is read only after a caller's own SQL,
     * which the estimate does not cover: reading a file's attributes makes the next change write its times
     * again, and each flush takes 1.5 times as long.
     *
     * @return how many rows the commit changed; -1 if that is not known. A failure here does not affect the commit
     */
    long committed(int transactions, WriterConnection connection, boolean ranCallersSql) {
        long rows = -1;
        try {
            rows = connection.takeRowsChanged();
            committed(transactions, rows, connection.session().takeCharactersMoved(), ranCallersSql);
        } catch (SQLException | RuntimeException | Error e) {
            notStarted(e);
        }
        return rows;
    }

    private void notStarted(Throwable cause) {
        try {
            LOG.warn("a checkpoint of {} could not be started", connections.name(), cause);
        } catch (Error e) {
            // There may be no memory to log it. A later commit tries again.
        }
    }

    private void committed(int transactions, long rows, long characters, boolean ranCallersSql) {
        estimate += (long) transactions * PAGES_PER_TRANSACTION
                + rows * PAGES_PER_TEN_ROWS / 10
                + characters / CHARACTERS_PER_PAGE;
        if (estimate >= PAGES_WORTH_CHECKPOINT || (ranCallersSql && hasGrown())) {
            estimate = 0;
            CheckpointThreads.request(job);
        }
    }

    private boolean hasGrown() {
        long bytes = log.length();
        boolean grown = bytes - knownBytes >= BYTES_WORTH_CHECKPOINT;
        knownBytes = grown ? bytes : Math.min(knownBytes, bytes);
        return grown;
    }

    private void run() {
        Connection connection = anchor.connection();
        if (connection == null) {
            return;
        }
        try {
            requireWhole();
            Progress progress = run(connection, "PASSIVE");
            if (progress.pages() == restartsAfter && progress.copied() == restartsAfter) {
                return;
            }
            restartsAfter = -1;
            if (progress.pages() < PAGES_WORTH_WAIT) {
                worthWait = PAGES_WORTH_WAIT;
            }
            if (progress.pages() >= worthWait) {
                worthWait = waitAndRun(connection) ? PAGES_WORTH_WAIT : 2 * progress.pages();
            } else if (progress.isWorthPause()) {
                pauseWriterAndRun(connection);
            }
        } catch (SQLException | UnavailableException e) {
            if (flush != null && e instanceof SQLException failed && SqliteErrors.isFailedFlush(failed)) {
                flush.failed(e);
            }
            LOG.warn("a checkpoint of {} failed; the write-ahead log grows until one succeeds", connections.name(), e);
        }
    }

    private boolean waitAndRun(Connection connection) throws SQLException {
        connections.waitInDriver(connection, wait);
        try {
            return pauseWriterAndRun(connection);
        } finally {
            connections.waitInJava(connection);
        }
    }

    private void requireWhole() {
        connections.requireSameNow();
        if (flush != null && flush.hasFailed()) {
            throw new UnavailableException("a flush of the log failed, and it was not written again yet", null);
        }
    }

    /** Returns whether the log restarts at its beginning. */
    private boolean pauseWriterAndRun(Connection connection) throws SQLException {
        String mode = log.length() > BYTES_WORTH_CUT ? "TRUNCATE" : "RESTART";
        queue.pauseWriter(own -> {
            requireWhole();
            Progress progress = run(connection, mode);
            restartsAfter = progress.blocked() ? -1 : progress.pages();
        });
        return restartsAfter >= 0;
    }

    /**
     * The result of a checkpoint.
     *
     * @param blocked whether readers kept it from finishing
     * @param pages how many pages the log had; -1 if there is no log
     * @param copied how many of them are in the database now; those after the oldest reader's snapshot are
     *     not
     */
    private record Progress(boolean blocked, int pages, int copied) {

        boolean isWorthPause() {
            return pages >= PAGES_WORTH_PAUSE && pages - copied <= PAGES_WORTH_CHECKPOINT;
        }
    }

    private static Progress run(Connection connection, String mode) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("PRAGMA wal_checkpoint(" + mode + ")")) {
            return row.next()
                    ? new Progress(row.getBoolean(1), row.getInt(2), row.getInt(3))
                    : new Progress(false, 0, 0);
        }
    }

    /** Waits for the checkpoint in progress. There is none afterwards. */
    @Override
    public void close() {
        CheckpointThreads.close(job);
    }
}
