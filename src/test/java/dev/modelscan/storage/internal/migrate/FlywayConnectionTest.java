package dev.modelscan.storage.internal.migrate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import org.junit.jupiter.api.Test;

class FlywayConnectionTest {

    /** A file that was not understood must not end the transaction either. */
    @Test
    void aStatementThatEndsTheTransactionDoesNotRun() throws SQLException {
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite::memory:");
                Statement statement = FlywayConnection.afterBegin(connection).createStatement()) {
            statement.execute("CREATE TABLE commits (id text)");
            for (String sql : new String[] {"COMMIT", "-- a\n/* b; */ end transaction", "BEGIN", "rollback"}) {
                assertThatThrownBy(() -> statement.execute(sql)).hasMessageContaining("one transaction");
            }
            statement.execute("SAVEPOINT s");
            statement.execute("ROLLBACK TO s");
            assertThat(statement.execute("SELECT * FROM commits")).isTrue();
        }
    }
}
