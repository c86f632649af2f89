package dev.modelscan.storage.support;

import dev.modelscan.storage.Database;
import dev.modelscan.storage.Durability;
import dev.modelscan.storage.agents.AgentId;
import dev.modelscan.storage.conversations.ConversationId;
import dev.modelscan.storage.conversations.Message;
import dev.modelscan.storage.errors.OutcomeUnknownException;
import dev.modelscan.storage.errors.UnavailableException;
import dev.modelscan.storage.tasks.Task;
import dev.modelscan.storage.tasks.TaskStatus;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;

/**
 * A program for {@link PowerLoss}: threads write in every way, while the log is copied and starts again all the time.
 * Each result that a call returned is written into the marks: {@code <task> <version>}.
 */
public final class RecordedProgram {

    /** The type of a task that was stored in one transaction with two messages, whose content is its id. */
    public static final String STEP = "step";

    private static final ConversationId CONVERSATION = new ConversationId("c");
    private static final int MANY = 12;
    private static final int READER = 7;
    /** So many rows make the library copy the log. */
    private static final int WORTH_CHECKPOINT = 1_700;

    /** How a program ends that is to die of the first flush that fails. */
    public static final int DIED = 9;

    private final Database db;
    private final AgentId agent;
    private final FileChannel marks;
    private final int writes;
    private final Set<String> options;
    private final AtomicBoolean ended = new AtomicBoolean();

    private RecordedProgram(Database db, FileChannel marks, int writes, Set<String> options) {
        this.db = db;
        this.agent = db.agents().list(1, 0).get(0).id();
        this.marks = marks;
        this.writes = writes;
        this.options = options;
    }

    /**
     * Arguments: file, durability, threads, writes of each, the seed, and options: {@code failing} if flushes fail, and
     * then only the library copies the log; {@code dying} if the first that fails ends the process at once;
     * {@code large} if each write is to make the library copy the log; {@code together} to begin when another process begins; {@code replacing} if transactions make the library replace
     * its connection.
     */
    public static void main(String[] arguments) throws Exception {
        Path file = Path.of(arguments[0]);
        int threads = Integer.parseInt(arguments[2]);
        Set<String> options = Set.of(Arrays.copyOfRange(arguments, 5, arguments.length));
        try (Database db = Database.builder()
                        .path(file)
                        .durability(Durability.valueOf(arguments[1]))
                        .open();
                FileChannel marks = FileChannel.open(
                        Path.of(file + "-marks"), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            new RecordedProgram(db, marks, Integer.parseInt(arguments[3]), options)
                    .run(file, threads, Long.parseLong(arguments[4]));
        }
    }

    private void run(Path file, int threads, long seed) throws Exception {
        if (options.contains("together")) {
            awaitTheOther(file);
        }
        if (!options.contains("failing")) {
            // Before a first write, nobody may copy a log that a process has left which failed to flush it.
            acknowledge(List.of(step(new Random(seed))));
        }
        ExecutorService pool = Executors.newCachedThreadPool();
        List<Future<?>> writers = new ArrayList<>();
        for (int i = 0; i < threads; i++) {
            int kind = i;
            writers.add(pool.submit(repeat(new Random(seed + i), kind)));
        }
        Future<?> checkpoints = pool.submit(() -> options.contains("failing") ? null : checkpoint(file));
        try {
            for (Future<?> writer : writers) {
                writer.get();
            }
        } finally {
            // Otherwise a writer that failed would leave the checkpoints running, and nobody would hear of it.
            ended.set(true);
        }
        checkpoints.get();
        pool.shutdown();
        pool.awaitTermination(10, TimeUnit.SECONDS);
    }

    private static void awaitTheOther(Path file) throws Exception {
        Files.createFile(file.resolveSibling("here-" + ProcessHandle.current().pid()));
        long here = 0;
        while (here < 2) {
            Thread.sleep(5);
            try (Stream<Path> files = Files.list(file.getParent())) {
                here = files.filter(path -> path.getFileName().toString().startsWith("here-"))
                        .count();
            }
        }
    }

    private Callable<?> repeat(Random random, int kind) {
        return () -> {
            int unknown = 0;
            for (int i = 0; i < writes; i++) {
                try {
                    write(kind, random);
                } catch (OutcomeUnknownException | UnavailableException e) {
                    if (options.contains("dying")) {
                        Runtime.getRuntime().halt(DIED);
                    }
                    if (!options.contains("failing")) {
                        throw e;
                    }
                    unknown++;
                }
            }
            System.out.println("thread " + kind + ": " + unknown + " unknown");
            return null;
        };
    }

    /** Half of the threads do steps, and one reads them; the others do what a repository offers. */
    private void write(int kind, Random random) throws IOException {
        if (options.contains("large")) {
            acknowledge(db.tasks()
                    .createAll(Stream.generate(() -> small("large"))
                            .limit(WORTH_CHECKPOINT)
                            .toList()));
        } else if (kind == READER) {
            acknowledgeWhatIsRead(random);
        } else if (kind % 2 == 0) {
            acknowledge(List.of(step(random)));
        } else if (random.nextInt(10) == 0) {
            acknowledge(db.tasks()
                    .createAll(Stream.generate(() -> task("many", random))
                            .limit(MANY)
                            .toList()));
        } else {
            Task created = db.tasks().create(task("single", random));
            acknowledge(List.of(created));
            if (random.nextInt(3) == 0) {
                acknowledge(List.of(db.tasks().updateStatus(created.id(), TaskStatus.RUNNING)));
            }
        }
    }

    private Task step(Random random) {
        return db.withTx(tx -> {
            Task task = tx.tasks().create(task(STEP, random));
            tx.messages().create(message(task));
            Task running = tx.tasks().updateStatus(task.id(), TaskStatus.RUNNING);
            tx.messages().create(message(task));
            if (options.contains("replacing") && random.nextBoolean()) {
                tx.dsl().execute("PRAGMA cache_size = 10");
            }
            return running;
        });
    }

    private Task task(String type, Random random) {
        return Task.builder()
                .type(type)
                .agentId(agent)
                .error("x".repeat(random.nextInt(600)))
                .build();
    }

    private Task small(String type) {
        return Task.builder().type(type).agentId(agent).build();
    }

    private Message message(Task task) {
        return Message.builder()
                .conversationId(CONVERSATION)
                .senderId(agent)
                .content(task.id().value())
                .build();
    }

    /**
     * A transaction that only reads returns when what it has read of this process survives. One that writes returns when
     * all that it has read survives.
     */
    private void acknowledgeWhatIsRead(Random random) throws IOException {
        StringBuilder lines = new StringBuilder();
        List<Message> read = db.withTx(tx -> {
            if (options.contains("together")) {
                Task own = tx.tasks().create(task("read", random));
                lines.append(own.id()).append(" 1\n");
            }
            return tx.messages().listLatest(CONVERSATION, MANY);
        });
        for (Message message : read) {
            lines.append(message.content()).append(" 1\n");
        }
        marks.write(ByteBuffer.wrap(lines.toString().getBytes(StandardCharsets.UTF_8)));
    }

    /** In one write, which is one operation of the recording. */
    private void acknowledge(List<Task> tasks) throws IOException {
        StringBuilder lines = new StringBuilder();
        for (Task task : tasks) {
            lines.append(task.id()).append(' ').append(task.version()).append('\n');
        }
        marks.write(ByteBuffer.wrap(lines.toString().getBytes(StandardCharsets.UTF_8)));
    }

    /** As another program would, whose writes do not copy the log. */
    private Void checkpoint(Path file) throws Exception {
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file);
                Statement statement = connection.createStatement()) {
            statement.execute("PRAGMA busy_timeout = 100");
            List<String> modes = List.of("PASSIVE", "PASSIVE", "RESTART", "FULL", "TRUNCATE");
            for (int i = 0; !ended.get(); i++) {
                Thread.sleep(15);
                statement.execute("PRAGMA wal_checkpoint(" + modes.get(i % modes.size()) + ")");
            }
        }
        return null;
    }
}
