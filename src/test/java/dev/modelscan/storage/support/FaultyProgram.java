package dev.modelscan.storage.support;

import dev.modelscan.storage.Database;
import dev.modelscan.storage.Durability;
import dev.modelscan.storage.PageRequest;
import dev.modelscan.storage.agents.Agent;
import dev.modelscan.storage.conversations.ConversationId;
import dev.modelscan.storage.conversations.Message;
import dev.modelscan.storage.errors.StorageException;
import dev.modelscan.storage.tasks.Task;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;

/**
 * A program that uses a database during a fault that its parent process has created. It prints the result of
 * each step.
 */
public final class FaultyProgram {

    private FaultyProgram() {}

    public static void main(String[] arguments) throws Exception {
        Path file = Path.of(arguments[0]);
        switch (arguments[1]) {
            case "open" -> step("open", () -> Database.open(file).close());
            case "memory" -> step("open", () -> Database.inMemory().close());
            case "fillUnder" -> createUnder(file, Path.of(arguments[2]));
            case "flushUnder" -> flushUnder(file, Path.of(arguments[2]));
            case "checkpointUnder" -> checkpointUnder(file, Path.of(arguments[2]));
            case "rewriteUnder" -> rewriteUnder(file, Path.of(arguments[2]));
            case "fill" -> fill(file, Integer.parseInt(arguments[2]));
            case "use" -> use(file);
            case "doctor" -> doctor(file);
            case "readUnder" -> readUnder(file, Path.of(arguments[2]));
            case "openWithoutDescriptors" -> openWithoutDescriptors(file);
            case "useWithoutDescriptors" -> useWithoutDescriptors(file);
            default -> throw new IllegalArgumentException(arguments[1]);
        }
    }

    private static void doctor(Path file) {
        try (Database db = Database.builder().path(file).readOnly().open()) {
            db.doctor()
                    .findings()
                    .forEach(finding -> step(finding.severity() + " " + finding.code(), () -> {
                        throw new IllegalStateException(finding.cause());
                    }));
        }
    }

    private interface Step {
        void run() throws Exception;
    }

    /** Prints one line: what was thrown, and the type of the last cause. */
    private static void step(String name, Step step) {
        String outcome = "done";
        try {
            step.run();
        } catch (Throwable t) {
            outcome = t.getClass().getSimpleName() + ": "
                    + String.valueOf(t.getMessage()).replace('\n', ' ');
        }
        System.out.println(name + " -> " + outcome);
    }

    /** Creates at most {@code most} messages of 20 KB until a write fails, then prints what is stored. */
    private static void fill(Path file, int most) {
        step("open", () -> {
            try (Database db = Database.open(file)) {
                Agent sender =
                        db.agents().create(Agent.builder().name("a").mode("llm").build());
                int[] stored = {0};
                step("fill", () -> {
                    for (; stored[0] < most; stored[0]++) {
                        db.messages().create(message(sender));
                    }
                });
                step("again", () -> db.messages().create(message(sender)));
                step("tx", () -> db.useTx(tx -> tx.messages().create(message(sender))));
                step("health", () -> System.out.println(db.healthCheck()));
                step(
                        "stored "
                                + (stored[0]
                                        == db.messages()
                                                .list(PageRequest.first(1_000))
                                                .items()
                                                .size()),
                        () -> {});
            }
        });
    }

    private static Message message(Agent sender) {
        return Message.builder()
                .conversationId(new ConversationId("c"))
                .senderId(sender.id())
                .content("x".repeat(20_000))
                .build();
    }

    /** Removes the flag during the open. */
    private static void createUnder(Path file, Path flag) throws Exception {
        Files.delete(flag);
        try (Database db = Database.open(file)) {
            Agent sender =
                    db.agents().create(Agent.builder().name("s").mode("llm").build());
            Message message = message(sender);
            Files.createFile(flag);
            try {
                db.messages().create(message);
                System.err.println("stored");
            } catch (StorageException e) {
                Files.delete(flag);
                step("create", () -> {
                    throw e;
                });
            }
        }
    }

    /** Threads commit at once while no flush succeeds. Then one fails, and all succeed. */
    private static void flushUnder(Path file, Path flag) throws Exception {
        Files.delete(flag);
        try (Database db = Database.builder()
                .path(file)
                .durability(Durability.SHARED_FLUSH)
                .open()) {
            create(db, "before");
            Files.createFile(flag);
            CountDownLatch inside = new CountDownLatch(3);
            List<Thread> threads = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                String name = "t" + i;
                threads.add(new Thread(() -> {
                    inside.countDown();
                    step("first", () -> {
                        inside.await();
                        create(db, name);
                    });
                }));
            }
            threads.forEach(Thread::start);
            for (Thread thread : threads) {
                thread.join();
            }
            step("tx under it", () -> create(db, "refused"));
            step("create under it", () -> db.agents()
                    .create(Agent.builder().name("refused").mode("llm").build()));
            step("compact under it", db::compact);
            step("list under it", () -> db.agents().list(10, 0));
            Files.delete(flag);
            step("tx after", () -> create(db, "after"));
            step("create after", () -> db.agents()
                    .create(Agent.builder().name("after too").mode("llm").build()));
            Files.writeString(flag, "1");
            step("last", () -> create(db, "last"));
        }
        try (Database db = Database.open(file)) {
            db.agents().list(20, 0).forEach(agent -> step("stored " + agent.name(), () -> {}));
        }
    }

    /** Writes to a file that has a log, while the log cannot be written. */
    private static void rewriteUnder(Path file, Path flag) throws Exception {
        Files.delete(flag);
        try (Database other = Database.open(file)) {
            create(other, "before");
            try (Database db = Database.builder()
                    .path(file)
                    .durability(Durability.SHARED_FLUSH)
                    .open()) {
                Files.createFile(flag);
                step("first", () -> create(db, "a"));
                step("second", () -> create(db, "b"));
                Files.delete(flag);
                step("third", () -> create(db, "c"));
            }
        }
    }

    /** A checkpoint cannot flush the log, while nobody waits for a flush. */
    private static void checkpointUnder(Path file, Path hold) throws Exception {
        try (Database db = Database.builder()
                .path(file)
                .durability(Durability.SHARED_FLUSH)
                .open()) {
            create(db, "before");
            Files.createFile(hold);
            db.tasks()
                    .createAll(Stream.generate(() -> Task.builder().type("many").build())
                            .limit(2_000)
                            .toList());
            while (!Files.exists(Path.of(hold + "-reached"))) {
                Thread.sleep(1);
            }
            Files.delete(hold);
            while (!hasEnded(Thread.getAllStackTraces())) {
                Thread.sleep(1);
            }
            step("after", () -> create(db, "after"));
        }
    }

    /** Whether the thread that runs checkpoints waits for the next one. */
    private static boolean hasEnded(Map<Thread, StackTraceElement[]> threads) {
        return threads.entrySet().stream()
                .filter(thread -> thread.getKey().getName().equals("modelscan-storage-checkpoint"))
                .allMatch(thread -> Stream.of(thread.getValue())
                        .anyMatch(call -> call.getMethodName().equals("next")));
    }

    private static void create(Database db, String name) {
        db.useTx(tx -> tx.agents().create(Agent.builder().name(name).mode("llm").build()));
    }

    private static void use(Path file) {
        step("open", () -> {
            try (Database db = Database.open(file)) {
                step("list", () -> db.agents().list(10, 0));
                step("create", () -> db.agents()
                        .create(Agent.builder().name("b").mode("llm").build()));
                step("update", () -> db.agents()
                        .update(db.agents().list(1, 0).get(0).toBuilder()
                                .mode("x")
                                .build()));
                step("delete", () -> db.agents()
                        .delete(db.agents().list(1, 0).get(0).id()));
                step("createAll", () -> db.agents()
                        .createAll(List.of(Agent.builder().name("c").mode("llm").build())));
                step(
                        "tx",
                        () -> db.useTx(tx -> tx.agents()
                                .create(Agent.builder().name("d").mode("llm").build())));
                step("tx.dsl", () -> db.useTx(tx -> tx.dsl().execute("DELETE FROM agents")));
                step("health", () -> System.out.println(db.healthCheck()));
            }
        });
    }

    /** Removes the flag during the open, and after the reads. */
    private static void readUnder(Path file, Path flag) throws Exception {
        String times = Files.readString(flag);
        Files.delete(flag);
        try (Database db = Database.open(file)) {
            Files.writeString(flag, times);
            for (int i = 0; i < 3; i++) {
                step("read", () -> db.agents().list(10, 0));
            }
            Files.deleteIfExists(flag);
            step("read at last", () -> db.agents().list(10, 0));
        }
    }

    private static List<AutoCloseable> takeAllDescriptors() {
        List<AutoCloseable> taken = new ArrayList<>();
        try {
            while (true) {
                taken.add(Files.newInputStream(Path.of("/dev/null")));
            }
        } catch (Exception e) {
            return taken;
        }
    }

    private static void openWithoutDescriptors(Path file) {
        // Loads the classes now: their files could not be read later.
        step("before", () -> Database.open(file).close());
        step("before", () -> Database.open(file.resolveSibling("other.db")).close());
        List<AutoCloseable> taken = takeAllDescriptors();
        step("open", () -> Database.open(file).close());
        step("open new", () -> Database.open(file.resolveSibling("new.db")).close());
        System.out.println("held " + taken.size());
    }

    private static void useWithoutDescriptors(Path file) {
        step("open", () -> {
            try (Database db = Database.open(file)) {
                // Loads the classes now: their files could not be read later.
                step("list before", () -> db.agents().list(10, 0));
                db.healthCheck();
                db.agents().create(Agent.builder().name("first").mode("llm").build());
                List<AutoCloseable> taken = takeAllDescriptors();
                step("list", () -> db.agents().list(10, 0));
                step("create", () -> db.agents()
                        .create(Agent.builder().name("b").mode("llm").build()));
                step("health", () -> System.out.println(db.healthCheck()));
                for (AutoCloseable each : taken) {
                    each.close();
                }
                step("list after", () -> db.agents().list(10, 0));
                step("create after", () -> db.agents()
                        .create(Agent.builder().name("after").mode("llm").build()));
            }
        });
    }
}
