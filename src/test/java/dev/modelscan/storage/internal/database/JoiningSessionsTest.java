package dev.modelscan.storage.internal.database;

import static org.assertj.core.api.Assertions.assertThat;

import dev.modelscan.storage.Database;
import dev.modelscan.storage.DatabaseOptions;
import dev.modelscan.storage.Durability;
import dev.modelscan.storage.Isolation;
import dev.modelscan.storage.agents.Agent;
import dev.modelscan.storage.internal.engine.Store;
import dev.modelscan.storage.internal.query.Session;
import dev.modelscan.storage.internal.sqlite.SqliteStore;
import dev.modelscan.storage.internal.sqlite.file.ConnectionGroup;
import dev.modelscan.storage.internal.sqlite.file.SqliteConnections;
import java.lang.reflect.Field;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JoiningSessionsTest {

    @TempDir
    private Path directory;

    /** It looks at each of them every 20 ms, and the collector may leave them for minutes. */
    @Test
    void theWatchdogForgetsASessionThatServedOneCall() throws Exception {
        Path file = directory.resolve("test.db");
        DatabaseOptions options;
        try (Database db = Database.open(file)) {
            options = db.options();
        }
        SqliteConnections connections = SqliteConnections.toFile(file, Durability.FULL, options.busyTimeout());
        try (Store store = new SqliteStore(connections, options, new ConnectionGroup(0, 0));
                Connection own = DriverManager.getConnection("jdbc:sqlite:" + file + "?foreign_keys=true")) {
            own.setAutoCommit(false);
            StoreRepositories joining = new StoreRepositories(store, () -> own);
            Agent agent = joining.agents()
                    .create(Agent.builder().name("a").mode("llm").build());
            for (int i = 0; i < 500; i++) {
                joining.agents().get(agent.id());
                joining.withTx(Isolation.SERIALIZABLE, tx -> tx.agents().get(agent.id()));
            }
            // It may have slept.
            Thread.sleep(1_500);
            joining.agents().get(agent.id());
            Thread.sleep(500);

            assertThat(watched(store)).hasSizeLessThan(5);
        }
    }

    private static Map<?, ?> watched(Store store) throws ReflectiveOperationException {
        Object watchdog = value(store, "watchdog");
        @SuppressWarnings("unchecked")
        Map<Session, ?> joined = (Map<Session, ?>) value(watchdog, "joined");
        return joined;
    }

    private static Object value(Object of, String name) throws ReflectiveOperationException {
        Field field = of.getClass().getDeclaredField(name);
        field.setAccessible(true);
        return field.get(of);
    }
}
