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
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Deletes by command, and gives the space back. */
class RetentionCommandTest {

    @TempDir
    private Path directory;

    @Test
    void oldConversationsGoAndTheFileShrinks() throws Exception {
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
        assertThat(MainTest.run("retention", "--db", file.toString()).code()).isEqualTo(2);
        assertThat(MainTest.run("retention", "--db", file.toString(), "--tasks", "soon")
                        .code())
                .isEqualTo(2);
    }
}
