package dev.modelscan.storage.engine.sqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.modelscan.storage.Database;
import dev.modelscan.storage.Json;
import dev.modelscan.storage.Tx;
import dev.modelscan.storage.TxAction;
import dev.modelscan.storage.agents.Agent;
import dev.modelscan.storage.agents.AgentId;
import dev.modelscan.storage.errors.BusyException;
import dev.modelscan.storage.errors.CancelledException;
import dev.modelscan.storage.errors.OutcomeUnknownException;
import dev.modelscan.storage.errors.ReferenceException;
import dev.modelscan.storage.errors.StorageFullException;
import dev.modelscan.storage.errors.UnavailableException;
import dev.modelscan.storage.tasks.Task;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jooq.ConnectionCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.sqlite.ProgressHandler;
import org.sqlite.SQLiteCommitListener;
import org.sqlite.SQLiteConnection;

/** What happens to the other writes of a group or a queue when one fails. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class GroupNeighboursTest {

    private static final Duration BUSY_TIMEOUT = Duration.ofSeconds(4);

    @TempDir
    Path directory;

    private final ExecutorService threads = Executors.newCachedThreadPool();
    private Path file;
    private Database db;

    @BeforeEach
    void open() {
        file = directory.resolve("neighbours.db");
        open(Duration.ofSeconds(30));
    }

    private void open(Duration busyTimeout) {
        db = Database.builder().path(file).busyTimeout(busyTimeout).open();
    }

    @AfterEach
    void close() {
        threads.shutdownNow();
        db.close();
    }

    /** The Error of the test. */
    private static final class Struck extends Error {
        private static final long serialVersionUID = 1L;
    }

    private static Agent agent(String name) {
        return Agent.builder().name(name).mode("llm").build();
    }

    private static Task orphan() {
        return Task.builder().agentId(new AgentId("nobody")).type("orphan").build();
    }

    /**
     * Runs the function in a transaction while the others queue behind it. Returns what each threw, or null.
     */
    @SafeVarargs
    private List<Throwable> lead(TxAction<Exception> leader, Callable<?>... others) throws Exception {
        CountDownLatch held = new CountDownLatch(1);
        CountDownLatch release = new CountDownLatch(1);
        List<Future<?>> all = new ArrayList<>();
        all.add(threads.submit(() -> {
            db.useTx(tx -> {
                held.countDown();
                release.await();
                leader.accept(tx);
            });
            return true;
        }));
        held.await();
        for (Callable<?> other : others) {
            AtomicReference<Thread> thread = new AtomicReference<>();
            all.add(threads.submit(() -> {
                thread.set(Thread.currentThread());
                return other.call();
            }));
            while (thread.get() == null || thread.get().getState() != Thread.State.TIMED_WAITING) {
                Thread.sleep(1);
            }
        }
        release.countDown();
        List<Throwable> thrown = new ArrayList<>();
        for (Future<?> future : all) {
            Throwable failure = catchThrowable(future::get);
            thrown.add(failure instanceof ExecutionException ? failure.getCause() : failure);
        }
        return thrown;
    }

    private static SQLiteConnection connection(Tx tx) {
        return tx.dsl().connectionResult((ConnectionCallable<SQLiteConnection>)
                connection -> connection.unwrap(SQLiteConnection.class));
    }

    @Test
    void foreignKeysThatTheLeaderDefersAreCheckedAtOnceForOthers() throws Exception {
        Task orphan = orphan();
        List<Throwable> thrown = lead(
                tx -> {
                    tx.dsl().execute("PRAGMA defer_foreign_keys = ON");
                    tx.agents().create(agent("leader"));
                },
                () -> db.agents().create(agent("neighbour")),
                () -> db.tasks().create(orphan));

        assertThat(thrown.get(0)).isNull();
        assertThat(thrown.get(1)).isNull();
        assertThat(thrown.get(2)).isInstanceOfSatisfying(ReferenceException.class, e -> assertThat(e.id())
                .isEqualTo(orphan.id().value()));
        assertThat(db.agents().list(10, 0)).extracting(Agent::name).containsExactlyInAnyOrder("leader", "neighbour");
    }

    @Test
    void aLeaderWhoseDeferredForeignKeysFailFailsAlone() throws Exception {
        List<Throwable> thrown = lead(
                tx -> {
                    tx.dsl().execute("PRAGMA defer_foreign_keys = ON");
                    tx.tasks().create(orphan());
                },
                () -> db.agents().create(agent("neighbour")));

        assertThat(thrown.get(0)).isInstanceOf(ReferenceException.class);
        assertThat(thrown.get(1)).isNull();
        assertThat(db.agents().findByName("neighbour")).isPresent();
        assertThat(db.tasks().list(10, 0)).isEmpty();
    }

    @Test
    void neighboursOfALeaderWhoseOwnTableDefersItsKeysMayTryAgain() throws Exception {
        db.useTx(tx -> tx.dsl()
                .execute("CREATE TABLE notes (agent_id TEXT REFERENCES agents (id) DEFERRABLE INITIALLY DEFERRED)"));
        List<Throwable> thrown = lead(tx -> tx.dsl().execute("INSERT INTO notes VALUES ('nobody')"), () -> db.agents()
                .create(agent("neighbour")));

        assertThat(thrown.get(0)).isInstanceOf(ReferenceException.class);
        assertThat(thrown.get(1)).isInstanceOf(UnavailableException.class).hasMessageContaining("nothing");
        assertThat(db.agents().list(10, 0)).isEmpty();
    }

    private static void execute(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    /** There is only one writing connection. */
    @Test
    void whatALeaderLeavesOnTheConnectionIsGoneBeforeOthersWrite() throws Exception {
        for (String leftover : List.of(
                "PRAGMA query_only = ON",
                "PRAGMA max_page_count = 1",
                "PRAGMA ignore_check_constraints = ON",
                "PRAGMA count_changes = ON",
                "CREATE TEMP TABLE agents AS SELECT * FROM main.agents")) {
            String leader = "leader of " + leftover;
            List<Throwable> thrown = lead(
                    tx -> {
                        tx.agents().create(agent(leader));
                        tx.dsl().execute(leftover);
                    },
                    () -> db.agents().create(agent("neighbour of " + leftover)));

            assertThat(thrown).containsOnlyNulls();
            Agent later = db.agents().create(agent("after " + leftover));
            assertThat(db.agents().get(later.id())).isEqualTo(later);
            assertThat(db.agents().findByName("neighbour of " + leftover)).isPresent();
            assertThat(db.agents().findByName(leader)).isPresent();
        }
    }

    @Test
    void aDatabaseInMemoryOutlivesTheConnectionThatWroteIt() {
        try (Database memory = Database.inMemory()) {
            Agent agent = memory.agents().create(agent("kept"));
            assertThat(catchThrowable(() -> memory.useTx(tx -> {
                        tx.dsl().execute("PRAGMA defer_foreign_keys = ON");
                        tx.tasks().create(orphan());
                    })))
                    .isInstanceOf(ReferenceException.class);
            memory.useTx(tx -> tx.dsl().execute("PRAGMA recursive_triggers = ON"));
            assertThat(memory.agents().list(10, 0)).containsExactly(agent);
        }
    }

    @Test
    void aReadThatIsStoppedAfterAWriteWasLeavesNoTransactionOpen() throws Exception {
        db.close();
        db = Database.builder().path(file).queryTimeout(Duration.ofMillis(300)).open();
        String endless = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 300000000) ";
        assertThat(catchThrowable(() -> db.useTx(tx -> tx.dsl()
                        .execute(
                                endless + "INSERT INTO agents (id, name, mode, created_at, updated_at) SELECT 'i' || i,"
                                        + " 'n' || i, 'llm', '2026-01-01T00:00:00.000000Z', '2026-01-01T00:00:00.000000Z'"
                                        + " FROM n"))))
                .isInstanceOf(CancelledException.class);
        assertThat(catchThrowable(() -> db.useTx(tx -> tx.dsl().fetch(endless + "SELECT count(*) FROM n"))))
                .isInstanceOf(CancelledException.class);

        try (Connection other = DriverManager.getConnection("jdbc:sqlite:" + file)) {
            execute(other, "BEGIN IMMEDIATE");
            execute(other, "ROLLBACK");
        }
        Agent agent = db.agents().create(agent("innocent"));
        assertThat(db.agents().list(10, 0)).containsExactly(agent);
    }

    @Test
    void aFullDiskIsAFullDiskForTheWholeGroup() throws Exception {
        Json large = Json.parse("\"" + "x".repeat(1_000_000) + "\"");
        SQLiteConnection writing = db.withTx(GroupNeighboursTest::connection);
        List<Throwable> thrown = lead(
                // The library does not see this PRAGMA. If it did, it would take no others into the group.
                tx -> execute(writing, "PRAGMA max_page_count = 1"),
                () -> db.tasks()
                        .create(Task.builder().type("large").input(large).build()));

        assertThat(thrown).hasSize(2).allSatisfy(failure -> assertThat(failure)
                .isInstanceOf(StorageFullException.class)
                .hasMessageContaining("nothing of the transaction was stored"));
        assertThat(thrown).doesNotHaveDuplicates();
        assertThat(db.tasks().list(10, 0)).isEmpty();
        db.tasks().create(Task.builder().type("afterwards").build());
    }

    @Test
    void anErrorBetweenTheStepsOfAGroupRollsItBack() throws Exception {
        List<Throwable> thrown = lead(
                tx -> {
                    tx.agents().create(agent("leader"));
                    SQLiteConnection connection = connection(tx);
                    // The handler runs when a statement ends; the next statement is not the function's.
                    ProgressHandler.setHandler(connection, 1, new ProgressHandler() {
                        @Override
                        protected int progress() throws SQLException {
                            ProgressHandler.clearHandler(connection);
                            throw new Struck();
                        }
                    });
                },
                () -> db.agents().create(agent("neighbour")));

        assertThat(thrown.get(0)).isInstanceOf(Struck.class);
        assertThat(thrown.get(1)).isNull();
        try (Connection other = DriverManager.getConnection("jdbc:sqlite:" + file);
                Statement statement = other.createStatement()) {
            assertThatCode(() -> statement.execute("BEGIN IMMEDIATE")).doesNotThrowAnyException();
        }
        assertThat(db.agents().list(10, 0)).extracting(Agent::name).containsExactly("neighbour");
    }

    @Test
    void anErrorInTheCommitLeavesItsOutcomeUnknownToAll() throws Exception {
        Agent neighbour = agent("neighbour");
        List<Throwable> thrown = lead(
                tx -> {
                    tx.agents().create(agent("leader"));
                    connection(tx).addCommitListener(new SQLiteCommitListener() {
                        @Override
                        public void onCommit() {
                            throw new Struck();
                        }

                        @Override
                        public void onRollback() {}
                    });
                },
                () -> db.agents().create(neighbour));

        assertThat(thrown).hasSize(2).allSatisfy(failure -> assertThat(failure)
                .isInstanceOf(OutcomeUnknownException.class)
                .hasCauseInstanceOf(Struck.class));
        assertThat(((OutcomeUnknownException) thrown.get(1)).id())
                .isEqualTo(neighbour.id().value());
        Agent afterwards = db.agents().create(agent("afterwards"));
        assertThat(db.agents().find(afterwards.id())).contains(afterwards);
    }

    @Test
    void noWriterWaitsForAnotherProcessLongerThanTheTimeout() throws Exception {
        db.close();
        open(BUSY_TIMEOUT);
        List<Future<Duration>> writers = new ArrayList<>();
        List<Throwable> thrown = new ArrayList<>();
        try (Connection other = DriverManager.getConnection("jdbc:sqlite:" + file);
                Statement statement = other.createStatement()) {
            statement.execute("BEGIN IMMEDIATE");
            for (int i = 0; i < 4; i++) {
                String name = "writer " + i;
                writers.add(threads.submit(() -> {
                    long begun = System.nanoTime();
                    Throwable failure = catchThrowable(() -> db.agents().create(agent(name)));
                    synchronized (thrown) {
                        thrown.add(failure);
                    }
                    return Duration.ofNanos(System.nanoTime() - begun);
                }));
                Thread.sleep(100);
            }
            for (Future<Duration> writer : writers) {
                assertThat(writer.get()).isBetween(BUSY_TIMEOUT, BUSY_TIMEOUT.plusMillis(2_500));
            }
        }
        assertThat(thrown).allSatisfy(failure -> assertThat(failure)
                .isInstanceOf(BusyException.class)
                .hasMessageMatching(".*(another process|another connection).*"));
    }
}
