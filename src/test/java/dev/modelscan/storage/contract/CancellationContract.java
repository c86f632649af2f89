package dev.modelscan.storage.contract;

import static dev.modelscan.storage.schema.Tables.AGENTS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.modelscan.storage.Tx;
import dev.modelscan.storage.TxAction;
import dev.modelscan.storage.agents.Agent;
import dev.modelscan.storage.agents.AgentStatus;
import dev.modelscan.storage.contract.Workers.Worker;
import dev.modelscan.storage.errors.CancelledException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.jooq.Cursor;
import org.jooq.DSLContext;
import org.jooq.exception.DataAccessException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Statements that are stopped by an interrupt or by the time limit, and the state afterwards. */
abstract class CancellationContract extends Contract {

    /** Long enough for fast statements, and for a first statement on a node of a cluster. */
    private static final Duration LIMIT = Duration.ofMillis(500);

    private static final Duration LONGER_THAN_THE_LIMIT = LIMIT.plusMillis(200);
    private static final Duration SOON = Duration.ofSeconds(5);

    /** Few connections, so that a missing one shows. */
    @BeforeEach
    final void reopen() {
        reopen(Duration.ZERO);
    }

    private void reopen(Duration queryTimeout) {
        closeDatabase();
        db = engine().withConnections(builder(), 2).queryTimeout(queryTimeout).open();
    }

    private int slow(DSLContext dsl) {
        return dsl.fetchOne("SELECT 1 WHERE " + engine().slowCondition()).get(0, int.class);
    }

    /**
     * Needs an agent and {@link #slowTrigger}, because not every server accepts a slow condition in a write.
     */
    private int slowWrite(DSLContext dsl) {
        return dsl.execute("UPDATE agents SET mode = mode");
    }

    /** What a thread threw, and whether its flag was still set. */
    private record Outcome(Throwable thrown, boolean interrupted) {}

    private Outcome interrupt(Runnable work) throws Exception {
        Worker<Outcome> worker = Workers.start(() -> {
            Throwable thrown = catchThrowable(work::run);
            return new Outcome(thrown, Thread.currentThread().isInterrupted());
        });
        worker.awaitLongCall();
        worker.thread().interrupt();
        long begun = System.nanoTime();
        Outcome outcome = worker.get();
        assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(SOON);
        return outcome;
    }

    private static void requireInterrupted(Outcome outcome) {
        assertThat(outcome.thrown()).isInstanceOf(CancelledException.class).hasMessageContaining("interrupted");
        assertThat(outcome.interrupted()).isTrue();
    }

    /** All connections of both kinds are there, and work. */
    private void requireUsable(String... names) {
        List<Cursor<?>> cursors = new ArrayList<>();
        try {
            for (int i = 0; engine().readsWhileWriting() && i < 2; i++) {
                cursors.add(db.dsl().selectFrom(AGENTS).fetchLazy());
            }
        } finally {
            cursors.forEach(Cursor::close);
        }
        Agent made = createAgent("after all");
        assertThat(db.agents().list(100, 0))
                .extracting(Agent::name)
                .contains("after all")
                .containsAll(List.of(names));
        assertThat(db.dsl().fetchCount(AGENTS)).isEqualTo(names.length + 1);
        db.agents().delete(made.id());
    }

    @Test
    void anInterruptStopsAQuery() throws Exception {
        for (int i = 0; i < 3; i++) {
            requireInterrupted(interrupt(() -> slow(db.dsl())));
        }
        requireUsable();
    }

    @Test
    void anInterruptStopsAQueryWhoseRowsAreRead() throws Exception {
        createAgent("a");
        requireInterrupted(interrupt(() -> {
            try (var rows = db.dsl()
                    .fetchLazy("SELECT name FROM agents UNION ALL SELECT 'b' WHERE " + engine().slowCondition())) {
                rows.forEach(row -> {});
            }
        }));
        requireUsable("a");
    }

    @Test
    void anInterruptStopsASnapshot() throws Exception {
        requireInterrupted(interrupt(() -> db.dsl().transaction(snapshot -> slow(snapshot.dsl()))));
        requireUsable();
    }

    @Test
    void anInterruptStopsAReadOfATransactionWhichRollsBack() throws Exception {
        requireInterrupted(interrupt(() -> db.useTx(tx -> {
            tx.agents().create(agent("lost").build());
            slow(tx.dsl());
        })));
        requireUsable();
    }

    @Test
    void anInterruptStopsAWriteOfATransactionWhichRollsBack() throws Exception {
        createAgent("a");
        db.useTx(this::slowTrigger);
        requireInterrupted(interrupt(() -> db.useTx(tx -> {
            tx.agents().create(agent("lost").build());
            slowWrite(tx.dsl());
        })));
        requireUsable("a");
    }

    /** Interrupts its own thread in a transaction, and does the work. */
    private Outcome interrupted(TxAction<RuntimeException> work) throws Exception {
        return Workers.start(() -> {
                    Throwable thrown = catchThrowable(() -> db.useTx(tx -> {
                        Thread.currentThread().interrupt();
                        work.accept(tx);
                    }));
                    return new Outcome(thrown, Thread.currentThread().isInterrupted());
                })
                .get();
    }

    @Test
    void anInterruptStopsACreateAllBetweenItsBatches() throws Exception {
        List<Agent> many = IntStream.range(0, 2_500)
                .mapToObj(i -> agent("lost " + i).build())
                .toList();
        requireInterrupted(interrupted(tx -> tx.agents().createAll(many)));

        Outcome caught = interrupted(
                tx -> assertThatThrownBy(() -> tx.agents().createAll(many)).isInstanceOf(CancelledException.class));
        assertThat(caught.thrown()).as("a part of it would be stored").isInstanceOf(IllegalStateException.class);
        requireUsable();
    }

    private void slowTrigger(Tx tx) {
        engine().slowTrigger().forEach(tx.dsl()::execute);
    }

    @Test
    void aRepositorysCallThatIsStoppedNamesTheRecord() throws Exception {
        Agent stored = createAgent("a");
        db.useTx(this::slowTrigger);

        Outcome outcome = interrupt(
                () -> db.agents().update(stored.toBuilder().mode("tool").build()));

        requireInterrupted(outcome);
        assertThat(outcome.thrown()).hasMessageContaining("agent " + stored.id());
        assertThat(db.agents().get(stored.id())).isEqualTo(stored);
        requireUsable("a");
    }

    @Test
    void aRepositorysCallThatTakesTooLongNamesTheRecordAndTheLimit() {
        reopen(LIMIT);
        Agent stored = createAgent("a");
        db.useTx(this::slowTrigger);
        Agent changed = stored.toBuilder().mode("tool").build();

        assertThatThrownBy(() -> db.agents().update(changed))
                .isInstanceOf(CancelledException.class)
                .hasMessageContaining("agent " + stored.id())
                .hasMessageContaining("queryTimeout, which is 500 ms");
        assertThatThrownBy(() -> db.useTx(tx -> {
                    tx.agents().create(agent("lost").build());
                    tx.agents().update(changed);
                }))
                .isInstanceOf(CancelledException.class)
                .hasMessageContaining("agent " + stored.id());
        requireUsable("a");
    }

    @Test
    void aQueryThatTakesTooLongIsStopped() {
        reopen(LIMIT);
        createAgent("a");
        db.useTx(this::slowTrigger);
        assertThatThrownBy(() -> slow(db.dsl()))
                .isInstanceOf(CancelledException.class)
                .hasMessageContaining("500 ms");
        assertThatThrownBy(() -> db.useTx(tx -> {
                    tx.agents().create(agent("lost").build());
                    slow(tx.dsl());
                }))
                .isInstanceOf(CancelledException.class)
                .hasMessageContaining("500 ms");
        assertThatThrownBy(() -> db.useTx(tx -> slowWrite(tx.dsl()))).isInstanceOf(CancelledException.class);
        requireUsable("a");
    }

    @Test
    void theLimitIsThatOfAStatementAndNotOfItsCaller() throws Exception {
        reopen(LIMIT);
        createAgent("a");
        createAgent("b");
        try (Cursor<?> cursor = db.dsl().selectFrom(AGENTS).fetchLazy()) {
            cursor.fetchNext();
            Thread.sleep(LONGER_THAN_THE_LIMIT.toMillis());
            assertThat(cursor.fetchNext()).isNotNull();
        }
        db.useTx(tx -> {
            tx.agents().create(agent("c").build());
            Thread.sleep(LONGER_THAN_THE_LIMIT.toMillis());
            tx.agents().create(agent("d").build());
        });
        requireUsable("a", "b", "c", "d");
    }

    @Test
    void aTransactionThatGoesOnAfterAStatementWasStoppedIsRolledBack() throws Exception {
        createAgent("a");
        db.useTx(this::slowTrigger);
        Outcome outcome = interrupt(() -> db.useTx(tx -> {
            tx.agents().create(agent("lost").build());
            assertThatThrownBy(() -> slowWrite(tx.dsl())).isInstanceOf(CancelledException.class);
            assertThatThrownBy(() -> tx.agents().create(agent("lost too").build()))
                    .isInstanceOf(IllegalStateException.class);
        }));
        assertThat(outcome.thrown())
                .isInstanceOf(IllegalStateException.class)
                .hasRootCauseMessage("its thread was interrupted");
        requireUsable("a");
    }

    @Test
    void aPartThatWasStoppedTakesTheTransactionWithItOrLeavesItWhole() throws Exception {
        createAgent("a");
        db.useTx(this::slowTrigger);
        Outcome outcome = interrupt(() -> db.useTx(tx -> {
            tx.agents().create(agent("whole").build());
            assertThatThrownBy(() -> tx.useTx(part -> {
                        part.agents().create(agent("lost").build());
                        slowWrite(part.dsl());
                    }))
                    .isInstanceOf(CancelledException.class);
            tx.agents().create(agent("whole too").build());
        }));
        if (outcome.thrown() == null) {
            requireUsable("a", "whole", "whole too");
        } else {
            assertThat(outcome.thrown()).isInstanceOf(IllegalStateException.class);
            requireUsable("a");
        }
    }

    @Test
    void anInterruptEndsTheWaitForALock() throws Exception {
        Agent shared = createAgent("shared");
        CountDownLatch locked = new CountDownLatch(1);
        CountDownLatch release = new CountDownLatch(1);
        Worker<Boolean> holder = Workers.start(() -> {
            db.useTx(tx -> {
                tx.agents().updateStatus(shared.id(), AgentStatus.ACTIVE);
                locked.countDown();
                Workers.await(release);
            });
            return true;
        });
        Workers.await(locked);

        requireInterrupted(interrupt(() -> db.agents().updateStatus(shared.id(), AgentStatus.INACTIVE)));
        requireInterrupted(
                interrupt(() -> db.useTx(tx -> tx.agents().updateStatus(shared.id(), AgentStatus.INACTIVE))));
        release.countDown();
        holder.get();
        assertThat(db.agents().get(shared.id()).status()).isEqualTo(AgentStatus.ACTIVE);
        requireUsable("shared");
    }

    @Test
    void aSetFlagDoesNotStopWhatIsShort() {
        Agent stored = createAgent("a");
        Thread.currentThread().interrupt();
        try {
            for (int i = 0; i < 100; i++) {
                assertThat(catchThrowable(() -> db.agents().get(stored.id())))
                        .satisfiesAnyOf(
                                t -> assertThat(t).isNull(), t -> assertThat(t).isInstanceOf(CancelledException.class));
            }
        } finally {
            assertThat(Thread.interrupted()).isTrue();
        }
        requireUsable("a");
    }

    /** A call that was not interrupted is not affected by an interrupted one before it. */
    @Test
    void randomInterruptsStopNobodyElse() throws Exception {
        Agent stored = createAgent("a");
        AtomicBoolean over = new AtomicBoolean();
        Worker<int[]> worker = Workers.start(() -> {
            int[] counts = new int[2];
            for (int i = 0; i < (Boolean.getBoolean("modelscan.test.long") ? 1_000 : 400); i++) {
                Thread.interrupted();
                int call = i % 20;
                Throwable thrown = catchThrowable(() -> call(call, stored));
                if (thrown == null) {
                    counts[0]++;
                } else {
                    assertThat(thrown).isInstanceOf(CancelledException.class);
                    assertThat(Thread.currentThread().isInterrupted()).isTrue();
                    counts[1]++;
                }
            }
            over.set(true);
            return counts;
        });
        Random random = new Random(4);
        while (!over.get() && !worker.result().isDone()) {
            Thread.sleep(random.nextInt(4));
            worker.thread().interrupt();
        }
        int[] counts = worker.get();
        assertThat(counts[0]).isPositive();
        assertThat(counts[1]).isPositive();
        for (int i = 0; i < (Boolean.getBoolean("modelscan.test.long") ? 50 : 10); i++) {
            requireUsable("a");
        }
    }

    private void call(int kind, Agent stored) {
        switch (kind) {
            case 0 -> slow(db.dsl());
            case 1 -> db.useTx(tx -> slow(tx.dsl()));
            case 2, 3, 4 -> assertThat(db.dsl().fetchCount(AGENTS)).isOne();
            case 5, 6, 7 -> db.useTx(tx -> tx.agents().get(stored.id()));
            case 8, 9, 10 -> db.agents().updateStatus(stored.id(), AgentStatus.IDLE);
            default -> db.agents().get(stored.id());
        }
    }

    /** Stopped calls get an exception, and the writes of all others are stored. */
    @Test
    void neighboursOfAStoppedWriteLoseNothing() throws Exception {
        Agent stored = createAgent("a");
        db.useTx(this::slowTrigger);
        AtomicBoolean over = new AtomicBoolean();
        List<Worker<Integer>> neighbours = new ArrayList<>();
        for (int thread = 0; thread < 4; thread++) {
            int own = thread;
            neighbours.add(Workers.start(() -> {
                int made = 0;
                while (!over.get()) {
                    createAgent("neighbour " + own + " " + made++);
                }
                return made;
            }));
        }
        for (int i = 0; i < 5; i++) {
            List<Agent> many = IntStream.range(0, 3)
                    .mapToObj(n -> agent("lost " + n).build())
                    .toList();
            requireInterrupted(interrupt(() -> db.useTx(tx -> {
                tx.agents().createAll(many);
                tx.agents().update(stored.toBuilder().mode("tool").build());
            })));
        }
        over.set(true);
        int made = 1;
        for (Worker<Integer> neighbour : neighbours) {
            made += neighbour.get();
        }
        assertThat(db.dsl().fetchCount(AGENTS)).isEqualTo(made);
        assertThatThrownBy(() -> db.agents().getByName("lost 0")).isNotInstanceOf(DataAccessException.class);
    }
}
