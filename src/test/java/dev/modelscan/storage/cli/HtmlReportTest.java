package dev.modelscan.storage.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.modelscan.storage.Database;
import dev.modelscan.storage.agents.Agent;
import dev.modelscan.storage.conversations.ConversationId;
import dev.modelscan.storage.conversations.Message;
import dev.modelscan.storage.models.ModelCall;
import dev.modelscan.storage.support.PostgresServer;
import dev.modelscan.storage.tasks.Task;
import dev.modelscan.storage.tools.ToolExecution;
import dev.modelscan.storage.tools.ToolExecutionStatus;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HtmlReportTest {

    private static final String HOSTILE = "</text><script>alert('x')</script>\"&\u0007";

    @TempDir
    Path directory;

    private static void fill(Database db) {
        Agent one = db.agents().create(Agent.builder().name(HOSTILE).mode("llm").build());
        Agent two = db.agents().create(Agent.builder().name("two").mode("llm").build());
        Task task =
                db.tasks().create(Task.builder().agentId(one.id()).type(HOSTILE).build());
        db.tasks().start(task.id());
        db.messages()
                .create(Message.builder()
                        .conversationId(new ConversationId("c"))
                        .senderId(one.id())
                        .receiverId(two.id())
                        .content("hi")
                        .build());
        db.modelCalls()
                .create(ModelCall.builder()
                        .agentId(one.id())
                        .model("m-1")
                        .inputTokens(1_200L)
                        .outputTokens(34L)
                        .cost(new BigDecimal("0.25"))
                        .currency("USD")
                        .build());
        Instant start = Instant.parse("2026-01-02T03:04:05Z");
        for (int seconds = 1; seconds <= 100; seconds++) {
            db.toolExecutions()
                    .create(ToolExecution.builder()
                            .agentId(one.id())
                            .toolName(HOSTILE)
                            .status(ToolExecutionStatus.SUCCESS)
                            .startedAt(start)
                            .completedAt(start.plusSeconds(seconds))
                            .build());
        }
    }

    private String page(String database, String... scope) throws IOException {
        Path file = directory.resolve("page.html");
        Files.deleteIfExists(file);
        List<String> args = new ArrayList<>(List.of("report", "--html", file.toString(), "--db", database));
        args.addAll(List.of(scope));
        MainTest.Run run = MainTest.run(args.toArray(String[]::new));
        assertThat(run.code()).as(run.err()).isZero();
        assertThat(run.out()).isEqualToIgnoringNewLines("wrote " + file);
        return Files.readString(file);
    }

    @Test
    void aPageIsTheSameOnBothEnginesAndNamesAreOnlyText() throws IOException, SQLException {
        String database = directory.resolve("runs.db").toString();
        try (Database db = Database.open(database)) {
            fill(db);
        }
        String server = PostgresServer.newDatabase("");
        try (Database db = Database.builder().url(server).open()) {
            fill(db);
        }

        String page = page(database);
        for (String each : List.of(page, page(server))) {
            assertThat(each)
                    .startsWith("<!doctype html>")
                    .endsWith("</body></html>\n")
                    .doesNotContain("<script", "http:", "https:", "url(", "\u0007")
                    .contains("&lt;/text&gt;&lt;script&gt;", "99.00, 95.00, 50.00 s", "100, 0 failed")
                    .contains("prefers-color-scheme: dark", " \u2192 two")
                    .contains("Agents: tokens", ">1,200 in, 34 out, 0.25 USD<", ">1, and 100 tool executions<")
                    .contains("How long tasks waited to begin");
        }
    }

    @Test
    void anEmptyDatabaseHasAPageToo() throws IOException {
        String database = directory.resolve("empty.db").toString();
        Database.open(database).close();

        assertThat(page(database)).contains("There are none.");
    }

    private static ModelCall.Builder call(Agent agent, String model, long tokens) {
        return ModelCall.builder().agentId(agent.id()).model(model).inputTokens(tokens);
    }

    private static String section(String page, String title) {
        return page.replaceFirst("(?s).*<h2>" + title + "</h2>(.*?)(<h2>.*|$)", "$1");
    }

    @Test
    void aPlotSaysThatItIsCutItsOrderAndItsCurrencies() throws IOException, SQLException {
        String server = PostgresServer.newDatabase("");
        for (String database : List.of(directory.resolve("runs.db").toString(), server)) {
            try (Database db = Database.open(database)) {
                Agent few = db.agents()
                        .create(Agent.builder().name("few").mode("llm").build());
                Agent many = db.agents()
                        .create(Agent.builder().name("many").mode("llm").build());
                BigDecimal one = BigDecimal.ONE;
                db.modelCalls()
                        .createAll(List.of(
                                call(few, "m-1", 0).build(),
                                call(few, "m-1", 0).build(),
                                call(few, "m-1", 7).cost(one).currency("EUR").build(),
                                call(many, "m-2", 9).cost(one).currency("USD").build()));
                for (int i = 0; i < 3; i++) {
                    db.toolExecutions()
                            .create(ToolExecution.builder()
                                    .agentId(few.id())
                                    .toolName("t" + i)
                                    .status(ToolExecutionStatus.SUCCESS)
                                    .build());
                }
            }
            assertThat(MainTest.run("report", "--db", database).out())
                    .contains("Models, the most called first, a row for each currency", "currency");
            String page = page(database, "--top", "2");
            assertThat(section(page, "Tools: uses, and failures"))
                    .contains("<p>2 of 3, the most used first</p>", ">all</text>", ">failed</text>");
            assertThat(section(page, "How long tools ran")).contains("<p>No times are known.</p>");
            assertThat(section(page, "Models: tokens")).contains("<p>2 of 3, the most called first</p>");
            assertThat(section(page, "Agents: tokens"))
                    .contains("<p>2 of 3, of the calls that name an agent, the most tokens first</p>")
                    .containsSubsequence(">many</text>", ">few</text>");
            assertThat(section(page(database), "Agents: tokens"))
                    .containsSubsequence(">many</text>", ">few, EUR</text>", ">few, without cost</text>");
            assertThat(section(page(database), "Who talks to whom"))
                    .contains("<p>No message names whom it is for.</p>");
        }
    }

    /** The order is that of the tokens, and not of the calls. */
    @Test
    void theAgentWithTheMostTokensIsFoundAmongMoreThanAPageOfThem() throws IOException {
        String database = directory.resolve("many.db").toString();
        try (Database db = Database.open(database)) {
            List<Agent> agents = db.agents()
                    .createAll(IntStream.range(0, 10_001)
                            .mapToObj(i ->
                                    Agent.builder().name("a" + i).mode("llm").build())
                            .toList());
            Agent last = agents.get(10_000);
            db.modelCalls()
                    .createAll(agents.stream()
                            .flatMap(agent -> agent.equals(last)
                                    ? Stream.of(call(agent, "m", 99_999).build())
                                    : Stream.of(
                                            call(agent, "m", 1).build(),
                                            call(agent, "m", 1).build()))
                            .toList());
        }
        assertThat(section(page(database, "--top", "1"), "Agents: tokens"))
                .contains("1 of 10,001, of the calls", ">a10000</text>", "99,999 in");
    }

    /** Text that is too wide leaves the page at the left, with its beginning. So its font has characters of one width. */
    @Test
    void aLabelFitsBesideTheBars() throws IOException {
        String database = directory.resolve("wide.db").toString();
        String wide = "\u6f22".repeat(30);
        try (Database db = Database.open(database)) {
            Agent agent =
                    db.agents().create(Agent.builder().name(wide).mode("llm").build());
            db.modelCalls()
                    .createAll(List.of(
                            call(agent, "m", 7).build(),
                            call(agent, "m", 9)
                                    .cost(BigDecimal.ONE)
                                    .currency("USD")
                                    .build()));
        }
        assertThat(section(page(database), "Agents: tokens"))
                .contains("\u2026, USD</text>", "\u2026, without cost</text>", "<title>" + wide + ", USD</title>");
        Matcher label =
                Pattern.compile("text-anchor=\"end\" class=\"name\">([^<]*)<").matcher(page(database));
        assertThat(label.results().map(each -> each.group(1)))
                .isNotEmpty()
                .allSatisfy(each -> assertThat(Screen.width(each)).isLessThanOrEqualTo(26));
    }

    @Test
    void aPageIsNotReplacedUnlessAsked() throws IOException {
        String database = directory.resolve("empty.db").toString();
        Database.open(database).close();
        Path file = Files.writeString(directory.resolve("mine.html"), "mine");

        MainTest.Run refused = MainTest.run("report", "--html", file.toString(), "--db", database);

        assertThat(refused.code()).isOne();
        assertThat(file).hasContent("mine");
    }

    @Test
    void whatCountsCanBeLimited() throws IOException {
        String database = directory.resolve("runs.db").toString();
        try (Database db = Database.open(database)) {
            fill(db);
        }

        assertThat(page(database, "--until", "2000-01-01"))
                .contains("runs.db, until 2000-01-01T00:00:00Z")
                .doesNotContain("99.00, 95.00, 50.00 s", " \u2192 two", "1,200 in");
        assertThat(page(database, "--since", "2000-01-01"))
                .contains("99.00, 95.00, 50.00 s", " \u2192 two", "1,200 in, 34 out, 0.25 USD");
    }
}
