package dev.modelscan.storage.engine.postgres;

import static dev.modelscan.storage.schema.Tables.AGENTS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.modelscan.storage.Database;
import dev.modelscan.storage.DatabaseBuilder;
import dev.modelscan.storage.Isolation;
import dev.modelscan.storage.Tx;
import dev.modelscan.storage.agents.Agent;
import dev.modelscan.storage.agents.AgentId;
import dev.modelscan.storage.agents.AgentStatus;
import dev.modelscan.storage.errors.BusyException;
import dev.modelscan.storage.errors.CancelledException;
import dev.modelscan.storage.errors.ConflictException;
import dev.modelscan.storage.errors.ReferenceException;
import dev.modelscan.storage.errors.SchemaException;
import dev.modelscan.storage.errors.UnavailableException;
import dev.modelscan.storage.support.EmptySchemas;
import dev.modelscan.storage.support.OlderSchema;
import dev.modelscan.storage.support.OwnThread;
import dev.modelscan.storage.support.PostgresServer;
import dev.modelscan.storage.tasks.Task;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Concurrent transactions that conflict on the server. */
@Timeout(60)
class PostgresTransactionTest {

    private final String workspace = EmptySchemas.take();
    private Database db = open(Duration.ofSeconds(20));

    private Database open(Duration busyTimeout) {
        return Database.builder()
                .url(PostgresServer.url())
                .workspace(workspace)
                .busyTimeout(busyTimeout)
                .open();
    }

    @AfterEach
    void close() {
        db.close();
        EmptySchemas.giveBack(workspace);
    }

    private Agent create(String name) {
        return db.agents().create(Agent.builder().name(name).mode("llm").build());
    }

    private static void raise(Tx tx, String state) {
        tx.dsl().execute("DO $$ BEGIN RAISE EXCEPTION 'by the test' USING ERRCODE = '" + state + "'; END $$");
    }

    @ParameterizedTest
    @ValueSource(strings = {"40001", "40P01"})
    void aFunctionThatTheServerTookBackIsRunAgain(String state) {
        AtomicInteger runs = new AtomicInteger();
        db.useTx(tx -> {
            tx.agents().create(Agent.builder().name("a").mode("llm").build());
            if (runs.incrementAndGet() < 3) {
                raise(tx, state);
            }
        });
        assertThat(runs).hasValue(3);
        assertThat(db.agents().list(10, 0)).hasSize(1);
    }

    @Test
    void aFunctionThatIsTakenBackForTooLongIsBusy() {
        db.close();
        db = open(Duration.ofMillis(500));
        AtomicInteger runs = new AtomicInteger();
        assertThatThrownBy(() -> db.useTx(tx -> {
                    runs.incrementAndGet();
                    raise(tx, "40001");
                }))
                .isInstanceOf(BusyException.class)
                .hasMessageContaining("other transactions");
        assertThat(runs).hasValueGreaterThan(3);
    }

    @ParameterizedTest
    @ValueSource(strings = {"40001", "40P01"})
    void aWriteOfTheLibraryThatTheServerTookBackIsDoneAgain(String state) {
        // By the clock, not with a sequence: on a cluster the trigger runs on a node without that sequence.
        String patience = db.dsl()
                .fetchSingle("SELECT (clock_timestamp() + interval '2 s')::text")
                .get(0, String.class);
        String isRefused = "clock_timestamp() < '" + patience + "'::timestamptz";
        db.useTx(tx -> {
            tx.dsl()
                    .execute("CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF " + isRefused
                            + " THEN RAISE EXCEPTION 'by the test' USING ERRCODE = '" + state
                            + "'; END IF; RETURN NEW; END $$");
            tx.dsl().execute("CREATE TRIGGER refuse BEFORE INSERT ON agents FOR EACH ROW EXECUTE FUNCTION refuse()");
        });
        assertThat(db.dsl().fetchValue("SELECT " + isRefused)).isEqualTo(true);
        Agent agent = create("a");
        assertThat(db.agents().list(10, 0)).containsExactly(agent);
    }

    @Test
    void ofTwoInADeadlockOneIsRunAgain() throws Exception {
        Agent first = create("first");
        Agent second = create("second");
        CyclicBarrier bothHold = new CyclicBarrier(2);
        AtomicInteger runs = new AtomicInteger();
        CompletableFuture<?> one = OwnThread.run(() -> takeBoth(first, second, bothHold, runs));
        CompletableFuture<?> other = OwnThread.run(() -> takeBoth(second, first, bothHold, runs));
        CompletableFuture.allOf(one, other).get(30, TimeUnit.SECONDS);
        assertThat(runs).hasValueGreaterThan(2);
        assertThat(db.agents().get(first.id()).version()).isEqualTo(first.version() + 2);
        assertThat(db.agents().get(second.id()).version()).isEqualTo(second.version() + 2);
    }

    private void takeBoth(Agent first, Agent second, CyclicBarrier bothHold, AtomicInteger runs) {
        db.<RuntimeException>useTx(Isolation.READ_COMMITTED, tx -> {
            tx.agents().updateStatus(first.id(), AgentStatus.ACTIVE);
            if (runs.incrementAndGet() <= 2) {
                await(bothHold);
            }
            tx.agents().updateStatus(second.id(), AgentStatus.ACTIVE);
        });
    }

    private static void await(CyclicBarrier barrier) {
        try {
            barrier.await(20, TimeUnit.SECONDS);
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    @ParameterizedTest
    @EnumSource(Isolation.class)
    void whatATransactionSeesOfLaterCommits(Isolation isolation) {
        create("before");
        db.useTx(isolation, tx -> {
            assertThat(tx.dsl().fetchCount(AGENTS)).isOne();
            OwnThread.run(() -> create("meanwhile")).join();
            assertThat(tx.dsl().fetchCount(AGENTS)).isEqualTo(isolation == Isolation.READ_COMMITTED ? 2 : 1);
        });
    }

    /** Each of two functions makes its agent active only if it saw two idle agents. */
    private int idleAfterWriteSkew(Isolation isolation) throws Exception {
        Agent first = create("first");
        Agent second = create("second");
        CyclicBarrier bothLooked = new CyclicBarrier(2);
        AtomicInteger runs = new AtomicInteger();
        CompletableFuture<?>[] both = new CompletableFuture<?>[2];
        for (int i = 0; i < 2; i++) {
            AgentId own = i == 0 ? first.id() : second.id();
            both[i] = OwnThread.run(() -> db.<RuntimeException>useTx(isolation, tx -> {
                int idle = tx.dsl().fetchCount(AGENTS, AGENTS.STATUS.eq(AgentStatus.IDLE));
                if (runs.incrementAndGet() <= 2) {
                    await(bothLooked);
                }
                if (idle > 1) {
                    tx.agents().updateStatus(own, AgentStatus.ACTIVE);
                }
            }));
        }
        CompletableFuture.allOf(both).get(30, TimeUnit.SECONDS);
        return db.dsl().fetchCount(AGENTS, AGENTS.STATUS.eq(AgentStatus.IDLE));
    }

    @Test
    void writeSkewIsRefusedWhereTransactionsAreSerializable() throws Exception {
        assertThat(idleAfterWriteSkew(Isolation.SERIALIZABLE)).isOne();
    }

    @Test
    void writeSkewIsPossibleWhereTheyAreNot() throws Exception {
        assertThat(idleAfterWriteSkew(Isolation.REPEATABLE_READ)).isZero();
    }

    /**
     * On small tables the server finds conflicts between them: they read and write the same pages of the
     * indexes.
     */
    @Test
    void transactionsOfUnrelatedRecordsAreSeldomRunTwice() throws Exception {
        int threads = 4;
        int transactions = 50;
        AtomicInteger runs = new AtomicInteger();
        CyclicBarrier all = new CyclicBarrier(threads);
        CompletableFuture<?>[] workers = new CompletableFuture<?>[threads];
        for (int thread = 0; thread < threads; thread++) {
            int own = thread;
            workers[thread] = OwnThread.run(() -> {
                await(all);
                for (int i = 0; i < transactions; i++) {
                    String name = own + "/" + i;
                    db.<RuntimeException>useTx(tx -> {
                        runs.incrementAndGet();
                        Agent agent = tx.agents()
                                .create(Agent.builder().name(name).mode("llm").build());
                        Agent found = tx.agents().findByName(name).orElseThrow();
                        tx.agents().updateStatus(found.id(), AgentStatus.ACTIVE);
                        tx.tasks()
                                .create(Task.builder()
                                        .type("t")
                                        .agentId(agent.id())
                                        .build());
                    });
                }
            });
        }
        CompletableFuture.allOf(workers).get(50, TimeUnit.SECONDS);
        assertThat(db.agents().list(1_000, 0)).hasSize(threads * transactions);
        assertThat(runs).hasValueLessThanOrEqualTo(threads * transactions * 13 / 10);
    }

    /** A function that had to run alone for some time does not block functions that wait for each other. */
    @Test
    void transactionsThatWaitForEachOtherGoOnAfterConflicts() throws Exception {
        AtomicInteger runs = new AtomicInteger();
        db.useTx(tx -> {
            if (runs.incrementAndGet() < 6) {
                raise(tx, "40001");
            }
        });
        CyclicBarrier both = new CyclicBarrier(3);
        CompletableFuture<?>[] workers = new CompletableFuture<?>[3];
        for (int i = 0; i < workers.length; i++) {
            workers[i] = OwnThread.run(() -> db.useTx(tx -> await(both)));
        }
        CompletableFuture.allOf(workers).get(30, TimeUnit.SECONDS);
    }

    @Test
    void whatTheCommitRefusesIsRolledBackAndToldAsWhatItIs() {
        db.useTx(tx ->
                tx.dsl().execute("CREATE TABLE notes (agent_id text REFERENCES agents DEFERRABLE INITIALLY DEFERRED)"));
        assertThatThrownBy(() -> db.useTx(tx -> {
                    tx.agents().create(Agent.builder().name("lost").mode("llm").build());
                    tx.dsl().execute("INSERT INTO notes VALUES ('nobody')");
                }))
                .isInstanceOf(ReferenceException.class);
        assertThat(db.agents().list(10, 0)).isEmpty();
        db.useTx(tx -> tx.dsl().execute("DROP TABLE notes"));
    }

    /** How a coordinator reports that a worker failed at the commit: with a warning, or not at all. */
    @ParameterizedTest
    @CsvSource({"40001, BusyException", "08006, OutcomeUnknownException", ", OutcomeUnknownException"})
    void aCommitThatFailsOnANodeIsToldByItsWarning(String state, String expected) {
        requirePlainServer();
        db.close();
        db = open(Duration.ofMillis(500));
        String warning = state == null ? "" : "RAISE WARNING 'of a node' USING ERRCODE = '" + state + "';";
        db.useTx(tx -> {
            tx.dsl()
                    .execute("CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN " + warning
                            + " RAISE EXCEPTION 'could not commit' USING ERRCODE = 'XX000'; END $$");
            tx.dsl()
                    .execute("CREATE CONSTRAINT TRIGGER refuse AFTER INSERT ON agents DEFERRABLE INITIALLY DEFERRED"
                            + " FOR EACH ROW EXECUTE FUNCTION refuse()");
        });
        AtomicInteger runs = new AtomicInteger();
        assertThatThrownBy(() -> db.useTx(tx -> {
                    runs.incrementAndGet();
                    tx.agents().create(Agent.builder().name("a").mode("llm").build());
                }))
                .satisfies(
                        thrown -> assertThat(thrown.getClass().getSimpleName()).isEqualTo(expected));
        assertThat(runs.get() > 1).isEqualTo("40001".equals(state));
    }

    /** How a coordinator reports that a worker is missing; its own connection is still good. */
    @ParameterizedTest
    @CsvSource({
        "Connection refused, UnavailableException",
        "server closed the connection unexpectedly, OutcomeUnknownException"
    })
    void aNodeThatIsAwayIsNamedAndTheConnectionKept(String reason, String expected) {
        requirePlainServer();
        db.useTx(tx -> {
            tx.dsl()
                    .execute("CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION"
                            + " 'connection to the remote node w1:5432 failed with the following error: " + reason
                            + "' USING ERRCODE = '08006'; END $$");
            tx.dsl().execute("CREATE TRIGGER refuse BEFORE INSERT ON agents FOR EACH ROW EXECUTE FUNCTION refuse()");
        });
        try (Database other = Database.builder()
                .url(PostgresServer.url())
                .workspace(workspace)
                .poolSize(1)
                .busyTimeout(Duration.ofMillis(300))
                .open()) {
            Object before = other.dsl().fetchValue("SELECT pg_backend_pid()");
            assertThatThrownBy(() -> other.agents()
                            .create(Agent.builder().name("a").mode("llm").build()))
                    .hasMessageContaining("w1:5432")
                    .satisfies(thrown ->
                            assertThat(thrown.getClass().getSimpleName()).isEqualTo(expected));
            assertThat(other.dsl().fetchValue("SELECT pg_backend_pid()")).isEqualTo(before);
        }
    }

    private void requirePlainServer() {
        Object clusters = db.dsl().fetchValue("SELECT count(*) FROM pg_extension WHERE extname = 'citus'");
        assumeTrue(Objects.equals(clusters, 0L), "a cluster tells it of itself");
    }

    /** A workspace is a schema, which the search_path may choose as well. */
    @Test
    void migrationsOfOneSchemaWaitForEachOtherHoweverItIsNamed() throws Exception {
        String schema = PostgresServer.newSchema();
        try (Connection other = DriverManager.getConnection(PostgresServer.url());
                Statement statement = other.createStatement()) {
            other.setAutoCommit(false);
            statement.execute("SELECT pg_advisory_xact_lock(hashtextextended('modelscan-storage " + schema + "', 0))");
            for (DatabaseBuilder builder : List.of(
                    Database.builder().url(PostgresServer.url()).workspace(schema),
                    Database.builder().url(PostgresServer.url(schema)))) {
                CompletableFuture<Boolean> opening = OwnThread.supply(() -> {
                    builder.open().close();
                    return true;
                });
                assertThatThrownBy(() -> opening.get(1, TimeUnit.SECONDS)).isInstanceOf(TimeoutException.class);
            }
            other.rollback();
        }
    }

    @Test
    void aMigrationWaitsForALockNoLongerThanBusyTimeout() throws Exception {
        String old = PostgresServer.newSchemaName();
        OlderSchema.of("postgresql", PostgresServer.url(), 4)
                .defaultSchema(old)
                .load()
                .migrate();
        DatabaseBuilder behind =
                Database.builder().url(PostgresServer.url()).workspace(old).busyTimeout(Duration.ofMillis(300));
        db.useTx(tx -> {
            tx.dsl().execute("SELECT count(*) FROM " + old + ".messages");
            CompletableFuture<Throwable> opening = OwnThread.supply(() -> catchThrowable(behind::open));
            assertThat(opening.get(20, TimeUnit.SECONDS))
                    .isInstanceOf(BusyException.class)
                    .hasMessageContaining("busyTimeout")
                    .hasMessageContaining("V5");
        });
        try (Database migrated = behind.open()) {
            assertThat(migrated.appliedMigrations()).hasSize(migrated.schemaVersion() - 4);
        }
    }

    /** Another release, or an administrator, must be able to continue from a half-migrated schema. */
    @Test
    void migrationsOfWhichOneFailsLeaveTheSchemaAsItWas() throws Exception {
        String old = PostgresServer.newSchemaName();
        OlderSchema.of("postgresql", PostgresServer.url(), 4)
                .defaultSchema(old)
                .load()
                .migrate();
        DatabaseBuilder behind = Database.builder().url(PostgresServer.url()).workspace(old);
        db.useTx(tx -> tx.dsl().execute("CREATE INDEX agents_list ON " + old + ".agents (name)"));
        assertThatThrownBy(behind::open)
                .isInstanceOf(SchemaException.class)
                .hasMessageContaining("V6")
                .hasMessageContaining("rolled back");
        assertThat(db.dsl().fetchValue("SELECT max(version) FROM " + old + ".modelscan_schema_history"))
                .isEqualTo("4");
        db.useTx(tx -> tx.dsl().execute("DROP INDEX " + old + ".agents_list"));
        try (Database migrated = behind.open()) {
            assertThat(migrated.appliedMigrations()).hasSize(migrated.schemaVersion() - 4);
        }
    }

    /** The text of a server is in its own language; only the SQLSTATE is the same everywhere. */
    @ParameterizedTest
    @CsvSource({
        "canceling statement due to user request, because it was cancelled from outside;",
        "storniere Anfrage wegen Benutzeraufforderung, or it was cancelled from outside;",
        "canceling statement due to statement timeout, which is 600000 ms;"
    })
    void whyAStatementWasStoppedIsNotGuessed(String text, String expected) {
        assertThatThrownBy(() ->
                        db.dsl().execute("DO $$ BEGIN RAISE EXCEPTION '" + text + "' USING ERRCODE = '57014'; END $$"))
                .isInstanceOf(CancelledException.class)
                .hasMessageContaining(expected);
    }

    @Test
    void aCallAfterClosingConnectsToNothing() throws Exception {
        String name = workspace + "_closed";
        Database closed = Database.builder()
                .url(PostgresServer.url() + "&ApplicationName=" + name)
                .workspace(workspace)
                .open();
        closed.close();
        assertThatThrownBy(() -> closed.agents().list(10, 0)).isInstanceOf(UnavailableException.class);
        assertThatThrownBy(() -> closed.agents()
                        .create(Agent.builder().name("late").mode("llm").build()))
                .isInstanceOf(UnavailableException.class);
        assertThatThrownBy(() -> closed.dsl().fetchCount(AGENTS)).isInstanceOf(UnavailableException.class);
        // The pool connects on its own thread.
        Thread.sleep(500);
        assertThat(db.dsl().fetchValue("SELECT count(*) FROM pg_stat_activity WHERE application_name = '" + name + "'"))
                .isEqualTo(0L);
    }

    @Test
    void aFunctionThatHidesARefusalIsRolledBackAllTheSame() {
        create("taken");
        assertThatThrownBy(() -> db.useTx(tx -> {
                    tx.agents().create(Agent.builder().name("lost").mode("llm").build());
                    try {
                        tx.agents()
                                .create(Agent.builder()
                                        .name("taken")
                                        .mode("llm")
                                        .build());
                    } catch (ConflictException e) {
                        // The function hides it.
                    }
                }))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("can only roll back");
        assertThat(db.agents().findByName("lost")).isEmpty();
    }

    /** It waits for whoever has a table, and takes as long as the tables need. */
    @Test
    void aScrubMayTakeLongerThanAStatement() throws Exception {
        try (Database limited = Database.builder()
                        .url(PostgresServer.url())
                        .workspace(workspace)
                        .queryTimeout(Duration.ofMillis(300))
                        .open();
                Connection holder = PostgresServer.connect(workspace);
                Statement statement = holder.createStatement()) {
            holder.setAutoCommit(false);
            statement.execute("LOCK TABLE agents IN SHARE UPDATE EXCLUSIVE MODE");
            CompletableFuture<Void> scrub = OwnThread.run(limited.erasure()::scrub);
            assertThatThrownBy(() -> scrub.get(1, TimeUnit.SECONDS)).isInstanceOf(TimeoutException.class);
            holder.commit();
            scrub.get(30, TimeUnit.SECONDS);
        }
    }
}
