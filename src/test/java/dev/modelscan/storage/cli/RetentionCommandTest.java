package dev.modelscan.storage.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.modelscan.storage.Database;
import dev.modelscan.storage.agents.Agent;
import dev.modelscan.storage.cli.MainTest.Run;
import dev.modelscan.storage.conversations.ContentType;
import dev.modelscan.storage.conversations.ConversationId;
import dev.modelscan.storage.conversations.Message;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Deletes by command, and gives the space back. */
class RetentionCommandTest {

    @TempDir
    private Path directory;

    private Path filled() {
        Path file = directory.resolve("app.db");
        Clock before = Clock.offset(Clock.systemUTC(), Duration.ofDays(-60));
        try (Database db = Database.builder().path(file).clock(before).open()) {
            Agent agent =
                    db.agents().create(Agent.builder().name("a").mode("llm").build());
            List<Message> messages = Stream.generate(() -> Message.builder()
                            .conversationId(new ConversationId("old"))
                            .senderId(agent.id())
                            .contentType(ContentType.TEXT)
                            .content("x".repeat(2_000))
                            .createdAt(before.instant())
                            .build())
                    .limit(1_000)
                    .toList();
            db.messages().createAll(messages);
        }
        return file;
    }

    @Test
    void bothTheDeletionAndTheVacuumHaveABar() {
        assertThat(TerminalRun.bars("retention", "--db", filled().toString(), "--conversations", "30d", "--vacuum"))
                .contains("Deleting rows", "Rewriting the file 100%");
    }

    /** Before it connects, so before it deletes. */
    @Test
    void aVacuumOfAServerIsRefused() {
        for (List<String> options : List.of(List.<String>of(), List.of("--dry-run"))) {
            List<String> command = new ArrayList<>(List.of("retention", "--db", "jdbc:postgresql://localhost:1/x"));
            command.addAll(List.of("--conversations", "30d", "--vacuum"));
            command.addAll(options);
            MainTest.Run refused = MainTest.run(command.toArray(String[]::new));
            assertThat(refused.code()).isEqualTo(2);
            assertThat(refused.err()).startsWith("error: --vacuum is for SQLite files; a server vacuums by itself");
        }
    }

    @Test
    void aWrongNumberIsToldByTheNameOfItsOption() {
        String file = filled().toString();
        for (String option : List.of(
                "--messages-per-conversation",
                "--message-bytes-per-conversation",
                "--message-bytes",
                "--tasks-per-agent")) {
            MainTest.Run wrong = MainTest.run("retention", "--db", file, option, "-1");
            assertThat(wrong.code()).as(option).isEqualTo(2);
            assertThat(wrong.err()).startsWith("error: " + option + " is -1; give 1 or more");
        }
    }

    @Test
    void whatAnotherTableRefersToIsCounted() {
        Path file = filled();
        try (Database db = Database.open(file)) {
            db.useTx(tx -> {
                tx.dsl().execute("CREATE TABLE bookmarks (message TEXT NOT NULL REFERENCES messages (id))");
                tx.dsl().execute("INSERT INTO bookmarks SELECT id FROM messages WHERE sequence_number = 500");
            });
        }
        Run run = MainTest.run("retention", "--db", file.toString(), "--conversations", "30d");
        assertThat(run.code()).as(run.err()).isZero();
        assertThat(run.out())
                .containsPattern("messages +999")
                .contains("1 row stays, since rows of other tables refer to it");
    }

    @Test
    void oldConversationsGoAndTheFileShrinks() throws Exception {
        Path file = filled();
        long full = Files.size(file);

        Run dry = MainTest.run("retention", "--db", file.toString(), "--conversations", "30d", "--dry-run");
        assertThat(dry.code()).as(dry.err()).isZero();
        assertThat(dry.out()).contains("would be deleted").containsPattern("messages +1,000");
        Run run = MainTest.run("retention", "--db", file.toString(), "--conversations", "30d", "--vacuum", "--json");

        assertThat(run.code()).as(run.err()).isZero();
        assertThat(new ObjectMapper().readTree(run.out()).at("/messages").asInt())
                .isEqualTo(1_000);
        assertThat(new ObjectMapper().readTree(run.out()).at("/bytesFreed").asLong())
                .isPositive();
        assertThat(Files.size(file)).isLessThan(full / 4);
        Run without = MainTest.run("retention", "--db", file.toString());
        assertThat(without.code()).isEqualTo(2);
        assertThat(without.err()).contains("no rule is given", "such as --conversations 90d");
        assertThat(MainTest.run("retention", "--db", file.toString(), "--tasks", "soon")
                        .code())
                .isEqualTo(2);
    }

    @Test
    void aFileThatKeepsTheBooksShrinksInSteps() throws Exception {
        Path file = filled();
        sql(file, "PRAGMA auto_vacuum = INCREMENTAL; VACUUM");
        long full = Files.size(file);
        Run run = MainTest.run("retention", "--db", file.toString(), "--message-bytes-per-conversation", "5000");
        assertThat(run.out()).containsPattern("messages +998");
        try (Database db = Database.open(file)) {
            assertThat(db.compact()).isGreaterThan(full * 3 / 4);
            assertThat(db.messages().list(10, 0)).hasSize(2);
        }
        assertThat(Files.size(file)).isLessThan(full / 4);
        assertThat(sql(file, "PRAGMA auto_vacuum")).isEqualTo("2");
        assertThat(sql(file, "PRAGMA freelist_count")).isEqualTo("0");
        assertThat(sql(file, "PRAGMA integrity_check")).isEqualTo("ok");
    }

    private static String sql(Path file, String sql) throws SQLException {
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file);
                Statement statement = connection.createStatement()) {
            if (sql.contains(";")) {
                return String.valueOf(statement.executeUpdate(sql));
            }
            return statement.executeQuery(sql).getString(1);
        }
    }
}
