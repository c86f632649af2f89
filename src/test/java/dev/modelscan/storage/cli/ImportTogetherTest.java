package dev.modelscan.storage.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.modelscan.storage.Database;
import dev.modelscan.storage.cli.MainTest.Run;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs that are stored in one transaction, and files that are told together. */
class ImportTogetherTest {

    private static final int RUNS = 100;

    @TempDir
    Path directory;

    private Run run(Path file) {
        return MainTest.run("import", file.toString(), "--db", database().toString());
    }

    private Path database() {
        return directory.resolve("import.db");
    }

    private Path runs() throws IOException {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < RUNS; i++) {
            text.append("{\"id\": \"r")
                    .append(i)
                    .append("\", \"messages\": [{\"role\": \"user\", \"content\": \"c")
                    .append(i)
                    .append("\"}]}\n");
        }
        return Files.writeString(directory.resolve("runs.jsonl"), text);
    }

    /** The database refuses the rows of one run, as a rule of an application's own does. */
    private void refuse(String content) throws SQLException {
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + database());
                Statement statement = connection.createStatement()) {
            statement.execute("CREATE TRIGGER refusing BEFORE INSERT ON messages WHEN NEW.content = '" + content
                    + "' BEGIN SELECT RAISE(ABORT, 'refused'); END");
        }
    }

    @Test
    void whatIsBeforeARunThatTheDatabaseRefusesIsStored() throws Exception {
        Database.open(database()).close();
        refuse("c50");

        Run run = run(runs());

        assertThat(run.code()).isEqualTo(1);
        try (Database db = Database.open(database())) {
            assertThat(db.tasks().findByExternalId("openai", "r49")).isPresent();
            assertThat(db.tasks().findByExternalId("openai", "r50")).isEmpty();
            assertThat(run.out() + run.err()).contains(db.tasks().list(RUNS, 0).size() + " transcripts imported");
        }
    }

    @Test
    void runsAreListedInTheOrderOfTheFile() throws Exception {
        assertThat(run(runs()).code()).isZero();
        try (Database db = Database.open(database())) {
            assertThat(db.tasks().list(RUNS, 0))
                    .extracting(task -> task.origin().externalId())
                    .startsWith("r0", "r1", "r2")
                    .endsWith("r98", "r99");
        }
    }

    @Test
    void aMessageNamesTheFileByAsMuchOfItsPathAsOthersLack() throws IOException {
        for (String folder : new String[] {"a/x", "b/x", "c"}) {
            Path made = Files.createDirectories(directory.resolve("in").resolve(folder));
            Files.writeString(
                    made.resolve("log.jsonl"),
                    "{\"messages\": [{\"role\": \"ghost\", \"content\": \"" + folder + "\"}]}\n");
        }
        Files.writeString(
                directory.resolve("in/other.jsonl"), "{\"messages\": [{\"role\": \"ghost\", \"content\": \"o\"}]}\n");

        Run run = run(directory.resolve("in"));

        assertThat(run.err().lines().map(line -> line.substring(0, line.indexOf(':'))))
                .containsExactly("a/x/log.jsonl", "b/x/log.jsonl", "c/log.jsonl", "other.jsonl");
        try (Database db = Database.open(database())) {
            assertThat(db.workflows().list(10, 0))
                    .extracting(workflow -> workflow.name())
                    .containsOnly("log.jsonl", "other.jsonl");
        }
    }
}
