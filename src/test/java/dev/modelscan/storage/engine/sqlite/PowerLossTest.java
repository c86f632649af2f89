package dev.modelscan.storage.engine.sqlite;

import static org.assertj.core.api.Assertions.assertThat;

import dev.modelscan.storage.Database;
import dev.modelscan.storage.Durability;
import dev.modelscan.storage.agents.Agent;
import dev.modelscan.storage.support.ChildProcess;
import dev.modelscan.storage.support.FaultyProgram;
import dev.modelscan.storage.support.PowerLoss;
import dev.modelscan.storage.support.RecordedProgram;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * What a loss of power may undo. With {@code -Dmodelscan.test.long=true} 10,000 states are checked, from several runs.
 */
@EnabledOnOs(OS.LINUX)
class PowerLossTest {

    private static final boolean LONG = Boolean.getBoolean("modelscan.test.long");
    private static final int THREADS = 8;
    private static final String FLUSH_TAKES = "RECORD_MICROS=1000";
    private static final String FLUSHES_FAIL = "RECORD_FAILS=10";

    @TempDir
    private Path directory;

    private Path file;
    private Path recording;
    private byte[] before;

    /** Makes a database, whose recording is to begin. */
    private void create(String name) throws Exception {
        file = Files.createDirectory(directory.resolve("run-" + name)).resolve("app.db");
        recording = directory.resolve("recording-" + name);
        try (Database db = Database.open(file)) {
            db.agents().create(Agent.builder().name("a").mode("llm").build());
        }
        before = Files.readAllBytes(file);
    }

    private ChildProcess start(Durability durability, int writes, long seed, List<String> settings, String... options)
            throws Exception {
        return start(durability, THREADS, writes, seed, settings, options);
    }

    private ChildProcess start(
            Durability durability, int threads, int writes, long seed, List<String> settings, String... options)
            throws Exception {
        List<String> recorder = PowerLoss.recorded(directory, file, recording, FLUSH_TAKES);
        recorder.addAll(settings);
        List<String> arguments = new ArrayList<>(List.of(
                file.toString(),
                durability.name(),
                String.valueOf(threads),
                String.valueOf(writes),
                String.valueOf(seed)));
        arguments.addAll(List.of(options));
        return ChildProcess.startBehind(
                recorder, directory, RecordedProgram.class, List.of(), arguments.toArray(String[]::new));
    }

    private PowerLoss record(Durability durability, int writes, long seed, String... options) throws Exception {
        create(durability.name() + seed);
        start(durability, writes, seed, List.of(), options).output();
        return PowerLoss.of(recording);
    }

    private PowerLoss recordTwo(Durability second, int writes, long seed, List<String> settings, String... options)
            throws Exception {
        create("two-" + second + seed);
        ChildProcess one = start(Durability.SHARED_FLUSH, writes, seed, settings, options);
        ChildProcess other = start(second, writes, seed + 50, settings, options);
        for (ChildProcess each : List.of(one, other)) {
            each.output();
        }
        return PowerLoss.of(recording);
    }

    /** Returns the states in which something acknowledged is not there. All have to be consistent. */
    private List<String> losses(PowerLoss recorded, int states, long seed) throws Exception {
        List<String> losses = new ArrayList<>();
        Path place = Files.createDirectories(directory.resolve("states"));
        recorded.eachState(states, seed, before, place, state -> {
            Map<String, Integer> stored = stored(state);
            long lost = state.acknowledged().stream()
                    .map(line -> line.split(" "))
                    .filter(line -> stored.getOrDefault(line[0], 0) < Integer.parseInt(line[1]))
                    .count();
            if (lost > 0) {
                losses.add(state.what() + ": " + lost + " of "
                        + state.acknowledged().size() + " lost");
            }
        });
        return losses;
    }

    /** The tasks and their versions, of a database that has to be whole. */
    private static Map<String, Integer> stored(PowerLoss.State state) throws SQLException {
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + state.database());
                Statement statement = connection.createStatement()) {
            // In memory is the log's index, and nothing is flushed.
            statement.execute("PRAGMA locking_mode = EXCLUSIVE");
            statement.execute("PRAGMA synchronous = OFF");
            assertThat(value(statement, "PRAGMA integrity_check"))
                    .as(state.what())
                    .isEqualTo("ok");
            assertThat(value(
                            statement,
                            "SELECT count(*) FROM tasks LEFT JOIN (SELECT content AS task, count(*) AS number"
                                    + " FROM messages GROUP BY content) ON task = id WHERE type = '"
                                    + RecordedProgram.STEP + "' AND number IS NOT 2"))
                    .as(state.what() + ": parts of transactions")
                    .isEqualTo("0");
            Map<String, Integer> versions = new HashMap<>();
            try (ResultSet rows = statement.executeQuery("SELECT id, version FROM tasks")) {
                while (rows.next()) {
                    versions.put(rows.getString(1), rows.getInt(2));
                }
            }
            return versions;
        }
    }

    private static String value(Statement statement, String sql) throws SQLException {
        try (ResultSet row = statement.executeQuery(sql)) {
            return row.getString(1);
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"FULL", "SHARED_FLUSH"})
    void nothingAcknowledgedIsLost(Durability durability) throws Exception {
        int runs = LONG ? 10 : 1;
        int states = LONG ? 1_000 : 500;
        for (int run = 0; run < runs; run++) {
            PowerLoss recorded = record(durability, LONG ? 120 : 40, run);
            assertThat(losses(recorded, states, run)).isEmpty();
        }
    }

    /** What a failed flush has lost is not there, whatever is flushed later. */
    @ParameterizedTest
    @EnumSource(names = {"FULL", "SHARED_FLUSH"})
    void nothingIsAcknowledgedWhoseFlushFailed(Durability durability) throws Exception {
        int runs = LONG ? 4 : 1;
        for (int run = 0; run < runs; run++) {
            create("failing-" + durability + run);
            String output = start(durability, LONG ? 120 : 40, 100 + run, List.of(FLUSHES_FAIL), "failing")
                    .output();
            assertThat(output).containsPattern("thread \\d: [1-9]");
            assertThat(losses(PowerLoss.of(recording), LONG ? 500 : 100, run)).isEmpty();
        }
    }

    /** Both copy the log and start it again, and each reads and overwrites what the other has not flushed yet. */
    @ParameterizedTest
    @EnumSource(names = {"FULL", "SHARED_FLUSH"})
    void nothingThatTwoProcessesAcknowledgeIsLost(Durability second) throws Exception {
        int runs = LONG ? 4 : 1;
        for (int run = 0; run < runs; run++) {
            PowerLoss recorded = recordTwo(second, LONG ? 80 : 10, 200 + run, List.of(), "together");
            assertThat(losses(recorded, LONG ? 500 : 50, run)).isEmpty();
        }
    }

    /** The system tells each descriptor of a failed flush, in both processes, but none that is opened afterwards. */
    @ParameterizedTest
    @CsvSource({"FULL, false", "SHARED_FLUSH, false", "FULL, true"})
    void neitherOfTwoProcessesAcknowledgesWhatAFailedFlushOfTheOtherHasLost(Durability second, boolean replaces)
            throws Exception {
        List<String> options = new ArrayList<>(List.of("together", "failing"));
        if (replaces) {
            options.add("replacing");
        }
        // Few writes: each failure makes both write their log again.
        int runs = LONG ? 8 : 1;
        for (int run = 0; run < runs; run++) {
            PowerLoss recorded =
                    recordTwo(second, LONG ? 20 : 10, 300 + run, List.of(FLUSHES_FAIL), options.toArray(String[]::new));
            assertThat(losses(recorded, LONG ? 250 : 50, run)).isEmpty();
        }
    }

    /**
     * If SQLite's flush in a checkpoint fails, the next checkpoint would not be told. The flushes of the commits last long,
     * so that it comes before them. A short form would find a fault only now and then.
     */
    @Test
    @EnabledIfSystemProperty(named = "modelscan.test.long", matches = "true")
    void noCheckpointCopiesWhatACheckpointBeforeCouldNotFlush() throws Exception {
        for (int run = 0; run < 8; run++) {
            create("large-" + run);
            start(
                            Durability.SHARED_FLUSH,
                            4,
                            1,
                            600 + run,
                            List.of("RECORD_LATE=50", "RECORD_FAILS=2"),
                            "failing",
                            "large")
                    .output();
            assertThat(losses(PowerLoss.of(recording), 100, run)).isEmpty();
        }
    }

    /** The system tells the library's descriptor too, if only later: that is no reason to refuse a write. */
    @Test
    void aWriteAfterACheckpointThatFailedIsNotRefused() throws Exception {
        create("held");
        List<String> recorder =
                PowerLoss.recorded(directory, file, recording, "RECORD_HOLD=" + directory.resolve("hold"));
        String output = ChildProcess.startBehind(
                        recorder,
                        directory,
                        FaultyProgram.class,
                        List.of(),
                        file.toString(),
                        "checkpointUnder",
                        directory.resolve("hold").toString())
                .output();
        assertThat(output).contains("was written again after a flush had failed", "after -> done");
    }

    /** A caller's SQL that changes a setting costs the connection, between commits that share a flush. */
    @Test
    void nothingAcknowledgedIsLostWhenTheConnectionIsReplaced() throws Exception {
        int runs = LONG ? 4 : 1;
        for (int run = 0; run < runs; run++) {
            PowerLoss recorded = record(Durability.SHARED_FLUSH, LONG ? 80 : 10, 400 + run, "replacing");
            assertThat(losses(recorded, LONG ? 500 : 50, run)).isEmpty();
        }
    }

    /** The process dies of a failed flush. The next one reads commits of which the disk lacks bytes. */
    @ParameterizedTest
    @CsvSource({"SHARED_FLUSH, FULL", "SHARED_FLUSH, SHARED_FLUSH"})
    void nothingIsLostThatIsAcknowledgedAfterAProcessDiedOfAFailedFlush(Durability died, Durability next)
            throws Exception {
        int runs = LONG ? 4 : 1;
        for (int run = 0; run < runs; run++) {
            create("dying-" + died + next + run);
            start(died, 40, 500 + run, List.of("RECORD_BREAKS=10"), "failing", "dying")
                    .output(RecordedProgram.DIED);
            assertThat(file.resolveSibling("app.db-wal")).isNotEmptyFile();
            start(next, LONG ? 40 : 5, 550 + run, List.of()).output();
            assertThat(losses(PowerLoss.of(recording), LONG ? 500 : 50, run)).isEmpty();
        }
    }

    /** Whenever the power is lost while a file is made, it has all of the schema or nothing, and can be opened. */
    @ParameterizedTest
    @EnumSource
    void aNewFileIsEmptyOrWhole(Durability durability) throws Exception {
        file = Files.createDirectory(directory.resolve("made-" + durability)).resolve("app.db");
        recording = directory.resolve("recording-made-" + durability);
        recordCreation(durability);
        Path place = Files.createDirectories(directory.resolve("states"));
        List<Integer> applied = new ArrayList<>();
        PowerLoss.of(recording).eachState(LONG ? 1_000 : 50, 0, null, place, state -> {
            try (Database db = Database.open(state.database())) {
                applied.add(db.appliedMigrations().size());
                assertThat(db.doctor().findings()).as(state.what()).isEmpty();
                db.agents().create(Agent.builder().name("a").mode("llm").build());
                if (durability != Durability.NORMAL && !state.acknowledged().isEmpty()) {
                    assertThat(db.appliedMigrations()).as(state.what()).isEmpty();
                }
            }
        });
        assertThat(Set.copyOf(applied)).hasSize(2).contains(0);
    }

    /** A file is gone with the name of a directory above it. */
    @Test
    void theNamesOfTheDirectoriesOfANewFileAreFlushed() throws Exception {
        file = directory.resolve("new/deeper/app.db");
        recording = directory.resolve("recording-directories");
        recordCreation(Durability.FULL);

        assertThat(PowerLoss.of(recording).flushedDirectories(file))
                .contains(directory, directory.resolve("new"), directory.resolve("new/deeper"));
    }

    private void recordCreation(Durability durability) throws Exception {
        ChildProcess.startBehind(
                        PowerLoss.recorded(directory, file, recording),
                        directory,
                        Creation.class,
                        List.of(),
                        file.toString(),
                        durability.name())
                .output();
    }

    /** Makes a file, which is acknowledged in the marks. */
    static final class Creation {

        public static void main(String[] arguments) throws Exception {
            Path file = Path.of(arguments[0]);
            try (Database db = Database.builder()
                    .path(file)
                    .durability(Durability.valueOf(arguments[1]))
                    .open()) {
                Files.writeString(Path.of(file + "-marks"), "open " + db.schemaVersion() + "\n");
            }
        }
    }

    /** The same without the flush of each commit, so the test above would see a commit that was not flushed. */
    @Test
    void withNormalTheLastCommitsMayBeUndoneAndTheFileIsWhole() throws Exception {
        PowerLoss recorded = record(Durability.NORMAL, 30, 1);
        assertThat(losses(recorded, 100, 1)).hasSizeGreaterThan(20);
    }
}
