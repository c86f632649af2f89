package dev.modelscan.storage.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.modelscan.storage.Database;
import dev.modelscan.storage.cli.MainTest.Run;
import dev.modelscan.storage.cli.temporary.TemporaryFiles;
import dev.modelscan.storage.support.ChildProcess;
import dev.modelscan.storage.support.DirectoryPicture;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Each long command is killed at random moments and run again: the end is that of a run that nobody killed.
 *
 * <p>Most kills are copies: all threads of the process are stopped, its files are copied, and it goes on. The copy is what a
 * SIGKILL at that moment would leave: locks and memory are not in it, and everything that was written is. So one process gives
 * many moments, and each of them is one at which a file has just changed. With {@code -Dmodelscan.test.long=true} processes
 * are also killed, one of them twice.
 */
@EnabledOnOs(OS.LINUX)
class KilledCommandsTest {

    private static final boolean LONG = Boolean.getBoolean("modelscan.test.long");
    private static final int MOMENTS = LONG ? 40 : 2;
    private static final int KILLS = LONG ? 10 : 0;
    private static final long SEED = Long.getLong("modelscan.test.seed", System.nanoTime());

    /** Its spans go through a temporary file. */
    private static final String TRACE =
            Path.of("src/test/resources/inputs/otlp.json").toAbsolutePath().toString();

    @TempDir
    static Path shared;

    @TempDir
    Path directory;

    private Instant begin;

    /** Makes what a command begins with. */
    private interface Start {
        void in(Path directory) throws IOException, SQLException;
    }

    /**
     * A command.
     *
     * @param again the exit code if it had ended before it was killed, and is run again
     * @param arguments with {@code @} for the directory
     */
    private record Row(String command, int again, Start start, List<String> arguments) {

        static Row of(String command, Start start) {
            return of(command, 0, start);
        }

        static Row of(String command, int again, Start start) {
            return new Row(command, again, start, List.of(command.split(" ")));
        }

        String[] in(Path directory) {
            return arguments.stream()
                    .map(argument -> argument.replace("@", directory.toString()).replace("#", shared.toString()))
                    .toArray(String[]::new);
        }

        @Override
        public String toString() {
            return command;
        }
    }

    static Stream<Row> rows() {
        Start filled = KilledCommandsTest::filled;
        Start plain = KilledCommandsTest::plain;
        Start backedUp = to -> {
            plain(to);
            run(
                    "backup",
                    "--db",
                    to.resolve("app.db").toString(),
                    "--to",
                    to.resolve("copy.db").toString());
            change(to, "UPDATE agents SET mode = 'changed'");
        };
        return Stream.of(
                        Row.of(
                                "retention --db @/app.db --conversations 30d --messages-per-conversation 20 --tasks 30d"
                                        + " --tasks-per-agent 3 --tool-executions 30d --model-calls 30d --vacuum",
                                filled),
                        Row.of("erase conversation talk --db @/app.db", 3, filled),
                        Row.of("erase agent " + KilledCommandsStart.ANN + " --db @/app.db", 3, filled),
                        Row.of("erase agent " + KilledCommandsStart.ANN + " --pseudonymise --db @/app.db", 3, filled),
                        Row.of("erase scrub --db @/app.db", filled),
                        Row.of("archive purge --older-than 2100-01-01 --db @/app.db", filled),
                        Row.of("search --disable --db @/app.db", filled),
                        Row.of("search --rebuild --db @/app.db", filled),
                        Row.of("search --enable --db @/app.db", plain),
                        Row.of("audit enable --db @/app.db", plain),
                        Row.of("audit disable --db @/app.db", filled),
                        Row.of("audit head --db @/app.db", filled),
                        Row.of("doctor --repair --db @/app.db", KilledCommandsTest::damaged),
                        Row.of("restore @/copy.db --db @/app.db --force", backedUp),
                        Row.of("backup --db @/app.db --to @/new.db", 1, plain),
                        Row.of("backup --db @/app.db --to @/copies --keep 1h,0d,0w", plain),
                        Row.of("backup drill @/copy.db", backedUp),
                        Row.of("import #/runs.jsonl --db @/app.db", to -> {}),
                        Row.of("import #/archive.jsonl --db @/app.db", 1, to -> {}),
                        Row.of("import " + TRACE + " --db @/app.db", to -> {}),
                        Row.of("export @/archive.jsonl --format native --force --db @/app.db", plain),
                        Row.of("export @/runs.jsonl --format openai --db @/app.db", 1, plain),
                        Row.of("export @/files --format parquet --db @/app.db", 1, plain),
                        Row.of("report --html @/report.html --db @/app.db", 1, plain),
                        Row.of("migrate --db @/app.db", to -> KilledCommandsStart.older(to.resolve("app.db"))),
                        Row.of("workspaces migrate --all --db @", to -> {
                            KilledCommandsStart.older(to.resolve("one.db"));
                            KilledCommandsStart.older(to.resolve("two.db"));
                        }))
                // Has a temporary file at some of its moments, and the command again needs a process;
                // TemporaryFilesTest is quick.
                .filter(row -> LONG || !row.arguments().contains(TRACE));
    }

    @BeforeAll
    static void fill() throws IOException {
        KilledCommandsStart.fill(Database.builder().path(shared.resolve("filled.db")), true);
        KilledCommandsStart.fill(Database.builder().path(shared.resolve("plain.db")), false);
        KilledCommandsStart.writeRuns(shared.resolve("runs.jsonl"), 300, 100, 100);
        run("export", shared.resolve("archive.jsonl").toString(), "--format", "native", "--db", shared + "/filled.db");
    }

    private static void run(String... command) {
        Run run = MainTest.run(command);
        assertThat(run.code()).as(run.err()).isZero();
    }

    private static void filled(Path to) throws IOException {
        Files.copy(shared.resolve("filled.db"), to.resolve("app.db"));
    }

    private static void plain(Path to) throws IOException {
        Files.copy(shared.resolve("plain.db"), to.resolve("app.db"));
    }

    private static void damaged(Path to) throws IOException, SQLException {
        filled(to);
        change(
                to,
                "DROP INDEX messages_by_sender",
                "DROP TRIGGER messages_touch",
                "UPDATE conversations SET last_sequence_number = 3",
                "DELETE FROM search_documents WHERE id = 7");
    }

    private static void change(Path to, String... statements) throws SQLException {
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + to.resolve("app.db"));
                Statement statement = connection.createStatement()) {
            for (String each : statements) {
                statement.execute(each);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("rows")
    void endsAsWithoutAKill(Row row) throws Exception {
        Random random = new Random(SEED ^ row.command().hashCode());
        Path start = Files.createDirectory(directory.resolve("start"));
        Files.createDirectory(start.resolve("tmp"));
        row.start().in(start);
        begin = Instant.now();
        Path whole = copy(start, directory.resolve("whole"));
        ChildProcess child = start(row, whole);
        List<Path> moments = copyMoments(child, whole, random);
        Duration took = Duration.between(begin, Instant.now());
        child.output(0);
        settle(whole);
        DirectoryPicture expected = DirectoryPicture.of(whole, begin);

        for (Path moment : moments) {
            requireSameEnd(row, moment, moment.equals(moments.get(0)), expected);
        }
        for (int i = 0; i < KILLS; i++) {
            Path killed = copy(start, directory.resolve("killed" + i));
            for (int times = random.nextInt(2); times >= 0; times--) {
                kill(start(row, killed), took, random);
            }
            requireSameEnd(row, killed, false, expected);
        }
    }

    /** The drivers of SQLite and DuckDB leave the libraries that they unpack, whoever is killed, so those go elsewhere. */
    private static ChildProcess start(Row row, Path place) throws IOException {
        Path temporary = row.arguments().contains("parquet") ? shared : place.resolve("tmp");
        return ChildProcess.start(
                place,
                Main.class,
                List.of("-XX:+UseSerialGC", "-Djava.io.tmpdir=" + temporary, "-Dorg.sqlite.tmpdir=" + shared),
                row.in(place));
    }

    /** The first tenth is the start of the JVM. */
    private static void kill(ChildProcess child, Duration took, Random random) throws InterruptedException {
        long most = took.toMillis();
        TimeUnit.MILLISECONDS.sleep(random.nextLong(most / 10, most));
        child.kill();
    }

    /** Copies some of the moments at which a process had changed its files, each as likely as the others, until it ends. */
    private List<Path> copyMoments(ChildProcess child, Path place, Random random) throws Exception {
        List<Path> copies = new ArrayList<>();
        int seen = 0;
        String last = listing(place);
        while (child.isAlive()) {
            // A process that is stopped often makes no progress, so only for a moment that is kept, if no later one
            // replaces it.
            if (!listing(place).equals(last)) {
                int slot = random.nextInt(++seen);
                if (seen <= MOMENTS || slot < MOMENTS) {
                    keep(child, place, directory.resolve("moment" + seen), slot, copies);
                }
                last = listing(place);
            }
            TimeUnit.MICROSECONDS.sleep(1_000 + random.nextInt(2_000));
        }
        assertThat(copies).isNotEmpty();
        return copies;
    }

    private static void keep(ChildProcess child, Path place, Path to, int slot, List<Path> copies) throws Exception {
        if (!child.suspend()) {
            return;
        }
        copy(place, to);
        child.resume();
        if (copies.size() < MOMENTS) {
            copies.add(to);
        } else {
            TemporaryFiles.delete(copies.set(slot, to));
        }
    }

    /** Its files, with all by which a change shows. */
    private static String listing(Path place) throws IOException {
        List<String> lines = new ArrayList<>();
        try (Stream<Path> files = Files.walk(place)) {
            for (Path each : files.toList()) {
                lines.add(place.relativize(each) + " " + Files.readAttributes(each, "unix:ino,size,ctime"));
            }
        } catch (NoSuchFileException | UncheckedIOException e) {
            lines.add("a file was deleted meanwhile");
        }
        return lines.stream().sorted().collect(Collectors.joining("\n"));
    }

    /** With holes, links and times. */
    private static Path copy(Path from, Path to) throws IOException, InterruptedException {
        assertThat(new ProcessBuilder("cp", "-a", from.toString(), to.toString())
                        .start()
                        .waitFor())
                .isZero();
        return to;
    }

    /** Each repair writes a backup before it, so a repair that ran twice has two; what is not whole is left to be found. */
    private static void settle(Path place) throws IOException {
        try (Stream<Path> files = Files.list(place)) {
            for (Path each : files.toList()) {
                if (each.toString().matches(".*before-repair-\\d+T\\d+Z(.manifest.json)?")) {
                    Files.delete(each);
                }
            }
        }
    }

    private void requireSameEnd(Row row, Path killed, boolean first, DirectoryPicture expected) throws Exception {
        String found = listing(killed);
        try {
            if (row.arguments().contains(TRACE)) {
                // Only a process with the same temporary directory deletes what another has left there.
                start(row, killed).output(0);
            } else {
                Run again = MainTest.run(row.in(killed));
                assertThat(again.code()).as(again.err() + again.out()).isIn(0, row.again());
            }
            settle(killed);
            DirectoryPicture.of(killed, begin).requireSame(expected);
            Path database = killed.resolve("app.db");
            if (Files.exists(database) && (LONG || first)) {
                Run doctor = MainTest.run("doctor", "--db", database.toString());
                assertThat(doctor.code()).as(doctor.out()).isZero();
            }
        } catch (AssertionError e) {
            throw new AssertionError(
                    "after a kill (-Dmodelscan.test.seed=" + SEED + ") that left\n" + found + "\n" + e.getMessage(), e);
        }
    }
}
