package dev.modelscan.storage.internal.sqlite;

import dev.modelscan.storage.internal.engine.Retry;
import dev.modelscan.storage.internal.query.Dialect;
import dev.modelscan.storage.internal.query.Session;
import dev.modelscan.storage.internal.query.Watchdog;
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

/** A SQLite connection that only reads, and what it was opened with. */
final class ReadingConnection {

    private static final Logger LOG = LoggerFactory.getLogger(ReadingConnection.class);

    private final SqliteConnections connections;
    private final Session session;
    private final Watchdog watchdog;
    /** Made when the connection is lent for the first time, before anybody has changed them. */
    private @Nullable SqliteState asOpened;

    private @Nullable PreparedStatement begin;
    private @Nullable PreparedStatement rollback;

    private ReadingConnection(SqliteConnections connections, Session session, Watchdog watchdog) {
        this.connections = connections;
        this.session = session;
        this.watchdog = watchdog;
    }

    static ReadingConnection open(SqliteConnections connections, Dialect dialect, Watchdog watchdog)
            throws SQLException {
        Session session = new Session(connections.openReader(), dialect);
        ReadingConnection reading = new ReadingConnection(connections, session, watchdog);
        try {
            connections.waitInJava(session.connection());
            watchdog.watch(session);
            return reading;
        } catch (Throwable t) {
            reading.close();
            throw t;
        }
    }

    Session session() {
        return session;
    }

    /** Called before the connection goes to a caller, who has no {@link Retry}. */
    void lend(Duration busyTimeout) throws SQLException {
        if (asOpened == null) {
            begin = session.connection().prepareStatement("BEGIN");
            rollback = session.connection().prepareStatement("ROLLBACK");
            asOpened = new SqliteState(session);
        }
        connections.waitInDriver(session.connection(), busyTimeout);
    }

    /** Whether nothing is left of what a caller did: no setting, no attached file, and no transaction with its snapshot. */
    boolean isAsOpened() {
        SqliteState before = asOpened;
        Connection connection = session.connection();
        try {
            connections.waitInJava(connection);
            if (!connection.getAutoCommit()) {
                connection.rollback();
                connection.setAutoCommit(true);
            }
            session.takeRanCallersSql();
            return before != null && before.isAsOpened() && isOutsideTransaction();
        } catch (SQLException e) {
            LOG.debug("the state of a reading connection cannot be told", e);
            return false;
        }
    }

    /** SQLite is asked, since the driver does not know what a caller's SQL has begun: a second transaction is an error. */
    private boolean isOutsideTransaction() throws SQLException {
        Objects.requireNonNull(begin).execute();
        Objects.requireNonNull(rollback).execute();
        return true;
    }

    /** A connection to a file that was cut short is left open: closing it could write to what is left. */
    void close() throws SQLException {
        watchdog.forget(session);
        if (!connections.mustStayOpen()) {
            session.close();
        }
    }
}
