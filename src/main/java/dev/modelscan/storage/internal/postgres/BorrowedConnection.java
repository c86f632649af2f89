package dev.modelscan.storage.internal.postgres;

import java.sql.Connection;
import java.sql.SQLException;
import org.jooq.tools.jdbc.DefaultConnection;
import org.postgresql.PGConnection;

/** A connection of a data source of the caller's. Closing it puts back what was changed of the driver's, and nothing else was. */
final class BorrowedConnection extends DefaultConnection {

    private final boolean autoCommit;
    private final boolean readOnly;
    private int prepareThreshold = -1;

    private BorrowedConnection(Connection connection, boolean autoCommit, boolean readOnly) {
        super(connection);
        this.autoCommit = autoCommit;
        this.readOnly = readOnly;
    }

    /** Takes a connection over, which is closed if that fails. */
    static BorrowedConnection of(Connection connection) throws SQLException {
        try {
            boolean autoCommit = connection.getAutoCommit();
            boolean readOnly = connection.isReadOnly();
            if (!autoCommit) {
                // What its owner may have left open is not the library's to commit.
                connection.rollback();
                connection.setAutoCommit(true);
            }
            if (readOnly) {
                connection.setReadOnly(false);
            }
            return new BorrowedConnection(connection, autoCommit, readOnly);
        } catch (Throwable t) {
            connection.close();
            throw t;
        }
    }

    /** The next session of the server would not know a statement that was prepared in this one. */
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
                putBack(connection);
            }
        }
    }

    /** One that cannot be put back is of no use: its owner would hand it out in the middle of a transaction. */
    private void putBack(Connection connection) throws SQLException {
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
            connection.abort(Runnable::run);
            throw e;
        }
    }
}
