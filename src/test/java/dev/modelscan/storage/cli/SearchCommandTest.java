package dev.modelscan.storage.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.modelscan.storage.Database;
import dev.modelscan.storage.Json;
import dev.modelscan.storage.agents.Agent;
import dev.modelscan.storage.conversations.ConversationId;
import dev.modelscan.storage.conversations.Message;
import dev.modelscan.storage.tools.ToolExecution;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The command {@code search}. */
class SearchCommandTest {

    private static final Instant NOON = Instant.parse("2026-01-02T12:00:00Z");

    @TempDir
    Path directory;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @BeforeEach
    void fill() {
        try (Database db = Database.open(file())) {
            Agent agent = db.agents()
                    .create(Agent.builder().name("planner").mode("llm").build());
            for (int i = 0; i < 3; i++) {
                db.messages()
                        .create(Message.builder()
                                .conversationId(new ConversationId("talk"))
                                .senderId(agent.id())
                                .content("Deploy " + i + " ran\u001b[31m out of memory")
                                .createdAt(NOON.plusSeconds(i))
                                .build());
            }
            db.toolExecutions()
                    .create(ToolExecution.builder()
                            .agentId(agent.id())
                            .toolName("bash")
                            .input(Json.parse("{\"command\": \"kubectl deploy\"}"))
                            .createdAt(NOON.plusSeconds(9))
                            .build());
        }
    }

    private String file() {
        return directory.resolve("runs.db").toString();
    }

    private int run(String... args) {
        out.getBuffer().setLength(0);
        err.getBuffer().setLength(0);
        return Main.run(
                Stream.concat(Stream.of(args), Stream.of("--db", file())).toArray(String[]::new),
                new PrintWriter(out),
                new PrintWriter(err));
    }

    @Test
    void showsWhoSaidItWhereAndWhat() {
        assertThat(run("search", "--enable")).isZero();
        assertThat(out).hasToString("The search index was made." + System.lineSeparator());
        assertThat(run("search", "deploy", "\"out of mem\"*", "--limit", "2")).isZero();
        assertThat(out.toString().lines())
                .startsWith(
                        "2026-01-02 12:00 planner",
                        "    show talk",
                        "    [Deploy] 2 ran [31m [out] [of] [memory]",
                        "2026-01-02 12:00 planner")
                .last()
                .asString()
                .startsWith("More follow: --after ");
        String cursor = out.toString().strip().replaceAll("(?s).*--after ", "");
        assertThat(run("search", "deploy \"out of mem\"*", "--limit", "2", "--after", cursor))
                .isZero();
        assertThat(out.toString()).contains("Deploy] 0").doesNotContain("More follow");
        assertThat(run("search", "tool:bash kube*")).isZero();
        assertThat(out.toString()).contains("planner, tool bash", "[kubectl] deploy");
        assertThat(run("search", "nothing")).isZero();
        assertThat(out.toString()).startsWith("no messages or calls of tools with these words in ");
        for (String filtered : List.of(
                "deploy tool:none", "deploy after:2030-01-01", "deploy sender:user", "nothing sender:\"planner\"")) {
            assertThat(run("search", filtered)).isZero();
            assertThat(out.toString())
                    .as(filtered)
                    .startsWith("no messages or calls of tools with these words and these filters in ");
        }
        for (String word : List.of("\"nothing tool:none\"", "nothing user:x", "nothing \"sender:\"")) {
            assertThat(run("search", word)).isZero();
            assertThat(out.toString()).as(word).startsWith("no messages or calls of tools with these words in ");
        }
        for (String filters : List.of("tool:none", "tool:bash after:2030-01-01")) {
            assertThat(run("search", filters)).isZero();
            assertThat(out.toString()).as(filters).startsWith("no messages or calls of tools with these filters in ");
        }
        assertThat(run("search", "deploy sender:plannr")).isEqualTo(2);
        assertThat(err.toString())
                .startsWith(
                        "error: no agent has the name or id, and no message the role plannr; list agents shows them");
    }

    @Test
    void showsABarWhileTheIndexIsMade() {
        for (String option : List.of("--enable", "--rebuild")) {
            String[] args = {"search", option, "--db", file()};
            assertThat(TerminalRun.bars(args)).as(option).contains("Indexing 100%");
        }
    }

    @Test
    void asJson() throws Exception {
        run("search", "--enable");
        assertThat(run("search", "kubectl", "--json")).isZero();
        JsonNode result = new ObjectMapper().readTree(out.toString()).at("/results/0");
        assertThat(result.at("/kind").asText()).isEqualTo("tool");
        assertThat(result.at("/tool").asText()).isEqualTo("bash");
        assertThat(result.at("/snippet").asText()).isEqualTo("kubectl deploy");
        assertThat(result.at("/marks/0/to").asInt()).isEqualTo(7);
    }

    @Test
    void whatIsWrongIsOneLine() {
        assertThat(run("search", "deploy")).isEqualTo(1);
        assertThat(err.toString())
                .startsWith("error: the database has no search index; search --enable makes it")
                .hasLineCount(1);
        assertThat(run("search", "--enable")).isZero();
        assertThat(run("search", "deploy \"x")).isEqualTo(2);
        assertThat(err)
                .hasToString("error: the search is wrong at position 7: the quotation mark is not closed"
                        + System.lineSeparator() + "See modelscan-storage search --help" + System.lineSeparator());
        for (List<String> wrong : List.of(
                List.of("search"), List.of("search", "x", "--enable"), List.of("search", "x", "--limit", "101"))) {
            assertThat(run(wrong.toArray(String[]::new))).as(wrong.toString()).isEqualTo(2);
        }
        assertThat(run("search", "--rebuild")).isZero();
        assertThat(run("search", "--disable")).isZero();
        assertThat(run("search", "deploy")).isEqualTo(1);
    }

    @Test
    void makesNoDatabase() throws Exception {
        Path missing = directory.resolve("missing.db");
        for (String option : List.of("x", "--enable")) {
            assertThat(Main.run(
                            new String[] {"search", option, "--db", missing.toString()},
                            new PrintWriter(out),
                            new PrintWriter(err)))
                    .isEqualTo(1);
        }
        assertThat(Files.exists(missing)).isFalse();
    }
}
