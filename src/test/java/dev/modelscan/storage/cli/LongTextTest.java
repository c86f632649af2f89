package dev.modelscan.storage.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.modelscan.storage.support.ChildProcess;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LongTextTest {

    private static final String RECORD = "{\"messages\":[{\"role\":\"user\",\"content\":\"%s\"}]}%n";

    /** 64 MB of memory hold a text of 8,388,608 characters. */
    @Test
    void aTextThatIsLargerThanMemoryFailsItsRecordAlone(@TempDir Path directory) throws Exception {
        Files.writeString(
                directory.resolve("runs.jsonl"),
                RECORD.formatted("first") + RECORD.formatted("x".repeat(20_000_000)) + RECORD.formatted("last"));

        String output = ChildProcess.start(
                        directory,
                        Main.class,
                        List.of("-Xmx64m", "-XX:+UseSerialGC"),
                        "import",
                        "runs.jsonl",
                        "--db",
                        "runs.db")
                .output(1);

        assertThat(output)
                .contains("2 transcripts imported", "1 record failed", "line 2, record 2", "a text of more than")
                .doesNotContain("OutOfMemoryError");
    }
}
