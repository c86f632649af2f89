package dev.modelscan.storage.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.modelscan.storage.Database;
import dev.modelscan.storage.DatabaseStats;
import dev.modelscan.storage.Json;
import dev.modelscan.storage.PageRequest;
import dev.modelscan.storage.cli.MainTest.Run;
import dev.modelscan.storage.conversations.ContentType;
import dev.modelscan.storage.conversations.ConversationId;
import dev.modelscan.storage.conversations.Message;
import dev.modelscan.storage.tasks.Task;
import dev.modelscan.storage.tasks.TaskStatus;
import dev.modelscan.storage.tools.ToolExecution;
import dev.modelscan.storage.tools.ToolExecutionStatus;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ImportTest {

    private static final String GOOD = "{\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}";

    @TempDir
    Path directory;

    @Test
    void keepsTheSampleAsItIs() throws IOException {
        Path file = directory.resolve("sample.json");
        try (InputStream in = DemoCommand.class.getResourceAsStream(DemoCommand.SAMPLE)) {
            Files.copy(in, file);
        }

        Run run = run(file);

        assertThat(run.code()).isZero();
        try (Database db = open()) {
            requireSame(db, new ObjectMapper().readTree(file.toFile()));
            assertThat(db.tasks().list(10, 0))
                    .extracting(Task::status)
                    .containsExactly(
                            TaskStatus.COMPLETED,
                            TaskStatus.FAILED,
                            TaskStatus.COMPLETED,
                            TaskStatus.FAILED,
                            TaskStatus.PENDING);
            Task third = db.tasks().list(10, 0).get(2);
            assertThat(third.metadata())
                    .isEqualTo(Json.parse("{\"task_id\":\"tea-3\",\"reward\":1.0,"
                            + "\"source\":{\"channel\":\"mail\",\"language\":\"ja\"}}"));
            Task fourth = db.tasks().list(10, 0).get(3);
            assertThat(fourth.error()).contains("0.5");
            List<ToolExecution> executions = executions(db, fourth);
            assertThat(executions)
                    .extracting(ToolExecution::status)
                    .containsExactly(ToolExecutionStatus.FAILED, ToolExecutionStatus.SUCCESS);
            assertThat(executions.get(0).input()).isEqualTo(Json.parse("\"Sunday\""));
            assertThat(executions.get(0).error()).isEqualTo("Error: day must be a JSON object");
            assertThat(executions.get(1).output()).isEqualTo(Json.parse("{\"open\": false}"));
            assertThat(executions(db, db.tasks().list(10, 0).get(4)))
                    .extracting(ToolExecution::status)
                    .containsExactly(ToolExecutionStatus.PENDING);
        }
    }

    @Test
    void keepsTheRecordedRunsAsTheyAre() throws IOException {
        Path file = Path.of(System.getProperty("modelscan.transcripts", "../shared/data/airline-transcripts.json"));
        Assumptions.assumeTrue(Files.isReadable(file), () -> "there is no " + file);

        Run first = run(file);
        DatabaseStats stats;
        try (Database db = open()) {
            requireSame(db, new ObjectMapper().readTree(file.toFile()));
            stats = db.stats();
            assertThat(db.tasks().listByStatus(TaskStatus.COMPLETED, PageRequest.first(1_000)))
                    .hasSize(84);
            assertThat(db.toolExecutions().list(10_000, 0))
                    .filteredOn(execution -> execution.status() == ToolExecutionStatus.FAILED)
                    .hasSize(73)
                    .allMatch(execution ->
                            execution.error() != null && execution.error().startsWith("Error"));
        }
        Path renamed = Files.copy(file, directory.resolve("renamed.json"));
        Run second = run(renamed);

        assertThat(first.code()).isZero();
        assertThat(second.code()).isZero();
        assertThat(stats.rows())
                .containsEntry("tasks", 200L)
                .containsEntry("messages", 5_308L)
                .containsEntry("tool_executions", 1_164L)
                .containsEntry("workflows", 1L);
        try (Database db = open()) {
            assertThat(db.stats().rows()).isEqualTo(stats.rows());
        }
    }

    @Test
    void storesTheRestOfAnArrayWithMalformedRecords() throws IOException {
        Run run = run(write(
                "a.json",
                "[" + GOOD + ",\n  7,\n" + "{\"messages\":[{\"role\":\"robot\"}]},\n"
                        + "{\"messages\":[],\"x\":[{\"a\":1,\"a\":2}]},\n"
                        + "{\"messages\":[{\"role\":\"user\",\"content\":\"x\"},"
                        + "{\"role\":\"tool\",\"tool_call_id\":\"c\",\"content\":\"y\"}]},\n" + GOOD + "]"));

        assertThat(run.code()).isEqualTo(1);
        assertThat(run.out()).contains("2 transcripts imported", "4 records failed");
        assertThat(run.err().lines())
                .satisfiesExactly(
                        line -> assertThat(line).contains("line 2, column 3, record 2", "not a JSON object"),
                        line -> assertThat(line).contains("line 3, column 1, record 3", "messages[0].role"),
                        line -> assertThat(line).contains("line 4", "record 4", "Duplicate"),
                        line -> assertThat(line).contains("line 5, column 1, record 5", "no open tool call"));
        try (Database db = open()) {
            assertThat(db.stats().rows()).containsEntry("tasks", 2L).containsEntry("messages", 2L);
        }
    }

    @Test
    void endsAtASyntaxErrorInAnArray() throws IOException {
        Run run = run(write("a.json", "[" + GOOD + ",\n{\"messages\": oops},\n" + GOOD + "]"));

        assertThat(run.code()).isEqualTo(1);
        assertThat(run.out()).contains("1 transcripts imported", "1 records failed");
        assertThat(run.err()).contains("line 2", "record 2", "nothing after it was read");
    }

    @Test
    void reportsAnArrayThatIsCutOff() throws IOException {
        Run run = run(write("a.json", "[" + GOOD + "," + GOOD.substring(0, 20)));

        assertThat(run.code()).isEqualTo(1);
        assertThat(run.out()).contains("1 transcripts imported", "1 records failed");
    }

    @Test
    void goesOnAfterASyntaxErrorInJsonLines() throws IOException {
        Run run = run(write("a.jsonl", "\uFEFF\r\n" + GOOD + "\r\n\n{oops\n" + GOOD + " " + GOOD + "\n" + GOOD));

        assertThat(run.code()).isEqualTo(1);
        assertThat(run.out()).contains("2 transcripts imported", "2 records failed");
        assertThat(run.err().lines())
                .satisfiesExactly(line -> assertThat(line).contains("line 4", "record 2"), line -> assertThat(line)
                        .contains("line 5", "record 3", "more text follows"));
        assertThat(run(directory.resolve("a.jsonl")).out()).contains("0 transcripts imported, 2 stored already");
    }

    @Test
    void refusesWhatIsNestedTooDeep() throws IOException {
        String deep = "{\"messages\":[],\"x\":" + "[".repeat(2_000) + "]".repeat(2_000) + "}";

        Run run = run(write("a.jsonl", deep + "\n" + GOOD));

        assertThat(run.code()).isEqualTo(1);
        assertThat(run.out()).contains("1 transcripts imported", "1 records failed");
        assertThat(run.err().lines()).hasSize(1).allMatch(line -> line.contains("line 1") && line.contains("record 1"));
        assertThat(run(write("b.json", "[" + deep + "]")).code()).isEqualTo(1);
    }

    @Test
    void storesTheRestAfterANumberThatCannotBeRead() throws IOException {
        String endless = "{\"messages\":[],\"x\":[1e99999999999]}";

        Run array = run(write("a.json", "[" + GOOD + ",\n" + endless + "," + GOOD + "]"));
        assertThat(array.code()).isEqualTo(1);
        assertThat(array.out()).contains("2 transcripts imported", "1 records failed");
        assertThat(array.err().lines())
                .satisfiesExactly(line -> assertThat(line).contains("line 2, column 21, record 2", "exponent"));

        Run lines = run(write("b.jsonl", endless + "\n" + GOOD));
        assertThat(lines.code()).isEqualTo(1);
        assertThat(lines.err().lines())
                .satisfiesExactly(line -> assertThat(line).contains("line 1, column 21, record 1", "exponent"));
    }

    @Test
    void aFileWithoutRecordsStoresNothing() throws IOException {
        assertThat(run(write("empty.json", "[]")).code()).isZero();
        assertThat(run(write("empty.jsonl", "")).code()).isZero();
        try (Database db = open()) {
            assertThat(db.stats().rows().values()).containsOnly(0L);
        }
    }

    @Test
    void keepsPartsNullsAndUnknownMembers() throws IOException {
        Run run = run(write(
                "a.jsonl",
                "{\"traj\":[{\"role\":\"user\",\"name\":\"Ann\",\"content\":[{\"type\":\"text\"}]},"
                        + "{\"role\":\"assistant\",\"content\":null,\"refusal\":\"no\"}]}"));

        assertThat(run.code()).isZero();
        try (Database db = open()) {
            List<Message> messages = db.messages().list(10, 0);
            assertThat(messages.get(0).contentType()).isEqualTo(ContentType.JSON);
            assertThat(messages.get(0).content()).isEqualTo("[{\"type\":\"text\"}]");
            assertThat(messages.get(0).metadata()).isEqualTo(Json.parse("{\"name\":\"Ann\"}"));
            assertThat(messages.get(1).content()).isEmpty();
            assertThat(messages.get(1).metadata()).isEqualTo(Json.parse("{\"content\":null,\"refusal\":\"no\"}"));
        }
    }

    /** Compares every message and call with the file, in the file's order. */
    private static void requireSame(Database db, JsonNode records) {
        List<Task> tasks = db.tasks().list(10_000, 0);
        assertThat(tasks).hasSize(records.size());
        for (int i = 0; i < tasks.size(); i++) {
            Task task = tasks.get(i);
            JsonNode record = records.get(i);
            JsonNode expected = record.has("traj") ? record.get("traj") : record.get("messages");
            List<Message> messages =
                    db.messages().listLatest(new ConversationId(task.id().value()), 10_000);
            assertThat(messages).hasSize(expected.size());
            int calls = 0;
            for (int j = 0; j < messages.size(); j++) {
                requireSame(messages.get(j), task, expected.get(j));
                calls += expected.get(j).path("tool_calls").size();
            }
            List<ToolExecution> executions = executions(db, task);
            assertThat(executions).hasSize(calls);
            Set<String> answers = new HashSet<>();
            executions.forEach(execution -> answers.add(
                    execution.metadata().toNode().path("answer_message_id").asText()));
            assertThat(messages)
                    .filteredOn(message -> message.contentType().value().startsWith("result/"))
                    .extracting(message -> message.id().value())
                    .allMatch(answers::contains);
        }
    }

    private static void requireSame(Message message, Task task, JsonNode expected) {
        assertThat(message.taskId()).isEqualTo(task.id());
        if (expected.has("tool_calls")) {
            JsonNode command = Json.parse(message.content()).toNode();
            assertThat(message.contentType()).isEqualTo(ContentType.COMMAND);
            assertThat(command.get("content")).isEqualTo(expected.get("content"));
            assertThat(command.get("tool_calls")).isEqualTo(expected.get("tool_calls"));
            return;
        }
        String content = expected.path("content").asText();
        assertThat(message.content()).isEqualTo(content);
        if (expected.path("role").asText().equals("tool")) {
            assertThat(message.contentType())
                    .isEqualTo(content.startsWith("Error") ? ContentType.ERROR : ContentType.SUCCESS);
            assertThat(message.metadata().toNode().get("tool_call_id")).isEqualTo(expected.get("tool_call_id"));
        } else {
            assertThat(message.contentType()).isEqualTo(ContentType.TEXT);
        }
    }

    private static List<ToolExecution> executions(Database db, Task task) {
        return db.toolExecutions()
                .listByTask(task.id(), PageRequest.first(10_000))
                .items();
    }

    private Path write(String name, String text) throws IOException {
        return Files.writeString(directory.resolve(name), text, StandardCharsets.UTF_8);
    }

    private Run run(Path file) {
        return MainTest.run(
                "import",
                file.toString(),
                "--db",
                directory.resolve("import.db").toString());
    }

    private Database open() {
        return Database.open(directory.resolve("import.db"));
    }
}
