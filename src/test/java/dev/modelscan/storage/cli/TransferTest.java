package dev.modelscan.storage.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.modelscan.storage.Database;
import dev.modelscan.storage.cli.MainTest.Run;
import dev.modelscan.storage.support.FilledDatabase;
import dev.modelscan.storage.support.PostgresServer;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TransferTest {

    @TempDir
    Path directory;

    @Test
    void checksThenCopiesTheSample() throws IOException {
        Path file = directory.resolve("sample.json");
        try (InputStream in = DemoCommand.class.getResourceAsStream(DemoCommand.SAMPLE)) {
            Files.copy(in, file);
        }
        imported(file);
        String workspace = PostgresServer.newSchemaName();

        Run dry = transfer(workspace, "--dry-run");
        Run run = transfer(workspace);
        Run again = transfer(workspace, "--json");

        assertThat(dry.code()).as(dry.err()).isZero();
        assertThat(dry.out()).contains("tasks", "can take all of them");
        assertThat(run.code()).as(run.err()).isZero();
        assertThat(run.out()).contains("hash of both sides", "holds the source as it was at", "a second");
        assertThat(again.code()).isEqualTo(1);
        assertThat(again.err()).startsWith("error: ").contains("rows in agents");
        requireSame(workspace);
    }

    @Test
    void copiesTheRecordedRuns() throws IOException {
        imported(RecordedRuns.all());
        String workspace = PostgresServer.newSchemaName();

        Run run = transfer(workspace, "--json");

        assertThat(run.code()).as(run.err()).isZero();
        JsonNode document = new ObjectMapper().readTree(run.out());
        assertThat(document.path("copiedRows").asLong()).isGreaterThan(6_000);
        assertThat(document.path("tables").findValuesAsText("name")).contains("messages", "tool_executions");
        requireSame(workspace);
    }

    @Test
    void namesWhatIsLeftBehind() throws IOException, SQLException {
        Database.open(database()).close();
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + database());
                Statement statement = connection.createStatement()) {
            statement.executeUpdate(
                    "CREATE TABLE notes (id); INSERT INTO notes VALUES (1); CREATE TABLE \"a, b\" (id)");
        }
        String workspace = PostgresServer.newSchemaName();

        Run refused = transfer(workspace, "--json");
        Run dry = transfer(workspace, "--dry-run", "--leave-behind", "notes");
        Run run = transfer(workspace, "--leave-behind", "notes", "--leave-behind", "a, b", "--json");

        assertThat(refused.code()).isEqualTo(1);
        assertThat(refused.err()).contains("table notes (1 row)", "table a, b (0 rows)", "--leave-behind");
        JsonNode why = new ObjectMapper().readTree(refused.out());
        assertThat(why.path("leftBehind").findValuesAsText("name")).containsExactly("a, b", "notes");
        assertThat(dry.code()).isEqualTo(1);
        assertThat(dry.err()).contains("table a, b").doesNotContain("notes (");
        assertThat(run.code()).as(run.err()).isZero();
        assertThat(new ObjectMapper().readTree(run.out()).path("leftBehind").findValuesAsText("name"))
                .containsExactly("a, b", "notes");
        requireSame(workspace);
    }

    /** By the commands that docs/transfer.md shows. */
    @Test
    void anArchiveIsTheWayBack() throws IOException {
        String workspace = PostgresServer.newSchemaName();
        try (Database server = Database.builder()
                .url(PostgresServer.url())
                .workspace(workspace)
                .open()) {
            new FilledDatabase(server);
        }
        List<String> commands = Pattern.compile("cli\\.jar ((?:export|import) .*)")
                .matcher(Files.readString(Path.of("docs/transfer.md")).replace("\\\n", " "))
                .results()
                .map(match -> match.group(1)
                        .replaceAll("(archive.jsonl|back.db)", directory + "/$1")
                        .replace("team_a", workspace)
                        .replace(" --user agents", "")
                        .replace("jdbc:postgresql://localhost/agents", PostgresServer.url()))
                .toList();
        assertThat(commands).hasSize(2);

        for (String command : commands) {
            Run run = MainTest.run(command.split(" +"));
            assertThat(run.code()).as(run.err()).isZero();
        }

        Path again = directory.resolve("again.jsonl");
        Run run = MainTest.run(
                "export",
                again.toString(),
                "--format",
                "native",
                "--db",
                directory.resolve("back.db").toString());
        assertThat(run.code()).as(run.err()).isZero();
        assertThat(again).hasSameTextualContentAs(directory.resolve("archive.jsonl"));
    }

    @Test
    void saysWhatIsMissing() {
        assertThat(MainTest.run("transfer", "--db", "x.db").code()).isEqualTo(2);
        Run missing = transfer(PostgresServer.newSchemaName());
        assertThat(missing.code()).isEqualTo(1);
        assertThat(missing.err().lines()).hasSize(1).allMatch(line -> line.startsWith("error: "));
        assertThat(directory.resolve("import.db")).doesNotExist();
    }

    @Test
    void aWrongPlaceIsNamedByItsOption() {
        String url = PostgresServer.url();
        Run blank = MainTest.run("transfer", "--db", "", "--to", url, "--workspace", "a");
        assertThat(blank.code()).isEqualTo(2);
        assertThat(blank.err()).startsWith("error: --db is blank");

        for (String to : List.of("", "other.db", "jdbc:mysql://host/a")) {
            Run noServer = MainTest.run("transfer", "--db", database(), "--to", to, "--workspace", "a");
            assertThat(noServer.code()).isEqualTo(2);
            assertThat(noServer.err()).startsWith("error: --to " + to + " is not the URL of a server");
        }
    }

    private void imported(Path transcripts) {
        Run run = MainTest.run("import", transcripts.toString(), "--db", database());
        assertThat(run.code()).as(run.err()).isZero();
    }

    private Run transfer(String workspace, String... more) {
        List<String> arguments = new ArrayList<>(
                List.of("transfer", "--db", database(), "--to", PostgresServer.url(), "--workspace", workspace));
        arguments.addAll(List.of(more));
        return MainTest.run(arguments.toArray(new String[0]));
    }

    private String database() {
        return directory.resolve("import.db").toString();
    }

    private void requireSame(String workspace) {
        try (Database source = Database.open(database());
                Database target = Database.builder()
                        .url(PostgresServer.url())
                        .workspace(workspace)
                        .open()) {
            assertThat(target.stats().rows()).isEqualTo(source.stats().rows());
            assertThat(target.agents().stream().toList())
                    .isEqualTo(source.agents().stream().toList());
            assertThat(target.workflows().stream().toList())
                    .isEqualTo(source.workflows().stream().toList());
            assertThat(target.tasks().stream().toList())
                    .isEqualTo(source.tasks().stream().toList());
            assertThat(target.messages().stream().toList())
                    .isEqualTo(source.messages().stream().toList());
            assertThat(target.toolExecutions().stream().toList())
                    .isEqualTo(source.toolExecutions().stream().toList());
        }
    }
}
