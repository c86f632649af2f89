package dev.modelscan.storage.internal.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.modelscan.storage.support.PostgresServer;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.concurrent.Executor;
import org.jooq.tools.jdbc.DefaultConnection;
import org.junit.jupiter.api.Test;
import org.postgresql.PGConnection;

/** A connection that cannot be reset does not return to its owner in the middle of a transaction. */
class BorrowedConnectionTest {

    /** A connection of a pool whose server stops answering. */
    private static final class Owned extends DefaultConnection {

        boolean fails;
        boolean aborted;

        Owned(Connection connection) {
            super(connection);
        }

        @Override
        public void rollback() throws SQLException {
            if (fails) {
                throw new SQLException("an I/O error occurred", "08006");
            }
            super.rollback();
        }

        @Override
        public void abort(Executor executor) throws SQLException {
            aborted = true;
            super.abort(executor);
        }

        @Override
        public void close() {
            // It returns to the pool.
        }
    }

    @Test
    void oneThatCannotBePutBackIsAborted() throws SQLException {
        try (Connection connection = DriverManager.getConnection(PostgresServer.url())) {
            Owned owned = new Owned(connection);
            BorrowedConnection borrowed = BorrowedConnection.of(owned);
            borrowed.setAutoCommit(false);
            owned.fails = true;
            assertThatThrownBy(borrowed::close).hasMessageContaining("I/O error");
            assertThat(owned.aborted).isTrue();
        }
    }

    @Test
    void oneThatIsPutBackIsKeptAndIsAsBefore() throws SQLException {
        try (Connection connection = DriverManager.getConnection(PostgresServer.url())) {
            Owned owned = new Owned(connection);
            connection.setReadOnly(true);
            connection.setAutoCommit(false);
            BorrowedConnection borrowed = BorrowedConnection.of(owned);
            assertThat(connection.isReadOnly()).isFalse();
            borrowed.prepareNothingOnTheServer();
            borrowed.close();
            assertThat(owned.aborted).isFalse();
            assertThat(connection.isReadOnly()).isTrue();
            assertThat(connection.getAutoCommit()).isFalse();
            assertThat(connection.unwrap(PGConnection.class).getPrepareThreshold())
                    .isEqualTo(5);
            assertThat(connection.isValid(5)).isTrue();
        }
    }
}
