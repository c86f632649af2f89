package dev.modelscan.storage.spring;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.function.Supplier;
import javax.sql.DataSource;
import org.springframework.jdbc.CannotGetJdbcConnectionException;
import org.springframework.jdbc.datasource.ConnectionHolder;
import org.springframework.jdbc.datasource.TransactionAwareDataSourceProxy;
import org.springframework.transaction.support.TransactionSynchronizationManager;

/**
 * The connection of the transaction that Spring has begun for this thread.
 *
 * <p>It takes only a connection that Spring has already bound: a new one would be in autocommit.
 */
final class SpringTransactions implements Supplier<Connection> {

    private final DataSource dataSource;

    SpringTransactions(DataSource dataSource) {
        DataSource key = dataSource;
        // Spring's transaction managers bind their connection to the source behind such a proxy.
        while (key instanceof TransactionAwareDataSourceProxy proxy && proxy.getTargetDataSource() != null) {
            key = proxy.getTargetDataSource();
        }
        this.dataSource = key;
    }

    /** Null if there is no transaction, or it is one of another source. */
    @Override
    public Connection get() {
        if (!TransactionSynchronizationManager.isActualTransactionActive()
                || !(TransactionSynchronizationManager.getResource(dataSource) instanceof ConnectionHolder holder)) {
            return null;
        }
        Connection connection = holder.getConnection();
        try {
            // In a transaction of another source, JdbcTemplate keeps a connection in autocommit.
            return connection.getAutoCommit() ? null : connection;
        } catch (SQLException e) {
            throw new CannotGetJdbcConnectionException("the connection of the transaction cannot be used", e);
        }
    }
}
