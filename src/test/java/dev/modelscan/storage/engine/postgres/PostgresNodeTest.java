package dev.modelscan.storage.engine.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.modelscan.storage.Database;
import dev.modelscan.storage.agents.Agent;
import dev.modelscan.storage.errors.OutcomeUnknownException;
import dev.modelscan.storage.errors.UnavailableException;
import dev.modelscan.storage.support.PostgresServer;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The error messages with which a coordinator reports a missing node. */
@Timeout(60)
class PostgresNodeTest {

    private final Database db = Database.builder()
            .url(PostgresServer.url())
            .workspace(PostgresServer.newSchemaName())
            .poolSize(1)
            .busyTimeout(Duration.ofMillis(500))
            .open();

    @AfterEach
    void close() {
        db.close();
    }

    private static Agent agent() {
        return Agent.builder().name("a").mode("llm").build();
    }

    private void refuse(String message) {
        db.useTx(tx -> {
            tx.dsl()
                    .execute("CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
                            + " RAISE EXCEPTION '" + message + "' USING ERRCODE = '08006'; END $$");
            tx.dsl().execute("CREATE TRIGGER refuse BEFORE INSERT ON agents FOR EACH ROW EXECUTE FUNCTION refuse()");
        });
    }

    private Object session() {
        return db.withTx(tx -> tx.dsl().fetchValue("SELECT pg_backend_pid()"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "connection to the remote node worker1:5432 failed with the following error: connection to server at"
                        + " \"worker1\" (10.0.0.1), port 5432 failed: Connection refused",
                "could not establish any connections to the node worker1:5432 after 30000 ms"
            })
    void whereItWasNotReachedNothingWasStoredAndTheConnectionStays(String message) {
        refuse(message);
        Object session = session();
        assertThatThrownBy(() -> db.agents().create(agent()))
                .isExactlyInstanceOf(UnavailableException.class)
                .hasMessageContaining("a node of the cluster")
                .hasMessageContaining("worker1:5432");
        assertThatThrownBy(() -> db.useTx(tx -> tx.agents().create(agent())))
                .isExactlyInstanceOf(UnavailableException.class)
                .hasMessageContaining("worker1:5432");
        assertThat(session()).isEqualTo(session);
        assertThat(db.agents().list(10, 0)).isEmpty();
    }

    /**
     * A worker that ends its session is reported as an error; the connection to the coordinator is still
     * good.
     */
    @ParameterizedTest
    @ValueSource(strings = {"57P01", "57P02", "57P03"})
    void aWorkersEndIsNotThatOfTheConnection(String state) {
        db.useTx(tx -> {
            tx.dsl()
                    .execute("CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
                            + " RAISE EXCEPTION 'terminating connection due to administrator command' USING ERRCODE = '"
                            + state + "'; END $$");
            tx.dsl().execute("CREATE TRIGGER refuse BEFORE INSERT ON agents FOR EACH ROW EXECUTE FUNCTION refuse()");
        });
        Object session = session();
        assertThatThrownBy(() -> db.useTx(tx -> tx.agents().create(agent())))
                .isExactlyInstanceOf(UnavailableException.class)
                .hasMessageContaining("a node of the cluster");
        // A create commits by itself, on the worker.
        assertThatThrownBy(() -> db.agents().create(agent())).isExactlyInstanceOf(OutcomeUnknownException.class);
        assertThat(session()).isEqualTo(session);
    }

    @Test
    void whereItWasLostMeanwhileTheOutcomeIsUnknown() {
        refuse(
                "connection to the remote node worker1:5432 failed with the following error: server closed the connection"
                        + " unexpectedly");
        assertThatThrownBy(() -> db.agents().create(agent())).isExactlyInstanceOf(OutcomeUnknownException.class);
    }
}
