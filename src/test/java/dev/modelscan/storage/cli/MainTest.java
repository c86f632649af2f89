package dev.modelscan.storage.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MainTest {

    @TempDir
    Path directory;

    @ParameterizedTest
    @ValueSource(strings = {"import", "report", "status", "demo", "workspaces list"})
    void everyCommandHasTheCommonOptionsAndExplainsThem(String command) {
        Run run = run((command + " --help").split(" "));

        assertThat(run.code).isZero();
        assertThat(run.out).contains("--db", "--json", "--help");
        assertThat(run.err).isEmpty();
    }

    @Test
    void wrongArgumentsAreTwo() {
        assertThat(run().code).isEqualTo(2);
        assertThat(run("nonsense").code).isEqualTo(2);
        assertThat(run("import").code).isEqualTo(2);
        assertThat(run("report", "--top", "0", "--db", database()).code).isEqualTo(2);
        assertThat(Path.of(database())).doesNotExist();
    }

    @Test
    void demoLeavesNothingBehindAndNamesTheNextCommand() throws IOException {
        List<Path> before = temporaryDatabases();

        Run run = run("demo");

        assertThat(run.code).isZero();
        assertThat(run.out)
                .contains("5 transcripts imported", "Schema version", "get_price", "import transcripts.json");
        assertThat(run.err).isEmpty();
        assertThat(temporaryDatabases()).isEqualTo(before);
    }

    @Test
    void jsonIsOneDocument() throws IOException {
        JsonNode demo = new ObjectMapper().readTree(run("demo", "--json", "--db", database()).out);
        JsonNode status = new ObjectMapper().readTree(run("status", "--json", "--db", database()).out);
        JsonNode report = new ObjectMapper().readTree(run("report", "--json", "--top", "1", "--db", database()).out);

        assertThat(demo.path("imported").path("messages").asInt()).isEqualTo(25);
        assertThat(demo.path("status").path("appliedMigrations")).isNotEmpty();
        assertThat(status.path("appliedMigrations")).isEmpty();
        assertThat(status.path("rows").path("tasks").asInt()).isEqualTo(5);
        assertThat(report.path("tools")).hasSize(1);
        assertThat(report.path("tools").path(0).path("failureRate").isNumber()).isTrue();
        assertThat(report.path("tasks").path(0).path("status").asText()).isEqualTo("pending");
        assertThat(report.path("busiestAgents").path(0).path("agentId").isTextual())
                .isTrue();
    }

    @Test
    void whatAUserCanActUponIsOneLine() throws IOException {
        Path noDatabase = Files.writeString(directory.resolve("notes.txt"), "not a database, ".repeat(500));
        Run missing = run("import", directory.resolve("missing.json").toString(), "--db", database());
        Run folder = run("import", directory.toString(), "--db", database());
        Run foreign = run("status", "--db", noDatabase.toString());
        Run json = run("status", "--json", "--db", noDatabase.toString());

        for (Run run : List.of(missing, folder, foreign, json)) {
            assertThat(run.code).isEqualTo(1);
            assertThat(run.err.lines()).hasSize(1).allMatch(line -> line.startsWith("error: "));
        }
        assertThat(missing.err).contains("no such file", "missing.json");
        assertThat(missing.out).isEmpty();
        assertThat(new ObjectMapper().readTree(json.out).path("error").asText()).isNotBlank();
    }

    private String database() {
        return directory.resolve("cli.db").toString();
    }

    private static List<Path> temporaryDatabases() throws IOException {
        List<Path> found = new ArrayList<>();
        Path temporary = Path.of(System.getProperty("java.io.tmpdir"));
        try (var children = Files.newDirectoryStream(temporary, "modelscan-demo-*")) {
            children.forEach(found::add);
        }
        return found;
    }

    static Run run(String... args) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int code = Main.run(args, new PrintWriter(out), new PrintWriter(err));
        return new Run(code, out.toString(), err.toString());
    }

    record Run(int code, String out, String err) {}
}
