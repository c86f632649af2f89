package dev.modelscan.storage.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.modelscan.storage.Database;
import dev.modelscan.storage.cli.MainTest.Run;
import dev.modelscan.storage.cli.files.Inputs;
import dev.modelscan.storage.cli.imports.FileImport;
import dev.modelscan.storage.cli.imports.ImportOptions;
import dev.modelscan.storage.errors.BusyException;
import dev.modelscan.storage.errors.StorageException;
import dev.modelscan.storage.support.ChildProcess;
import dev.modelscan.storage.workflows.Workflow;
import dev.modelscan.storage.workflows.WorkflowStatus;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/**
 * An import ends in its middle: what was stored is told, the workflow is not completed, and the same command again makes
 * the database that an import without a disturbance makes.
 */
@DisabledOnOs(OS.WINDOWS)
class InterruptedImportTest {

    private static final String LONG = "modelscan.test.long";
    private static final int RUNS = 500;
    private static final int MOST_TOGETHER = 64;
    private static final Pattern STORED = Pattern.compile("([\\d,]+) transcripts (?:are stored|imported)");

    @TempDir
    Path directory;

    @TempDir
    static Path shared;

    private static Path runs;
    private static Path undisturbed;

    private Path database;

    @BeforeEach
    void name() {
        database = directory.resolve("runs.db");
    }

    @BeforeAll
    static void write() throws IOException {
        runs = shared.resolve("runs.jsonl");
        undisturbed = shared.resolve("undisturbed.db");
        KilledCommandsStart.writeRuns(runs, RUNS, 300, 1_000);
        assertThat(MainTest.run("import", runs.toString(), "--db", undisturbed.toString())
                        .code())
                .isZero();
    }

    private String[] command(Path file) {
        return new String[] {"import", file.toString(), "--db", database.toString()};
    }

    private ChildProcess start(Path file) throws IOException {
        return ChildProcess.start(directory, Main.class, List.of(), command(file));
    }

    /** Waits until another process has stored some. */
    private void awaitSome() throws InterruptedException {
        while (count("tasks") < 5) {
            Thread.sleep(5);
        }
    }

    private long count(String table) {
        if (!Files.exists(database)) {
            return 0;
        }
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + database);
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("SELECT count(*) FROM " + table)) {
            return row.getLong(1);
        } catch (SQLException e) {
            // Its tables are being made.
            return 0;
        }
    }

    /** A part is stored and says so; then the same command stores the rest. */
    private void requireFinishedByTheSameCommand() {
        long stored = count("tasks");
        assertThat(stored).isBetween(1L, RUNS - 1L);
        assertThat(workflow().status()).isEqualTo(WorkflowStatus.RUNNING);

        Run again = MainTest.run(command(runs));

        assertThat(again.code()).as(again.err()).isZero();
        assertThat(again.out())
                .contains(String.format("%,d transcripts imported, %,d stored already", RUNS - stored, stored));
        requireWhole();
    }

    private void requireWhole() {
        assertThat(workflow().status()).isEqualTo(WorkflowStatus.COMPLETED);
        assertThat(contents(database)).isEqualTo(contents(undisturbed));
        assertThat(rows(database)).isEqualTo(rows(undisturbed));
    }

    private Workflow workflow() {
        try (Database db = Database.open(database)) {
            assertThat(db.workflows().list(10, 0)).hasSize(1);
            return db.workflows().list(1, 0).get(0);
        }
    }

    private static Map<String, Long> rows(Path file) {
        try (Database db = Database.open(file)) {
            return db.stats().rows();
        }
    }

    private static Set<String> contents(Path file) {
        try (Database db = Database.open(file)) {
            return db.messages().stream()
                    .map(message -> message.id() + " " + message.conversationId() + " " + message.sequenceNumber() + " "
                            + message.taskId() + message.content())
                    .collect(Collectors.toSet());
        }
    }

    private static long told(String output) {
        Matcher stored = STORED.matcher(output);
        assertThat(stored.find()).as(output).isTrue();
        return Long.parseLong(stored.group(1).replace(",", ""));
    }

    /** Makes a database in which each run after the first hundred takes long, so that an import is in its middle for long. */
    private void makeSlow() throws SQLException {
        Database.open(database).close();
        alter("CREATE TRIGGER slow BEFORE INSERT ON tasks WHEN (SELECT count(*) FROM tasks) > 100"
                + " BEGIN SELECT length(hex(zeroblob(40000000))); END");
    }

    private void makeFast() throws SQLException {
        alter("DROP TRIGGER slow");
    }

    private void alter(String sql) throws SQLException {
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + database);
                Statement statement = connection.createStatement()) {
            statement.execute("PRAGMA busy_timeout = 30000");
            statement.execute(sql);
        }
    }

    @Test
    void byCtrlC() throws Exception {
        makeSlow();
        ChildProcess child = start(runs);
        awaitSome();
        String output = child.output(child.interrupt());

        assertThat(output).contains("The same command again stores the rest");
        // What was being stored when it was told may have been stored after that.
        assertThat(told(output)).isBetween(1L, count("tasks")).isGreaterThanOrEqualTo(count("tasks") - MOST_TOGETHER);
        makeFast();
        requireFinishedByTheSameCommand();
    }

    @Test
    void aDryRunLeavesNothingAfterCtrlC() throws Exception {
        Path temporary = Files.createDirectory(directory.resolve("tmp"));
        ChildProcess child = ChildProcess.start(
                directory,
                Main.class,
                List.of("-Djava.io.tmpdir=" + temporary),
                "import",
                runs.toString(),
                "-",
                "--dry-run");
        while (dryRuns(temporary).isEmpty()) {
            Thread.sleep(5);
        }

        assertThat(child.output(child.interrupt())).contains("interrupted: a dry run stores nothing.");
        assertThat(dryRuns(temporary)).isEmpty();
    }

    private static List<Path> dryRuns(Path temporary) throws IOException {
        try (Stream<Path> files = Files.walk(temporary)) {
            return files.filter(file -> file.endsWith("dry-run.db")).toList();
        }
    }

    @Test
    @EnabledIfSystemProperty(named = LONG, matches = "true")
    void byKill() throws Exception {
        makeSlow();
        ChildProcess child = start(runs);
        awaitSome();
        child.kill();
        makeFast();

        requireFinishedByTheSameCommand();
    }

    @Test
    void byAFullDisk() throws Exception {
        String output = ChildProcess.startWithFileLimit(directory, 2_000, Main.class, command(runs))
                .output(1);

        assertThat(output).contains("error: ").doesNotContain("\tat ", "SQLITE_");
        assertThat(told(output)).isEqualTo(count("tasks"));
        requireFinishedByTheSameCommand();
    }

    @Test
    void byADatabaseThatIsBusyForTooLong() throws Exception {
        try (Database db = Database.builder()
                        .path(database)
                        .busyTimeout(Duration.ofMillis(100))
                        .open();
                Connection other = DriverManager.getConnection("jdbc:sqlite:" + database);
                Statement statement = other.createStatement()) {
            statement.execute("PRAGMA busy_timeout = 30000");
            FileImport running = new FileImport(
                    () -> db,
                    Inputs.of(List.of(runs.toString()), InputStream.nullInputStream())
                            .get(0),
                    ImportOptions.DEFAULT);
            StorageException busy = catchThrowableOfType(
                    StorageException.class, () -> running.run(inTheMiddle(() -> statement.execute("BEGIN IMMEDIATE"))));
            assertThat(busy).isInstanceOf(BusyException.class);
            statement.execute("ROLLBACK");
            assertThat(running.result().imported()).isEqualTo(count("tasks"));
        }
        requireFinishedByTheSameCommand();
    }

    /** What happens when half of a file has been read. */
    private interface Happening {
        void happen() throws SQLException;
    }

    private UnaryOperator<InputStream> inTheMiddle(Happening happening) throws IOException {
        long middle = Files.size(runs) / 2;
        return bytes -> new FilterInputStream(bytes) {
            private long read;
            private boolean happened;

            @Override
            public int read(byte[] buffer, int from, int length) throws IOException {
                if (read > middle && !happened) {
                    happened = true;
                    try {
                        happening.happen();
                    } catch (SQLException e) {
                        throw new IOException(e);
                    }
                }
                int count = super.read(buffer, from, Math.min(length, 8_192));
                read += count;
                return count;
            }
        };
    }

    @Test
    @EnabledIfSystemProperty(named = LONG, matches = "true")
    void ofAnArchiveByAFullDisk() throws Exception {
        Path archive = archive();

        String output = ChildProcess.startWithFileLimit(directory, 2_000, Main.class, command(archive))
                .output(1);

        assertThat(output).contains("error: ").doesNotContain("\tat ", "SQLITE_");
        assertThat(count("tasks")).isZero();
        assertThat(MainTest.run(command(archive)).code()).isZero();
        requireWhole();
    }

    @Test
    @EnabledIfSystemProperty(named = LONG, matches = "true")
    void ofAnArchiveByCtrlC() throws Exception {
        Path archive = archive();
        ChildProcess child = start(archive);
        awaitBytes();
        String output = child.output(child.interrupt());

        if (count("tasks") == 0) {
            assertThat(output)
                    .contains("interrupted: nothing of the archive is stored. The same command again stores it.");
            assertThat(MainTest.run(command(archive)).code()).isZero();
        }
        requireWhole();
    }

    @Test
    void anArchiveThatIsThereAlreadyIsRefusedAndNotCalledInterrupted() throws Exception {
        assertThat(MainTest.run(command(archive())).code()).isZero();

        String told = start(directory.resolve("archive.jsonl")).output(1);

        assertThat(told)
                .contains("archive.jsonl: the database has a record of the archive already", "--new-ids")
                .doesNotContain("interrupted");
    }

    /** Waits until another process has written rows that are not committed. */
    private void awaitBytes() throws IOException, InterruptedException {
        Path log = directory.resolve("runs.db-wal");
        while (!Files.exists(log) || Files.size(log) < 1_000_000) {
            Thread.sleep(2);
        }
    }

    private Path archive() {
        Path archive = directory.resolve("archive.jsonl");
        assertThat(MainTest.run("export", archive.toString(), "--format", "native", "--db", undisturbed.toString())
                        .code())
                .isZero();
        return archive;
    }
}
