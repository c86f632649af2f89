package dev.modelscan.storage.engine.postgres;

import static dev.modelscan.storage.schema.Tables.AGENTS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.jooq.impl.DSL.table;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.modelscan.storage.Database;
import dev.modelscan.storage.DatabaseBuilder;
import dev.modelscan.storage.agents.Agent;
import dev.modelscan.storage.agents.AgentStatus;
import dev.modelscan.storage.errors.SchemaException;
import dev.modelscan.storage.errors.StorageException;
import dev.modelscan.storage.errors.UnavailableException;
import dev.modelscan.storage.support.OwnThread;
import dev.modelscan.storage.support.PgBouncer;
import dev.modelscan.storage.support.PgBouncer.Mode;
import dev.modelscan.storage.support.PostgresServer;
import dev.modelscan.storage.workspaces.Workspaces;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Clients share sessions of the server, and no client sees anything of another. */
@Timeout(120)
class PoolerTest {

    private static final int THREADS = 6;
    private static final int ROUNDS = Boolean.getBoolean("modelscan.test.long") ? 25 : 8;

    /** How many workspaces reach one server. */
    enum Way {
        /** Each with a pool of its own. */
        ALONE,
        /** All over one pool. */
        WORKSPACES,
        /** Over a pool of the application's. */
        DATA_SOURCE
    }

    private static void withDatabases(Mode mode, Way way, Consumer<Map<String, Database>> test) throws Exception {
        // Few sessions, so that each serves every workspace; but in session mode each client keeps its own.
        String url = PgBouncer.url(mode, mode == Mode.TRANSACTION ? 3 : 80);
        Map<String, Database> databases = new LinkedHashMap<>();
        List<AutoCloseable> opened = new ArrayList<>();
        Function<String, Database> open =
                switch (way) {
                    case ALONE ->
                        name -> Database.builder().url(url).workspace(name).open();
                    case WORKSPACES -> {
                        Workspaces workspaces = Database.builder().url(url).openWorkspaces();
                        opened.add(workspaces);
                        yield workspaces::open;
                    }
                    case DATA_SOURCE -> {
                        HikariConfig configuration = new HikariConfig();
                        configuration.setJdbcUrl(url);
                        configuration.setMaximumPoolSize(10);
                        HikariDataSource pool = new HikariDataSource(configuration);
                        opened.add(pool);
                        yield name -> Database.builder()
                                .dataSource(pool)
                                .workspace(name)
                                .open();
                    }
                };
        try {
            for (int i = 0; i < 3; i++) {
                String name = PostgresServer.newSchemaName();
                databases.put(name, open.apply(name));
            }
            test.accept(databases);
        } finally {
            for (Database database : databases.values()) {
                database.close();
            }
            for (AutoCloseable closeable : opened) {
                closeable.close();
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Way.class)
    void nobodySeesAnothersRowsWhereEachTransactionHasAnotherSession(Way way) throws Exception {
        withDatabases(Mode.TRANSACTION, way, PoolerTest::requireApart);
    }

    @ParameterizedTest
    @EnumSource(Way.class)
    void nobodySeesAnothersRowsWhereEachClientHasASession(Way way) throws Exception {
        withDatabases(Mode.SESSION, way, PoolerTest::requireApart);
    }

    /** The pool has one session of the server, in which another client has left its settings. */
    @Test
    void whatOthersLeaveInTheSessionDoesNotMatter() throws Exception {
        String url = PgBouncer.url(Mode.TRANSACTION, 1, "server_lifetime = 3601");
        String name = PostgresServer.newSchemaName();
        String other = PostgresServer.newSchemaName();
        Database.builder().url(url).workspace(other).open().close();
        for (String left : List.of(
                "search_path = " + other,
                "default_transaction_read_only = on",
                "default_transaction_isolation = 'serializable'",
                "plan_cache_mode = force_custom_plan",
                "lock_timeout = 1")) {
            try (Connection careless = DriverManager.getConnection(url);
                    Statement statement = careless.createStatement()) {
                statement.execute("SET " + left);
                try (Database db = Database.builder().url(url).workspace(name).open()) {
                    Agent agent = db.agents().create(agent(left));
                    db.useTx(tx -> tx.agents().updateStatus(agent.id(), AgentStatus.ACTIVE));
                    db.agents().updateStatus(agent.id(), AgentStatus.IDLE);
                    assertThat(db.agents().get(agent.id()).version()).isEqualTo(3);
                    assertThat(db.dsl().fetchValue("select name from agents where name = ?", left))
                            .isEqualTo(left);
                }
                statement.execute("RESET ALL");
            }
        }
        try (Database db = Database.builder().url(url).workspace(other).open()) {
            assertThat(db.agents().list(10, 0)).isEmpty();
        }
    }

    /** The pool has one session of the server, so the next client sees what is left there. */
    @Test
    void nothingIsLeftInTheSession() throws Exception {
        String url = PgBouncer.url(Mode.TRANSACTION, 1, "server_lifetime = 3603");
        HikariConfig configuration = new HikariConfig();
        configuration.setJdbcUrl(url);
        try (HikariDataSource pool = new HikariDataSource(configuration);
                Database own = Database.builder()
                        .url(url)
                        .workspace(PostgresServer.newSchemaName())
                        .open();
                Database borrowed = Database.builder()
                        .dataSource(pool)
                        .workspace(PostgresServer.newSchemaName())
                        .open()) {
            for (Database db : List.of(own, borrowed)) {
                Agent agent = db.agents().create(agent("a"));
                db.agents().createAll(List.of(agent("b")));
                db.useTx(tx -> tx.agents().updateStatus(agent.id(), AgentStatus.ACTIVE));
                db.agents().setActive(List.of(agent.id()));
                assertThat(db.dsl().fetchCount(AGENTS)).isEqualTo(2);
                assertThat(db.healthCheck().problems()).isEmpty();
            }
            try (Connection next = DriverManager.getConnection(url);
                    Statement statement = next.createStatement();
                    ResultSet left = statement.executeQuery("SELECT string_agg(name || ' = ' || setting, ', '),"
                            + " current_setting('role'),"
                            + " (SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()),"
                            + " (SELECT count(*) FROM pg_prepared_statements)"
                            + " FROM pg_settings WHERE source = 'session' AND NOT starts_with(name, 'transaction_')"
                            + " AND name NOT IN ('application_name',"
                            + " 'client_encoding', 'DateStyle', 'TimeZone', 'extra_float_digits',"
                            + " 'standard_conforming_strings')")) {
                left.next();
                assertThat(left.getString(1)).isNull();
                assertThat(left.getString(2)).isEqualTo("none");
                assertThat(left.getInt(3)).isZero();
                assertThat(left.getInt(4)).isZero();
            }
        }
    }

    @Test
    void aFileIsTransferredThroughAPooler(@TempDir Path directory) {
        Path file = directory.resolve("source.db");
        List<Agent> agents;
        try (Database source = Database.open(file)) {
            agents = source.agents().createAll(List.of(agent("a"), agent("b")));
        }
        // One session for the rows, and one for the lock.
        DatabaseBuilder target =
                Database.builder().url(PgBouncer.url(Mode.TRANSACTION, 2)).workspace(PostgresServer.newSchemaName());
        target.transferFrom(file).run();
        try (Database db = target.open()) {
            assertThat(db.agents().list(10, 0)).containsExactlyInAnyOrderElementsOf(agents);
        }
    }

    @Test
    void theSchemaThatTheServerChoosesIsNotAnotherClientsChoice() throws Exception {
        String url = PgBouncer.url(Mode.TRANSACTION, 1, "server_lifetime = 3602");
        String name = PostgresServer.newSchemaName();
        Database.builder().url(url).workspace(name).open().close();
        try (Connection careless = DriverManager.getConnection(url);
                Statement statement = careless.createStatement()) {
            statement.execute("SET search_path = " + name);
            assertThatThrownBy(() -> Database.open(url))
                    .isInstanceOf(SchemaException.class)
                    .hasMessageContaining("name a workspace");
            statement.execute("RESET search_path");
        }
        String dropping = PgBouncer.url(Mode.TRANSACTION, 1, "ignore_startup_parameters = search_path");
        assertThatThrownBy(() -> Database.open(PostgresServer.with("currentSchema=" + name, dropping)))
                .isInstanceOf(SchemaException.class)
                .hasMessageContaining("currentSchema=" + name)
                .hasMessageContaining("name a workspace");
    }

    @Test
    void aPoolerWithoutTransactionsIsRefusedWhenTheDatabaseIsOpened() {
        String url = PgBouncer.url(Mode.STATEMENT, 2);
        String name = PostgresServer.newSchemaName();
        Database.builder().url(PostgresServer.url()).workspace(name).open().close();
        assertThatThrownBy(() -> Database.builder().url(url).workspace(name).open())
                .isInstanceOf(UnavailableException.class)
                .hasMessageContaining("pool_mode = transaction");
        assertThatThrownBy(() -> Database.builder().url(url).openWorkspaces())
                .isInstanceOf(UnavailableException.class)
                .hasMessageContaining("pool_mode = transaction");
    }

    /** A pooler that tells the driver the server's own number cannot be detected earlier. */
    @ParameterizedTest
    @ValueSource(strings = {"42P05", "26000"})
    void aStatementThatIsPreparedInAnotherSessionIsToldAsThePoolersWork(String state) {
        try (Database db = Database.builder()
                .url(PostgresServer.url())
                .workspace(PostgresServer.newSchemaName())
                .open()) {
            assertThatThrownBy(() -> db.dsl()
                            .execute("DO $$ BEGIN RAISE EXCEPTION 'prepared statement' USING ERRCODE = '" + state
                                    + "'; END $$"))
                    .isInstanceOf(StorageException.class)
                    .hasMessageContaining("pooler")
                    .hasMessageContaining("prepareThreshold=0");
        }
    }

    private static void requireApart(Map<String, Database> databases) {
        Map<String, Queue<String>> acknowledged = new LinkedHashMap<>();
        Queue<String> wrong = new ConcurrentLinkedQueue<>();
        List<CompletableFuture<?>> work = new ArrayList<>();
        databases.forEach((name, db) -> {
            Queue<String> own = new ConcurrentLinkedQueue<>();
            acknowledged.put(name, own);
            for (int i = 0; i < THREADS; i++) {
                int thread = i;
                work.add(OwnThread.run(() -> work(name, db, thread, own, wrong)));
            }
        });
        for (CompletableFuture<?> each : work) {
            try {
                each.get(90, TimeUnit.SECONDS);
            } catch (Exception e) {
                throw new AssertionError(e);
            }
        }
        assertThat(wrong).isEmpty();
        databases.forEach((name, db) -> {
            assertThat(acknowledged.get(name)).hasSize(THREADS * ROUNDS * 3);
            assertThat(db.agents().list(1_000, 0))
                    .extracting(Agent::name)
                    .containsExactlyInAnyOrderElementsOf(acknowledged.get(name));
        });
    }

    private static void work(String name, Database db, int thread, Queue<String> own, Queue<String> wrong) {
        for (int round = 0; round < ROUNDS; round++) {
            String agent = name + "_" + thread + "_" + round;
            own.add(db.agents().create(agent(agent)).name());
            db.useTx(tx -> {
                tx.dsl()
                        .execute("insert into agents (id, name, mode, created_at, updated_at) values ('" + agent
                                + "', '" + agent + "_sql', 'llm', now(), now())");
                look(name, "tx.dsl()", tx.dsl().select(AGENTS.NAME).from(AGENTS).fetch(AGENTS.NAME), wrong);
            });
            own.add(agent + "_sql");
            db.agents().createAll(List.of(agent(agent + "_all")));
            own.add(agent + "_all");
            look(
                    name,
                    "list",
                    db.agents().list(1_000, 0).stream().map(Agent::name).toList(),
                    wrong);
            look(name, "dsl()", db.dsl().select(AGENTS.NAME).from(AGENTS).fetch(AGENTS.NAME), wrong);
            look(name, "text", db.dsl().fetch("select name from agents").getValues("name", String.class), wrong);
            look(name, "plain", db.dsl().selectFrom(table("agents")).fetch("name", String.class), wrong);
        }
    }

    private static Agent agent(String name) {
        return Agent.builder().name(name).mode("llm").build();
    }

    private static void look(String name, String what, List<String> found, Queue<String> wrong) {
        if (found.stream().anyMatch(each -> !each.startsWith(name + "_"))) {
            wrong.add(what + " of " + name);
        }
    }
}
