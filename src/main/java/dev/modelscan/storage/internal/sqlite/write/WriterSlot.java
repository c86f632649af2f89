package dev.modelscan.storage.internal.sqlite.write;

import dev.modelscan.storage.errors.StorageException;
import dev.modelscan.storage.internal.query.Watchdog;
import dev.modelscan.storage.internal.sqlite.file.ConnectionGroup.Member;
import dev.modelscan.storage.internal.sqlite.file.SqliteConnections;
import java.sql.SQLException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Holds the writing connection: none, one that is idle or in use, and perhaps older ones that could not be
 * closed. A connection whose state is unknown is discarded, and the next transaction opens another. Only the
 * leader may call this; the queue's lock publishes the fields to the next leader.
 */
final class WriterSlot {

    private static final Logger LOG = LoggerFactory.getLogger(WriterSlot.class);

    private final SqliteConnections connections;
    private final Watchdog watchdog;
    private final Member member;
    private final @Nullable LogFlush logFlush;
    private @Nullable WriterConnection current;
    /** The first of a list. They may hold the write lock, so each transaction first tries again to close them. */
    private @Nullable WriterConnection unclosed;

    private boolean inUse;
    /**
     * Whether commits that flush the log by this connection may follow what is in the log. A new connection is not told of a
     * flush that failed before, by another process or by one that is gone.
     */
    private boolean logIsRewritten;

    WriterSlot(SqliteConnections connections, Watchdog watchdog, Member member, @Nullable LogFlush logFlush) {
        this.connections = connections;
        this.watchdog = watchdog;
        this.member = member;
        this.logFlush = logFlush;
    }

    /** Discards the connection if the last leader left inside its transaction. */
    void discardIfLeft() {
        if (inUse) {
            discard();
        }
    }

    /** Begins a transaction, until {@link #ended} or {@link #discard}. */
    WriterConnection begin(long deadline) throws SQLException {
        closeUnclosed();
        inUse = true;
        WriterConnection connection = current;
        if (connection == null) {
            connection = WriterConnection.open(connections, watchdog, member, left(deadline));
            current = connection;
            logIsRewritten = false;
        }
        connection.fitCache();
        connection.begin(left(deadline));
        try {
            prepareLog();
        } catch (StorageException e) {
            rollBack(connection, e);
            throw e;
        }
        return connection;
    }

    private void prepareLog() {
        if (logFlush != null) {
            logFlush.prepare();
        } else if (!logIsRewritten && connections.file() != null) {
            LogFlush.rewrite(connections);
            logIsRewritten = true;
        }
    }

    private static Duration left(long deadline) {
        return Duration.ofNanos(deadline - System.nanoTime());
    }

    /** To be called when the transaction is over and the connection's state is known. */
    void ended() {
        inUse = false;
    }

    /** Whether the next transaction would use this connection. */
    boolean holds(WriterConnection connection) {
        return current == connection;
    }

    /**
     * Rolls back. If that fails, the first cause is still the one thrown, and the connection is discarded
     * because its state is unknown.
     */
    void rollBack(WriterConnection connection, Throwable cause) {
        try {
            if (WriterConnection.breaksConnection(cause)
                    || !connection.session().running().isIdle()) {
                discard();
            } else if (WriterConnection.isCancelled(cause)) {
                connection.rollBackCancelled();
            } else {
                connection.rollBack();
            }
        } catch (SQLException e) {
            cause.addSuppressed(e);
            discard();
        }
    }

    /** Makes the cache of an idle connection as large as it may be. */
    void fitCache() {
        WriterConnection connection = current;
        if (connection != null) {
            try {
                connection.fitCache();
            } catch (SQLException e) {
                LOG.debug("a cache could not be made smaller", e);
            }
        }
    }

    /** Closes the connection. */
    void discard() {
        WriterConnection connection = current;
        if (connection != null) {
            connection.older = unclosed;
            unclosed = connection;
            current = null;
            closeUnclosed();
        }
    }

    private void closeUnclosed() {
        WriterConnection younger = null;
        for (WriterConnection connection = unclosed; connection != null; connection = connection.older) {
            if (!isClosed(connection)) {
                younger = connection;
            } else if (younger == null) {
                unclosed = connection.older;
            } else {
                younger.older = connection.older;
            }
        }
    }

    private boolean isClosed(WriterConnection connection) {
        try {
            if (connections.mustStayOpen()) {
                connection.leave();
            } else {
                connection.close();
            }
            return true;
        } catch (SQLException | RuntimeException | Error e) {
            LOG.debug("closing the writing connection failed", e);
            return false;
        }
    }

    /** Closes all. */
    void close() {
        closeUnclosed();
        discard();
    }
}
