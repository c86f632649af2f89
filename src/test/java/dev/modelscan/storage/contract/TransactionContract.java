package dev.modelscan.storage.contract;

import static dev.modelscan.storage.schema.Tables.AGENTS;
import static dev.modelscan.storage.schema.Tables.TASKS;
import static java.sql.Statement.RETURN_GENERATED_KEYS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.jooq.impl.DSL.name;
import static org.jooq.impl.DSL.table;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.modelscan.storage.Tx;
import dev.modelscan.storage.agents.Agent;
import dev.modelscan.storage.agents.AgentId;
import dev.modelscan.storage.agents.AgentStatus;
import dev.modelscan.storage.blobs.BlobId;
import dev.modelscan.storage.conversations.ConversationId;
import dev.modelscan.storage.conversations.Message;
import dev.modelscan.storage.conversations.MessageId;
import dev.modelscan.storage.conversations.MessagePart;
import dev.modelscan.storage.errors.ConflictException;
import dev.modelscan.storage.errors.NotFoundException;
import dev.modelscan.storage.errors.ReadOnlyException;
import dev.modelscan.storage.errors.ReferenceException;
import dev.modelscan.storage.errors.StorageException;
import dev.modelscan.storage.teams.TeamId;
import java.io.IOException;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.jooq.DSLContext;
import org.jooq.Table;
import org.jooq.impl.DSL;
import org.jooq.impl.SQLDataType;
import org.junit.jupiter.api.Test;

/** The guarantees of transactions. */
abstract class TransactionContract extends Contract {

    private static final Agent ONE = agent("one").build();
    private static final Agent TWO = agent("two").build();

    @Test
    void whatTheFunctionReturnsIsReturnedAndItsWorkIsCommitted() {
        Agent created = db.withTx(tx -> {
            tx.agents().create(ONE);
            return tx.agents().create(TWO);
        });

        assertThat(created).isEqualTo(TWO);
        assertThat(everything()).containsExactlyInAnyOrder(ONE, TWO);
    }

    @Test
    void aFunctionMayReturnNull() {
        assertThat(db.<Agent, RuntimeException>withTx(tx -> null)).isNull();
    }

    private void requireRolledBack(Throwable thrown) {
        int[] runs = new int[1];
        Throwable caught = catchThrowable(() -> db.<Exception>useTx(tx -> {
            runs[0]++;
            tx.agents().create(ONE);
            tx.useTx(inner -> inner.agents().create(TWO));
            TransactionContract.<RuntimeException>sneak(thrown);
        }));

        assertThat(caught).isSameAs(thrown).hasNoSuppressedExceptions();
        assertThat(runs[0]).isOne();
        assertThat(everything()).isEmpty();
        assertThat(db.agents().create(ONE)).isEqualTo(ONE);
    }

    @SuppressWarnings("unchecked") // The compiler must not know the type of the exception.
    private static <T extends Throwable> void sneak(Throwable thrown) throws T {
        throw (T) thrown;
    }

    @Test
    void aRuntimeExceptionRollsBackAndIsPassedOn() {
        requireRolledBack(new IllegalArgumentException("mine"));
    }

    @Test
    void aCheckedExceptionRollsBackAndIsPassedOn() {
        requireRolledBack(new IOException("mine"));
    }

    /** The exception may come from another database, and says nothing about this one. */
    @Test
    void anExceptionOfADriversThatTheFunctionThrowsIsPassedOnTheFirstTime() {
        requireRolledBack(new SQLException("mine"));
        empty();
        requireRolledBack(new SQLException("mine", "40001"));
        empty();
        requireRolledBack(new IllegalStateException(new SQLException("mine", "40001")));
    }

    private void empty() {
        assertThat(db.<Integer, RuntimeException>withTx(
                        tx -> tx.dsl().deleteFrom(AGENTS).execute()))
                .isOne();
    }

    @Test
    void anErrorRollsBackAndIsPassedOn() {
        requireRolledBack(new StackOverflowError("mine"));
    }

    @Test
    void aTransactionSeesItsOwnWrites() {
        db.useTx(tx -> {
            tx.agents().create(ONE);
            assertThat(tx.agents().get(ONE.id())).isEqualTo(ONE);
            assertThat(tx.dsl().fetchCount(AGENTS)).isEqualTo(1);
            tx.useTx(inner -> assertThat(inner.agents().list(10, 0)).containsExactly(ONE));
        });
    }

    @Test
    void othersDoNotSeeWhatIsNotCommitted() throws Exception {
        assumeTrue(engine().readsWhileWriting());
        db.<Exception>useTx(tx -> {
            tx.agents().create(ONE);
            assertThat(db.agents().find(ONE.id())).isEmpty();
            assertThat(db.dsl().fetchCount(AGENTS)).isZero();
            assertThat(Workers.start(() -> db.agents().list(10, 0)).get()).isEmpty();
        });
        assertThat(db.agents().find(ONE.id())).contains(ONE);
    }

    @Test
    void aTransactionHasOneTime() {
        List<Agent> changed = db.withTx(tx -> {
            List<Agent> updated = new ArrayList<>();
            for (Agent agent : List.of(ONE, TWO)) {
                tx.agents().create(agent);
                updated.add(tx.agents().updateStatus(agent.id(), AgentStatus.ACTIVE));
                clock.advance();
            }
            return updated;
        });

        assertThat(changed).extracting(Agent::updatedAt).containsOnly(TestClock.START);
    }

    @Test
    void aFailedPartIsTakenBackAndTheRestIsCommitted() {
        Agent three = agent("three").build();
        db.useTx(tx -> {
            tx.agents().create(ONE);
            IllegalStateException failure = new IllegalStateException("mine");
            assertThat(catchThrowable(() -> tx.useTx(inner -> {
                        inner.agents().create(TWO);
                        throw failure;
                    })))
                    .isSameAs(failure);
            assertThat(tx.agents().find(TWO.id())).isEmpty();
            tx.agents().create(three);
        });

        assertThat(everything()).containsExactlyInAnyOrder(ONE, three);
    }

    @Test
    void whatThePartDidGoesWithTheWhole() {
        assertThatThrownBy(() -> db.useTx(tx -> {
                    tx.useTx(inner -> inner.agents().create(ONE));
                    throw new IllegalStateException("mine");
                }))
                .hasMessage("mine");

        assertThat(everything()).isEmpty();
    }

    @Test
    void partsNestDeeplyAndEachFailsByItself() {
        db.useTx(tx -> nest(tx, 0));

        assertThat(db.agents().list(100, 0))
                .extracting(Agent::name)
                .containsExactlyInAnyOrder("level 0", "level 1", "level 2", "level 3", "level 4");
    }

    /** The part at level 5 fails, with all parts below it. */
    private static void nest(Tx tx, int level) {
        tx.agents().create(agent("level " + level).build());
        if (level == 8) {
            return;
        }
        if (level == 4) {
            assertThatThrownBy(() -> tx.useTx(inner -> {
                        nest(inner, 5);
                        throw new IllegalStateException("mine");
                    }))
                    .hasMessage("mine");
        } else {
            tx.useTx(inner -> nest(inner, level + 1));
        }
    }

    @Test
    void aStatementThatTheDatabaseRefusedMakesTheTransactionRollbackOnly() {
        createAgent("taken");

        Throwable caught = catchThrowable(() -> db.useTx(tx -> {
            tx.agents().create(ONE);
            ConflictException refusal = catchThrowableOfType(ConflictException.class, () -> tx.agents()
                    .create(agent("taken").build()));
            assertThat(refusal).isNotNull();
            assertThatThrownBy(() -> tx.agents().create(TWO))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("can only roll back")
                    .hasMessageContaining("tx.withTx");
            assertThatThrownBy(() -> tx.agents().list(1, 0)).isInstanceOf(IllegalStateException.class);
            assertThatThrownBy(() -> tx.dsl().fetchCount(AGENTS)).isInstanceOf(IllegalStateException.class);
            assertThatThrownBy(() -> tx.useTx(inner -> {})).isInstanceOf(IllegalStateException.class);
        }));

        assertThat(caught).isInstanceOf(IllegalStateException.class).hasMessageContaining("can only roll back");
        assertThat(caught.getCause()).isNotNull();
        assertThat(db.agents().list(10, 0)).extracting(Agent::name).containsExactly("taken");
    }

    @Test
    void everyKindOfRefusalMakesTheTransactionRollbackOnly() {
        Agent stored = createAgent("taken");
        db.toolExecutions().create(execution(stored).build());
        List<Object> before = everything();
        requireRollbackOnly(tx -> tx.agents().create(stored));
        requireRollbackOnly(tx -> tx.agents().createAll(List.of(agent("taken").build())));
        requireRollbackOnly(
                tx -> tx.tasks().create(task().agentId(AgentId.next()).build()));
        requireRollbackOnly(tx -> tx.agents().delete(stored.id()));
        requireRollbackOnly(tx -> tx.teams().addMember(TeamId.next(), stored.id()));
        requireRollbackOnly(tx -> tx.dsl().update(AGENTS).set(AGENTS.NAME, " ").execute());
        requireRollbackOnly(tx -> tx.dsl().execute("no sql"));
        requireRollbackOnly(tx -> tx.dsl().fetch("select * from nowhere"));
        assertThat(everything()).isEqualTo(before);
    }

    @Test
    void aCallThatFailedWhenItHadWrittenMakesTheTransactionRollbackOnly() {
        Agent stored = createAgent("stored");
        Message first = db.messages().create(message(stored).build());
        Message elsewhere = db.messages()
                .create(message(stored)
                        .conversationId(new ConversationId("elsewhere"))
                        .build());
        MessagePart image = MessagePart.image("image/png", new BlobId("0".repeat(64)));
        List<Object> before = everything();

        requireRollbackOnly(
                tx -> tx.messages().create(message(stored).parts(image).build()));
        requireRollbackOnly(tx ->
                tx.messages().create(message(stored).parentId(MessageId.next()).build()));
        requireRollbackOnly(tx ->
                tx.messages().create(message(stored).parentId(elsewhere.id()).build()));
        requireRollbackOnly(tx -> tx.conversations()
                .replaceTail(
                        CONVERSATION,
                        null,
                        List.of(message(stored).parentId(first.id()).build())));
        requireRollbackOnly(tx -> tx.agents().setActive(List.of(stored.id(), AgentId.next())));

        assertThat(everything()).isEqualTo(before);
    }

    @Test
    void aPartWhoseCallFailedWhenItHadWrittenLeavesTheTransactionUsable() {
        Agent stored = createAgent("stored");
        MessagePart image = MessagePart.image("image/png", new BlobId("0".repeat(64)));
        db.useTx(tx -> {
            assertThatThrownBy(() -> tx.useTx(inner ->
                            inner.messages().create(message(stored).parts(image).build())))
                    .isInstanceOf(ReferenceException.class);
            tx.messages().create(message(stored).build());
        });

        assertThat(db.messages().list(10, 0))
                .extracting(Message::sequenceNumber)
                .containsExactly(1L);
    }

    private interface Step {
        void run(Tx tx);
    }

    private void requireRollbackOnly(Step refused) {
        assertThatThrownBy(() -> db.useTx(tx -> {
                    tx.agents().create(ONE);
                    assertThat(catchThrowable(() -> refused.run(tx))).isInstanceOf(StorageException.class);
                }))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("can only roll back");
        assertThat(db.agents().find(ONE.id())).isEmpty();
    }

    @Test
    void whatTheLibraryRefusedBeforeAskingTheDatabaseLeavesTheTransactionUsable() {
        db.useTx(tx -> {
            assertThatThrownBy(() -> tx.agents().get(AgentId.next())).isInstanceOf(NotFoundException.class);
            assertThatThrownBy(() -> tx.agents().list(0, 0)).isInstanceOf(IllegalArgumentException.class);
            tx.agents().create(ONE);
            tx.agents().updateStatus(ONE.id(), AgentStatus.ACTIVE);
            assertThatThrownBy(() -> tx.agents().update(ONE)).isInstanceOf(ConflictException.class);
        });

        assertThat(db.agents().get(ONE.id()).status()).isEqualTo(AgentStatus.ACTIVE);
    }

    @Test
    void aPartThatTheDatabaseRefusedLeavesTheTransactionUsable() {
        createAgent("taken");
        db.useTx(tx -> {
            tx.agents().create(ONE);
            assertThatThrownBy(() -> tx.useTx(inner -> {
                        inner.agents().create(TWO);
                        inner.agents().create(agent("taken").build());
                    }))
                    .isInstanceOf(ConflictException.class);
            assertThatThrownBy(() -> tx.useTx(inner -> {
                        inner.agents().create(TWO);
                        catchThrowable(() -> inner.tasks()
                                .create(task().agentId(AgentId.next()).build()));
                    }))
                    .isInstanceOf(IllegalStateException.class)
                    .hasCauseInstanceOf(Throwable.class);
            assertThatThrownBy(() -> tx.useTx(inner ->
                            inner.agents().createAll(List.of(TWO, agent("taken").build()))))
                    .isInstanceOf(ConflictException.class);
        });

        assertThat(db.agents().list(10, 0)).extracting(Agent::name).containsExactlyInAnyOrder("taken", "one");
    }

    @Test
    void aWriteThroughTheDatabaseInsideATransactionIsRefused() {
        db.useTx(tx -> {
            assertThatThrownBy(() -> db.agents().create(ONE))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("write through its tx");
            assertThatThrownBy(() -> db.useTx(other -> {}))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("tx.withTx");
            assertThatThrownBy(() -> tx.useTx(inner -> db.agents().create(ONE)))
                    .isInstanceOf(IllegalStateException.class);
            tx.agents().create(TWO);
        });

        assertThat(everything()).containsExactly(TWO);
    }

    @Test
    void theDatabaseCannotBeClosedInsideATransaction() {
        db.useTx(tx -> {
            assertThatThrownBy(() -> db.close()).isInstanceOf(IllegalStateException.class);
            tx.agents().create(ONE);
        });

        assertThat(everything()).containsExactly(ONE);
    }

    @Test
    void aTransactionThatHasEndedIsRefused() {
        List<Tx> kept = new ArrayList<>();
        List<DSLContext> dsl = new ArrayList<>();
        db.useTx(tx -> {
            kept.add(tx);
            dsl.add(tx.dsl());
            tx.useTx(inner -> {
                kept.add(inner);
                dsl.add(inner.dsl());
            });
            requireEnded(kept.get(1), dsl.get(1));
        });
        catchThrowable(() -> db.useTx(tx -> {
            kept.add(tx);
            dsl.add(tx.dsl());
            throw new IllegalStateException("mine");
        }));

        for (int i = 0; i < kept.size(); i++) {
            requireEnded(kept.get(i), dsl.get(i));
        }
        assertThat(everything()).isEmpty();
    }

    private static void requireEnded(Tx tx, DSLContext dsl) {
        for (Step use : uses()) {
            assertThatThrownBy(() -> use.run(tx))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("has ended");
        }
        assertThatThrownBy(() -> dsl.fetchCount(AGENTS))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("has ended");
    }

    private static List<Step> uses() {
        return List.of(
                tx -> tx.agents().create(ONE),
                tx -> tx.agents().find(ONE.id()),
                tx -> tx.messages().listLatest(CONVERSATION, 1),
                tx -> tx.useTx(inner -> {}),
                tx -> tx.dsl().fetchCount(AGENTS));
    }

    @Test
    void anotherThreadCannotUseATransaction() {
        db.useTx(tx -> {
            DSLContext dsl = tx.dsl();
            List<Step> all = new ArrayList<>(uses());
            all.add(other -> dsl.fetchCount(AGENTS));
            for (Step use : all) {
                assertThatThrownBy(() -> Workers.start(() -> {
                                    use.run(tx);
                                    return true;
                                })
                                .get())
                        .cause()
                        .isInstanceOf(IllegalStateException.class)
                        .hasMessageContaining("belongs to thread");
            }
        });

        assertThat(everything()).isEmpty();
    }

    @Test
    void theOuterTransactionCannotBeUsedInsideAPart() {
        db.useTx(tx -> {
            DSLContext dsl = tx.dsl();
            tx.useTx(inner -> {
                for (Step use : uses()) {
                    assertThatThrownBy(() -> use.run(tx))
                            .isInstanceOf(IllegalStateException.class)
                            .hasMessageContaining("the tx that it hands out");
                }
                assertThatThrownBy(() -> dsl.fetchCount(AGENTS)).isInstanceOf(IllegalStateException.class);
            });
            tx.agents().create(ONE);
        });

        assertThat(everything()).containsExactly(ONE);
    }

    private static void insert(DSLContext dsl, Agent agent) {
        dsl.insertInto(AGENTS)
                .set(AGENTS.ID, agent.id())
                .set(AGENTS.NAME, agent.name())
                .set(AGENTS.MODE, agent.mode())
                .set(AGENTS.STATUS, agent.status())
                .set(AGENTS.CAPABILITIES, agent.capabilities())
                .set(AGENTS.METADATA, agent.metadata())
                .set(AGENTS.VERSION, agent.version())
                .set(AGENTS.CREATED_AT, agent.createdAt())
                .set(AGENTS.UPDATED_AT, agent.updatedAt())
                .execute();
    }

    @Test
    void theQueryBuilderOfATransactionWritesAndRollsBackWithIt() {
        db.useTx(tx -> insert(tx.dsl(), ONE));
        catchThrowable(() -> db.useTx(tx -> {
            insert(tx.dsl(), TWO);
            throw new IllegalStateException("mine");
        }));
        db.useTx(tx -> catchThrowable(() -> tx.useTx(inner -> {
            insert(inner.dsl(), TWO);
            throw new IllegalStateException("mine");
        })));

        assertThat(everything()).containsExactly(ONE);
    }

    @Test
    void theQueryBuilderOfATransactionReportsRefusalsAsTheLibraryDoes() {
        createAgent(ONE.name());
        db.tasks().create(task().build());

        assertThatThrownBy(() -> db.useTx(tx -> insert(tx.dsl(), ONE))).isInstanceOf(ConflictException.class);
        assertThatThrownBy(() -> db.useTx(tx -> tx.dsl()
                        .update(TASKS)
                        .set(TASKS.AGENT_ID, AgentId.next())
                        .execute()))
                .isInstanceOf(ReferenceException.class);
    }

    @Test
    void theQueryBuilderOfATransactionBeginsNoneOfItsOwn() {
        assertThatThrownBy(() -> db.useTx(tx -> tx.dsl().transaction(configuration -> {})))
                .hasMessageContaining("tx.withTx");
    }

    @Test
    void theQueryBuilderOfTheDatabaseRefusesToWrite() {
        db.agents().create(ONE);
        List<Runnable> writes = List.of(
                () -> insert(db.dsl(), TWO),
                () -> db.dsl().update(AGENTS).set(AGENTS.MODE, "x").execute(),
                () -> db.dsl().deleteFrom(AGENTS).execute(),
                () -> db.dsl()
                        .transaction(configuration ->
                                DSL.using(configuration).deleteFrom(AGENTS).execute()),
                () -> db.dsl().execute("create table mine (id integer)"),
                () -> db.dsl().execute("drop table messages"));
        for (Runnable write : writes) {
            StorageException refusal = catchThrowableOfType(ReadOnlyException.class, write::run);
            assertThat(refusal).hasMessageContaining("only reads").hasMessageContaining("useTx");
        }

        assertThat(everything()).containsExactly(ONE);
        assertThat(db.dsl().fetchCount(AGENTS)).isEqualTo(1);
    }

    @Test
    void aQueryThatTheDatabaseRefusesIsAStorageException() {
        assertThatThrownBy(() -> db.dsl().fetch("select * from nowhere"))
                .isInstanceOf(StorageException.class)
                .hasMessageContaining("nowhere");
    }

    @Test
    void aTransactionOfTheQueryBuilderIsASnapshot() {
        assumeTrue(engine().readsWhileWriting());
        db.agents().create(ONE);

        int seen = db.dsl().transactionResult(configuration -> {
            DSLContext snapshot = DSL.using(configuration);
            int before = snapshot.fetchCount(AGENTS);
            db.agents().create(TWO);
            assertThat(db.dsl().fetchCount(AGENTS)).isEqualTo(2);
            assertThat(snapshot.fetchCount(AGENTS)).isEqualTo(before);
            return before;
        });

        assertThat(seen).isEqualTo(1);
        assertThat(db.dsl().fetchCount(AGENTS)).isEqualTo(2);
    }

    @Test
    void aFailedSnapshotGivesItsConnectionBack() {
        for (int i = 0; i < 50; i++) {
            assertThatThrownBy(() -> db.dsl().transaction(configuration -> {
                        DSL.using(configuration).fetchCount(AGENTS);
                        throw new IllegalStateException("mine");
                    }))
                    .hasMessage("mine");
        }
        db.agents().create(ONE);
        assertThat(everything()).containsExactly(ONE);
    }

    @Test
    void aDeletedReferenceIsFoundAtOnceAndNotAtTheCommit() {
        db.agents().create(ONE);
        db.toolExecutions().create(execution(ONE).build());

        assertThatThrownBy(() -> db.useTx(tx -> {
                    assertThatThrownBy(() -> tx.agents().delete(ONE.id())).isInstanceOf(ReferenceException.class);
                    throw new IllegalStateException("mine");
                }))
                .hasMessage("mine");
        assertThat(db.agents().get(ONE.id())).isEqualTo(ONE);
    }

    @Test
    void statementsThatWouldEndTheTransactionAreRefused() {
        for (String sql : List.of("COMMIT", " rollback", "end transaction", "SAVEPOINT mine", "BEGIN")) {
            assertThatThrownBy(() -> db.useTx(tx -> tx.dsl().execute(sql)))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("tx.withTx");
        }
    }

    /** A driver that prepares the first and ignores the others would lose them in silence. */
    @Test
    void aTextOfSeveralStatementsIsRefused() {
        String rename = "UPDATE agents SET mode = 'a'; UPDATE agents SET mode = 'b;'";
        assertThatThrownBy(() -> db.useTx(tx -> tx.dsl().execute(rename)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("more than one statement");
        assertThatThrownBy(() -> db.<SQLException>useTx(tx -> tx.dsl().connection(connection -> {
                    try (Statement statement = connection.createStatement()) {
                        statement.execute(rename);
                    }
                })))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> db.dsl().fetch("SELECT 1; SELECT 2")).hasMessageContaining("more than one statement");
        assertThatThrownBy(() -> db.dsl().fetch("SELECT 1; -- of two\n 'x'")).hasMessageContaining("one statement");
    }

    @Test
    void aTextWithoutAStatementIsRefused() {
        for (String sql : List.of("", " \n", ";", "-- SELECT 1", "/* ; */ ;")) {
            assertThatThrownBy(() -> db.dsl().fetch(sql)).hasMessage("this SQL has no statement");
            assertThatThrownBy(() -> db.useTx(tx -> tx.dsl().execute(sql))).hasMessage("this SQL has no statement");
        }
    }

    @Test
    void oneStatementMayHaveSemicolons() {
        for (String sql : List.of(
                "SELECT 1;", "SELECT 1 ; -- the end;\n ;", "SELECT ';' AS \"a;b\" /* ; */", "SELECT 'it''s; x'")) {
            assertThat(db.dsl().fetch(sql)).as(sql).hasSize(1);
            assertThat(db.<List<?>, RuntimeException>withTx(tx -> tx.dsl().fetch(sql)))
                    .as(sql)
                    .hasSize(1);
        }
    }

    /** Its body has semicolons and words of its own, and what comes behind it is a statement of its own. */
    @Test
    void oneStatementMayHaveABody() {
        List<String> bodies = engine().name().startsWith("SQLite")
                ? List.of(
                        "CREATE TRIGGER mark AFTER UPDATE ON agents WHEN NEW.mode = CASE OLD.mode WHEN ';' THEN 'a' END"
                                + " BEGIN UPDATE agents SET mode = CASE NEW.mode WHEN 'b' THEN 'c' ELSE mode END WHERE id = NEW.id;"
                                + " SELECT 1; END; -- BEGIN;\n;")
                : List.of(
                        "CREATE OR REPLACE /* x */ FUNCTION mark() RETURNS integer LANGUAGE sql BEGIN ATOMIC"
                                + " SELECT CASE WHEN true THEN 1 END; SELECT 2; END;",
                        "CREATE RULE mark AS ON UPDATE TO agents DO ALSO (SELECT 1; SELECT 2)");
        for (String sql : bodies) {
            db.useTx(tx -> tx.dsl().execute(sql));
            assertThatThrownBy(() -> db.useTx(tx -> tx.dsl().execute(sql.strip() + "; SELECT 3")))
                    .as(sql)
                    .hasMessageContaining("more than one statement");
        }
        db.useTx(tx -> {
            if (engine().name().startsWith("SQLite")) {
                tx.dsl().execute("DROP TRIGGER mark");
            } else {
                tx.dsl().execute("DROP RULE mark ON agents");
                tx.dsl().execute("DROP FUNCTION mark()");
            }
        });
    }

    @Test
    void aTextOfSeveralThatCreateIsRefused() {
        for (String sql : List.of(
                "CREATE TABLE notes (no integer); DROP TRIGGER agents_touch",
                "CREATE TRIGGER a AFTER DELETE ON agents BEGIN SELECT 1; END;"
                        + " CREATE TRIGGER b AFTER DELETE ON agents BEGIN SELECT 1; END;")) {
            assertThatThrownBy(() -> db.useTx(tx -> tx.dsl().execute(sql)))
                    .as(sql)
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("more than one statement");
        }
    }

    @Test
    void aStatementOfADriverThatRunsAllMayHaveSeveral() throws SQLException {
        db.agents().create(ONE);

        db.<SQLException>useTx(tx -> tx.dsl().connection(connection -> {
            try (Statement statement = connection.createStatement()) {
                statement.executeUpdate("UPDATE agents SET mode = 'a'; UPDATE agents SET mode = mode || 'b'");
            }
        }));

        assertThat(db.agents().get(ONE.id()).mode()).isEqualTo("ab");
    }

    @Test
    void aCallersInsertKeepsItsGeneratedKeys() throws SQLException {
        db.useTx(tx -> tx.dsl()
                .createTable("counted")
                .column("n", SQLDataType.BIGINT.identity(true))
                .column("label", SQLDataType.VARCHAR)
                .primaryKey("n")
                .execute());
        for (long expected = 1; expected <= 2; expected++) {
            long key = expected;
            db.<SQLException>useTx(tx -> {
                tx.agents().create(agent("before " + key).build());
                tx.dsl().connection(connection -> {
                    String insert = "INSERT INTO counted (label) VALUES ('a')";
                    try (PreparedStatement statement = connection.prepareStatement(insert, RETURN_GENERATED_KEYS)) {
                        statement.executeUpdate();
                        ResultSet keys = statement.getGeneratedKeys();
                        assertThat(keys.next()).isTrue();
                        assertThat(keys.getLong(1)).isEqualTo(key);
                    }
                });
                tx.agents().create(agent("after " + key).build());
            });
            db.agents().create(agent("between " + key).build());
        }
    }

    @Test
    void dslOfADatabaseCannotAllowItselfToWrite() {
        try {
            db.dsl().execute(engine().allowWrites());
        } catch (ReadOnlyException refused) {
            assertThat(refused).hasMessageContaining("only reads");
        }
        for (int i = 0; i < db.options().readers(); i++) {
            assertThatThrownBy(() -> db.dsl().deleteFrom(AGENTS).execute()).isInstanceOf(StorageException.class);
        }
    }

    @Test
    void aSchemaThatACallerNamesIsHis() {
        Table<?> theirs = table(name("acme", "tasks"));
        assertThat(db.dsl().selectFrom(theirs).getSQL()).contains("acme.tasks");
        db.useTx(tx -> assertThat(tx.dsl().deleteFrom(theirs).getSQL()).contains("acme.tasks"));
        assertThatThrownBy(() -> db.dsl().fetchCount(theirs)).isInstanceOf(StorageException.class);
        assertThat(db.dsl().fetchCount(TASKS)).isZero();
    }
}
