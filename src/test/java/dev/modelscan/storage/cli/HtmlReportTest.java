package dev.modelscan.storage.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.modelscan.storage.Database;
import dev.modelscan.storage.agents.Agent;
import dev.modelscan.storage.conversations.ConversationId;
import dev.modelscan.storage.conversations.Message;
import dev.modelscan.storage.support.PostgresServer;
import dev.modelscan.storage.tasks.Task;
import dev.modelscan.storage.tools.ToolExecution;
import dev.modelscan.storage.tools.ToolExecutionStatus;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Instant;
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

    private String page(String database) throws IOException {
        Path file = directory.resolve("page.html");
        Files.deleteIfExists(file);
        MainTest.Run run = MainTest.run("report", "--html", file.toString(), "--db", database);
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
    void aPageIsNotReplacedUnlessAskedAndHasNoScope() throws IOException {
        String database = directory.resolve("empty.db").toString();
        Database.open(database).close();
        Path file = Files.writeString(directory.resolve("mine.html"), "mine");

        MainTest.Run refused = MainTest.run("report", "--html", file.toString(), "--db", database);

        assertThat(refused.code()).isOne();
        assertThat(file).hasContent("mine");
        assertThat(MainTest.run("report", "--html", file.toString(), "--since", "1d", "--db", database)
                        .code())
                .isEqualTo(2);
    }
}
