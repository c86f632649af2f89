package dev.modelscan.storage.internal.sqlite.file;

import java.sql.Connection;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A connection that stays open as long as the database does. SQLite deletes an in-memory database, or a
 * file's log, with the last connection. So while this one is open, a missing log means that something other
 * than SQLite removed it. Without it, any file could take the log's place when this process replaces its only
 * connection. It also runs the checkpoints, for which it holds neither pages nor the schema in memory.
 */
public final class Anchor {

    private static final Logger LOG = LoggerFactory.getLogger(Anchor.class);

    private final SqliteConnections connections;
    private @Nullable Connection connection;

    public Anchor(SqliteConnections connections) {
        this.connections = connections;
    }

    /** Opens it, unless it is open already. */
    public synchronized void open() throws SQLException {
        if (connection == null) {
            connection = connections.openAnchor();
        }
    }

    /** Null before it is opened and after it is closed. For checkpoints, which must have ended before it is closed. */
    public synchronized @Nullable Connection connection() {
        return connection;
    }

    /** Closes it, after all other connections. */
    public synchronized void close() {
        Connection last = connection;
        connection = null;
        if (last == null || !connections.anchorCloses()) {
            return;
        }
        try {
            last.close();
        } catch (SQLException e) {
            LOG.debug("closing the last connection to {} failed", connections.name(), e);
        }
    }
}
