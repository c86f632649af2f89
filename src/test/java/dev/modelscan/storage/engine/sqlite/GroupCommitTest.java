package dev.modelscan.storage.engine.sqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.modelscan.storage.Database;
import dev.modelscan.storage.Json;
import dev.modelscan.storage.agents.Agent;
import dev.modelscan.storage.agents.AgentId;
import dev.modelscan.storage.conversations.ConversationId;
import dev.modelscan.storage.conversations.Message;
import dev.modelscan.storage.errors.CancelledException;
import dev.modelscan.storage.errors.ConflictException;
import dev.modelscan.storage.tasks.Task;
import dev.modelscan.storage.tasks.TaskId;
import dev.modelscan.storage.tasks.TaskStatus;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Writes that queue behind a transaction share the next commit, and nothing else. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class GroupCommitTest {

    @TempDir
    Path directory;

    private final ExecutorService threads = Executors.newCachedThreadPool();
    private Database db;

    @BeforeEach
    void open() {
        db = Database.builder()
                .path(directory.resolve("group.db"))
                .busyTimeout(Duration.ofSeconds(30))
                .open();
    }

    @AfterEach
    void close() {
        threads.shutdownNow();
        db.close();
    }

    private static Agent agent(String name) {
        return Agent.builder().name(name).mode("llm").build();
    }

    /** Holds the write lock until the latch opens. */
    private Future<?> holdLock(CountDownLatch release) throws InterruptedException {
        CountDownLatch held = new CountDownLatch(1);
        Future<?> holder = threads.submit(() -> db.withTx(tx -> {
            held.countDown();
            release.await();
            return true;
        }));
        held.await();
        return holder;
    }

    private static void awaitParked(List<Thread> waiting) throws InterruptedException {
        for (Thread thread : waiting) {
            while (thread.getState() != Thread.State.WAITING && thread.getState() != Thread.State.TIMED_WAITING) {
                Thread.sleep(1);
            }
        }
    }

    @Test
    void memberThatFailsLeavesItsNeighboursAlone() throws Exception {
        db.agents().create(agent("taken"));
        CountDownLatch release = new CountDownLatch(1);
        Future<?> holder = holdLock(release);
        List<Future<Agent>> writes = new ArrayList<>();
        List<Thread> waiting = new ArrayList<>();
        for (String name : List.of("a", "b", "taken", "c", "d")) {
            AtomicReference<Thread> thread = new AtomicReference<>();
            writes.add(threads.submit(() -> {
                thread.set(Thread.currentThread());
                return db.agents().create(agent(name));
            }));
            while (thread.get() == null) {
                Thread.onSpinWait();
            }
            waiting.add(thread.get());
        }
        awaitParked(waiting);
        release.countDown();
        holder.get();

        assertThatThrownBy(() -> writes.get(2).get())
                .isInstanceOf(ExecutionException.class)
                .hasCauseInstanceOf(ConflictException.class);
        for (int i : new int[] {0, 1, 3, 4}) {
            Agent written = writes.get(i).get();
            assertThat(db.agents().get(written.id())).isEqualTo(written);
        }
        assertThat(db.agents().list(10, 0)).hasSize(5);
    }

    @Test
    void leaderThatFailsLeavesThoseBehindItAlone() throws Exception {
        CountDownLatch release = new CountDownLatch(1);
        CountDownLatch held = new CountDownLatch(1);
        Future<?> leader = threads.submit(() -> db.withTx(tx -> {
            tx.agents().create(agent("of the leader"));
            held.countDown();
            if (release.await(30, TimeUnit.SECONDS)) {
                throw new IllegalArgumentException("on purpose");
            }
            return true;
        }));
        held.await();
        AtomicReference<Thread> thread = new AtomicReference<>();
        Future<Agent> behind = threads.submit(() -> {
            thread.set(Thread.currentThread());
            return db.agents().create(agent("behind"));
        });
        while (thread.get() == null) {
            Thread.onSpinWait();
        }
        awaitParked(List.of(thread.get()));
        release.countDown();

        assertThatThrownBy(leader::get).hasCauseInstanceOf(IllegalArgumentException.class);
        assertThat(behind.get().name()).isEqualTo("behind");
        assertThat(db.agents().list(10, 0)).extracting(Agent::name).containsExactly("behind");
    }

    @Test
    void callersFunctionRunsOnTheCallersThread() throws Exception {
        CountDownLatch release = new CountDownLatch(1);
        Future<?> holder = holdLock(release);
        List<Future<Boolean>> functions = IntStream.range(0, 8)
                .mapToObj(i -> threads.submit(() -> {
                    Thread caller = Thread.currentThread();
                    return db.withTx(tx -> Thread.currentThread() == caller);
                }))
                .toList();
        release.countDown();
        holder.get();
        for (Future<Boolean> function : functions) {
            assertThat(function.get()).isTrue();
        }
    }

    @Test
    void interruptedWaiterGivesUpAndWritesNothing() throws Exception {
        CountDownLatch release = new CountDownLatch(1);
        Future<?> holder = holdLock(release);
        AtomicReference<Throwable> thrown = new AtomicReference<>();
        AtomicReference<Boolean> flag = new AtomicReference<>();
        Thread waiter = new Thread(() -> {
            try {
                db.agents().create(agent("never"));
            } catch (CancelledException e) {
                thrown.set(e);
                flag.set(Thread.currentThread().isInterrupted());
            }
        });
        waiter.start();
        awaitParked(List.of(waiter));
        waiter.interrupt();
        waiter.join();
        release.countDown();
        holder.get();

        assertThat(thrown.get()).isInstanceOf(CancelledException.class).hasMessageContaining("interrupted");
        assertThat(flag.get()).isTrue();
        assertThat(db.agents().findByName("never")).isEmpty();
    }

    @Test
    void everyWriteOfManyThreadsIsStoredOnce() throws Exception {
        int writers = 32;
        int each = 50;
        List<Future<?>> futures = new ArrayList<>();
        for (int writer = 0; writer < writers; writer++) {
            int number = writer;
            futures.add(threads.submit(() -> {
                for (int i = 0; i < each; i++) {
                    db.agents().create(agent(number + "/" + i));
                }
            }));
        }
        for (Future<?> future : futures) {
            future.get();
        }
        assertThat(db.stats().rows()).containsEntry("agents", (long) writers * each);
        assertThat(db.agents().stream().map(Agent::name).distinct().count()).isEqualTo((long) writers * each);
    }

    @Test
    void logStaysBoundedWhileOthersReadAndWrite() throws Exception {
        AgentId sender = db.agents().create(agent("sender")).id();
        List<Future<?>> futures = new ArrayList<>();
        for (int writer = 0; writer < 4; writer++) {
            ConversationId conversation = new ConversationId("c" + writer);
            futures.add(threads.submit(() -> {
                for (int i = 0; i < 1_300; i++) {
                    db.messages()
                            .create(Message.builder()
                                    .conversationId(conversation)
                                    .senderId(sender)
                                    .content("x".repeat(2_000))
                                    .build());
                    db.messages().listLatest(conversation, 5);
                }
            }));
        }
        for (Future<?> future : futures) {
            future.get();
        }
        requireShortLog();
    }

    /** Neither the number of transactions nor of rows shows how much these write. */
    @Test
    void logStaysBoundedUnderLargeValues() throws Exception {
        AgentId sender = db.agents().create(agent("sender")).id();
        for (int i = 0; i < 100; i++) {
            createMessage(sender, 1_000_000);
        }
        requireShortLog();
    }

    /** The library counts only its own writes. */
    @Test
    void logStaysBoundedUnderTheCallersOwnStatements() throws Exception {
        for (int i = 0; i < 80; i++) {
            String prefix = i + " ";
            db.useTx(tx -> tx.dsl()
                    .execute("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5000)"
                            + " INSERT INTO agents (id, name, mode, created_at, updated_at) SELECT '" + prefix
                            + "' || i, '" + prefix + "' || i, 'llm', '2026-01-01T00:00:00.000000Z',"
                            + " '2026-01-01T00:00:00.000000Z' FROM n"));
        }
        requireShortLog();
    }

    /**
     * No snapshot lives as long as a writer waits, which is a second, but there is always one. How long the log becomes
     * meanwhile depends on the disk; that it starts again does not.
     */
    @Test
    @Timeout(value = 300, unit = TimeUnit.SECONDS)
    void logStartsAgainWhileSnapshotsOverlap() throws Exception {
        AgentId sender = db.agents().create(agent("sender")).id();
        AtomicBoolean done = new AtomicBoolean();
        Semaphore first = new Semaphore(0);
        Semaphore second = new Semaphore(0);
        List<Thread> readers = List.of(new Thread(() -> overlap(done, first, second)), new Thread(() -> {
            second.acquireUninterruptibly();
            overlap(done, second, first);
        }));
        readers.forEach(Thread::start);
        Set<Integer> logs = new HashSet<>();
        try {
            for (int i = 0; i < 3_000 && logs.size() < 3; i++) {
                createMessage(sender, 400_000);
                addSalt(logs);
                // Else the writer fills the log faster than a busy disk takes what a checkpoint copies.
                Thread.sleep(10);
            }
        } finally {
            done.set(true);
            for (Thread reader : readers) {
                reader.join();
            }
        }
        assertThat(logs).hasSize(3);
    }

    /** The first salt in the header: another one each time that the log starts again. A log that was cut has no header yet. */
    private void addSalt(Set<Integer> logs) throws IOException {
        try (InputStream log = Files.newInputStream(directory.resolve("group.db-wal"))) {
            byte[] header = log.readNBytes(20);
            if (header.length == 20) {
                logs.add(ByteBuffer.wrap(header).getInt(16));
            }
        }
    }

    /** Holds one snapshot after the other, each until the other reader has begun its next one. */
    private void overlap(AtomicBoolean done, Semaphore own, Semaphore other) {
        while (!done.get()) {
            db.dsl().transaction(snapshot -> {
                snapshot.dsl().fetch("SELECT count(*) FROM agents");
                Thread.sleep(100);
                other.release();
                own.acquireUninterruptibly();
            });
        }
        other.release();
    }

    /** An update counts the size of the whole row, not only of the values that the caller gave. */
    @Test
    void logStaysBoundedUnderUpdatesOfLargeRows() throws Exception {
        Json large = Json.parse("\"" + "x".repeat(2_000_000) + "\"");
        TaskId task = db.tasks()
                .create(Task.builder().type("large").input(large).build())
                .id();
        for (int i = 0; i < 25; i++) {
            db.tasks().updateStatus(task, TaskStatus.RUNNING);
            db.tasks().updateStatus(task, TaskStatus.PENDING);
        }
        requireShortLog();
    }

    /** Rows that a delete removes through foreign keys count too. */
    @Test
    void logStaysBoundedUnderDeletesThatReachFar() throws Exception {
        AgentId sender = db.agents().create(agent("sender")).id();
        List<Task> tasks = db.tasks()
                .createAll(Stream.generate(() -> Task.builder().type("busy").build())
                        .limit(35)
                        .toList());
        for (Task task : tasks) {
            ConversationId conversation = ConversationId.next();
            db.messages()
                    .createAll(Stream.generate(() -> Message.builder()
                                    .conversationId(conversation)
                                    .senderId(sender)
                                    .taskId(task.id())
                                    .content("x".repeat(1_000))
                                    .build())
                            .limit(2_000)
                            .toList());
        }
        db.close();
        open();
        tasks.forEach(task -> db.tasks().delete(task.id()));
        requireShortLog();
    }

    /** Without checkpoints each of these tests would write 100 MB of log; with them it has some 20 MB. */
    private void requireShortLog() throws IOException {
        assertThat(logSize()).isLessThan(64L * 1_024 * 1_024);
    }

    private long logSize() throws IOException {
        return Files.size(directory.resolve("group.db-wal"));
    }

    private void createMessage(AgentId sender, int characters) {
        db.messages()
                .create(Message.builder()
                        .conversationId(new ConversationId("c"))
                        .senderId(sender)
                        .content("x".repeat(characters))
                        .build());
    }
}
