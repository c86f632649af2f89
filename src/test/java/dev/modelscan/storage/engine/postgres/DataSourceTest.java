package dev.modelscan.storage.engine.postgres;

import static dev.modelscan.storage.schema.Tables.AGENTS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.modelscan.storage.Database;
import dev.modelscan.storage.agents.Agent;
import dev.modelscan.storage.errors.CancelledException;
import dev.modelscan.storage.errors.ConflictException;
import dev.modelscan.storage.support.PostgresServer;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The library returns connections of the application's own pool unchanged. */
@Timeout(60)
class DataSourceTest {

    private static final String SETTINGS =
            "SELECT concat_ws('|', current_setting('search_path'), current_setting('lock_timeout'),"
                    + " current_setting('statement_timeout'), current_setting('default_transaction_isolation'),"
                    + " current_setting('default_transaction_read_only'), current_setting('citus.enable_unsafe_triggers', true))";

    /**
     * As many connections as opening needs, so the test sees what is left on each; the pool itself resets no
     * SQL settings.
     */
    private static HikariDataSource pool(boolean autoCommit, boolean readOnly) {
        HikariConfig configuration = new HikariConfig();
        configuration.setJdbcUrl(PostgresServer.with(
                "options=-c%20search_path=pg_catalog%20-c%20lock_timeout=7s", PostgresServer.url()));
        configuration.setMaximumPoolSize(3);
        configuration.setMinimumIdle(1);
        configuration.setAutoCommit(autoCommit);
        configuration.setReadOnly(readOnly);
        return new HikariDataSource(configuration);
    }

    private static String settings(HikariDataSource pool) throws SQLException {
        try (Connection first = pool.getConnection();
                Connection second = pool.getConnection();
                Connection third = pool.getConnection()) {
            return state(first) + " and " + state(second) + " and " + state(third);
        }
    }

    private static String state(Connection connection) throws SQLException {
        String java = connection.getAutoCommit() + " " + connection.isReadOnly() + " ";
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(SETTINGS)) {
            rows.next();
            // A setting of an extension that was never set is empty after it was restored.
            return java + rows.getString(1).replaceFirst("\\|$", "");
        }
    }

    @ParameterizedTest
    @CsvSource({"true, false", "false, false", "true, true", "false, true"})
    void theyComeBackAsTheyWere(boolean autoCommit, boolean readOnly) throws SQLException {
        try (HikariDataSource pool = pool(autoCommit, readOnly)) {
            String before = settings(pool);
            try (Database db = Database.builder()
                    .dataSource(pool)
                    .workspace(PostgresServer.newSchemaName())
                    .queryTimeout(Duration.ofSeconds(1))
                    .open()) {
                assertThat(settings(pool)).isEqualTo(before);
                db.agents().create(Agent.builder().name("a").mode("llm").build());
                assertThat(db.dsl().fetchCount(AGENTS)).isOne();
                assertThatThrownBy(() -> db.useTx(tx -> {
                            tx.agents()
                                    .create(Agent.builder()
                                            .name("b")
                                            .mode("llm")
                                            .build());
                            tx.agents()
                                    .create(Agent.builder()
                                            .name("a")
                                            .mode("llm")
                                            .build());
                        }))
                        .isInstanceOf(ConflictException.class);
                assertThatThrownBy(() -> db.dsl().fetch("SELECT pg_sleep(20)")).isInstanceOf(CancelledException.class);
                assertThat(db.agents().list(10, 0)).hasSize(1);
                assertThat(settings(pool)).isEqualTo(before);
            }
            assertThat(pool.getHikariPoolMXBean().getActiveConnections()).isZero();
            assertThat(settings(pool)).isEqualTo(before);
        }
    }
}
