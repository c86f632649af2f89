package dev.modelscan.storage.internal.migrate;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import org.jooq.tools.jdbc.DefaultConnection;
import org.jooq.tools.jdbc.DefaultStatement;

/**
 * A connection for Flyway in a transaction that the caller ends, so that all migrations of one start are
 * stored, or none. Flyway asks for several connections and always gets this one, so a pooler needs only one
 * session. Flyway's settings end with the transaction.
 */
final class FlywayConnection extends DefaultConnection {

    private final boolean rollsBack;
    private boolean autoCommit = true;

    private FlywayConnection(Connection connection, boolean rollsBack) {
        super(connection);
        this.rollsBack = rollsBack;
    }

    /** A transaction on a server, where a failed statement has to be rolled back before Flyway's next one. */
    static Connection onServer(Connection connection) {
        return new FlywayConnection(connection, true);
    }

    /** A transaction that BEGIN began, of which the driver does not know, so that it would not roll back. */
    static Connection afterBegin(Connection connection) {
        return new FlywayConnection(connection, false);
    }

    /**
     * Flyway restores the role and the search_path for the session. Restoring them for the transaction is
     * enough.
     */
    private static String forTheTransaction(String sql) {
        return sql.startsWith("SET ROLE ")
                ? "SET LOCAL ROLE " + sql.substring("SET ROLE ".length())
                : sql.replace("set_config('search_path', ?, false)", "set_config('search_path', ?, true)");
    }

    @Override
    public PreparedStatement prepareStatement(String sql) throws SQLException {
        return super.prepareStatement(forTheTransaction(sql));
    }

    @Override
    public PreparedStatement prepareStatement(String sql, int type, int concurrency) throws SQLException {
        return super.prepareStatement(forTheTransaction(sql), type, concurrency);
    }

    @Override
    public Statement createStatement() throws SQLException {
        return new InOneTransaction(super.createStatement());
    }

    @Override
    public boolean getAutoCommit() {
        return autoCommit;
    }

    @Override
    public void setAutoCommit(boolean autoCommit) {
        this.autoCommit = autoCommit;
    }

    @Override
    public void commit() {}

    @Override
    public void rollback() throws SQLException {
        if (rollsBack) {
            super.rollback();
        }
    }

    @Override
    public void setReadOnly(boolean readOnly) {}

    @Override
    public void close() {}

    /** Refuses what {@link MigrationText} did not see, because it or Flyway took the file for another. */
    private static final class InOneTransaction extends DefaultStatement {

        InOneTransaction(Statement statement) {
            super(statement);
        }

        @Override
        public boolean execute(String sql) throws SQLException {
            if (MigrationText.isTransaction(sql)) {
                throw new SQLException("all migrations are one transaction, which the library begins and ends. Remove"
                        + " the statement");
            }
            return super.execute(sql);
        }
    }
}
