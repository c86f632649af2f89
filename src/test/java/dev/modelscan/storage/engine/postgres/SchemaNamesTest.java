package dev.modelscan.storage.engine.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import dev.modelscan.storage.Database;
import dev.modelscan.storage.agents.Agent;
import dev.modelscan.storage.support.PostgresServer;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The search_path may choose a schema of any name. */
class SchemaNamesTest {

    @ParameterizedTest
    @ValueSource(strings = {"Two Words", "quo\"te", "apo'strophe", "dot.ted", "back\\slash", "{schema}", "$1", "Ünï"})
    void everythingWorksInIt(String schema) throws SQLException {
        String quoted = '"' + schema.replace("\"", "\"\"") + '"';
        onServer("CREATE SCHEMA " + quoted);
        try (Database db = Database.builder()
                .url(PostgresServer.url(URLEncoder.encode(quoted, StandardCharsets.UTF_8)))
                .open()) {
            db.audit().enable();
            Agent agent =
                    db.agents().create(Agent.builder().name("x").mode("llm").build());
            db.useTx(tx -> tx.agents().update(agent.toBuilder().mode("human").build()));
            db.search().rebuild();
            assertThat(db.audit().seal()).isPositive();
            assertThat(db.dsl().fetchValue("SELECT mode FROM agents")).isEqualTo("human");
            assertThat(db.healthCheck().problems()).isEmpty();
            assertThat(db.doctor().findings()).isEmpty();
        } finally {
            onServer("DROP SCHEMA " + quoted + " CASCADE");
        }
    }

    private static void onServer(String command) throws SQLException {
        try (Connection connection = DriverManager.getConnection(PostgresServer.url());
                Statement statement = connection.createStatement()) {
            statement.execute(command);
        }
    }
}
