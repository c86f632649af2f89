package dev.modelscan.storage.internal.sqlite.write;

import dev.modelscan.storage.errors.UnavailableException;
import dev.modelscan.storage.internal.sqlite.file.SqliteConnections;
import java.io.IOException;
import java.nio.channels.AsynchronousFileChannel;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Flushes the log for transactions that were committed without a flush. One flush serves all that were written before
 * it began: the first thread that needs one runs it, and when it ends, the first that came too late runs the next.
 *
 * <p>The log's order makes this enough: whatever a transaction has read is before it in the log, so it is flushed too.
 * SQLite flushes the log itself before a checkpoint copies it, and the database before the log starts again.
 *
 * <p>The system reports a failed flush once to each descriptor, and takes the bytes for written from then on: a second
 * flush may succeed without them. So one descriptor stays open as long as the database. After a failure nothing is
 * acknowledged, and no checkpoint starts, until the whole log was written again, byte for byte, and flushed.
 *
 * <p>An Error may be thrown at any call, so a flusher whose call has ended is none; see {@link WriteQueue}.
 */
final class LogFlush {

    private static final Logger LOG = LoggerFactory.getLogger(LogFlush.class);

    private final SqliteConnections connections;
    private final Object lock = new Object();
    /** Whether the log was written again since it was opened. Used by the leader only. */
    private boolean prepared;
    // Opened and closed by the leader.
    private volatile @Nullable AsynchronousFileChannel log;
    /** The number of the last transaction in the log. Written by the leader only. */
    private volatile long written;

    private volatile long flushed;
    private volatile @Nullable Throwable failure;
    private volatile @Nullable WriteRequest<?> flusher;
    // Guarded by the lock, as is flusher when it is set.
    private @Nullable WriteRequest<?> waiting;

    LogFlush(SqliteConnections connections) {
        this.connections = connections;
    }

    /**
     * To be called by the leader when its transaction has begun, so nobody else writes.
     *
     * @throws UnavailableException if the log cannot be opened, or a flush failed and the next one does too
     */
    void prepare() {
        Throwable cause = failure;
        if (prepared && cause == null) {
            return;
        }
        try {
            AsynchronousFileChannel open = log;
            if (open == null) {
                open = connections.openLog();
                log = open;
            }
            takeOldReport(open);
            rewrite(connections);
            force();
            prepared = true;
        } catch (IOException e) {
            throw withCause(refused(connections, e), cause);
        } catch (UnavailableException e) {
            throw withCause(e, cause);
        }
        if (cause == null) {
            return;
        }
        synchronized (lock) {
            flushed = written;
            // Unless a checkpoint has failed since.
            failure = failure == cause ? null : failure;
        }
        LOG.warn("the log of {} was written again after a flush had failed", connections.name(), cause);
    }

    /**
     * Lets the system tell this descriptor of a flush that has failed before. Otherwise it would do so after the log was
     * written again, and the write would be refused although the disk is well.
     */
    private void takeOldReport(AsynchronousFileChannel open) {
        try {
            open.force(false);
        } catch (IOException e) {
            LOG.debug("a flush of the log of {} has failed before", connections.name(), e);
        }
    }

    private static UnavailableException withCause(UnavailableException refused, @Nullable Throwable cause) {
        if (cause != null) {
            refused.addSuppressed(cause);
        }
        return refused;
    }

    /**
     * Writes the log again and flushes it. To be called before the first commit of a connection that flushes the log itself,
     * and after a failure: if a flush failed, by any process, the disk lacks bytes that later flushes do not write, and what
     * follows them in the log is lost with them.
     */
    static void rewrite(SqliteConnections connections) {
        try {
            connections.rewriteLog();
        } catch (IOException e) {
            throw refused(connections, e);
        }
    }

    private static UnavailableException refused(SqliteConnections connections, IOException e) {
        return new UnavailableException(
                "the log of " + connections.name()
                        + " cannot be flushed; nothing is written until it can. Look at the disk",
                e);
    }

    /**
     * To be called when a checkpoint could not flush the log. The system tells its descriptor only once, so the next
     * checkpoint would copy what the disk lacks.
     */
    void failed(Throwable cause) {
        synchronized (lock) {
            failure = cause;
        }
    }

    /** Whether bytes of the log may be missing on the disk, so no checkpoint may overwrite the file yet. */
    boolean hasFailed() {
        return failure != null;
    }

    /**
     * To be called by the leader after each commit: numbers it. One that changed nothing still waits for what it may
     * have read.
     */
    void committed(WriteRequest<?> own, boolean changed) {
        long number = written;
        if (changed) {
            written = ++number;
        }
        own.lastTransaction = number;
    }

    /**
     * Returns when the request's transaction, and all before it, survive a loss of power. An interrupt does not end
     * the wait.
     *
     * @return why it is not known whether they do; null if they do
     */
    @Nullable
    Throwable await(WriteRequest<?> own) {
        long number = own.lastTransaction;
        if (flushed >= number) {
            return null;
        }
        boolean interrupted = false;
        try {
            enlist(own, true);
            while (flushed < number) {
                Throwable cause = failure;
                if (cause != null) {
                    // A leader may have written the log again since.
                    return flushed < number ? cause : null;
                }
                if (flusher == own) {
                    flush();
                } else {
                    LockSupport.parkNanos(this, WriteRequest.LOOK_NANOS);
                    interrupted |= Thread.interrupted();
                    enlist(own, false);
                }
            }
            return null;
        } finally {
            if (interrupted) {
                own.owner.interrupt();
            }
        }
    }

    /** Makes the request the flusher if there is none. Otherwise it waits for one. */
    private void enlist(WriteRequest<?> own, boolean first) {
        synchronized (lock) {
            if (flushed >= own.lastTransaction) {
                return;
            }
            WriteRequest<?> current = flusher;
            if (failure == null && (current == null || current.over)) {
                flusher = own;
            } else if (first) {
                own.next = waiting;
                waiting = own;
            }
        }
    }

    private void flush() {
        // Read first: what is written meanwhile may be missing.
        long number = written;
        try {
            force();
            flushed = number;
        } catch (Throwable t) {
            // Whatever it was: a second flush could succeed without what this one has lost.
            failure = t;
        }
        endTurn();
    }

    private void force() throws IOException {
        AsynchronousFileChannel open = log;
        if (open == null) {
            throw new IOException("the log is closed");
        }
        // Of the channels, only this one is not closed by an interrupt.
        open.force(false);
        connections.requireSameNow();
    }

    /** Lets the first request that came too late flush next. Wakes it first, then those that are served. */
    private void endTurn() {
        WriteRequest<?> served = null;
        WriteRequest<?> next = null;
        synchronized (lock) {
            WriteRequest<?> at = waiting;
            waiting = null;
            while (at != null) {
                WriteRequest<?> after = at.next;
                if (failure != null || at.lastTransaction <= flushed) {
                    at.next = served;
                    served = at;
                } else if (next == null && !at.over) {
                    at.next = null;
                    next = at;
                } else {
                    at.next = waiting;
                    waiting = at;
                }
                at = after;
            }
            flusher = next;
        }
        if (next != null) {
            LockSupport.unpark(next.owner);
        }
        for (WriteRequest<?> at = served; at != null; ) {
            WriteRequest<?> after = at.next;
            LockSupport.unpark(at.owner);
            at = after;
        }
    }

    /** To be called by the last leader. Those that still wait are served before. */
    void close(WriteRequest<?> last) {
        last.lastTransaction = written;
        Throwable cause = await(last);
        if (cause != null) {
            LOG.warn("the last flush of the log of {} failed: {}", connections.name(), cause.toString());
        }
        AsynchronousFileChannel open = log;
        log = null;
        try {
            if (open != null) {
                open.close();
            }
        } catch (IOException e) {
            LOG.debug("closing the log of {} failed", connections.name(), e);
        }
    }
}
