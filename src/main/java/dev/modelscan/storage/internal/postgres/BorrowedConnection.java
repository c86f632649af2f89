package dev.modelscan.storage.internal.postgres;

import dev.modelscan.storage.internal.query.Cleanup;
import java.sql.Connection;
import java.sql.SQLException;
import org.jooq.tools.jdbc.DefaultConnection;
import org.postgresql.PGConnection;

/**
 * A connection from the caller's data source. The library changes only the driver's state, and closing
 * restores it.
 */
final class BorrowedConnection extends DefaultConnection {

    private final boolean autoCommit;
    private final boolean readOnly;
    private int prepareThreshold = -1;

    private BorrowedConnection(Connection connection, boolean autoCommit, boolean readOnly) {
        super(connection);
        this.autoCommit = autoCommit;
        this.readOnly = readOnly;
    }

    /** Takes ownership of a connection, which is closed if this fails. */
    static BorrowedConnection of(Connection connection) throws SQLException {
        try {
            boolean autoCommit = connection.getAutoCommit();
            boolean readOnly = connection.isReadOnly();
            if (!autoCommit) {
                // The library must not commit what the owner may have left open.
                connection.rollback();
                connection.setAutoCommit(true);
            }
            if (readOnly) {
                connection.setReadOnly(false);
            }
            return new BorrowedConnection(connection, autoCommit, readOnly);
        } catch (Throwable t) {
            Cleanup.after(t, connection);
            throw t;
        }
    }

    /** Turns off prepared statements on the server, because the server's next session would not know them. */
    void prepareNothingOnTheServer() throws SQLException {
        PGConnection driver = PostgresDialect.driver(getDelegate());
        if (driver != null) {
            prepareThreshold = driver.getPrepareThreshold();
            driver.setPrepareThreshold(0);
        }
    }

    @Override
    public void close() throws SQLException {
        try (Connection connection = getDelegate()) {
            if (!connection.isClosed()) {
                restore(connection);
            }
        }
    }

    /**
     * Restores the connection's state. If that fails the connection is aborted: otherwise its owner would
     * hand it out inside a transaction.
     */
    private void restore(Connection connection) throws SQLException {
        try {
            if (!connection.getAutoCommit()) {
                connection.rollback();
                connection.setAutoCommit(true);
            }
            if (prepareThreshold >= 0) {
                connection.unwrap(PGConnection.class).setPrepareThreshold(prepareThreshold);
            }
            if (readOnly) {
                connection.setReadOnly(true);
            }
            connection.setAutoCommit(autoCommit);
        } catch (SQLException e) {
            Cleanup.after(e, () -> connection.abort(Runnable::run));
            throw e;
        }
    }
}
