package dev.modelscan.storage.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.modelscan.storage.Database;
import dev.modelscan.storage.cli.MainTest.Run;
import dev.modelscan.storage.conversations.Message;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OpenCodeFolderTest {

    @TempDir
    Path directory;

    @Test
    void aSessionIsPutTogetherFromItsFiles() throws IOException {
        write("session/p/ses_1.json", "{'id': 'ses_1', 'title': 'T', 'time': {'created': 1767323045000}}");
        write("session/p/ses_2.json", "{'id': 'ses_2', 'time': {'created': 1767323045000}}");
        write("message/ses_1/msg_a.json", message("a", "assistant", 1767323047000L));
        write("message/ses_1/msg_b.json", message("b", "user", 1767323046000L));
        write("part/a/1.json", "{'type': 'text', 'text': 'one'}");
        write("part/a/2.json", "{'type': 'text', 'te");
        write("part/a/3.json", "{'type': 'text', 'text': 'two'}");
        write("part/b/1.json", "{'type': 'text', 'text': 'ask'}");
        write("part/gone/1.json", "{'type': 'text', 'text': 'whose?'}");
        String database = directory.resolve("out.db").toString();

        Run run = MainTest.run("import", directory.resolve("storage").toString(), "--db", database);

        assertThat(run.code()).as(run.err()).isZero();
        assertThat(run.out()).contains("2 transcripts imported");
        assertThat(run.err()).contains("left out: 1.json");
        try (Database db = Database.open(database)) {
            assertThat(db.messages().list(10, 0)).extracting(Message::content).containsExactly("ask", "one\ntwo");
            assertThat(db.messages().list(10, 0).get(1).createdAt()).isEqualTo("2026-01-02T03:04:07Z");
            assertThat(db.messages().listParts(db.messages().list(10, 0).get(1).id()))
                    .anyMatch(part -> String.valueOf(part.data()).contains("2.json"));
            assertThat(db.sources().list(10, 0)).allMatch(source -> source.sha256() == null);
        }
        Run again = MainTest.run("import", directory.resolve("storage").toString(), "--db", database);
        assertThat(again.out()).contains("0 messages and 0 calls of tools");
    }

    private static String message(String id, String role, long created) {
        return "{'id': '" + id + "', 'sessionID': 'ses_1', 'role': '" + role + "', 'time': {'created': " + created
                + "}}";
    }

    private void write(String name, String text) throws IOException {
        Path file = directory.resolve("storage").resolve(name);
        Files.createDirectories(file.getParent());
        Files.writeString(file, text.replace('\'', '"'));
    }
}
