package dev.modelscan.storage.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.modelscan.storage.Database;
import dev.modelscan.storage.cli.MainTest.Run;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AntigravityFolderTest {

    private static final String ID = "0198c000-0000-7000-8000-000000000001";

    @TempDir
    Path directory;

    @Test
    void theFullTranscriptOfAFolderIsItsConversation() throws IOException {
        Path logs = Files.createDirectories(directory.resolve("brain/" + ID + "/.system_generated/logs"));
        Files.writeString(logs.resolve("transcript.jsonl"), step(0));
        Files.writeString(logs.resolve("transcript_full.jsonl"), step(0));
        String database = directory.resolve("out.db").toString();

        Run run = MainTest.run("import", directory.resolve("brain").toString(), "--db", database);
        Files.writeString(logs.resolve("transcript_full.jsonl"), step(0) + step(1));
        Run grown = MainTest.run("import", logs.resolve("transcript_full.jsonl").toString(), "--db", database);

        assertThat(run.out()).contains("1 transcript imported", ID + ".jsonl (antigravity)");
        assertThat(grown.out()).contains("1 grown");
        try (Database db = Database.open(database)) {
            assertThat(db.messages().list(10, 0)).hasSize(2);
            assertThat(db.tasks().list(10, 0).get(0).origin().externalId()).isEqualTo(ID);
        }
    }

    @Test
    void transcriptsOfOthersAreNotLeftOut() throws IOException {
        Path logs = Files.createDirectories(directory.resolve("logs"));
        Files.writeString(logs.resolve("transcript.jsonl"), "{\"messages\":[{\"role\":\"user\",\"content\":\"a\"}]}");
        Files.writeString(
                logs.resolve("transcript_full.jsonl"), "{\"messages\":[{\"role\":\"user\",\"content\":\"b\"}]}");

        Run run = MainTest.run(
                "import", logs.toString(), "--db", directory.resolve("out.db").toString());

        assertThat(run.out()).contains("2 files: 2 transcripts imported");
    }

    private static String step(int index) {
        return ("{'step_index': " + index + ", 'source': 'USER_EXPLICIT', 'type': 'USER_INPUT', 'status': 'DONE',"
                        + " 'content': 'step " + index + "'}\n")
                .replace('\'', '"');
    }
}
