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
                    .contains("&lt;/text&gt;&lt;script&gt;", "99.00, 95.00, 50.00", "100, 0 failed")
                    .contains("prefers-color-scheme: dark", " \u2192 two")
                    .contains("Agents: tokens in, and out in red", "1,200, 34, 0.25 USD")
                    .contains("How long tasks waited to begin");
        }
    }

    @Test
    void anEmptyDatabaseHasAPageToo() throws IOException {
        String database = directory.resolve("empty.db").toString();
        Database.open(database).close();

        assertThat(page(database)).contains("There are none.");
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
                .doesNotContain("99.00, 95.00, 50.00", " \u2192 two", "1,200, 34");
        assertThat(page(database, "--since", "2000-01-01"))
                .contains("99.00, 95.00, 50.00", " \u2192 two", "1,200, 34, 0.25 USD");
    }
}
