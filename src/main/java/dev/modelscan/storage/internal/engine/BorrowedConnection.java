package dev.modelscan.storage.internal.engine;

import java.sql.Connection;
import java.sql.SQLException;
import org.jooq.tools.jdbc.DefaultConnection;

/** A connection of a data source of the caller's. Closing it puts everything back that was set on it. */
final class BorrowedConnection extends DefaultConnection {

    private final boolean autoCommit;
    private final boolean readOnly;
    private final PostgresSettings before;

    private BorrowedConnection(Connection connection, boolean autoCommit, boolean readOnly, PostgresSettings before) {
        super(connection);
        this.autoCommit = autoCommit;
        this.readOnly = readOnly;
        this.before = before;
    }

    /** Takes a connection over, which is closed where that fails. */
    static BorrowedConnection of(Connection connection, PostgresSettings settings) throws SQLException {
        try {
            boolean autoCommit = connection.getAutoCommit();
            boolean readOnly = connection.isReadOnly();
            if (!autoCommit) {
                // What its owner may have left open is not the library's to commit.
                connection.rollback();
                connection.setAutoCommit(true);
            }
            connection.setReadOnly(false);
            return new BorrowedConnection(connection, autoCommit, readOnly, settings.apply(connection));
        } catch (Throwable t) {
            connection.close();
            throw t;
        }
    }

    @Override
    public void close() throws SQLException {
        try (Connection connection = getDelegate()) {
            if (!connection.isClosed()) {
                putBack(connection);
            }
        }
    }

    /** One that cannot be put back is of no use: its owner would hand it out with the library's settings. */
    private void putBack(Connection connection) throws SQLException {
        try {
            if (!connection.getAutoCommit()) {
                connection.rollback();
                connection.setAutoCommit(true);
            }
            before.restore(connection);
            connection.setReadOnly(readOnly);
            connection.setAutoCommit(autoCommit);
        } catch (SQLException e) {
            connection.abort(Runnable::run);
            throw e;
        }
    }

    /** What was set before the library's own. */
    PostgresSettings before() {
        return before;
    }
}
