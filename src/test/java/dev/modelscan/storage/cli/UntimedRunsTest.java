package dev.modelscan.storage.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.modelscan.storage.cli.MainTest.Run;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is printed of runs whose source has no times and no titles. */
class UntimedRunsTest {

    @TempDir
    static Path directory;

    @BeforeAll
    static void fill() {
        assertThat(run(
                                "import",
                                "src/main/resources/dev/modelscan/storage/cli/" + DemoCommand.SAMPLE,
                                "--name",
                                "w".repeat(120))
                        .code())
                .isZero();
        assertThat(run("search", "--enable").code()).isZero();
    }

    @Test
    void theTimeOfTheImportIsNotTheirs() throws IOException {
        for (String kind : List.of("tasks", "conversations")) {
            for (String[] filter : new String[][] {{}, {"--newest"}}) {
                List<String> args = new ArrayList<>(List.of("list", kind));
                args.addAll(List.of(filter));
                assertThat(run(args.toArray(new String[0])).out())
                        .contains(" unknown ")
                        .doesNotContain(" 202");
            }
            JsonNode row = json("list", kind).at("/" + kind + "/0");
            assertThat(row.path("timed")).isEqualTo(new ObjectMapper().readTree("false"));
            assertThat(row.path("created").asText()).startsWith("202");
        }
        Run found = run("search", "tea");
        assertThat(found.out()).startsWith("time unknown ");
        assertThat(json("search", "tea").at("/results/0/timed").asBoolean()).isFalse();
    }

    @Test
    void whatIsUnknownIsNullInJson() throws IOException {
        JsonNode tool = json("report").at("/tools/0");
        assertThat(tool.path("executions").asInt()).isPositive();
        assertThat(tool.path("meanSeconds").isNull()).isTrue();
        assertThat(tool.path("longest").isNull()).isTrue();
        JsonNode calls = json("show", conversation()).findValue("millis");
        assertThat(calls == null || calls.isNull()).isTrue();
    }

    @Test
    void theTitleThatIsListedIsFoundAndShown() throws IOException {
        JsonNode listed = json("list", "conversations").at("/conversations/0");
        String title = listed.path("title").asText();
        assertThat(title).isNotEmpty();
        assertThat(json("list", "conversations", "--name", title).findValuesAsText("title"))
                .contains(title);
        assertThat(json("show", listed.path("id").asText()).path("title").asText())
                .isEqualTo(title);
    }

    @Test
    void aNameIsNeverCut() {
        assertThat(run("list", "workflows").out()).contains("  " + "w".repeat(120));
        Run none = run("list", "tasks", "--workflow", "none");
        assertThat(none.code()).isEqualTo(2);
        assertThat(none.err()).contains("no workflow has the name or id none; list workflows shows them");
    }

    @Test
    void whatIsOfAClosedSetIsRefusedOtherwise() {
        Run table = run("audit", "list", "--table", "nope", "--key", "1");
        assertThat(table.code()).isEqualTo(2);
        assertThat(table.err()).contains("--table nope is none of agents, ");
        assertThat(run("audit", "list", "--table", "agents", "--key", "1").code())
                .isZero();
        Run kind = run("archive", "list", "--kind", "foo");
        assertThat(kind.code()).isEqualTo(2);
        assertThat(kind.err()).contains("--kind foo is none of agent, ");
        assertThat(run("archive", "list", "--kind", "tool execution").code()).isZero();
        assertThat(run("list", "tasks", "--status", "nope").code()).isEqualTo(2);
    }

    private static String conversation() throws IOException {
        return json("list", "conversations").at("/conversations/0/id").asText();
    }

    private static JsonNode json(String... command) throws IOException {
        List<String> args = new ArrayList<>(List.of(command));
        args.add("--json");
        Run run = run(args.toArray(new String[0]));
        assertThat(run.code()).as(run.err()).isZero();
        return new ObjectMapper().readTree(run.out());
    }

    private static Run run(String... command) {
        List<String> args = new ArrayList<>(List.of(command));
        args.addAll(List.of("--db", directory.resolve("runs.db").toString()));
        return MainTest.run(args.toArray(new String[0]));
    }
}
