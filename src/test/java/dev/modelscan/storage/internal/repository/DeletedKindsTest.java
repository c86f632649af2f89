package dev.modelscan.storage.internal.repository;

import static org.assertj.core.api.Assertions.assertThat;

import dev.modelscan.storage.Database;
import dev.modelscan.storage.cli.Main;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DeletedKindsTest {

    @TempDir
    private Path directory;

    /** The command line uses the public API alone, and so has a list of its own. */
    @Test
    void archiveKnowsEveryKindOfRecord() {
        Path file = directory.resolve("a.db");
        Database.open(file).close();
        StringWriter err = new StringWriter();

        Main.run(
                new String[] {"archive", "list", "--kind", "nothing", "--db", file.toString()},
                new PrintWriter(new StringWriter()),
                new PrintWriter(err));

        String[] lines = err.toString().split("\\. ?See |\\RSee ");
        List<String> told = List.of(lines[0].replaceFirst("(?s).* is none of ", "")
                .replaceAll("\\s+", " ")
                .strip()
                .split(", "));
        assertThat(told)
                .containsExactlyInAnyOrderElementsOf(Stream.concat(
                                Stream.of(SqlConversationRepository.ENTITY),
                                Entities.ALL.stream()
                                        .map(entity -> entity.columns().get().owner()))
                        .toList());
    }
}
