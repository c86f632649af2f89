package dev.modelscan.storage.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.modelscan.storage.Database;
import dev.modelscan.storage.cli.MainTest.Run;
import dev.modelscan.storage.conversations.Message;
import dev.modelscan.storage.tasks.Task;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OpenHandsFolderTest {

    @TempDir
    Path directory;

    @Test
    void aConversationIsPutTogetherFromItsEvents() throws IOException {
        write("c1/base_state.json", "{'id': 'c-1', 'stats': {'usage_to_metrics': {}}}");
        write("c1/events/event-00010-b.json", message("b", "agent", "ten"));
        write("c1/events/event-00002-a.json", message("a", "user", "two"));
        write("c1/events/event-00003-x.json", "{'kind': 'Mess");
        write("old/events/0.json", action(0, "user", "ask"));
        write("old/events/1.json", action(1, "agent", "answer"));
        write("old/event_cache/0-25.json", "[" + action(0, "user", "ask") + "]");
        write("other/events/1.json", "{'messages': [{'role': 'user', 'content': 'alone'}]}");
        String database = directory.resolve("out.db").toString();
        String conversations = directory.resolve("conversations").toString();

        Run run = MainTest.run("import", conversations, "--db", database);

        assertThat(run.code()).as(run.err()).isZero();
        assertThat(run.out()).contains("3 transcripts imported", "c1 (openhands)", "old (openhands)");
        try (Database db = Database.open(database)) {
            assertThat(db.messages().list(10, 0))
                    .extracting(Message::content)
                    .containsExactlyInAnyOrder("two", "ten", "ask", "answer", "alone");
            assertThat(db.tasks().list(10, 0)).extracting(Task::metadata).anyMatch(metadata -> String.valueOf(metadata)
                    .contains("c-1"));
        }
        Run again = MainTest.run("import", conversations, "--db", database);
        assertThat(again.out()).contains("0 messages and 0 calls of tools");
    }

    @Test
    void aFolderWithoutAStateIsFoundAgainWhenItHasGrown() throws IOException {
        write("old/events/0.json", action(0, "user", "ask"));
        write("old/events/1.json", action(1, "agent", "answer").replace("'args'", "'x': NaN, 'args'"));
        write("web/events/1.json", "{'source': 'web', 'messages': [{'role': 'user', 'content': 'alone'}]}");
        String database = directory.resolve("out.db").toString();
        String conversations = directory.resolve("conversations").toString();
        assertThat(MainTest.run("import", conversations, "--db", database).code())
                .isZero();

        write("old/events/2.json", action(2, "user", "again"));
        Run grown = MainTest.run("import", conversations, "--db", database);

        assertThat(grown.out()).contains("1 grown");
        try (Database db = Database.open(database)) {
            assertThat(db.messages().list(10, 0))
                    .extracting(Message::content)
                    .containsExactlyInAnyOrder("ask", "answer", "alone", "again");
        }
    }

    private static String message(String id, String source, String text) {
        return "{'kind': 'MessageEvent', 'id': '" + id + "', 'source': '" + source + "', 'llm_message': {'content': '"
                + text + "'}}";
    }

    private static String action(int id, String source, String text) {
        return "{'id': " + id + ", 'source': '" + source + "', 'action': 'message', 'args': {'content': '" + text
                + "'}}";
    }

    private void write(String name, String text) throws IOException {
        Path file = directory.resolve("conversations").resolve(name);
        Files.createDirectories(file.getParent());
        Files.writeString(file, text.replace('\'', '"'));
    }
}
