package dev.modelscan.storage.internal.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.modelscan.storage.PostgresServer;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.Executor;
import org.jooq.tools.jdbc.DefaultConnection;
import org.junit.jupiter.api.Test;

/** A connection whose settings cannot be put back does not return to its owner as if they were. */
class BorrowedConnectionTest {

    /** One of a pool, which a timeout of the server's keeps from being put back. */
    private static final class Owned extends DefaultConnection {

        boolean fails;
        boolean aborted;

        Owned(Connection connection) {
            super(connection);
        }

        @Override
        public PreparedStatement prepareStatement(String sql) throws SQLException {
            if (fails) {
                throw new SQLException("canceling statement due to statement timeout", "57014");
            }
            return super.prepareStatement(sql);
        }

        @Override
        public void abort(Executor executor) throws SQLException {
            aborted = true;
            super.abort(executor);
        }

        @Override
        public void close() {
            // It goes back to the pool.
        }
    }

    private static final PostgresSettings SETTINGS =
            PostgresSettings.writing(Duration.ofSeconds(5), Duration.ofMillis(50));

    @Test
    void oneThatCannotBePutBackIsAborted() throws SQLException {
        try (Connection connection = DriverManager.getConnection(PostgresServer.url())) {
            Owned owned = new Owned(connection);
            BorrowedConnection borrowed = BorrowedConnection.of(owned, SETTINGS);
            owned.fails = true;
            assertThatThrownBy(borrowed::close).hasMessageContaining("timeout");
            assertThat(owned.aborted).isTrue();
        }
    }

    @Test
    void oneThatIsPutBackIsKept() throws SQLException {
        try (Connection connection = DriverManager.getConnection(PostgresServer.url())) {
            Owned owned = new Owned(connection);
            BorrowedConnection.of(owned, SETTINGS).close();
            assertThat(owned.aborted).isFalse();
            assertThat(connection.isValid(5)).isTrue();
        }
    }
}
