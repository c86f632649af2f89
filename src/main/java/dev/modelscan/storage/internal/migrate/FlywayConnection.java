package dev.modelscan.storage.internal.migrate;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import org.jooq.tools.jdbc.DefaultConnection;

/**
 * A connection for Flyway inside a transaction that its owner ends. Flyway asks for several; all of them are this one, so that a
 * pooler has to give one session alone. What Flyway sets ends with the transaction.
 */
final class FlywayConnection extends DefaultConnection {

    private boolean autoCommit = true;

    private FlywayConnection(Connection connection) {
        super(connection);
    }

    static Connection inside(Connection connection) {
        return new FlywayConnection(connection);
    }

    /** The role and the path that Flyway found are put back by it for the session; for the transaction is enough. */
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
    public void setReadOnly(boolean readOnly) {}

    @Override
    public void close() {}
}
