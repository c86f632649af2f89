package dev.modelscan.storage.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.modelscan.storage.cli.MainTest.Run;
import dev.modelscan.storage.support.PostgresServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A dry run of {@code import} says what the run says, and changes nothing. */
class DryRunTest {

    private static final String RUN = "{\"id\":\"%s\",\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}\n";

    @TempDir
    private Path directory;

    private String runs;

    @BeforeEach
    void writeRuns() throws IOException {
        runs = Files.writeString(directory.resolve("runs.jsonl"), RUN.formatted("a"))
                .toString();
    }

    @Test
    void ofAFile() throws IOException {
        Path file = directory.resolve("runs.db");
        requireSame("--db", file.toString());
        Files.createDirectory(directory.resolve("w"));
        requireSame("--db", directory.resolve("w").toString(), "--workspace", "team");
    }

    @Test
    void ofAServer() throws IOException, SQLException {
        String server = PostgresServer.newDatabase("");
        requireSame("--db", server);
        requireSame("--db", server, "--workspace", "team");
    }

    @Test
    void ofWhatIsRefused() {
        for (List<String> place : List.of(
                List.of("--db", directory.resolve("a.db").toString(), "--user", "me"),
                List.of("--db", directory.toString(), "--workspace", "Acme"),
                List.of("--db", directory.toString(), "--workspace", "../a"))) {
            String[] options = place.toArray(String[]::new);
            Run run = run(options, "import", runs);
            Run dry = run(options, "import", runs, "--dry-run");

            assertThat(run.code()).isEqualTo(2);
            assertThat(dry).isEqualTo(run);
        }
    }

    @Test
    void ofAServerThatDoesNotAnswer() {
        Run dry = run(new String[] {"--db", "jdbc:postgresql://localhost:1/x"}, "import", runs, "--dry-run");

        assertThat(dry.code()).isOne();
        assertThat(dry.err()).startsWith("error: ").contains("localhost:1").doesNotContain("FATAL");
        assertThat(dry.out()).isEmpty();
    }

    private void requireSame(String... place) throws IOException {
        writeRuns();
        requireSays("1 transcript would be imported, 0 stored already", place);
        assertThat(run(place, "status").code()).as("nothing is made").isOne();
        assertThat(run(place, "import", runs).code()).isZero();
        String before = tasks(place);
        requireSays("0 transcripts would be imported, 1 stored already", place);

        Files.writeString(Path.of(runs), RUN.formatted("a") + RUN.formatted("b") + RUN.formatted("c"));
        requireSays("2 transcripts would be imported, 1 stored already", place);
        assertThat(tasks(place)).isEqualTo(before);

        String archive = directory.resolve("all.zip").toString();
        assertThat(run(place, "export", archive, "--format", "native", "--force")
                        .code())
                .isZero();
        Run taken = run(place, "import", archive, "--dry-run");
        assertThat(taken.code()).isOne();
        assertThat(taken.err()).contains("the database has a record of the archive already");
        Run again = run(place, "import", archive, "--dry-run", "--new-ids");
        assertThat(again.err() + again.out()).contains("would be stored with new ids");
        assertThat(tasks(place)).isEqualTo(before);
    }

    @Test
    void countsCallsThatHadFailed() throws IOException {
        String file = Files.writeString(directory.resolve("failed.jsonl"), """
                {"messages": [{"role": "assistant", "content": [{"type": "tool_use", "id": "t", "name": "f", "input": {}}]},
                 {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "t", "content": "x", "is_error": true}]}]}
                """).toString();
        String[] place = {"--db", directory.resolve("failed.db").toString()};

        assertThat(run(place, "import", file, "--dry-run").out())
                .contains("2 messages and 1 call of a tool (1 had failed) would be stored");
        assertThat(run(place, "import", file).out())
                .contains("2 messages and 1 call of a tool (1 had failed) were stored");
    }

    private void requireSays(String text, String... place) {
        Run dry = run(place, "import", runs, "--dry-run");
        assertThat(dry.code()).as(dry.err()).isZero();
        assertThat(dry.out()).contains(text, " would be stored", "A dry run: nothing was stored.");
        assertThat(run(place, "import", runs, "--dry-run", "--json").out()).contains("\"dryRun\" : true");
    }

    private static String tasks(String... place) {
        return run(place, "query", "SELECT * FROM tasks ORDER BY id", "--json").out()
                + run(place, "query", "SELECT * FROM workflows ORDER BY id", "--json")
                        .out();
    }

    private static Run run(String[] place, String... command) {
        List<String> args = new ArrayList<>(List.of(command));
        args.addAll(List.of(place));
        return MainTest.run(args.toArray(new String[0]));
    }
}
