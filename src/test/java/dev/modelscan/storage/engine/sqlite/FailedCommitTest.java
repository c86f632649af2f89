package dev.modelscan.storage.engine.sqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.modelscan.storage.Database;
import dev.modelscan.storage.Json;
import dev.modelscan.storage.agents.Agent;
import dev.modelscan.storage.errors.StorageFullException;
import dev.modelscan.storage.support.ChildProcess;
import dev.modelscan.storage.tasks.Task;
import dev.modelscan.storage.tasks.TaskId;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The disk is full when a group commits: in a child process with a limit on file sizes, which the write-ahead
 * log reaches.
 */
class FailedCommitTest {

    private static final int LIMIT_KILOBYTES = 8 * 1_024;
    private static final int WRITERS = 7;
    private static final String NO_ROOM = "no room for a small write";

    @TempDir
    private Path directory;

    @Test
    void aCommitThatHasNoRoomIsFullForEachOfItsCallersAndNothingOfItIsStored() throws Exception {
        assumeTrue(Files.isExecutable(Path.of("/bin/bash")), "no shell that can limit the size of files");

        String output = ChildProcess.startWithFileLimit(directory, LIMIT_KILOBYTES, Writers.class, "failing.db")
                .output();

        assertThat(output).contains("groups that were stored: ").contains("then one failed");
        try (Database db = Database.open(directory.resolve("failing.db"))) {
            assertThat(db.healthCheck().problems()).isEmpty();
            if (!output.contains(NO_ROOM)) {
                assertThat(db.agents().getByName("afterwards")).isNotNull();
            }
        }
    }

    /** The child. */
    static final class Writers {

        private static final String LARGE = "\"" + "x".repeat(100_000) + "\"";

        private final Database db;
        private final ExecutorService threads = Executors.newCachedThreadPool();
        private final List<TaskId> stored = new ArrayList<>();

        private Writers(Database db) {
            this.db = db;
        }

        public static void main(String[] arguments) throws Exception {
            try (Database db = Database.builder()
                    .path(Path.of(arguments[0]))
                    .busyTimeout(Duration.ofSeconds(30))
                    .open()) {
                new Writers(db).run();
            }
            System.exit(0);
        }

        private void run() throws Exception {
            int groups = 0;
            while (writeGroup()) {
                groups++;
            }
            System.out.println("groups that were stored: " + groups + ", then one failed");
            // A small write still fits, on a connection that knows what is stored, unless the group before ended at the
            // limit.
            try {
                db.agents()
                        .create(Agent.builder().name("afterwards").mode("llm").build());
            } catch (StorageFullException e) {
                System.out.println(NO_ROOM);
            }
            stored.forEach(db.tasks()::get);
            assertThat(db.tasks().stream().map(Task::id)).hasSameSizeAs(stored);
        }

        /** A transaction with writes behind it in the queue, which share its commit. */
        private boolean writeGroup() throws Exception {
            List<Task> tasks = new ArrayList<>();
            for (int i = 0; i <= WRITERS; i++) {
                tasks.add(Task.builder().type("large").input(Json.parse(LARGE)).build());
            }
            CountDownLatch held = new CountDownLatch(1);
            CountDownLatch release = new CountDownLatch(1);
            List<Future<Task>> writes = new ArrayList<>();
            writes.add(threads.submit(() -> db.withTx(tx -> {
                Task task = tx.tasks().create(tasks.get(0));
                held.countDown();
                release.await();
                return task;
            })));
            held.await();
            List<Thread> waiting = new ArrayList<>();
            for (Task task : tasks.subList(1, tasks.size())) {
                CountDownLatch started = new CountDownLatch(1);
                writes.add(threads.submit(() -> {
                    waiting.add(Thread.currentThread());
                    started.countDown();
                    return db.tasks().create(task);
                }));
                started.await();
            }
            for (Thread thread : waiting) {
                while (thread.getState() != Thread.State.TIMED_WAITING) {
                    Thread.sleep(1);
                }
            }
            release.countDown();
            return outcome(tasks, writes);
        }

        private boolean outcome(List<Task> tasks, List<Future<Task>> writes) throws InterruptedException {
            Map<Throwable, Task> failures = new IdentityHashMap<>();
            for (int i = 0; i < tasks.size(); i++) {
                try {
                    stored.add(writes.get(i).get().id());
                } catch (ExecutionException e) {
                    failures.put(e.getCause(), tasks.get(i));
                }
            }
            if (failures.isEmpty()) {
                return true;
            }
            // On a busy machine the last ones may have missed the first group.
            failures.forEach((failure, task) -> {
                assertThat(failure).isInstanceOf(StorageFullException.class);
                // The first transaction is the caller's; its writes have no single name.
                if (task != tasks.get(0)) {
                    assertThat(failure).hasMessageContaining(task.id().value());
                }
            });
            // The log never got the commit frame.
            assertThat(failures.values())
                    .noneMatch(task -> db.tasks().find(task.id()).isPresent());
            return false;
        }
    }
}
