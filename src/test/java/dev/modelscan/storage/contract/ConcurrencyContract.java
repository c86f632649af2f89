package dev.modelscan.storage.contract;

import static dev.modelscan.storage.schema.Tables.AGENTS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.modelscan.storage.Database;
import dev.modelscan.storage.Isolation;
import dev.modelscan.storage.PageRequest;
import dev.modelscan.storage.agents.Agent;
import dev.modelscan.storage.agents.AgentId;
import dev.modelscan.storage.agents.AgentStatus;
import dev.modelscan.storage.conversations.ConversationId;
import dev.modelscan.storage.conversations.Message;
import dev.modelscan.storage.errors.BusyException;
import dev.modelscan.storage.errors.CancelledException;
import dev.modelscan.storage.errors.ConflictException;
import dev.modelscan.storage.errors.InvalidTransitionException;
import dev.modelscan.storage.errors.NotFoundException;
import dev.modelscan.storage.errors.UnavailableException;
import dev.modelscan.storage.tasks.Task;
import dev.modelscan.storage.tasks.TaskId;
import dev.modelscan.storage.tasks.TaskStatus;
import dev.modelscan.storage.teams.Team;
import dev.modelscan.storage.teams.TeamMember;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.jooq.Cursor;
import org.jooq.Record;
import org.junit.jupiter.api.Test;

/** Several threads use one database, and several databases share one file. */
abstract class ConcurrencyContract extends Contract {

    private static final Duration PATIENT = Duration.ofSeconds(50);

    /** The suite's database, opened again with other options. */
    private void reopen(Duration busyTimeout) {
        db.close();
        db = builder().busyTimeout(busyTimeout).open();
    }

    @Test
    void threadsThatReadAndWriteDisturbNobody() throws Exception {
        Agent sender = createAgent("sender");
        Workers.runTogether(thread -> () -> {
            for (int i = 0; i < 25; i++) {
                Agent created = db.agents().create(agent(thread + "/" + i).build());
                assertThat(db.agents().get(created.id())).isEqualTo(created);
                assertThat(db.agents().findByName(created.name())).contains(created);
                Agent updated =
                        db.agents().update(created.toBuilder().mode("rules").build());
                assertThat(db.agents().list(300, 0)).contains(updated);
                db.messages().create(message(sender).build());
                assertThat(db.dsl().fetchCount(AGENTS)).isPositive();
            }
            return true;
        });

        assertThat(db.agents().list(300, 0)).hasSize(201);
        assertThat(db.messages().list(300, 0)).hasSize(200);
    }

    @Test
    void theFirstQueryOfDslWaitsForAWriterWhoKeepsReadersOut() throws Exception {
        reopen(PATIENT);
        assertThat(db.agents().list(1, 0)).isEmpty();
        CountDownLatch written = new CountDownLatch(1);
        Thread writer = new Thread(() -> db.useTx(tx -> {
            tx.agents().create(agent("a").build());
            written.countDown();
            LockSupport.parkNanos(Duration.ofMillis(150).toNanos());
        }));
        writer.start();
        written.await();
        int seen = db.dsl().fetchCount(AGENTS);
        writer.join();

        assertThat(seen).isEqualTo(engine().readsWhileWriting() ? 0 : 1);
    }

    @Test
    void aCursorDoesNotOutliveItsTransaction() {
        createAgent("a");
        createAgent("b");
        assertThatThrownBy(() ->
                        db.useTx(tx -> tx.dsl().selectFrom(AGENTS).fetchLazy().fetchNext()))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("cursor");
        assertThatThrownBy(() -> db.useTx(tx -> {
                    tx.dsl().selectFrom(AGENTS).fetchLazy().fetchNext();
                    throw new IllegalArgumentException("mine");
                }))
                .isInstanceOf(IllegalArgumentException.class);

        try (Database other = beside(PATIENT)) {
            other.agents().create(agent("of another").build());
        }
        assertThat(db.agents().create(agent("c").build()).name()).isEqualTo("c");
    }

    @Test
    void aCommitThatIsInterruptedWhileReadersKeepItWaitingIsTakenBack() throws Exception {
        assumeTrue(!engine().readsWhileWriting());
        reopen(PATIENT);
        createAgent("a");
        createAgent("b");
        AtomicReference<Throwable> thrown = new AtomicReference<>();
        Thread writer = new Thread(() -> thrown.set(catchThrowable(() -> createAgent("interrupted"))));
        try (Cursor<?> cursor = db.dsl().selectFrom(AGENTS).fetchLazy()) {
            cursor.fetchNext();
            writer.start();
            Thread.sleep(200);
            writer.interrupt();
            writer.join();
        }

        assertThat(thrown.get()).isInstanceOf(CancelledException.class);
        createAgent("c");
        assertThat(db.agents().list(10, 0)).extracting(Agent::name).containsExactly("a", "b", "c");
    }

    @Test
    void theMessagesOfAConversationHaveOneOrderThatKeepsThatOfEachWriter() throws Exception {
        Agent sender = createAgent("sender");
        Workers.runTogether(thread -> () -> {
            int next = 0;
            while (next < 60) {
                switch (next % 3) {
                    case 0 -> db.messages().create(numbered(sender, thread, next++));
                    case 1 -> {
                        Message message = numbered(sender, thread, next++);
                        db.useTx(tx -> tx.messages().create(message));
                    }
                    default -> {
                        List<Message> batch = new ArrayList<>();
                        for (int i = 0; i < 4; i++) {
                            batch.add(numbered(sender, thread, next++));
                        }
                        db.messages().createAll(batch);
                    }
                }
            }
            return next;
        });

        List<Message> all = db.messages().listLatest(CONVERSATION, 1_000);
        assertThat(all)
                .extracting(Message::sequenceNumber)
                .containsExactlyElementsOf(
                        LongStream.rangeClosed(1, all.size()).boxed().toList());
        Map<String, Integer> last = new HashMap<>();
        for (Message message : all) {
            String[] parts = message.content().split(":");
            int number = Integer.parseInt(parts[1]);
            assertThat(number).isEqualTo(last.getOrDefault(parts[0], -1) + 1);
            last.put(parts[0], number);
        }
        assertThat(last).hasSize(Workers.THREADS);
        assertThat(last.values()).allMatch(number -> number >= 59);
    }

    private static Message numbered(Agent sender, int thread, int number) {
        return message(sender).content(thread + ":" + number).build();
    }

    @Test
    void nobodyEverSeesHalfATransaction() throws Exception {
        Agent left = createAgent("left");
        Agent right = createAgent("right");
        AtomicInteger observations = new AtomicInteger();
        Workers.runTogether(thread -> () -> {
            for (int i = 0; i < 50; i++) {
                if (thread < 3) {
                    String mode = thread + "/" + i;
                    db.useTx(tx -> {
                        for (Agent agent : List.of(left, right)) {
                            Agent current = tx.agents().get(agent.id());
                            tx.agents().update(current.toBuilder().mode(mode).build());
                        }
                    });
                } else {
                    List<Agent> both = db.agents().list(10, 0);
                    assertThat(both).hasSize(2);
                    assertThat(both.get(0).mode()).isEqualTo(both.get(1).mode());
                    observations.incrementAndGet();
                }
            }
            return true;
        });

        assertThat(observations).hasValue(250);
        assertThat(db.agents().get(left.id()).version()).isEqualTo(151);
    }

    @Test
    void aVersionAndATryAgainLoseNoUpdate() throws Exception {
        Agent agent = db.agents().create(agent("counter").mode("0").build());
        List<Integer> conflicts = Workers.runTogether(thread -> () -> {
            int refused = 0;
            int done = 0;
            while (done < 20) {
                Agent current = db.agents().get(agent.id());
                int count = Integer.parseInt(current.mode());
                try {
                    db.agents()
                            .update(current.toBuilder()
                                    .mode(String.valueOf(count + 1))
                                    .build());
                    done++;
                } catch (ConflictException e) {
                    refused++;
                }
            }
            return refused;
        });

        Agent counted = db.agents().get(agent.id());
        assertThat(counted.mode()).isEqualTo("160");
        assertThat(counted.version()).isEqualTo(161);
        assertThat(conflicts).hasSize(Workers.THREADS);
    }

    @Test
    void readingAndWritingInATransactionNeedsNoVersion() throws Exception {
        Agent agent = db.agents().create(agent("counter").mode("0").build());
        Workers.runTogether(thread -> () -> {
            for (int i = 0; i < 20; i++) {
                db.useTx(tx -> {
                    Agent current = tx.agents().get(agent.id());
                    String next = String.valueOf(Integer.parseInt(current.mode()) + 1);
                    tx.agents().update(current.toBuilder().mode(next).build());
                });
            }
            return true;
        });

        assertThat(db.agents().get(agent.id()).mode()).isEqualTo("160");
    }

    @Test
    void ofThoseThatTakeANameOneSucceeds() throws Exception {
        List<Boolean> created = Workers.runTogether(thread -> () -> {
            try {
                createAgent("the one");
                return true;
            } catch (ConflictException e) {
                return false;
            }
        });

        assertThat(created).containsOnlyOnce(true);
        assertThat(db.agents().list(10, 0)).hasSize(1);
    }

    @Test
    void ofThoseThatCompleteATaskOneLearnsThatItWasTheFirst() throws Exception {
        Task task = db.tasks().create(task().status(TaskStatus.RUNNING).build());
        List<Boolean> completed = Workers.runTogether(thread -> () -> {
            try {
                db.tasks().updateStatus(task.id(), TaskStatus.COMPLETED);
                return true;
            } catch (InvalidTransitionException e) {
                return false;
            }
        });

        assertThat(completed).containsOnlyOnce(true);
        assertThat(db.tasks().get(task.id()).version()).isEqualTo(2);
    }

    @Test
    void aMemberThatManyAddBelongsOnce() throws Exception {
        Agent agent = createAgent("agent");
        Team team = createTeam("team");
        Workers.runTogether(thread -> () -> {
            for (int i = 0; i < 10; i++) {
                db.teams().addMember(team.id(), agent.id(), "role " + thread);
            }
            return true;
        });

        List<TeamMember> members = db.teams().listMembers(team.id());
        assertThat(members).hasSize(1);
        assertThat(members.get(0).role()).startsWith("role ");
        assertThat(members.get(0).joinedAt()).isEqualTo(TestClock.START);
    }

    /** A transaction on a separate thread that changed an agent, and stays open until it is told to end. */
    private static final class LongTransaction {

        private final CountDownLatch begun = new CountDownLatch(1);
        private final CountDownLatch end = new CountDownLatch(1);
        private final Workers.Worker<Boolean> worker;

        LongTransaction(Database db, Agent shared) throws InterruptedException {
            worker = Workers.start(() -> db.<Boolean, Exception>withTx(tx -> {
                tx.agents().updateStatus(shared.id(), AgentStatus.ACTIVE);
                begun.countDown();
                Workers.await(end);
                return true;
            }));
            Workers.await(begun);
        }

        void end() throws Exception {
            end.countDown();
            worker.get();
        }
    }

    private void requireOthersWait(Database other) throws Exception {
        Agent shared = createAgent("shared");
        LongTransaction open = new LongTransaction(db, shared);
        Workers.Worker<Agent> waiting =
                Workers.start(() -> other.agents().updateStatus(shared.id(), AgentStatus.INACTIVE));
        waiting.awaitBlocked();

        open.end();

        Agent changedTwice = waiting.get();
        assertThat(changedTwice.version()).isEqualTo(3);
        assertThat(db.agents().list(10, 0)).containsExactly(changedTwice);
    }

    @Test
    void aWriterWaitsForALongTransactionAndThenSucceeds() throws Exception {
        reopen(PATIENT);
        requireOthersWait(db);
    }

    @Test
    void aWriterOfAnotherDatabaseOnTheSameFileWaitsAndThenSucceeds() throws Exception {
        try (Database other = beside(PATIENT)) {
            requireOthersWait(other);
        }
    }

    private Database beside(Duration busyTimeout) {
        var builder = engine().beside(db);
        assumeTrue(builder.isPresent());
        return builder.get().clock(clock).busyTimeout(busyTimeout).open();
    }

    private void requireBusy(Database other) throws Exception {
        Agent shared = createAgent("shared");
        LongTransaction open = new LongTransaction(db, shared);
        try {
            assertThatThrownBy(() -> other.agents().updateStatus(shared.id(), AgentStatus.INACTIVE))
                    .isInstanceOf(BusyException.class);
            assertThatThrownBy(() -> other.useTx(tx -> tx.agents().delete(shared.id())))
                    .isInstanceOf(BusyException.class)
                    .hasMessageContaining("busyTimeout");
        } finally {
            open.end();
        }

        assertThat(other.agents().get(shared.id()).status()).isEqualTo(AgentStatus.ACTIVE);
        assertThat(other.agents()
                        .updateStatus(shared.id(), AgentStatus.INACTIVE)
                        .version())
                .isEqualTo(3);
    }

    @Test
    void aWriterWithoutPatienceIsToldThatTheDatabaseIsBusy() throws Exception {
        reopen(Duration.ofMillis(20));
        requireBusy(db);
    }

    @Test
    void aWriterWithoutPatienceOfAnotherDatabaseIsToldToo() throws Exception {
        try (Database other = beside(Duration.ofMillis(20))) {
            requireBusy(other);
        }
    }

    @Test
    void aWriterThatNeverWaitsIsToldToo() throws Exception {
        reopen(Duration.ZERO);
        openConnections(3);
        requireBusy(db);
    }

    /** A busy server may take longer to open one than this database waits, and that is another exception. */
    private void openConnections(int count) {
        List<Cursor<? extends Record>> open = new ArrayList<>();
        try {
            for (int attempt = 1; open.size() < count; attempt++) {
                try {
                    open.add(db.dsl().selectFrom(AGENTS).fetchLazy());
                } catch (BusyException allInUse) {
                    return;
                } catch (UnavailableException e) {
                    assertThat(attempt).isLessThan(100);
                }
            }
        } finally {
            open.forEach(Cursor::close);
        }
    }

    @Test
    void readersDoNotWaitForALongTransaction() throws Exception {
        assumeTrue(engine().readsWhileWriting());
        Agent before = createAgent("before");
        LongTransaction open = new LongTransaction(db, before);
        try {
            assertThat(db.agents().list(10, 0)).containsExactly(before);
        } finally {
            open.end();
        }
        assertThat(db.agents().get(before.id()).version()).isEqualTo(2);
    }

    @Test
    void closingWaitsForTheTransactionThatIsUnderWay() throws Exception {
        reopen(PATIENT);
        Agent agent = createAgent("first");
        LongTransaction open = new LongTransaction(db, agent);
        Workers.Worker<Boolean> closing = Workers.start(() -> {
            db.close();
            return true;
        });
        closing.awaitBlocked();
        Workers.Worker<Boolean> late = Workers.start(() -> {
            assertThatThrownBy(() -> createAgent("late")).isInstanceOf(UnavailableException.class);
            return true;
        });
        late.awaitBlockedOrDone();

        open.end();

        closing.get();
        late.get();
        requireClosed();
        engine().beside(db).ifPresent(builder -> {
            try (Database again = builder.open()) {
                assertThat(again.agents().get(agent.id()).version()).isEqualTo(2);
            }
        });
    }

    private void requireClosed() {
        assertThatThrownBy(() -> createAgent("late")).isInstanceOf(UnavailableException.class);
        assertThatThrownBy(() -> db.agents().list(1, 0)).isInstanceOf(UnavailableException.class);
        assertThatThrownBy(() -> db.useTx(tx -> {})).isInstanceOf(UnavailableException.class);
        assertThatThrownBy(() -> db.dsl().fetchCount(AGENTS)).isInstanceOf(UnavailableException.class);
        db.close();
    }

    /**
     * Less than the time after which a server looks for a deadlock, so a deadlock shows as a lock timeout.
     */
    private static final Duration LESS_THAN_A_DEADLOCK_TAKES = Duration.ofMillis(700);

    @Test
    void batchesOverTheSameConversationsInAnyOrderDoNotStandInEachOthersWay() throws Exception {
        reopen(LESS_THAN_A_DEADLOCK_TAKES);
        Agent sender = createAgent("sender");
        int conversations = 10;
        int rounds = 5;
        Workers.runTogether(thread -> () -> {
            Random random = new Random(thread);
            for (int round = 0; round < rounds; round++) {
                List<Message> batch = new ArrayList<>();
                for (int i = 0; i < conversations; i++) {
                    batch.add(message(sender)
                            .conversationId(new ConversationId("c" + i))
                            .build());
                }
                Collections.shuffle(batch, random);
                assertThat(db.messages().createAll(batch))
                        .extracting(Message::id)
                        .containsExactlyElementsOf(
                                batch.stream().map(Message::id).toList());
            }
            return true;
        });
        for (int i = 0; i < conversations; i++) {
            assertThat(db.messages().listLatest(new ConversationId("c" + i), 100))
                    .extracting(Message::sequenceNumber)
                    .containsExactlyElementsOf(LongStream.rangeClosed(1, (long) rounds * Workers.THREADS)
                            .boxed()
                            .toList());
        }
    }

    /** Ordered by names and by ids, which differ. */
    @Test
    void ofBatchesThatTakeTheSameKeysInAnyOrderOneIsStored() throws Exception {
        reopen(LESS_THAN_A_DEADLOCK_TAKES);
        for (int round = 0; round < 3; round++) {
            int number = round;
            List<Boolean> agents = Workers.runTogether(thread -> () -> isStored(() -> {
                List<Agent> batch = new ArrayList<>();
                for (int i = 0; i < 200; i++) {
                    batch.add(agent(number + "/" + i).build());
                }
                Collections.shuffle(batch, new Random(thread));
                assertThat(db.agents().createAll(batch)).isEqualTo(batch);
            }));
            assertThat(agents).containsOnlyOnce(true);
            List<Boolean> tasks = Workers.runTogether(thread -> () -> isStored(() -> {
                List<Task> batch = new ArrayList<>();
                for (int i = 0; i < 200; i++) {
                    batch.add(task().id(new TaskId(number + "/" + i)).build());
                }
                Collections.shuffle(batch, new Random(thread));
                assertThat(db.tasks().createAll(batch)).isEqualTo(batch);
            }));
            assertThat(tasks).containsOnlyOnce(true);
        }
        assertThat(db.agents().list(1_000, 0)).hasSize(600);
        assertThat(db.tasks().list(1_000, 0)).hasSize(600);
    }

    private static boolean isStored(Runnable create) {
        try {
            create.run();
            return true;
        } catch (ConflictException e) {
            return false;
        }
    }

    /** Sets of one agent each, of some, and of all; no agent is in all sets. */
    @Test
    void whoeverSetsTheActiveAgentsLastHasSetThemAll() throws Exception {
        reopen(PATIENT);
        List<AgentId> all = IntStream.range(0, 12)
                .mapToObj(i -> createAgent("agent " + i).id())
                .toList();
        List<Set<AgentId>> sets = List.of(
                Set.of(all.get(0)),
                Set.of(all.get(1)),
                Set.copyOf(all.subList(2, 7)),
                Set.copyOf(all.subList(5, 12)),
                Set.of());
        Workers.runTogether(thread -> () -> {
            for (int i = 0; i < 15; i++) {
                if (thread % 2 == 0) {
                    db.agents().setActive(sets.get((thread + i) % sets.size()));
                } else if (thread == 1) {
                    Set<AgentId> set = sets.get(i % sets.size());
                    // With any isolation: the lock of setActive ends with the transaction.
                    db.useTx(Isolation.READ_COMMITTED, tx -> tx.agents().setActive(set));
                } else if (i > 0) {
                    Set<AgentId> active =
                            db.agents().listByStatus(AgentStatus.ACTIVE, PageRequest.first(100)).items().stream()
                                    .map(Agent::id)
                                    .collect(Collectors.toSet());
                    assertThat(sets).contains(active);
                }
            }
            return true;
        });
        Set<AgentId> active = db.agents().listByStatus(AgentStatus.ACTIVE, PageRequest.first(100)).items().stream()
                .map(Agent::id)
                .collect(Collectors.toSet());
        assertThat(sets).contains(active);
        assertThat(db.agents().list(100, 0))
                .allMatch(agent -> active.contains(agent.id()) || agent.status() != AgentStatus.ACTIVE);
    }

    @Test
    void settingTheActiveAgentsAndCancellingThemDoNotMix() throws Exception {
        reopen(PATIENT);
        List<AgentId> all = IntStream.range(0, 12)
                .mapToObj(i -> createAgent("agent " + i).id())
                .toList();
        Workers.runTogether(thread -> () -> {
            for (int i = 0; i < 10; i++) {
                if (thread % 2 == 0) {
                    db.agents().setActive(all.subList(thread, thread + 3));
                } else {
                    db.cancelRunning(all);
                }
            }
            return true;
        });
        List<AgentStatus> statuses =
                db.agents().list(100, 0).stream().map(Agent::status).toList();
        // The last call activated three agents. If another call cancelled them since, all three are idle.
        AgentStatus ofThree = statuses.contains(AgentStatus.ACTIVE) ? AgentStatus.ACTIVE : AgentStatus.IDLE;
        assertThat(statuses.stream().filter(ofThree::equals)).hasSize(3);
        assertThat(statuses.stream().filter(AgentStatus.INACTIVE::equals)).hasSize(9);
    }

    /** The one who comes second does not see what the first has set, unless he waits for his end. */
    @Test
    void whoeverClearsTheActiveAgentsWaitsForWhoeverSetsThem() throws Exception {
        reopen(PATIENT);
        AgentId agent = createAgent("a").id();
        List<Callable<?>> clears = List.of(
                () -> {
                    db.agents().setActive(Set.of());
                    return true;
                },
                () -> db.cancelRunning(List.of(agent)));
        for (Callable<?> clear : clears) {
            Workers.Worker<?> second = db.withTx(tx -> {
                tx.agents().setActive(List.of(agent));
                Workers.Worker<?> started = Workers.start(clear);
                started.giveTime();
                return started;
            });
            second.get();
            assertThat(db.agents().get(agent).status()).isNotEqualTo(AgentStatus.ACTIVE);
        }
    }

    private void requireStored(Collection<Agent> agents) {
        engine().beside(db).ifPresent(builder -> {
            try (Database again = builder.open()) {
                assertThat(again.agents().list(10_000, 0)).containsExactlyInAnyOrderElementsOf(agents);
            }
        });
    }

    @Test
    void closingUnderThreadsAtWorkLosesNothingThatWasConfirmed() throws Exception {
        CountDownLatch some = new CountDownLatch(100);
        List<Workers.Worker<List<Agent>>> workers = new ArrayList<>();
        for (int thread = 0; thread < Workers.THREADS; thread++) {
            int number = thread;
            workers.add(Workers.start(() -> {
                List<Agent> confirmed = new ArrayList<>();
                try {
                    while (true) {
                        confirmed.add(createAgent(number + "/" + confirmed.size()));
                        db.agents().list(5, 0);
                        some.countDown();
                    }
                } catch (UnavailableException e) {
                    return confirmed;
                }
            }));
        }
        Workers.await(some);

        db.close();

        List<Agent> confirmed = new ArrayList<>();
        for (Workers.Worker<List<Agent>> worker : workers) {
            confirmed.addAll(worker.get());
        }
        assertThat(confirmed).hasSizeGreaterThanOrEqualTo(100);
        requireClosed();
        requireStored(confirmed);
    }

    private Throwable refusedForTheFirst(Agent agent) {
        return catchThrowable(() -> db.agents().create(agent));
    }

    private Throwable refusedForTheSecond(Agent agent) {
        return catchThrowable(() -> db.agents().update(agent));
    }

    private static boolean passed(Throwable thrown, String method) {
        return Stream.of(thrown.getStackTrace())
                .anyMatch(frame -> frame.getMethodName().equals(method));
    }

    /** A thread that runs a write for another thread does not put its own stack trace into the exception. */
    @Test
    void anErrorHasTheStackOfItsOwnCaller() throws Exception {
        Agent taken = createAgent("taken");
        Agent other = createAgent("other");
        Workers.runTogether(thread -> () -> {
            for (int i = 0; i < 60; i++) {
                Throwable first = refusedForTheFirst(agent("taken").build());
                Throwable second =
                        refusedForTheSecond(other.toBuilder().name(taken.name()).build());
                Throwable third = refusedForTheSecond(agent("missing").build());
                assertThat(first).isInstanceOf(ConflictException.class);
                assertThat(second).isInstanceOf(ConflictException.class);
                assertThat(third).isInstanceOf(NotFoundException.class);
                for (Throwable thrown : List.of(second, third)) {
                    assertThat(passed(thrown, "refusedForTheSecond")).isTrue();
                    assertThat(passed(thrown, "refusedForTheFirst")).isFalse();
                }
                assertThat(passed(first, "refusedForTheFirst")).isTrue();
                assertThat(passed(first, "refusedForTheSecond")).isFalse();
            }
            return true;
        });
    }

    @Test
    void aCreateThatHasToWaitForTooLongIsBusyAndNotStored() throws Exception {
        reopen(Duration.ofMillis(150));
        db.<Exception>useTx(tx -> {
            tx.agents().create(agent("taken").build());
            Throwable thrown = Workers.<Throwable>start(() -> catchThrowable(() -> createAgent("taken")))
                    .get();
            assertThat(thrown).isInstanceOf(BusyException.class);
        });
        assertThat(db.agents().list(10, 0)).extracting(Agent::name).containsExactly("taken");
    }
}
