package dev.modelscan.storage.contract;

import static dev.modelscan.storage.schema.Tables.AGENTS;
import static dev.modelscan.storage.schema.Tables.TASKS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assumptions.abort;

import dev.modelscan.storage.Database;
import dev.modelscan.storage.Tx;
import dev.modelscan.storage.agents.Agent;
import dev.modelscan.storage.agents.AgentId;
import dev.modelscan.storage.agents.AgentStatus;
import dev.modelscan.storage.blobs.BlobId;
import dev.modelscan.storage.conversations.Message;
import dev.modelscan.storage.conversations.MessageId;
import dev.modelscan.storage.conversations.MessagePart;
import dev.modelscan.storage.errors.CancelledException;
import dev.modelscan.storage.errors.ConflictException;
import dev.modelscan.storage.errors.NotFoundException;
import dev.modelscan.storage.errors.ReadOnlyException;
import dev.modelscan.storage.errors.ReferenceException;
import dev.modelscan.storage.metrics.Operation;
import dev.modelscan.storage.schema.tables.Agents;
import dev.modelscan.storage.sources.Origin;
import dev.modelscan.storage.tasks.Task;
import dev.modelscan.storage.tasks.TaskStatus;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.jooq.DSLContext;
import org.jooq.impl.DSL;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Repositories over a connection of the caller's, in the caller's transaction. */
abstract class CallersConnectionContract extends Contract {

    private static final Agent ONE = agent("one").build();
    private static final Agent TWO = agent("two").build();

    private Connection connection;

    @BeforeEach
    final void connect() throws SQLException {
        connection = engine().connect(db).orElseThrow();
    }

    @AfterEach
    final void disconnect() throws SQLException {
        if (!connection.isClosed()) {
            if (!connection.getAutoCommit()) {
                connection.rollback();
            }
            connection.close();
        }
    }

    @Test
    void whatTheCallerCommitsIsStoredTogether() throws SQLException {
        Agent created = db.on(connection).agents().create(ONE);
        changeMode(ONE, "by JDBC");
        Task task = db.on(connection).tasks().create(task().agentId(ONE.id()).build());
        db.on(connection).tasks().start(task.id());
        db.on(connection)
                .messages()
                .createAll(List.of(message(ONE).build(), message(ONE).build()));

        assertThat(created).isEqualTo(ONE);
        assertThat(db.on(connection).agents().get(ONE.id()).mode()).isEqualTo("by JDBC");
        assertThat(everything()).isEmpty();
        connection.commit();

        assertThat(db.agents().get(ONE.id()).mode()).isEqualTo("by JDBC");
        assertThat(db.tasks().get(task.id()).status()).isEqualTo(TaskStatus.RUNNING);
        assertThat(db.messages().list(10, 0))
                .extracting(Message::sequenceNumber)
                .containsExactlyInAnyOrder(1L, 2L);
    }

    /** The caller ought to roll back, and may not. */
    @Test
    void aCallThatNamesWhatDoesNotExistStoresNoPartOfIt() throws SQLException {
        db.on(connection).agents().create(ONE);
        Message stored = db.on(connection).messages().create(message(ONE).build());
        db.on(connection).messages().putOrigins(Map.of(stored.id(), Origin.of("form", "a")));
        connection.commit();
        MessagePart image = MessagePart.image("image/png", new BlobId("0".repeat(64)));

        assertThatThrownBy(() -> db.on(connection)
                        .messages()
                        .create(message(ONE).parts(image).build()))
                .isInstanceOf(ReferenceException.class);
        assertThatThrownBy(() -> db.on(connection)
                        .messages()
                        .putOrigins(Map.of(
                                stored.id(), Origin.of("form", "b"), new MessageId("~"), Origin.of("form", "a"))))
                .isInstanceOf(NotFoundException.class)
                .hasMessageContaining("~");
        connection.commit();

        assertThat(db.messages().list(10, 0)).containsExactly(stored);
        assertThat(db.messages().originOf(stored.id())).isEqualTo(Origin.of("form", "a"));
    }

    /** Who writes is written down first, and that is no part of the call. */
    @Test
    void aCallThatFindsNothingLeavesTheTransactionAsItIsForAnActorToo() throws SQLException {
        Tx tx = db.as("ann").on(connection);
        assertThatThrownBy(() -> tx.agents().delete(ONE.id())).isInstanceOf(NotFoundException.class);
        assertThatThrownBy(() -> tx.agents().update(ONE)).isInstanceOf(NotFoundException.class);
        tx.agents().create(ONE);
        connection.commit();

        assertThat(everything()).containsExactly(ONE);
    }

    @Test
    void whatTheCallerRollsBackIsGone() throws SQLException {
        db.on(connection).agents().create(ONE);
        db.on(connection).tasks().create(task().agentId(ONE.id()).build());
        connection.rollback();

        assertThat(everything()).isEmpty();
        db.on(connection).agents().create(TWO);
        connection.commit();
        assertThat(everything()).containsExactly(TWO);
    }

    @Test
    void nothingOfTheConnectionIsChanged() throws SQLException {
        int isolation = connection.getTransactionIsolation();
        String schema = connection.getSchema();
        int networkTimeout = connection.getNetworkTimeout();

        db.on(connection).agents().create(ONE);
        db.on(connection).dsl().fetchCount(AGENTS);
        db.on(connection).useTx(tx -> tx.agents().create(TWO));

        assertThat(connection.isClosed()).isFalse();
        assertThat(connection.getAutoCommit()).isFalse();
        assertThat(connection.isReadOnly()).isFalse();
        assertThat(connection.getTransactionIsolation()).isEqualTo(isolation);
        assertThat(connection.getSchema()).isEqualTo(schema);
        assertThat(connection.getNetworkTimeout()).isEqualTo(networkTimeout);
    }

    @Test
    void dslWritesInTheSameTransaction() throws SQLException {
        db.on(connection).agents().create(ONE);
        db.on(connection)
                .dsl()
                .update(AGENTS)
                .set(AGENTS.MODE, "by jOOQ")
                .where(AGENTS.ID.eq(ONE.id()))
                .execute();

        assertThat(db.on(connection).agents().get(ONE.id()).mode()).isEqualTo("by jOOQ");
        connection.rollback();
        assertThat(everything()).isEmpty();
    }

    @Test
    void dslNamesTheLibrarysTablesAndNoOthers() throws SQLException {
        db.on(connection).agents().create(ONE);
        db.on(connection).tasks().create(task().agentId(ONE.id()).build());
        DSLContext dsl = db.on(connection).dsl();
        Agents alias = AGENTS.as("x");
        var recent = DSL.name("recent")
                .as(DSL.select(TASKS.ID, TASKS.AGENT_ID).from(TASKS).where(TASKS.TYPE.isNotNull()));

        assertThat(dsl.select(TASKS.TYPE, TASKS.agents().NAME).from(TASKS).fetchOne(TASKS.agents().NAME))
                .isEqualTo("one");
        assertThat(dsl.select(alias.NAME)
                        .from(alias)
                        .where(alias.ID.eq(ONE.id()))
                        .fetchOne(alias.NAME))
                .isEqualTo("one");
        assertThat(dsl.with(recent).selectCount().from(recent).fetchOne(0, int.class))
                .isOne();
        assertThat(dsl.select(AGENTS.asterisk()).from(AGENTS).fetch()).hasSize(1);
        assertThat(dsl.deleteFrom(TASKS)
                        .where(TASKS.AGENT_ID.in(DSL.select(AGENTS.ID).from(AGENTS)))
                        .execute())
                .isOne();
    }

    /** SQLite's driver changes nothing on an open connection. */
    @Test
    void aTransactionThatTheCallerBeganAsReadOnlyRefusesToWrite() throws SQLException {
        connection.rollback();
        try {
            connection.setReadOnly(true);
        } catch (SQLException e) {
            abort("this driver cannot");
        }
        assertThat(db.on(connection).agents().list(1, 0)).isEmpty();
        assertThatThrownBy(() -> db.on(connection).agents().create(ONE))
                .isInstanceOf(ReadOnlyException.class)
                .hasMessageContaining("agent " + ONE.id());
        connection.rollback();
        assertThatThrownBy(() -> db.on(connection).agents().createAll(List.of(ONE, TWO)))
                .isInstanceOf(ReadOnlyException.class);
    }

    @Test
    void theTransactionIsTheCallersToEnd() {
        Tx tx = db.on(connection);

        assertThatThrownBy(() -> tx.dsl().connection(Connection::commit))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("tx.withTx");
        assertThatThrownBy(() -> tx.dsl().transaction(configuration -> {})).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void aPartBehindASavepointFailsByItself() throws SQLException {
        Tx tx = db.on(connection);
        tx.agents().create(ONE);
        assertThatThrownBy(() -> tx.useTx(inner -> {
                    inner.agents().create(TWO);
                    inner.agents().create(TWO);
                }))
                .isInstanceOf(ConflictException.class);
        tx.tasks().create(task().agentId(ONE.id()).build());
        connection.commit();

        assertThat(db.agents().list(10, 0)).containsExactly(ONE);
    }

    @Test
    void failuresAreTheLibrarysAndSayWhatItWas() throws SQLException {
        Savepoint savepoint = connection.setSavepoint();
        assertThatThrownBy(() -> db.on(connection)
                        .tasks()
                        .create(task().agentId(new AgentId("nobody")).build()))
                .isInstanceOf(ReferenceException.class)
                .hasMessageContaining("task");
        connection.rollback(savepoint);
        assertThatThrownBy(() -> db.on(connection).agents().get(new AgentId("nobody")))
                .isInstanceOf(NotFoundException.class);
        db.on(connection).agents().create(ONE);
        Tx refused = db.on(connection);
        assertThatThrownBy(() -> refused.agents().create(agent("one").build())).isInstanceOf(ConflictException.class);
        assertThatThrownBy(() -> refused.agents().list(10, 0))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("refused");
    }

    @Test
    void aConnectionThatCommitsEachStatementIsRejected() throws SQLException {
        Tx tx = db.on(connection);
        connection.rollback();
        connection.setAutoCommit(true);

        assertThatThrownBy(() -> db.on(connection))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("setAutoCommit(false)");
        assertThatThrownBy(() -> tx.agents().create(ONE))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("setAutoCommit(false)");
        connection.close();
        assertThatThrownBy(() -> tx.agents().create(ONE))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("closed");
        assertThat(everything()).isEmpty();
    }

    @Test
    void aConnectionToAnotherDatabaseIsRejected() throws SQLException {
        try (Database other = builder().open();
                Connection elsewhere = DriverManager.getConnection("jdbc:sqlite::memory:")) {
            elsewhere.setAutoCommit(false);
            assertThatThrownBy(() -> db.on(elsewhere))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("connection");
            if (other.file() != null) {
                assertThatThrownBy(() -> other.on(connection))
                        .isInstanceOf(IllegalArgumentException.class)
                        .hasMessageContaining(String.valueOf(other.file()));
            }
        }
    }

    @Test
    void aTxBelongsToItsThread() throws Exception {
        Tx tx = db.on(connection);
        AtomicReference<Throwable> thrown = new AtomicReference<>();
        Thread thread = new Thread(() -> {
            try {
                tx.agents().list(10, 0);
            } catch (IllegalStateException e) {
                thrown.set(e);
            }
        });
        thread.start();
        thread.join();

        assertThat(thrown.get()).hasMessageContaining("belongs to thread");
    }

    @Test
    void statementsStopAtTheQueryTimeout() throws SQLException {
        try (Database timed = engine().beside(db)
                .orElseThrow()
                .queryTimeout(Duration.ofMillis(200))
                .open()) {
            Tx tx = timed.on(connection);
            assertTimeoutPreemptively(Duration.ofSeconds(30), () -> assertThatThrownBy(() -> timed.on(connection)
                            .dsl()
                            .selectOne()
                            .where(DSL.condition(engine().slowCondition()))
                            .fetch())
                    .isInstanceOf(CancelledException.class)
                    .hasMessageContaining("queryTimeout"));
            assertThat(tx).isNotNull();
        }
    }

    @Test
    void noStatementStaysOpen() throws SQLException {
        List<Statement> made = new ArrayList<>();
        Connection counted = (Connection) Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {Connection.class}, (proxy, method, arguments) -> {
                    Object result = method.invoke(connection, arguments);
                    if (result instanceof Statement statement) {
                        made.add(statement);
                    }
                    return result;
                });
        db.on(counted).agents().create(ONE);
        db.on(counted).agents().list(10, 0);
        db.on(counted).dsl().fetchCount(AGENTS);
        db.on(counted).useTx(tx -> tx.agents().create(TWO));

        assertThat(made).hasSizeGreaterThan(3).allMatch(statement -> {
            try {
                return statement.isClosed();
            } catch (SQLException e) {
                throw new IllegalStateException(e);
            }
        });
    }

    @Test
    void aReadOnlyDatabaseTakesNoConnection() {
        try (Database reading = engine().beside(db).orElseThrow().readOnly().open()) {
            assertThatThrownBy(() -> reading.on(connection)).isInstanceOf(ReadOnlyException.class);
        }
        assertThatThrownBy(() -> engine().beside(db)
                        .orElseThrow()
                        .readOnly()
                        .joinTransactions(() -> connection)
                        .open())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("joinTransactions");
    }

    @Test
    void callsJoinTheTransactionThatTheirThreadIsIn() throws SQLException {
        AtomicReference<Connection> current = new AtomicReference<>();
        try (Database joining =
                engine().beside(db).orElseThrow().joinTransactions(current::get).open()) {
            connection.rollback();
            connection.setAutoCommit(true);
            joining.agents().create(ONE);
            assertThat(db.agents().list(10, 0)).hasSize(1);

            connection.setAutoCommit(false);
            current.set(connection);
            joining.agents().create(TWO);
            joining.useTx(tx -> tx.agents().updateStatus(TWO.id(), AgentStatus.ACTIVE));
            assertThatThrownBy(() -> joining.useTx(tx -> {
                        tx.agents().create(agent("three").build());
                        throw new IllegalStateException("mine");
                    }))
                    .hasMessage("mine");
            assertThat(joining.agents().list(10, 0)).hasSize(2);
            assertThat(db.agents().list(10, 0)).hasSize(1);
            connection.rollback();
            current.set(null);

            assertThat(joining.agents().list(10, 0)).hasSize(1);
        }
    }

    @Test
    void aListenerIsToldOfATransactionThatJoins() throws SQLException {
        connection.setAutoCommit(false);
        List<Operation> told = new ArrayList<>();
        try (Database joining = engine().beside(db)
                .orElseThrow()
                .joinTransactions(() -> connection)
                .listener(told::add)
                .open()) {
            told.clear();
            joining.useTx(tx -> tx.agents().create(ONE));
            assertThatThrownBy(() -> joining.useTx(tx -> {
                        throw new IllegalStateException("mine");
                    }))
                    .hasMessage("mine");
        }

        assertThat(told)
                .extracting(Operation::name, Operation::isSuccess)
                .containsExactly(tuple("agent.insert", true), tuple("transaction", true), tuple("transaction", false));
        assertThat(told)
                .extracting(Operation::namespace)
                .containsOnly(told.get(0).namespace());
    }

    @Test
    void whatCancelRunningDoesIsRolledBackWithTheTransactionThatItJoins() throws SQLException {
        connection.rollback();
        connection.setAutoCommit(true);
        db.agents().create(agent("one").id(ONE.id()).status(AgentStatus.ACTIVE).build());
        Task running = db.tasks()
                .create(task().agentId(ONE.id()).status(TaskStatus.RUNNING).build());
        connection.setAutoCommit(false);
        AtomicReference<Connection> current = new AtomicReference<>(connection);
        try (Database joining = engine().beside(db)
                .orElseThrow()
                .busyTimeout(Duration.ZERO)
                .joinTransactions(current::get)
                .open()) {
            joining.agents().create(TWO);
            assertThat(joining.cancelRunning(List.of(ONE.id()))).isEqualTo(1);
            assertThat(joining.tasks().get(running.id()).status()).isEqualTo(TaskStatus.CANCELLED);
            connection.rollback();
            connection.setAutoCommit(true);
            current.set(null);

            assertThat(joining.tasks().get(running.id())).isEqualTo(running);
            assertThat(joining.agents().get(ONE.id()).status()).isEqualTo(AgentStatus.ACTIVE);
            assertThat(joining.cancelRunning(List.of(ONE.id()))).isEqualTo(1);
            assertThat(db.tasks().get(running.id()).status()).isEqualTo(TaskStatus.CANCELLED);
        }
    }

    private void changeMode(Agent agent, String mode) throws SQLException {
        String table = db.workspace() == null ? "agents" : '"' + db.workspace() + "\".agents";
        try (PreparedStatement statement =
                connection.prepareStatement("UPDATE " + table + " SET mode = ? WHERE id = ?")) {
            statement.setString(1, mode);
            statement.setString(2, agent.id().value());
            assertThat(statement.executeUpdate()).isOne();
        }
    }
}
