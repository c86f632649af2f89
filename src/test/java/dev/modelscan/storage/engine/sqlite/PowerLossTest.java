package dev.modelscan.storage.engine.sqlite;

import static org.assertj.core.api.Assertions.assertThat;

import dev.modelscan.storage.Database;
import dev.modelscan.storage.Durability;
import dev.modelscan.storage.agents.Agent;
import dev.modelscan.storage.support.ChildProcess;
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
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
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
    private byte[] before;

    private PowerLoss record(Durability durability, int writes, long seed, String... faults) throws Exception {
        file = Files.createDirectory(directory.resolve("run-" + durability + seed))
                .resolve("app.db");
        try (Database db = Database.open(file)) {
            db.agents().create(Agent.builder().name("a").mode("llm").build());
        }
        before = Files.readAllBytes(file);
        Path recording = directory.resolve("recording-" + durability + seed);
        List<String> recorder = PowerLoss.recorded(directory, file, recording, FLUSH_TAKES);
        List<String> arguments = new ArrayList<>(List.of(
                file.toString(),
                durability.name(),
                String.valueOf(THREADS),
                String.valueOf(writes),
                String.valueOf(seed)));
        if (faults.length > 0) {
            recorder.addAll(List.of(faults));
            arguments.add("failing");
        }
        String output = ChildProcess.startBehind(
                        recorder, directory, RecordedProgram.class, List.of(), arguments.toArray(String[]::new))
                .output();
        if (faults.length > 0) {
            assertThat(output).containsPattern("thread \\d: [1-9]");
        }
        return PowerLoss.of(recording);
    }

    /** Returns the states in which something acknowledged is not there. All have to be consistent. */
    private List<String> losses(PowerLoss recording, int states, long seed) throws Exception {
        List<String> losses = new ArrayList<>();
        Path place = Files.createDirectories(directory.resolve("states"));
        recording.eachState(states, seed, before, place, state -> {
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
            PowerLoss recording = record(durability, LONG ? 120 : 40, run);
            assertThat(losses(recording, states, run)).isEmpty();
        }
    }

    /** What a failed flush has lost is not there, whatever is flushed later. */
    @ParameterizedTest
    @EnumSource(names = {"FULL", "SHARED_FLUSH"})
    void nothingIsAcknowledgedWhoseFlushFailed(Durability durability) throws Exception {
        int runs = LONG ? 4 : 1;
        for (int run = 0; run < runs; run++) {
            PowerLoss recording = record(durability, LONG ? 120 : 40, 100 + run, FLUSHES_FAIL);
            assertThat(losses(recording, LONG ? 500 : 100, run)).isEmpty();
        }
    }

    /** The same without the flush of each commit, so the test above would see a commit that was not flushed. */
    @Test
    void withNormalTheLastCommitsMayBeUndoneAndTheFileIsWhole() throws Exception {
        PowerLoss recording = record(Durability.NORMAL, 30, 1);
        assertThat(losses(recording, 100, 1)).hasSizeGreaterThan(20);
    }
}
