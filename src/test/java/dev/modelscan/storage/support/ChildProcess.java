package dev.modelscan.storage.support;

import static dev.modelscan.storage.schema.Tables.AGENTS;
import static org.assertj.core.api.Assertions.assertThat;

import dev.modelscan.storage.Backups;
import dev.modelscan.storage.Database;
import dev.modelscan.storage.DatabaseBuilder;
import dev.modelscan.storage.Json;
import dev.modelscan.storage.agents.Agent;
import dev.modelscan.storage.agents.AgentId;
import dev.modelscan.storage.backups.Keep;
import dev.modelscan.storage.conversations.ContentType;
import dev.modelscan.storage.conversations.ConversationId;
import dev.modelscan.storage.conversations.Message;
import dev.modelscan.storage.erasure.ErasureProgress.Phase;
import dev.modelscan.storage.erasure.ErasureRequest;
import dev.modelscan.storage.errors.ConflictException;
import dev.modelscan.storage.errors.StorageException;
import dev.modelscan.storage.internal.engines.Locations;
import dev.modelscan.storage.tasks.Task;
import dev.modelscan.storage.transfer.TransferProgress;
import dev.modelscan.storage.workspaces.Workspaces;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** A separate Java process that does one thing with a database, and its main method. */
public final class ChildProcess {

    private static final int SIGINT = 2;
    private static final int SIGTERM = 15;
    private static final String READY = "ready";

    private final Process process;

    private ChildProcess(Process process) {
        this.process = process;
    }

    public static ChildProcess start(Path directory, List<String> options, String... arguments) throws IOException {
        return start(directory, command(ChildProcess.class, options, arguments));
    }

    /** A child whose files may not grow beyond a size; then a write fails as on a broken disk. */
    public static ChildProcess startWithFileLimit(Path directory, int kilobytes, Class<?> main, String... arguments)
            throws IOException {
        List<String> command =
                new ArrayList<>(List.of("bash", "-c", "ulimit -f " + kilobytes + "; exec \"$@\"", "bash"));
        command.addAll(command(main, List.of(), arguments));
        return start(directory, command);
    }

    private static final String MOUNT =
            "mount --bind \"$0\" \"$0\" && mount -o remount,ro,bind \"$0\" && cd \"$0\" && exec \"$@\"";

    /** Whether this process may mount the directory read-only for a child. */
    public static boolean canMountReadOnly(Path directory) throws IOException, InterruptedException {
        try {
            return new ProcessBuilder("unshare", "-m", "sh", "-c", MOUNT, directory.toString(), "true")
                            .redirectErrorStream(true)
                            .start()
                            .waitFor()
                    == 0;
        } catch (IOException noSuchProgram) {
            return false;
        }
    }

    /** A child to which the directory is mounted read-only. */
    public static ChildProcess startOnReadOnlyMount(Path directory, String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of("unshare", "-m", "sh", "-c", MOUNT, directory.toString()));
        command.addAll(command(ChildProcess.class, List.of(), arguments));
        return start(directory, command);
    }

    /**
     * A child that another program starts, for example one that sets a limit.
     *
     * @param before that program and its arguments, which precede the command of the child
     */
    public static ChildProcess startBehind(
            List<String> before, Path directory, Class<?> main, List<String> options, String... arguments)
            throws IOException {
        List<String> command = new ArrayList<>(before);
        command.addAll(command(main, options, arguments));
        return start(directory, command);
    }

    /** A child with another class's main method. */
    public static ChildProcess start(Path directory, Class<?> main, List<String> options, String... arguments)
            throws IOException {
        return start(directory, command(main, options, arguments));
    }

    /** With options that may name another class path, because the JVM uses the last one. */
    public static ChildProcess startOn(List<String> options, Path directory, String... arguments) throws IOException {
        return start(directory, options, arguments);
    }

    private static List<String> command(Class<?> main, List<String> options, String... arguments) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        // From Java 24 on, the JVM warns about SQLite's native library without this option.
        ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                .filter(argument -> argument.startsWith("--enable-native-access"))
                .forEach(command::add);
        command.addAll(List.of("-cp", System.getProperty("java.class.path")));
        command.addAll(options);
        command.add("-XX:TieredStopAtLevel=1");
        command.add(main.getName());
        command.addAll(List.of(arguments));
        return command;
    }

    private static ChildProcess start(Path directory, List<String> command) throws IOException {
        return new ChildProcess(new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .start());
    }

    /** Its output, after it has ended with exit code 0. */
    public String output() throws IOException, InterruptedException {
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).as(output).isZero();
        return output;
    }

    /** Waits until the child has printed that it is ready. */
    public void awaitReady() throws IOException {
        StringBuilder line = new StringBuilder();
        while (!line.toString().contains(READY)) {
            int next = process.getInputStream().read();
            assertThat(next).as(line.toString()).isNotEqualTo(-1);
            line.append((char) next);
        }
    }

    /** Kills it, and counts the lines that it had printed since it was ready. */
    public int killAndCountLines() throws IOException, InterruptedException {
        // Process.destroyForcibly would close the stream before it is read.
        process.toHandle().destroyForcibly();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return (int) output.chars().filter(c -> c == '\n').count() - 1;
    }

    /**
     * Sends the signal of Ctrl-C, or that of {@code kill} if it ignores the first, as whatever a shell starts in the
     * background does.
     *
     * @return the exit code of a JVM that the signal ended
     */
    public int interrupt() throws IOException, InterruptedException {
        int signal = ignores(SIGINT) ? SIGTERM : SIGINT;
        assertThat(new ProcessBuilder("kill", "-" + signal, String.valueOf(process.pid()))
                        .start()
                        .waitFor())
                .isZero();
        return 128 + signal;
    }

    private boolean ignores(int signal) throws IOException {
        Path status = Path.of("/proc", String.valueOf(process.pid()), "status");
        if (!Files.exists(status)) {
            return false;
        }
        String mask = Files.readAllLines(status).stream()
                .filter(line -> line.startsWith("SigIgn:"))
                .findFirst()
                .orElseThrow()
                .replaceAll("\\W|SigIgn", "");
        return (Long.parseUnsignedLong(mask, 16) >> (signal - 1) & 1) == 1;
    }

    /** Its output, after it has ended with that exit code. */
    public String output(int code) throws IOException, InterruptedException {
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(output).isEqualTo(code);
        return output;
    }

    public void kill() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }

    public boolean isAlive() {
        return process.isAlive();
    }

    /**
     * Stops all of its threads until {@link #resume}: its files are then what a SIGKILL at this moment would leave. On Linux.
     *
     * @return false if it has ended
     */
    public boolean suspend() throws IOException, InterruptedException {
        if (!signal("STOP")) {
            return false;
        }
        while (process.isAlive()) {
            if (areStopped(Path.of("/proc", String.valueOf(process.pid()), "task"))) {
                return true;
            }
            Thread.onSpinWait();
        }
        return false;
    }

    public void resume() throws IOException, InterruptedException {
        signal("CONT");
    }

    private boolean signal(String name) throws IOException, InterruptedException {
        return new ProcessBuilder("kill", "-" + name, String.valueOf(process.pid()))
                        .redirectErrorStream(true)
                        .start()
                        .waitFor()
                == 0;
    }

    /** Whether each thread is: one inside of a write ends that first, as it would before it is killed. */
    private static boolean areStopped(Path threads) {
        try (Stream<Path> all = Files.list(threads)) {
            for (Path each : all.toList()) {
                String stat = Files.readString(each.resolve("stat"));
                if (stat.charAt(stat.lastIndexOf(')') + 2) != 'T') {
                    return false;
                }
            }
            return true;
        } catch (IOException | UncheckedIOException ended) {
            return false;
        }
    }

    public static void main(String[] arguments) throws Exception {
        switch (arguments[0]) {
            case "open" -> {
                try (Database db = Database.open(arguments[1])) {
                    System.out.println("applied " + db.appliedMigrations().size() + " agents "
                            + db.agents().list(10, 0).size());
                }
            }
            case "query" -> {
                try (Database db = Database.open(arguments[1])) {
                    db.useTx(tx -> tx.agents()
                            .create(Agent.builder().name("a").mode("llm").build()));
                    System.out.println("agents " + db.dsl().fetchCount(AGENTS));
                }
            }
            case "refused" -> {
                try (Database db = Database.open(arguments[1])) {
                    System.out.println("opened " + db.options());
                } catch (StorageException | IllegalArgumentException e) {
                    System.out.println(e);
                }
            }
            case "names" -> {
                for (String name : List.of(arguments).subList(1, arguments.length)) {
                    try (Database db = Database.open(name)) {
                        System.out.println(
                                "synchronous " + db.dsl().fetchValue("PRAGMA synchronous") + " of " + db.file());
                    }
                }
            }
            case "leave" -> {
                Database db = Database.open(arguments[1]);
                db.agents().create(Agent.builder().name("left").mode("llm").build());
                System.out.println(READY);
                sleepLong();
            }
            case "opens" -> {
                // The first open of a JVM also loads classes, which takes much longer than the open itself.
                Database.open(arguments[1] + "warm.db").close();
                System.out.println(READY);
                for (int i = 0; i < Integer.parseInt(arguments[2]); i++) {
                    Database.open(arguments[1] + i + ".db").close();
                }
                sleepLong();
            }
            case "restores" -> {
                System.out.println(READY);
                while (true) {
                    Backups.restore(Path.of(arguments[1]), Path.of(arguments[2]));
                }
            }
            case "backups" -> {
                System.out.println(READY);
                while (true) {
                    Backups.add(Path.of(arguments[1]), Path.of(arguments[2]), new Keep(2, 0, 0));
                }
            }
            case "checkpoints" -> writeAndCheckpoint(arguments[1]);
            case "read" -> {
                try (Database db =
                        Database.builder().path(arguments[1]).readOnly().open()) {
                    System.out.println("agents " + db.agents().list(10, 0).size() + " problems "
                            + db.healthCheck().problems());
                } catch (StorageException e) {
                    System.out.println(e);
                }
            }
            case "blob" -> writeEndlessBlob(arguments[1]);
            case "readUntilRefused" -> readUntilRefused(arguments[1]);
            case "create" -> create(arguments[1], arguments[2]);
            case "findOrCreate" -> findOrCreate(arguments[1], Integer.parseInt(arguments[2]));
            case "write" -> write(arguments[1], arguments[2], new ConversationId(arguments[3]));
            case "transfer" -> transfer(Path.of(arguments[1]), arguments[2], arguments[3]);
            case "erase" -> erase(arguments[1], new AgentId(arguments[2]), Phase.valueOf(arguments[3]));
            case "hold" -> hold(arguments[1], new ConversationId(arguments[2]));
            default -> throw new IllegalArgumentException(arguments[0]);
        }
    }

    private static DatabaseBuilder at(String place) {
        // A loaded machine may take long to connect, or to begin another process that has the lock.
        DatabaseBuilder patient = Database.builder().busyTimeout(Duration.ofSeconds(60));
        return Locations.isUrl(place) ? patient.url(place) : patient.path(place);
    }

    /** Prints the name and the key of each agent, in the order of the names. */
    private static void findOrCreate(String place, int seed) {
        List<String> names = new ArrayList<>(
                IntStream.range(0, 100).mapToObj(i -> "agent " + i).toList());
        Collections.shuffle(names, new Random(seed));
        try (Database db = at(place).open()) {
            Map<String, AgentId> found = new TreeMap<>();
            for (String name : names) {
                Agent agent = Agent.builder().name(name).mode("llm").build();
                found.put(name, db.agents().findOrCreate(agent).id());
            }
            System.out.println(found);
        }
    }

    /** Erases an agent, and stops when a phase has begun. */
    private static void erase(String file, AgentId agent, Phase phase) {
        try (Database db = Database.open(file)) {
            db.erasure().erase(ErasureRequest.agent(agent), progress -> {
                if (progress.phase() == phase) {
                    System.out.println(READY);
                    sleepLong();
                }
            });
        }
    }

    /** More than is held in memory, and then it waits. */
    private static void writeEndlessBlob(String file) throws IOException {
        try (Database db = Database.open(file)) {
            db.blobs().write(new InputStream() {
                private int left = 3_000_000;

                @Override
                public int read() {
                    if (left-- == 0) {
                        System.out.println(READY);
                        sleepLong();
                    }
                    return 1;
                }
            });
        }
    }

    private static void create(String place, String name) {
        try (Workspaces workspaces = at(place).openWorkspaces()) {
            workspaces.create(name);
            System.out.println("created");
        } catch (ConflictException e) {
            System.out.println("conflict");
        }
    }

    private static void write(String file, String name, ConversationId talk) {
        try (Database db = Database.open(file)) {
            Agent sender =
                    db.agents().create(Agent.builder().name(name).mode("llm").build());
            for (int i = 0; i < 200; i++) {
                db.tasks()
                        .create(Task.builder()
                                .agentId(sender.id())
                                .type("count")
                                .build());
                db.messages()
                        .create(Message.builder()
                                .conversationId(talk)
                                .senderId(sender.id())
                                .contentType(ContentType.TEXT)
                                .content(name + " " + i)
                                .build());
            }
        }
    }

    /** Transfers, and says so when the second part is copied; then it goes on. */
    private static void transfer(Path file, String url, String workspace) {
        Database.builder()
                .url(url)
                .workspace(workspace)
                .transferFrom(file)
                .onProgress(progress -> {
                    if (progress.phase() == TransferProgress.Phase.COPY && progress.done() > 20_000) {
                        System.out.println(READY);
                        sleepLong();
                    }
                })
                .run();
    }

    private static void readUntilRefused(String file) throws InterruptedException {
        try (Database db = Database.builder().path(file).readOnly().open()) {
            for (int i = 0; i < 3_000; i++) {
                db.agents().list(10, 0);
                if (i == 10) {
                    System.out.println(READY);
                }
                Thread.sleep(10);
            }
        } catch (StorageException e) {
            System.out.println(e);
        }
    }

    /** Is ready when 1,000 tasks are stored, and prints a line for each 100 after that. */
    private static void writeAndCheckpoint(String file) {
        try (Database db = Database.open(file)) {
            String text = "\"" + "x".repeat(5_000) + "\"";
            for (int i = 0; i < 10_000; i++) {
                db.tasks()
                        .createAll(Stream.generate(() -> Task.builder()
                                        .type("large")
                                        .input(Json.parse(text))
                                        .build())
                                .limit(100)
                                .toList());
                if (i >= 9) {
                    System.out.println(i == 9 ? READY : "stored");
                }
            }
        }
    }

    private static void sleepLong() {
        try {
            Thread.sleep(60_000);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void hold(String file, ConversationId talk) throws InterruptedException {
        try (Database db = Database.open(file)) {
            db.useTx(tx -> {
                Agent sender = tx.agents()
                        .create(Agent.builder().name("doomed").mode("llm").build());
                for (int i = 0; i < 500; i++) {
                    tx.messages()
                            .create(Message.builder()
                                    .conversationId(talk)
                                    .senderId(sender.id())
                                    .contentType(ContentType.TEXT)
                                    .content("lost")
                                    .build());
                }
                System.out.println(READY);
                Thread.sleep(60_000);
            });
        }
    }
}
