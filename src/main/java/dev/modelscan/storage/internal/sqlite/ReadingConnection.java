package dev.modelscan.storage.internal.sqlite;

import dev.modelscan.storage.internal.engine.Retry;
import dev.modelscan.storage.internal.query.Cleanup;
import dev.modelscan.storage.internal.query.Dialect;
import dev.modelscan.storage.internal.query.Session;
import dev.modelscan.storage.internal.query.Watchdog;
import dev.modelscan.storage.internal.sqlite.file.ConnectionGroup.Cache;
import dev.modelscan.storage.internal.sqlite.file.ConnectionGroup.Member;
import dev.modelscan.storage.internal.sqlite.file.SqliteConnections;
import dev.modelscan.storage.internal.sqlite.file.SqliteState;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A read-only SQLite connection and its original settings. */
final class ReadingConnection {

    private static final Logger LOG = LoggerFactory.getLogger(ReadingConnection.class);

    private final SqliteConnections connections;
    private final Session session;
    private final Watchdog watchdog;
    private final Cache cache;
    /** Created when the connection first goes to a caller, before anyone can have changed a setting. */
    private @Nullable SqliteState asOpened;

    private @Nullable PreparedStatement begin;
    private @Nullable PreparedStatement rollback;

    private ReadingConnection(SqliteConnections connections, Session session, Watchdog watchdog, Cache cache) {
        this.connections = connections;
        this.session = session;
        this.watchdog = watchdog;
        this.cache = cache;
    }

    static ReadingConnection open(SqliteConnections connections, Dialect dialect, Watchdog watchdog, Member member)
            throws SQLException {
        member.connecting();
        Cache cache = member.cache();
        try {
            return open(connections, new Session(connections.openReader(cache), dialect), watchdog, cache);
        } catch (Throwable t) {
            cache.closed();
            throw t;
        }
    }

    private static ReadingConnection open(
            SqliteConnections connections, Session session, Watchdog watchdog, Cache cache) throws SQLException {
        ReadingConnection reading = new ReadingConnection(connections, session, watchdog, cache);
        try {
            connections.waitInJava(session.connection());
            connections.keepToThisFile(session.connection());
            watchdog.watch(session);
            return reading;
        } catch (Throwable t) {
            Cleanup.after(t, reading::close);
            throw t;
        }
    }

    Session session() {
        return session;
    }

    /** Makes the cache as large as it may be. To be called when no caller uses the connection. */
    void fitCache() throws SQLException {
        if (!cache.fits()) {
            cache.fit(session.connection());
            if (asOpened != null) {
                asOpened.renew();
            }
        }
    }

    /** To be called before the connection goes to a caller, who does not use {@link Retry}. */
    void lend(Duration busyTimeout) throws SQLException {
        connections.waitInDriver(session.connection(), busyTimeout);
        if (asOpened == null) {
            begin = session.connection().prepareStatement("BEGIN");
            rollback = session.connection().prepareStatement("ROLLBACK");
            asOpened = new SqliteState(session);
        }
    }

    /**
     * Whether nothing of a caller's work is left: no setting, no attached file, and no transaction with its
     * snapshot.
     */
    boolean isAsOpened() {
        SqliteState before = asOpened;
        Connection connection = session.connection();
        try {
            if (!connection.getAutoCommit()) {
                connection.rollback();
                connection.setAutoCommit(true);
            }
            session.takeRanCallersSql();
            boolean same = before != null && isAsOpened(before);
            connections.waitInJava(connection);
            return same;
        } catch (SQLException e) {
            LOG.debug("the state of a reading connection cannot be read", e);
            return false;
        }
    }

    /** One select leaves nothing. Asking for the settings took a third of a query of one row. */
    private boolean isAsOpened(SqliteState before) throws SQLException {
        if (session.takeRanOneSelect()) {
            return session.running().isIdle() && !session.takeRanPragma();
        }
        return before.isAsOpened() && isOutsideTransaction();
    }

    /**
     * Asks SQLite, since the driver does not know whether a caller's SQL has begun a transaction: a second
     * BEGIN fails.
     */
    private boolean isOutsideTransaction() throws SQLException {
        Objects.requireNonNull(begin).execute();
        Objects.requireNonNull(rollback).execute();
        return true;
    }

    /**
     * Closes the connection, but not if the file was truncated: closing could write to what is left of it.
     */
    void close() throws SQLException {
        watchdog.forget(session);
        try {
            if (!connections.mustStayOpen()) {
                session.close();
            }
        } finally {
            cache.closed();
        }
    }
}
