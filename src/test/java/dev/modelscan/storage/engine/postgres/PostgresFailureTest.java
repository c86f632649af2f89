package dev.modelscan.storage.engine.postgres;

import static dev.modelscan.storage.schema.Tables.AGENTS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.modelscan.storage.Database;
import dev.modelscan.storage.DatabaseBuilder;
import dev.modelscan.storage.agents.Agent;
import dev.modelscan.storage.agents.AgentStatus;
import dev.modelscan.storage.errors.BusyException;
import dev.modelscan.storage.errors.CancelledException;
import dev.modelscan.storage.errors.ConflictException;
import dev.modelscan.storage.errors.OutcomeUnknownException;
import dev.modelscan.storage.errors.UnavailableException;
import dev.modelscan.storage.support.EmptySchemas;
import dev.modelscan.storage.support.OwnThread;
import dev.modelscan.storage.support.PostgresServer;
import dev.modelscan.storage.support.TcpProxy;
import dev.modelscan.storage.workspaces.WorkspaceMigration;
import dev.modelscan.storage.workspaces.Workspaces;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The network and the server fail, and the library reports what was stored. */
@Timeout(60)
class PostgresFailureTest {

    private static final Duration PATIENCE = Duration.ofSeconds(5);

    private final TcpProxy proxy = new TcpProxy();
    private String workspace = EmptySchemas.take();
    private boolean isLikeNew = true;
    private Database db = builder().open();

    /** Two connections, so that a missing one shows at once. */
    private DatabaseBuilder builder() {
        return withoutWorkspace().workspace(workspace);
    }

    private DatabaseBuilder withoutWorkspace() {
        return Database.builder()
                .url(PostgresServer.with("ApplicationName=" + workspace, proxy.url()))
                .poolSize(2)
                .busyTimeout(PATIENCE);
    }

    @AfterEach
    void everyConnectionCameBack() throws Exception {
        proxy.heal();
        try {
            CountDownLatch both = new CountDownLatch(2);
            CompletableFuture<?>[] users = new CompletableFuture<?>[2];
            for (int i = 0; i < 2; i++) {
                users[i] = OwnThread.run(() -> db.<RuntimeException>useTx(tx -> {
                    tx.agents().list(1, 0);
                    both.countDown();
                    awaitBoth(both);
                }));
            }
            CompletableFuture.allOf(users).get(30, TimeUnit.SECONDS);
            requireSoonUsable();
        } finally {
            db.close();
            proxy.close();
            if (isLikeNew) {
                EmptySchemas.giveBack(workspace);
            }
        }
    }

    /** The library does not retry the caller's queries; the pool tests connections that were idle for half a second. */
    private void requireSoonUsable() throws InterruptedException {
        for (int tries = 100; ; tries--) {
            try {
                assertThat(db.dsl().fetchCount(AGENTS)).isNotNegative();
                return;
            } catch (UnavailableException e) {
                assertThat(tries).as(e.toString()).isPositive();
                Thread.sleep(100);
            }
        }
    }

    private static void awaitBoth(CountDownLatch both) {
        try {
            assertThat(both.await(20, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private void reopen(DatabaseBuilder builder) {
        db.close();
        db = builder.open();
    }

    private static Agent agent(String name) {
        return Agent.builder().name(name).mode("llm").build();
    }

    private static void onServer(String sql) {
        try (Connection connection = DriverManager.getConnection(PostgresServer.url());
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        } catch (SQLException e) {
            throw new AssertionError(sql, e);
        }
    }

    /** Ends the connections of this test only. */
    private void terminateAll() {
        onServer("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = '" + workspace + "'");
    }

    @Test
    void aWriteWhoseCommitWasNotConfirmedIsUnknownAndCanBeRepeated() {
        List<Agent> agents = List.of(agent("a"), agent("b"));
        proxy.cutReplyTo("COMMIT");
        assertThatThrownBy(() -> db.agents().createAll(agents))
                .isInstanceOf(OutcomeUnknownException.class)
                .hasMessageContaining("read back");
        assertThatThrownBy(() -> db.agents().createAll(agents)).isInstanceOf(ConflictException.class);
        assertThat(db.agents().list(10, 0)).containsExactlyElementsOf(agents);
    }

    /** A create is one statement that commits by itself, so a retry can find out by the key what happened. */
    @Test
    void aCreateWhoseReplyIsLostIsFoundAgainUnlessTheServerStaysAway() {
        // Without a second connection, which would not know that the server is gone.
        reopen(builder().poolSize(1).busyTimeout(Duration.ofSeconds(1)));
        Agent agent = agent("a");
        proxy.cutReplyTo("insert into");
        assertThat(db.agents().create(agent)).isEqualTo(agent);

        Agent other = agent("b");
        proxy.cutReplyTo("insert into");
        proxy.refuse(Integer.MAX_VALUE, "57P03");
        assertThatThrownBy(() -> db.agents().create(other))
                .isInstanceOf(OutcomeUnknownException.class)
                .hasMessageContaining("agent " + other.id());
        proxy.refuse(0, "57P03");
        assertThatThrownBy(() -> db.agents().create(other)).isInstanceOf(ConflictException.class);
        assertThat(db.agents().list(10, 0)).containsExactly(agent, other);
        reopen(builder());
    }

    /** A dump restores constraints in another order, and the server names the one that was created first. */
    @Test
    void aCreateWhoseReplyIsLostIsFoundAgainWhicheverConstraintTheServerNames() {
        db.close();
        EmptySchemas.giveBack(workspace);
        // The foreign keys to agents go with the key, so nobody else may get it.
        isLikeNew = false;
        workspace = PostgresServer.newSchemaName();
        db = builder().open();
        db.useTx(tx -> {
            tx.dsl().execute("ALTER TABLE agents DROP CONSTRAINT agents_pkey CASCADE");
            tx.dsl().execute("ALTER TABLE agents ADD PRIMARY KEY (id)");
        });
        Agent agent = agent("a");
        proxy.cutReplyTo("insert into");
        assertThat(db.agents().create(agent)).isEqualTo(agent);

        proxy.cutBefore("insert into");
        assertThatThrownBy(() -> db.agents().create(agent("a")))
                .isInstanceOf(ConflictException.class)
                .hasMessageContaining("agent name 'a' is taken by agent " + agent.id());
    }

    /** jOOQ commits through the connection, not with a statement. */
    @Test
    void aSnapshotWhoseEndIsLostIsUnavailable() {
        for (String moment : List.of("ROLLBACK", "select")) {
            proxy.cutBefore(moment);
            assertThatThrownBy(() -> db.dsl()
                            .transactionResult(snapshot -> snapshot.dsl().fetchCount(AGENTS)))
                    .isInstanceOf(UnavailableException.class);
        }
    }

    @Test
    void aTransactionWhoseCommitWasNotConfirmedIsUnknownAndNotRunAgain() {
        int[] runs = new int[1];
        proxy.cutReplyTo("COMMIT");
        assertThatThrownBy(() -> db.useTx(tx -> {
                    runs[0]++;
                    tx.agents().create(agent("a"));
                }))
                .isInstanceOf(OutcomeUnknownException.class);
        assertThat(runs[0]).isOne();
        assertThat(db.agents().list(10, 0)).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"BEGIN", "insert into"})
    void aWriteWhoseConnectionIsLostBeforeTheCommitIsDoneOnce(String moment) {
        proxy.cutBefore(moment);
        db.agents().createAll(List.of(agent("a")));
        assertThat(db.agents().list(10, 0)).hasSize(1);
    }

    @Test
    void aTransactionWhoseConnectionIsLostIsNotRunAgainAndTheErrorSaysSo() {
        int[] runs = new int[1];
        proxy.cutBefore("insert into");
        assertThatThrownBy(() -> db.useTx(tx -> {
                    runs[0]++;
                    tx.agents().create(agent("a"));
                }))
                .isInstanceOf(UnavailableException.class)
                .hasMessageContaining("a function of withTx is not run again");
        assertThat(runs[0]).isOne();
        assertThat(db.agents().list(10, 0)).isEmpty();
    }

    @Test
    void aReadWhoseConnectionIsLostIsTriedAgain() {
        Agent agent = db.agents().create(agent("a"));
        proxy.cutReplyTo("select");
        assertThat(db.agents().get(agent.id())).isEqualTo(agent);
        proxy.cut();
        assertThat(db.agents().get(agent.id())).isEqualTo(agent);
    }

    @Test
    void connectionsThatTheServerEndedWhileIdleAreReplaced() {
        Agent agent = db.agents().create(agent("a"));
        assertThat(db.dsl().fetchCount(AGENTS)).isOne();
        terminateAll();
        assertThat(db.agents().get(agent.id())).isEqualTo(agent);
        terminateAll();
        db.agents().create(agent("b"));
        terminateAll();
        db.useTx(tx -> tx.agents().create(agent("c")));
        assertThat(db.agents().list(10, 0)).hasSize(3);
    }

    @Test
    void aConnectionThatTheServerEndsInsideATransactionTakesItBack() {
        assertThatThrownBy(() -> db.useTx(tx -> {
                    tx.agents().create(agent("a"));
                    terminateAll();
                    tx.agents().create(agent("b"));
                }))
                .isInstanceOf(UnavailableException.class)
                .hasMessageContaining("a function of withTx is not run again");
        assertThatThrownBy(() -> db.useTx(tx -> {
                    tx.agents().create(agent("a"));
                    terminateAll();
                }))
                .isInstanceOfAny(OutcomeUnknownException.class, UnavailableException.class);
        assertThat(db.agents().list(10, 0)).isEmpty();
    }

    @Test
    void aServerThatIsStartingIsWaitedFor() {
        db.agents().create(agent("a"));
        proxy.cut();
        proxy.refuse(3, "57P03");
        assertThat(db.agents().list(10, 0)).hasSize(1);

        proxy.refuse(2, "57P03");
        reopen(builder());
        assertThat(db.agents().list(10, 0)).hasSize(1);
    }

    /** The server is replaced, has no free connection, or ends the new one. */
    @ParameterizedTest
    @ValueSource(strings = {"57P01", "57P02", "53300"})
    void aServerThatComesBackWhileTheDatabaseIsOpenedIsWaitedFor(String state) {
        proxy.refuse(2, state);
        reopen(builder());
        proxy.refuse(2, state);
        try (Workspaces workspaces = withoutWorkspace().openWorkspaces()) {
            proxy.refuse(2, state);
            assertThat(workspaces.migrateAll(1, progress -> {}))
                    .extracting(WorkspaceMigration::name)
                    .contains(workspace);
        }
        proxy.cutBefore("pg_tables");
        reopen(builder());
        assertThat(db.agents().list(10, 0)).isEmpty();
    }

    @Test
    void aServerThatStaysAwayIsUnavailableAfterBusyTimeout() {
        reopen(builder().busyTimeout(Duration.ofSeconds(3)));
        db.agents().list(10, 0);
        proxy.refuse(Integer.MAX_VALUE, "57P03");
        proxy.cut();
        long begun = System.nanoTime();
        assertThatThrownBy(() -> db.agents().list(10, 0)).isInstanceOf(UnavailableException.class);
        assertThatThrownBy(() -> db.agents().create(agent("a"))).isInstanceOf(UnavailableException.class);
        assertThatThrownBy(() -> db.useTx(tx -> tx.agents().create(agent("a"))))
                .isInstanceOf(UnavailableException.class);
        assertThat(Duration.ofNanos(System.nanoTime() - begun))
                .isBetween(Duration.ofSeconds(6), Duration.ofSeconds(13));
    }

    @Test
    void aNetworkThatSwallowsEverythingIsNoticed() {
        reopen(builder().url(proxy.url() + "&socketTimeout=1").busyTimeout(Duration.ofSeconds(1)));
        db.agents().list(10, 0);
        proxy.swallow();
        Agent sent = agent("a");
        assertThatThrownBy(() -> db.agents().create(sent))
                .isInstanceOf(OutcomeUnknownException.class)
                .hasMessageContaining("agent " + sent.id());
        assertThatThrownBy(() -> db.agents().list(10, 0)).isInstanceOf(UnavailableException.class);
        proxy.heal();
        assertThat(db.agents().list(10, 0)).isEmpty();
    }

    /** The cancel request gets no answer either, so the library gives the connection up after some time. */
    @Test
    void anInterruptEndsAStatementWhoseServerIsCutOff() throws Exception {
        reopen(builder().connectTimeout(Duration.ofSeconds(1)));
        CompletableFuture<Throwable> outcome = new CompletableFuture<>();
        Thread thread = new Thread(() -> {
            Throwable thrown = catchThrowable(() -> db.useTx(tx -> {
                tx.agents().list(10, 0);
                proxy.swallow();
                tx.agents().list(10, 0);
            }));
            outcome.complete(Thread.currentThread().isInterrupted() ? thrown : null);
        });
        thread.start();
        Thread.sleep(500);
        thread.interrupt();
        assertThat(outcome.get(30, TimeUnit.SECONDS))
                .isInstanceOf(CancelledException.class)
                .hasMessageContaining("interrupted");
    }

    /** The server accepts the connection, may reject encryption, and says nothing more. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aServerThatAcceptsAndStaysSilentIsGivenUpAfterConnectTimeout(boolean deniesEncryption) throws Exception {
        try (ServerSocket silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            Thread server = new Thread(() -> acceptInSilence(silent, deniesEncryption));
            server.setDaemon(true);
            server.start();
            DatabaseBuilder impatient = Database.builder()
                    .url("jdbc:postgresql://localhost:" + silent.getLocalPort() + "/none")
                    .connectTimeout(Duration.ofSeconds(1))
                    .busyTimeout(Duration.ofSeconds(1));
            CompletableFuture<Throwable> alone = OwnThread.supply(() -> catchThrowable(impatient::open));
            CompletableFuture<Throwable> pooled = OwnThread.supply(() -> catchThrowable(impatient::openWorkspaces));
            assertThat(alone.get(15, TimeUnit.SECONDS)).isInstanceOf(UnavailableException.class);
            assertThat(pooled.get(15, TimeUnit.SECONDS)).isInstanceOf(UnavailableException.class);
        }
    }

    private static void acceptInSilence(ServerSocket listener, boolean deniesEncryption) {
        List<Socket> kept = new ArrayList<>();
        try {
            while (true) {
                Socket client = listener.accept();
                kept.add(client);
                if (deniesEncryption) {
                    client.getOutputStream().write('N');
                }
            }
        } catch (IOException e) {
            // The test is over.
        }
    }

    @Test
    void aLockThatIsHeldForTooLongIsBusy() {
        reopen(builder().busyTimeout(Duration.ofMillis(300)));
        Agent shared = db.agents().create(agent("shared"));
        db.useTx(tx -> {
            tx.agents().updateStatus(shared.id(), AgentStatus.ACTIVE);
            Throwable thrown = OwnThread.supply(
                            () -> catchThrowable(() -> db.agents().updateStatus(shared.id(), AgentStatus.INACTIVE)))
                    .join();
            assertThat(thrown).isInstanceOf(BusyException.class).hasMessageContaining("agent " + shared.id());
        });
        assertThat(db.agents().get(shared.id()).status()).isEqualTo(AgentStatus.ACTIVE);
    }

    /**
     * A server with a value for Citus' setting counts as Citus, whose workers do not know the
     * settings of the session.
     */
    @Test
    void onCitusEachTransactionBoundsItsLocksOnTheWorkers() {
        Agent shared = db.agents().create(agent("shared"));
        reopen(builder().url(proxy.url() + "&options=-c%20citus.propagate_set_commands=none"));
        for (Runnable write : List.<Runnable>of(
                () -> db.agents().updateStatus(shared.id(), AgentStatus.ACTIVE),
                () -> db.useTx(tx -> tx.agents().updateStatus(shared.id(), AgentStatus.INACTIVE)))) {
            proxy.cutBefore("SET LOCAL lock_timeout = 5000");
            write.run();
            assertThat(proxy.hasCut()).isTrue();
        }
        assertThat(db.agents().get(shared.id()).version()).isEqualTo(3);
        reopen(builder());
    }

    @Test
    void whenAllConnectionsAreInUseTheErrorSaysSo() {
        reopen(builder().poolSize(1).busyTimeout(Duration.ofMillis(300)));
        db.useTx(tx -> {
            Throwable thrown = OwnThread.supply(
                            () -> catchThrowable(() -> db.agents().list(10, 0)))
                    .join();
            assertThat(thrown).isInstanceOf(BusyException.class).hasMessageContaining("poolSize");
        });
        reopen(builder());
    }

    private static void requireNoSecret(Throwable thrown) {
        for (Throwable t = thrown; t != null; t = t.getCause()) {
            assertThat(String.valueOf(t)).doesNotContain("hush");
        }
    }

    @Test
    void aWrongPasswordIsToldAtOnceAndNotRepeated() {
        proxy.refuse(1, "28P01");
        Throwable thrown =
                catchThrowable(() -> builder().user("someone").password("hush").open());
        assertThat(thrown).isInstanceOf(UnavailableException.class).hasMessageContaining("user and password");
        requireNoSecret(thrown);
        Throwable inUrl = catchThrowable(() -> Database.builder()
                .url("jdbc:postgresql://localhost:1/none?user=someone&password=hush")
                .open());
        assertThat(inUrl).isInstanceOf(UnavailableException.class).hasMessageContaining("localhost:1/none");
        requireNoSecret(inUrl);
        assertThat(db.options().toString()).doesNotContain("password");
    }

    @Test
    void aMissingDatabaseOrHostIsToldAtOnce() {
        long begun = System.nanoTime();
        String elsewhere = PostgresServer.url().replaceFirst("(//[^/]+/)[^?]*", "$1no_such_database");
        assertThatThrownBy(() -> Database.builder().url(elsewhere).open())
                .isInstanceOf(UnavailableException.class)
                .hasMessageContaining("no_such_database");
        assertThatThrownBy(() -> Database.open("jdbc:postgresql://no-such-host.invalid/modelscan"))
                .isInstanceOf(UnavailableException.class)
                .hasMessageContaining("no-such-host.invalid");
        assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(Duration.ofSeconds(15));
    }
}
