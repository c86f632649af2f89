package dev.modelscan.storage.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.modelscan.storage.Database;
import dev.modelscan.storage.cli.MainTest.Run;
import dev.modelscan.storage.cli.files.Input;
import dev.modelscan.storage.cli.imports.FileImport;
import dev.modelscan.storage.cli.imports.FileResult;
import dev.modelscan.storage.cli.imports.ImportOptions;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Which files an import takes, and what one that cannot be read does to the others. */
class FoundFilesTest {

    @TempDir
    Path directory;

    private Path folder() throws IOException {
        Path folder = Files.createDirectory(directory.resolve("folder"));
        write(folder.resolve("a.jsonl"), "a");
        return folder;
    }

    private static Path write(Path file, String text) throws IOException {
        return Files.writeString(file, "{\"messages\":[{\"role\":\"user\",\"content\":\"" + text + "\"}]}\n");
    }

    private Run run(Object... arguments) {
        Stream<String> words = Stream.of(arguments).map(Object::toString);
        return MainTest.run(Stream.of(Stream.of("import", "--db", database()), words)
                .flatMap(each -> each)
                .toArray(String[]::new));
    }

    private String database() {
        return directory.resolve("t.db").toString();
    }

    @Test
    void allWorkflowsOfANameAreListed() throws IOException {
        assertThat(run(write(directory.resolve("a.jsonl"), "a")).code()).isZero();
        try (Database db = Database.open(database())) {
            db.useTx(tx -> tx.dsl()
                    .execute(
                            "INSERT INTO workflows (id, name, status, created_at, updated_at) WITH RECURSIVE n (i) AS (SELECT 1"
                                    + " UNION ALL SELECT i + 1 FROM n WHERE i < 1000)"
                                    + " SELECT '0-' || i, name, status, created_at, updated_at FROM workflows, n"));
        }

        Run listed = MainTest.run("list", "tasks", "--workflow", "a.jsonl", "--db", database());
        Run exported = MainTest.run("export", "-", "--format", "openai", "--workflow", "a.jsonl", "--db", database());

        assertThat(listed.out()).contains("transcript");
        assertThat(exported.out()).contains("\"a\"");
    }
}
