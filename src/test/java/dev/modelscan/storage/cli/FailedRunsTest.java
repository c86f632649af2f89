package dev.modelscan.storage.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.modelscan.storage.Database;
import dev.modelscan.storage.cli.MainTest.Run;
import dev.modelscan.storage.tasks.Task;
import dev.modelscan.storage.tasks.TaskStatus;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs that failed without a message, such as requests of a batch, are known by their ids and files alone. */
class FailedRunsTest {

    private static final String ANSWERED =
            "{\"type\":\"succeeded\",\"message\":{\"type\":\"message\",\"role\":\"assistant\",\"stop_reason\":\"end_turn\","
                    + "\"content\":[{\"type\":\"text\",\"text\":\"ok\"}]}}";

    @TempDir
    Path directory;

    @Test
    void runsOfOneIdThatFailedWithoutMessagesAreTwo() throws IOException {
        imported("a.jsonl", failed("late"));
        Run other = imported("b.jsonl", failed("many"));
        assertThat(other.out()).contains("1 transcript imported", "1 warning");
        assertThat(other.err()).contains("the id q1 is that of another run that is stored already");
        assertThat(imported("b.jsonl", failed("many")).out()).contains("1 stored already");
        assertThat(imported("c.jsonl", failed("late")).out()).contains("1 stored already");
        assertThat(imported("d.jsonl", batch(ANSWERED)).out()).contains("1 transcript imported", "1 warning");

        try (Database db = open()) {
            assertThat(db.tasks().list(10, 0))
                    .extracting(Task::status)
                    .containsExactlyInAnyOrder(TaskStatus.FAILED, TaskStatus.FAILED, TaskStatus.COMPLETED);
        }
    }

    @Test
    void aRunThatFailedWithoutMessagesIsThatOfItsFile() throws IOException {
        imported("a.jsonl", failed("late"));

        assertThat(imported("a.jsonl", failed("many")).out()).contains("1 grown");
        try (Database db = open()) {
            assertThat(db.tasks().list(10, 0)).extracting(Task::error).containsExactly("many");
        }
    }

    /** A run of a second file has the hash of its content for a name, so another content is another run. */
    @Test
    void anOlderCopyOfAFailureTakesNothingFromWhatSucceeded() throws IOException {
        imported("a.jsonl", failed("late"));
        imported("b.jsonl", failed("many"));
        assertThat(imported("b.jsonl", batch(ANSWERED)).out()).contains("1 transcript imported", "1 warning");

        assertThat(imported("b.jsonl", failed("many")).out()).contains("1 stored already");
        assertThat(imported("b.jsonl", batch(ANSWERED)).out()).contains("1 stored already");
        assertThat(errors()).containsExactlyInAnyOrder("late", "many", null);
    }

    @Test
    void aFailureAndAnAnswerOfOneIdInAFileBesideAnotherRunAreTwo() throws IOException {
        imported("a.jsonl", failed("late"));
        String both = failed("many") + batch(ANSWERED);

        assertThat(imported("b.jsonl", both).out()).contains("2 transcripts imported");
        for (int i = 0; i < 2; i++) {
            assertThat(imported("b.jsonl", both).out()).contains("2 stored already");
        }
        assertThat(errors()).containsExactlyInAnyOrder("late", "many", null);
    }

    @Test
    void eachRunOfOneIdThatFailedInAFileIsKept() throws IOException {
        String both = failed("late") + failed("many");
        String all = both + batch(ANSWERED);

        assertThat(imported("a.jsonl", both).out()).contains("2 transcripts imported", "1 warning");
        assertThat(imported("a.jsonl", both).out()).contains("2 stored already").doesNotContain("grown");
        assertThat(imported("a.jsonl", all).out()).contains("1 transcript imported, 2 stored already");
        assertThat(imported("a.jsonl", all).out()).contains("3 stored already").doesNotContain("grown");
        assertThat(errors()).containsExactlyInAnyOrder("late", "many", null);
    }

    @Test
    void aRunWhoseBatchIsRefusedIsNotTakenForOneStoredBefore() throws Exception {
        Database.open(Path.of(database())).close();
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + database());
                Statement sql = connection.createStatement()) {
            sql.execute("CREATE TRIGGER refusing BEFORE INSERT ON messages WHEN NEW.content = 'no'"
                    + " BEGIN SELECT RAISE(ABORT, 'refused'); END");
        }
        StringBuilder text = new StringBuilder(failed("late"));
        for (int i = 0; i < 300; i++) {
            text.append(failed("other").replace("q1", "other" + i));
        }
        text.append(failed("many"))
                .append(batch(ANSWERED.replace("\"ok\"", "\"no\"")).replace("q1", "q2"));
        Path file = Files.writeString(directory.resolve("a.jsonl"), text);

        Run run = MainTest.run("import", file.toString(), "--db", database());

        assertThat(run.err()).contains("refused");
        try (Database db = open()) {
            assertThat(db.tasks().list(1000, 0))
                    .extracting(Task::error)
                    .contains("late", "many")
                    .hasSize(302);
        }
    }

    @Test
    void anAnswerIsStoredOnceIfTheFailureBeforeItIsRemoved() throws IOException {
        imported("a.jsonl", failed("late") + batch(ANSWERED));

        assertThat(imported("a.jsonl", batch(ANSWERED)).out()).contains("1 stored already");
        assertThat(errors()).containsExactlyInAnyOrder("late", null);
    }

    @Test
    void failuresOfOneIdMayChangePlaces() throws IOException {
        imported("a.jsonl", failed("late") + failed("many"));

        assertThat(imported("a.jsonl", failed("many") + failed("late")).out()).contains("2 stored already");
        assertThat(errors()).containsExactlyInAnyOrder("late", "many");
    }

    private List<String> errors() {
        try (Database db = open()) {
            return db.tasks().list(10, 0).stream().map(Task::error).toList();
        }
    }

    private static String failed(String why) {
        return batch("{\"type\":\"errored\",\"error\":{\"type\":\"error\",\"message\":\"" + why + "\"}}");
    }

    private static String batch(String result) {
        return "{\"custom_id\":\"q1\",\"result\":" + result + "}\n";
    }

    private Run imported(String name, String text) throws IOException {
        Path file = Files.writeString(directory.resolve(name), text);
        Run run = MainTest.run("import", file.toString(), "--db", database());
        assertThat(run.code()).as(run.err()).isZero();
        return run;
    }

    private String database() {
        return directory.resolve("runs.db").toString();
    }

    private Database open() {
        return Database.open(Path.of(database()));
    }
}
