package dev.modelscan.storage.engine.postgres;

import static dev.modelscan.storage.schema.Tables.AGENTS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.modelscan.storage.Database;
import dev.modelscan.storage.agents.Agent;
import dev.modelscan.storage.errors.BusyException;
import dev.modelscan.storage.errors.UnavailableException;
import dev.modelscan.storage.support.PostgresServer;
import dev.modelscan.storage.support.TcpProxy;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A server that was away for longer than any call waits. */
@Timeout(60)
class PostgresRecoveryTest {

    /** Long enough for a pool that doubles its pauses to pause for seconds. */
    private static final int OUTAGE_MILLIS = 6_000;

    private final TcpProxy proxy = new TcpProxy();
    private final Database db = Database.builder()
            .url(proxy.url())
            .workspace(PostgresServer.newSchemaName())
            .busyTimeout(Duration.ofSeconds(1))
            .open();

    @AfterEach
    void close() {
        db.close();
        proxy.close();
    }

    private Agent create(String name) {
        return db.agents().create(Agent.builder().name(name).mode("llm").build());
    }

    private void requireAway() {
        assertThatThrownBy(() -> db.agents().list(1, 0))
                .isInstanceOfAny(UnavailableException.class, BusyException.class);
    }

    private void beAway(String state) throws InterruptedException {
        proxy.refuse(Integer.MAX_VALUE, state);
        proxy.cut();
        long end = System.nanoTime() + Duration.ofMillis(OUTAGE_MILLIS).toNanos();
        while (System.nanoTime() < end) {
            requireAway();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"57P03", "53300"})
    void aCallThatBeginsOnceItIsBackSucceeds(String state) throws Exception {
        create("before");
        assertThat(db.dsl().fetchCount(AGENTS)).isOne();
        beAway(state);
        proxy.heal();
        assertThat(create("after").name()).isEqualTo("after");
        assertThat(db.dsl().fetchCount(AGENTS)).isEqualTo(2);
    }

    /** Without any call during the outage. */
    @Test
    void theFirstCallAfterAQuietOutageSucceeds() throws Exception {
        create("before");
        proxy.refuse(Integer.MAX_VALUE, "57P03");
        proxy.cut();
        requireAway();
        Thread.sleep(OUTAGE_MILLIS);
        proxy.heal();
        assertThat(create("after").name()).isEqualTo("after");
    }

    /** A wrong password for some time, for example while it is changed. */
    @Test
    void aServerThatLetsTheRoleInAgainIsUsedAtOnce() throws Exception {
        create("before");
        proxy.refuse(Integer.MAX_VALUE, "28P01");
        proxy.cut();
        assertThatThrownBy(() -> db.agents().list(1, 0))
                .isInstanceOf(UnavailableException.class)
                .hasMessageContaining("user and password");
        proxy.heal();
        assertThat(create("after").name()).isEqualTo("after");
    }

    @Test
    void closingDoesNotWaitForAServerThatIsAway() {
        create("before");
        proxy.refuse(Integer.MAX_VALUE, "57P03");
        proxy.cut();
        requireAway();
        db.close();
        assertThatThrownBy(() -> create("late"))
                .isInstanceOf(UnavailableException.class)
                .hasMessageContaining("is closed");
    }
}
