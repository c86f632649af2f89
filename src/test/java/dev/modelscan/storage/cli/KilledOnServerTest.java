package dev.modelscan.storage.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.modelscan.storage.Database;
import dev.modelscan.storage.cli.MainTest.Run;
import dev.modelscan.storage.support.ChildProcess;
import dev.modelscan.storage.support.DirectoryPicture;
import dev.modelscan.storage.support.PostgresServer;
import dev.modelscan.storage.support.TcpProxy;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What {@link KilledCommandsTest} does, with a database on a server. All that these commands change is there, and what a server
 * sees of a process that is killed is that its connections end. So they are cut, and no other is accepted.
 */
class KilledOnServerTest {

    private static final boolean LONG = Boolean.getBoolean("modelscan.test.long");
    private static final int KILLS = LONG ? 40 : 2;
    private static final long SEED = Long.getLong("modelscan.test.seed", System.nanoTime());
    private static final String WORKSPACE = "team_a";

    @TempDir
    static Path shared;

    private static final List<TcpProxy> networks = new ArrayList<>();
    private static String filled;
    private static String plain;

    @BeforeAll
    static void fill() throws SQLException, IOException {
        filled = filled(true);
        plain = filled(false);
        KilledCommandsStart.writeRuns(shared.resolve("runs.jsonl"), 300, 100, 100);
        Run archive = MainTest.run(command("export #/archive.jsonl --format native", url(PostgresServer.url(), plain)));
        assertThat(archive.code()).as(archive.err()).isZero();
    }

    @AfterAll
    static void close() {
        networks.forEach(TcpProxy::close);
    }

    /** The name of a new database. */
    private static String filled(boolean withAll) throws SQLException {
        String url = PostgresServer.newDatabase("");
        KilledCommandsStart.fill(Database.builder().url(url).workspace(WORKSPACE), withAll);
        return name(url);
    }

    private static String name(String url) {
        return url.replaceFirst("^.*/", "").replaceFirst("\\?.*", "");
    }

    private static String url(String server, String database) {
        return server.replaceFirst("^(jdbc:postgresql://[^/]+/)[^?]*", "$1" + database);
    }

    private static String[] command(String command, String url) {
        return (command.replace("#", shared.toString()) + " --workspace " + WORKSPACE + " --db " + url).split(" ");
    }

    static Stream<Arguments> rows() {
        return Stream.of(
                Arguments.of(
                        "retention --conversations 30d --messages-per-conversation 20 --tasks 30d --tasks-per-agent 3"
                                + " --tool-executions 30d --model-calls 30d",
                        0,
                        filled),
                Arguments.of("erase conversation talk", 3, filled),
                Arguments.of("erase agent " + KilledCommandsStart.ANN, 3, filled),
                Arguments.of("erase agent " + KilledCommandsStart.ANN + " --pseudonymise", 3, filled),
                Arguments.of("archive purge --older-than 2100-01-01", 0, filled),
                Arguments.of("search --disable", 0, filled),
                Arguments.of("search --rebuild", 0, filled),
                Arguments.of("search --enable", 0, plain),
                Arguments.of("audit enable", 0, plain),
                Arguments.of("audit disable", 0, filled),
                Arguments.of("import #/runs.jsonl", 0, "template0"),
                Arguments.of("import #/archive.jsonl", 1, "template0"));
    }

    @ParameterizedTest
    @MethodSource("rows")
    void endsAsWithoutAKill(String command, int again, String start) throws Exception {
        Random random = new Random(SEED ^ command.hashCode());
        Instant begin = Instant.now();
        String whole = copy(start);
        Run undisturbed = MainTest.run(command(command, whole));
        assertThat(undisturbed.code()).as(undisturbed.err()).isZero();
        Duration took = Duration.between(begin, Instant.now());
        DirectoryPicture expected = picture(whole, begin);

        for (int i = 0; i < KILLS; i++) {
            String database = copy(start);
            long moment = random.nextLong(took.toMillis() + 1);
            cut(command, database, moment);
            awaitRollback(database);
            try {
                Run second = MainTest.run(command(command, database));
                assertThat(second.code()).as(second.err() + second.out()).isIn(0, again);
                picture(database, begin).requireSame(expected);
                if (LONG || i == 0) {
                    Run doctor = MainTest.run(command("doctor", database));
                    assertThat(doctor.code()).as(doctor.out()).isZero();
                }
            } catch (AssertionError e) {
                throw new AssertionError(
                        "cut after " + moment + " of " + took.toMillis() + " ms (-Dmodelscan.test.seed=" + SEED + ")\n"
                                + e.getMessage(),
                        e);
            }
        }
    }

    /** It has files as well, so the process is killed. */
    @Test
    void aTransferEndsAsWithoutAKill(@TempDir Path directory) throws Exception {
        Path source = directory.resolve("app.db");
        KilledCommandsStart.fill(Database.builder().path(source), true);
        Instant begin = Instant.now();
        String whole = PostgresServer.newDatabase("");
        transfer(directory, whole).output(0);
        long took = Duration.between(begin, Instant.now()).toMillis();
        DirectoryPicture expected = picture(whole, begin);
        DirectoryPicture expectedFiles = DirectoryPicture.of(directory, begin);

        Random random = new Random(SEED);
        for (int i = 0; i < KILLS; i++) {
            String database = PostgresServer.newDatabase("");
            ChildProcess child = transfer(directory, database);
            // The first part is the start of the JVM.
            TimeUnit.MILLISECONDS.sleep(random.nextLong(took / 4, took));
            child.kill();

            Run second =
                    MainTest.run("transfer", "--db", source.toString(), "--to", database, "--workspace", WORKSPACE);
            // 1 if it had ended: its rows are there.
            assertThat(second.code()).as(second.err() + second.out()).isIn(0, 1);
            picture(database, begin).requireSame(expected);
            DirectoryPicture.of(directory, begin).requireSame(expectedFiles);
        }
    }

    private static ChildProcess transfer(Path directory, String database) throws IOException {
        return ChildProcess.start(
                directory,
                Main.class,
                List.of("-Dorg.sqlite.tmpdir=" + shared, "-Djava.io.tmpdir=" + shared),
                "transfer",
                "--db",
                directory.resolve("app.db").toString(),
                "--to",
                database,
                "--workspace",
                WORKSPACE);
    }

    private static String copy(String start) throws SQLException {
        return PostgresServer.newDatabase("TEMPLATE " + start);
    }

    private static DirectoryPicture picture(String url, Instant begin) throws SQLException {
        try (Connection connection =
                DriverManager.getConnection(PostgresServer.with("currentSchema=" + WORKSPACE, url))) {
            return DirectoryPicture.of(connection, begin);
        }
    }

    /** The command itself goes on trying for some seconds, and is left alone: it does not reach the server. */
    /** The server notices a cut network late. Until then the transaction holds its rows, which {@code archive purge} skips. */
    private static void awaitRollback(String database) throws Exception {
        try (Connection connection = DriverManager.getConnection(database);
                PreparedStatement others = connection.prepareStatement(
                        "SELECT count(*) FROM pg_stat_activity"
                                + " WHERE datname = current_database() AND xact_start IS NOT NULL AND pid <> pg_backend_pid()")) {
            for (int i = 0; i < 1_000; i++) {
                try (ResultSet row = others.executeQuery()) {
                    row.next();
                    if (row.getInt(1) == 0) {
                        return;
                    }
                }
                TimeUnit.MILLISECONDS.sleep(10);
            }
        }
        throw new AssertionError("a transaction of the cut command is still open in " + database);
    }

    private static void cut(String command, String database, long millis) throws InterruptedException {
        TcpProxy network = new TcpProxy();
        networks.add(network);
        String[] arguments = command(command, url(network.url(), name(database)));
        Thread run = new Thread(() -> MainTest.run(arguments));
        run.setDaemon(true);
        run.start();
        TimeUnit.MILLISECONDS.sleep(millis);
        network.refuse(Integer.MAX_VALUE, "57P03");
        network.cut();
    }
}
