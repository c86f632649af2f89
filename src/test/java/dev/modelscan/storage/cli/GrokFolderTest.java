package dev.modelscan.storage.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.modelscan.storage.Database;
import dev.modelscan.storage.PageRequest;
import dev.modelscan.storage.cli.MainTest.Run;
import dev.modelscan.storage.conversations.Conversation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GrokFolderTest {

    @TempDir
    Path directory;

    @Test
    void aSessionHasTheIdThatTheFileBesideItsHistorySays() throws IOException {
        Path session = Files.createDirectories(directory.resolve("sessions/s"));
        String line = "{'type': 'user', 'content': '%s', 'prompt_index': 0}\n".replace('\'', '"');
        Files.writeString(
                session.resolve("summary.json"),
                "{\n 'info': {'id': 's-1'}, 'session_summary': 'T', 'chat_format_version': 1}".replace('\'', '"'));
        Files.writeString(session.resolve("chat_history.jsonl"), line.formatted("a"));
        String database = directory.resolve("out.db").toString();
        String[] command = {"import", directory.resolve("sessions").toString(), "--db", database};

        Run run = MainTest.run(command);
        Files.writeString(session.resolve("chat_history.jsonl"), line.formatted("a") + line.formatted("b"));
        command[1] = session.resolve("chat_history.jsonl").toString();
        Run grown = MainTest.run(command);

        assertThat(run.code()).as(run.err()).isZero();
        assertThat(run.err()).doesNotContain("left out");
        assertThat(grown.out()).contains("1 message");
        try (Database db = Database.open(database)) {
            assertThat(db.conversations().list(PageRequest.first(10)).items())
                    .extracting(Conversation::title)
                    .containsExactly("T");
            assertThat(db.messages().list(10, 0)).hasSize(2);
        }
    }
}
