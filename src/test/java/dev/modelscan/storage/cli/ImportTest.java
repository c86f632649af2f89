package dev.modelscan.storage.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.github.luben.zstd.ZstdOutputStream;
import dev.modelscan.storage.Database;
import dev.modelscan.storage.DatabaseStats;
import dev.modelscan.storage.Json;
import dev.modelscan.storage.PageRequest;
import dev.modelscan.storage.cli.MainTest.Run;
import dev.modelscan.storage.conversations.ContentType;
import dev.modelscan.storage.conversations.ConversationId;
import dev.modelscan.storage.conversations.Message;
import dev.modelscan.storage.conversations.MessagePart;
import dev.modelscan.storage.conversations.MessageRole;
import dev.modelscan.storage.conversations.PartKind;
import dev.modelscan.storage.tasks.Task;
import dev.modelscan.storage.tasks.TaskStatus;
import dev.modelscan.storage.tools.ToolExecution;
import dev.modelscan.storage.tools.ToolExecutionStatus;
import dev.modelscan.storage.workflows.Workflow;
import dev.modelscan.storage.workflows.WorkflowStatus;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.zip.GZIPOutputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

class ImportTest {

    private static final String GOOD = "{\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}";

    @TempDir
    Path directory;

    @Test
    void aDryRunStoresNothingAndMakesNoDatabase() throws IOException {
        Path file = Files.writeString(directory.resolve("runs.jsonl"), GOOD + "\nnothing\n");
        Path database = directory.resolve("none.db");
        Run dry = MainTest.run("import", file.toString(), "--db", database.toString(), "--dry-run");
        assertThat(dry.code()).isEqualTo(1);
        assertThat(dry.out()).contains("1 transcript would be imported", "1 record failed", "nothing was stored");
        assertThat(dry.err()).contains("line 2");
        assertThat(database).doesNotExist();
    }

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
                            TaskStatus.COMPLETED);
            Task third = db.tasks().list(10, 0).get(2);
            assertThat(third.metadata())
                    .isEqualTo(Json.parse("{\"task_id\":\"tea-3\",\"reward\":1.0,"
                            + "\"source\":{\"channel\":\"mail\",\"language\":\"ja\"},\"times\":\"none\"}"));
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
        Path file = RecordedRuns.all();

        Run first = run(file);
        DatabaseStats stats;
        try (Database db = open()) {
            requireSame(db, new ObjectMapper().readTree(file.toFile()));
            stats = db.stats();
            assertThat(db.tasks().findByExternalId("tau-bench", "0/0")).isPresent();
            assertThat(db.tasks().list(1_000, 0).stream()
                            .map(task -> task.origin().externalId())
                            .distinct())
                    .hasSize(200);
            assertThat(db.scores().list(1_000, 0)).hasSize(200);
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
    void keepsOddMessagesWithAWarningAndStrictRefusesThem() throws IOException {
        Path file = write(
                "a.json",
                "[" + GOOD + ",\n  7,\n" + "{\"messages\":[{\"role\":\"robot\",\"content\":\"x\"}]},\n"
                        + "{\"messages\":[{\"role\":\"user\",\"content\":\"q\"}],\"x\":[{\"a\":1,\"a\":2}]},\n"
                        + "{\"messages\":[{\"role\":\"user\",\"content\":\"x\"},"
                        + "{\"role\":\"tool\",\"tool_call_id\":\"c\",\"content\":\"y\"}]},\n" + GOOD + "]");

        Run strict = run(file, "--strict");
        assertThat(strict.code()).isEqualTo(1);
        assertThat(strict.out()).contains("2 transcripts imported", "4 records failed");
        Run run = run(file);

        assertThat(run.code()).isEqualTo(1);
        assertThat(run.out()).contains("3 transcripts imported", "2 stored already", "1 record failed", "3 warnings");
        assertThat(run.err().lines())
                .satisfiesExactlyInAnyOrder(
                        line -> assertThat(line).contains("line 2, record 2", "neither a JSON object"),
                        line -> assertThat(line)
                                .contains("warning: line 3, record 3: messages[0].role is \"robot\"", "other"),
                        line -> assertThat(line).contains("warning: line 4, record 4: x.0.a occurs more than once"),
                        line -> assertThat(line)
                                .contains("warning: line 5, record 5: message 2 (tool) answers no open"));
        try (Database db = open()) {
            assertThat(db.stats().rows()).containsEntry("tasks", 5L).containsEntry("messages", 6L);
            assertThat(db.messages().list(10, 0)).extracting(Message::role).contains(MessageRole.OTHER);
        }
    }

    @Test
    void readsOnAfterASyntaxErrorInAnArray() throws IOException {
        Run run = run(write("a.json", "[" + GOOD + ",\n{\"messages\": oops},\n{\"x\": \"open},\n" + GOOD + "]"));

        assertThat(run.code()).isEqualTo(1);
        assertThat(run.out()).contains("2 transcripts imported");
        assertThat(run.err()).contains("line 2, record 2: is not valid JSON at line 2, column");
        assertThat(run.err()).doesNotContain("Unrecognized", "Source", "fasterxml");
    }

    @Test
    void reportsAnArrayThatIsCutOff() throws IOException {
        Run run = run(write("a.json", "[" + GOOD + "," + GOOD.substring(0, 20)));

        assertThat(run.code()).isEqualTo(1);
        assertThat(run.out()).contains("1 transcript imported", "1 record failed");
        assertThat(run.err()).contains("is cut off");
    }

    @Test
    void goesOnAfterASyntaxErrorInJsonLines() throws IOException {
        Run run = run(write("a.jsonl", "\uFEFF\r\n" + GOOD + "\r\n\n{oops\n" + GOOD + " " + GOOD + "\n" + GOOD));

        assertThat(run.code()).isEqualTo(1);
        assertThat(run.out()).contains("4 transcripts imported", "1 record failed");
        assertThat(run.err().lines()).satisfiesExactly(line -> assertThat(line).contains("line 4", "record 2"));
        assertThat(run(directory.resolve("a.jsonl")).out()).contains("0 transcripts imported, 4 stored already");
        assertThat(run(write("b.jsonl", "{oops\n" + GOOD + "\n" + GOOD.substring(0, 30) + "\n" + GOOD + "\n"))
                        .out())
                .contains("2 stored already", "2 records failed");
    }

    @Test
    void refusesWhatIsNestedTooDeep() throws IOException {
        String deep = "{\"messages\":[],\"x\":" + "[".repeat(2_000) + "]".repeat(2_000) + "}";

        Run run = run(write("a.jsonl", deep + "\n" + GOOD));

        assertThat(run.code()).isEqualTo(1);
        assertThat(run.out()).contains("1 transcript imported", "1 record failed");
        assertThat(run.err().lines()).hasSize(1).allMatch(line -> line.contains("line 1") && line.contains("record 1"));
    }

    @Test
    void keepsWhatIsDeeperThanTheDatabaseTakesAsText() throws IOException {
        String deep = "[".repeat(200) + "]".repeat(200);
        Run run = run(write("a.jsonl", "{\"messages\":[{\"role\":\"user\",\"content\":\"q\"}],\"x\":" + deep + "}"));

        assertThat(run.code()).as(run.err()).isZero();
        try (Database db = open()) {
            assertThat(db.tasks()
                            .list(1, 0)
                            .get(0)
                            .metadata()
                            .toNode()
                            .path("x")
                            .asText())
                    .isEqualTo(deep);
        }
    }

    @Test
    void keepsANumberThatCannotBeRead() throws IOException {
        String endless = "{\"messages\":[{\"role\":\"user\",\"content\":\"n\"}],\"x\":[1e99999999999]}";

        Run array = run(write("a.json", "[" + GOOD + ",\n" + endless + "," + GOOD + "]"));
        assertThat(array.code()).as(array.err()).isZero();
        assertThat(array.out()).contains("3 transcripts imported", "1 warning");
        assertThat(array.err()).contains("line 2, record 2: x.0 is a number whose exponent");
    }

    @Test
    void anEmptyFileIsNoSuccessAndMakesNothing() throws IOException {
        for (String text : List.of("", " \n", "[]")) {
            Run run = run(write("empty.json", text));
            assertThat(run.code()).isEqualTo(1);
        }
        Run prompts = run(write("prompts.jsonl", "{\"prompt\":\"a\",\"chosen\":\"b\",\"rejected\":\"c\"}\n"));
        assertThat(prompts.err().lines()).hasSize(1).allMatch(line -> line.contains("a file of preferences"));
        Run unknown = run(write("unknown.json", "{\"a\":1,\"b\":2}"));
        assertThat(unknown.err().lines())
                .hasSize(1)
                .allMatch(line -> line.contains("members a, b") && line.contains("import --help lists the forms"));
        assertThat(directory.resolve("import.db")).doesNotExist();
    }

    @Test
    void aDirectoryHasFilesOfAnyName() throws IOException {
        Path found = Files.createDirectory(directory.resolve("found"));
        Files.writeString(found.resolve("of two\nlines.json"), GOOD);
        Files.createSymbolicLink(found.resolve("circle"), found);
        Files.createSymbolicLink(found.resolve("gone.json"), found.resolve("nowhere"));

        Run run = run(found);

        assertThat(run.code()).as(run.err()).isZero();
        assertThat(run.out()).contains("1 transcript imported");
    }

    /** What a shell makes of {@code <(…)}. */
    @Test
    @EnabledOnOs({OS.LINUX, OS.MAC})
    void readsAPipe() throws Exception {
        Path pipe = directory.resolve("pipe");
        assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor())
                .isZero();
        Process writer = new ProcessBuilder("bash", "-c", "echo '" + GOOD + "' > " + pipe).start();

        Run run = run(pipe);

        writer.destroyForcibly();
        assertThat(run.code()).as(run.err()).isZero();
        assertThat(run.out()).contains("1 transcript imported");
    }

    @Test
    void bytesThatAreNoTextAreNotCalledText() throws IOException {
        byte[] random = new byte[10_000];
        new Random(1).nextBytes(random);
        Path file = Files.write(directory.resolve("random.bin"), random);

        Run run = run(file);

        assertThat(run.code()).isOne();
        assertThat(run.err()).contains("random.bin is bytes that are not text; import --help lists the forms");
    }

    @Test
    void saysThatAStreamOfEventsIsOne() throws IOException {
        String chunk =
                "{\"object\":\"chat.completion.chunk\",\"choices\":[{\"delta\":{\"content\":\"a\"}}],\"usage\":null}\n";

        Run events = run(write("a.txt", "event: x\ndata: " + chunk + "\ndata: [DONE]\n"));
        Run chunks = run(write("a.jsonl", chunk + chunk));

        assertThat(events.err()).contains("a recording of server-sent events");
        assertThat(chunks.err()).contains("the chunks of a streamed answer");
        assertThat(directory.resolve("import.db")).doesNotExist();
    }

    @Test
    void keepsPartsNullsAndUnknownMembers() throws IOException {
        Run run = run(write(
                "a.jsonl",
                "{\"traj\":[{\"role\":\"user\",\"name\":\"Ann\",\"content\":[{\"type\":\"text\",\"text\":\"look\"},"
                        + "{\"type\":\"image_url\",\"image_url\":{\"url\":\"data:image/png;base64," + "QUJD".repeat(400)
                        + "\"}}]},"
                        + "{\"role\":\"assistant\",\"content\":null,\"refusal\":\"no\",\"odd\":1}]}"));

        assertThat(run.code()).isZero();
        try (Database db = open()) {
            List<Message> messages = db.messages().list(10, 0);
            assertThat(messages.get(0).content()).isEqualTo("look");
            List<MessagePart> parts = db.messages().listParts(messages.get(0).id());
            assertThat(parts).extracting(MessagePart::kind).containsExactly(PartKind.TEXT, PartKind.IMAGE);
            assertThat(parts.get(1).mediaType()).isEqualTo("image/png");
            assertThat(db.blobs().read(parts.get(1).blobId()))
                    .isEqualTo("ABC".repeat(400).getBytes(UTF_8));
            assertThat(db.agents().get(messages.get(0).senderId()).name()).isEqualTo("Ann");
            assertThat(messages.get(1).content()).isEqualTo("no");
            assertThat(messages.get(1).metadata()).isEqualTo(Json.parse("{\"odd\":1,\"content\":null}"));
        }
    }

    @Test
    void pairsCallsThatShareAnIdByTheirTool() throws IOException {
        run(write(
                "a.json",
                "{\"messages\":[{\"role\":\"assistant\",\"content\":\"\",\"tool_calls\":["
                        + "{\"id\":\"c1\",\"type\":\"function\",\"function\":{\"name\":\"f\",\"arguments\":\"{}\"}},"
                        + "{\"id\":\"c1\",\"type\":\"custom\",\"custom\":{\"name\":\"g\",\"input\":\"print(1)\"}}]},"
                        + "{\"role\":\"tool\",\"tool_call_id\":\"c1\",\"name\":\"g\",\"content\":\"from g\"},"
                        + "{\"role\":\"tool\",\"tool_call_id\":\"c1\",\"name\":\"f\",\"content\":\"from f\"},"
                        + "{\"role\":\"tool\",\"tool_call_id\":\"c1\",\"name\":\"f\",\"content\":\"again\"}]}"));
        try (Database db = open()) {
            assertThat(db.toolExecutions().list(10, 0))
                    .extracting(ToolExecution::toolName, ToolExecution::input, ToolExecution::output)
                    .containsExactly(
                            tuple("f", Json.parse("{}"), Json.parse("\"from f\"")),
                            tuple("g", Json.parse("\"print(1)\""), Json.parse("\"from g\"")));
            assertThat(db.messages().list(10, 0)).hasSize(4);
        }
    }

    @Test
    void keepsNulAndHalfASurrogatePairAsEscapes() throws IOException {
        Run run = run(write(
                "a.jsonl",
                "{\"messages\":[{\"role\":\"user\",\"content\":\"a\\u0000b\\ud83d \\\\u0000 \\ud83d\\ude00\"}]}"));

        assertThat(run.code()).as(run.err()).isZero();
        assertThat(run.err()).contains("NUL");
        try (Database db = open()) {
            Message message = db.messages().list(1, 0).get(0);
            assertThat(message.content()).isEqualTo("a\\u0000b\\ud83d \\u005cu0000 \ud83d\ude00");
            assertThat(message.metadata().toNode().path("escaped").asBoolean()).isTrue();
        }
    }

    @Test
    void aSessionThatHasGrownGrowsAndItsCallsAreAnswered() throws IOException {
        String start = "{\"id\":\"s\",\"messages\":[{\"role\":\"user\",\"content\":\"q\"},"
                + "{\"role\":\"assistant\",\"content\":null,\"tool_calls\":[{\"id\":\"c\",\"type\":\"function\","
                + "\"function\":{\"name\":\"f\",\"arguments\":\"{}\"}}]}";
        String grown = start + ",{\"role\":\"tool\",\"tool_call_id\":\"c\",\"content\":\"r\"}],\"reward\":0}";
        run(write("a.json", start + "]}"));
        Run second = run(write("b.json", grown));
        assertThat(second.out()).contains("1 grown", "1 message and 1 call of a tool");
        Run third = run(write("a.json", start + "]}"));
        assertThat(third.out()).contains("1 stored already");
        try (Database db = open()) {
            assertThat(db.tasks().list(10, 0)).extracting(Task::status).containsExactly(TaskStatus.FAILED);
            assertThat(db.messages().list(10, 0)).hasSize(3);
            ToolExecution execution = db.toolExecutions().list(10, 0).get(0);
            assertThat(execution.status()).isEqualTo(ToolExecutionStatus.SUCCESS);
            assertThat(execution.answerMessageId())
                    .isEqualTo(db.messages().list(10, 0).get(2).id());
        }
    }

    @Test
    void anotherRunOfTheSameNameIsStoredBesideIt() throws IOException {
        run(write("a.json", "{\"id\":7,\"messages\":[{\"role\":\"user\",\"content\":\"one\"}]}"));
        Run other = run(write("b.json", "{\"id\":7,\"messages\":[{\"role\":\"user\",\"content\":\"two\"}]}"));
        assertThat(other.out()).contains("1 transcript imported", "1 warning");
        assertThat(run(directory.resolve("b.json")).out()).contains("1 stored already");
        try (Database db = open()) {
            assertThat(db.tasks().list(10, 0)).hasSize(2);
        }
    }

    @Test
    void warnsOfAFileThatIsStoredInAnotherForm() throws IOException {
        Path file = write("a.json", "{\"system\":\"s\",\"messages\":[{\"role\":\"user\",\"content\":\"one\"}]}");
        run(file);
        Run other = run(file, "--format", "openai");
        assertThat(other.err()).contains("is stored already as anthropic; its runs are stored again as openai");
        assertThat(run(file, "--format", "openai").out()).contains("1 stored already");
    }

    @Test
    void aTaskThatWasDeletedIsPutBackWithItsMessages() throws IOException {
        Path file = write(
                "a.jsonl",
                "{\"messages\":[{\"role\":\"user\",\"content\":\"a\"}]}\n"
                        + "{\"messages\":[{\"role\":\"user\",\"content\":\"b\"}]}\n");
        run(file);
        try (Database db = open()) {
            db.tasks().delete(db.tasks().list(10, 0).get(0).id());
        }
        Files.writeString(file, "{\"messages\":[{\"role\":\"user\",\"content\":\"c\"}]}\n", StandardOpenOption.APPEND);
        Run again = run(file);
        assertThat(again.code()).as(again.err()).isZero();
        assertThat(again.out()).contains("1 transcript imported", "1 stored already", "1 put back");
        try (Database db = open()) {
            assertThat(db.tasks().list(10, 0)).hasSize(3);
            assertThat(db.messages().list(10, 0)).hasSize(3).allMatch(message -> message.taskId() != null);
            assertThat(db.workflows().list(10, 0))
                    .extracting(Workflow::status)
                    .containsExactly(WorkflowStatus.COMPLETED);
        }
    }

    /** As after a retention run, which deletes conversations and leaves their tasks. */
    @Test
    void aConversationThatWasDeletedIsPutBackWithItsTask() throws IOException {
        String call = "{\"role\":\"assistant\",\"content\":null,\"tool_calls\":[{\"id\":\"c\",\"type\":\"function\","
                + "\"function\":{\"name\":\"f\",\"arguments\":\"{}\"}}]},"
                + "{\"role\":\"tool\",\"tool_call_id\":\"c\",\"content\":\"done\"}";
        Path file = write(
                "a.jsonl", "{\"id\":\"r\",\"messages\":[{\"role\":\"user\",\"content\":\"a\"}," + call + "]}\n" + GOOD);
        run(file);
        ToolExecution before;
        try (Database db = open()) {
            Task task = db.tasks().findByExternalId("openai", "r").orElseThrow();
            before = executions(db, task).get(0);
            db.conversations().delete(new ConversationId(task.id().value()));
        }

        Run again = run(file);

        assertThat(again.code()).as(again.err()).isZero();
        assertThat(again.out()).contains("1 stored already", "1 put back");
        assertThat(run(file).out()).contains("2 stored already");
        try (Database db = open()) {
            Task task = db.tasks().findByExternalId("openai", "r").orElseThrow();
            assertThat(executions(db, task))
                    .extracting(ToolExecution::id, ToolExecution::answerMessageId)
                    .containsExactly(tuple(before.id(), before.answerMessageId()));
            assertThat(db.conversations().findByExternalId("openai", "r")).isPresent();
            db.tasks().delete(task.id());
        }
        assertThat(run(file).out()).contains("1 put back");
        try (Database db = open()) {
            assertThat(db.messages().list(10, 0)).hasSize(4);
            assertThat(db.toolExecutions().list(10, 0)).hasSize(1).allMatch(use -> use.taskId() != null);
        }
    }

    @Test
    void readsCompressedFilesDirectoriesAndOtherEncodings() throws IOException {
        Path folder = Files.createDirectory(directory.resolve("in"));
        Files.write(folder.resolve("a.json"), ("\uFEFF" + run("1")).getBytes(StandardCharsets.UTF_16LE));
        Files.write(folder.resolve("b.json"), run("2").getBytes(StandardCharsets.UTF_16BE));
        try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(folder.resolve("c.json.gz")))) {
            out.write(run("3").getBytes(UTF_8));
        }
        try (OutputStream out = new ZstdOutputStream(Files.newOutputStream(folder.resolve("d.jsonl.zst")))) {
            out.write(run("4").getBytes(UTF_8));
        }
        try (ZipOutputStream out = new ZipOutputStream(Files.newOutputStream(folder.resolve("e.zip")))) {
            out.putNextEntry(new ZipEntry("x/runs.json"));
            out.write(run("5").getBytes(UTF_8));
        }
        Files.writeString(folder.resolve("f.json"), "\u001E" + run("6") + "\n\u001E" + run("7") + "\n");
        Files.writeString(folder.resolve("package.json"), "{\"name\":\"other\"}");

        Run run = run(folder);

        assertThat(run.code()).as(run.err()).isZero();
        assertThat(run.err()).contains("left out: package.json");
        try (Database db = open()) {
            assertThat(db.messages().list(10, 0))
                    .extracting(Message::content)
                    .hasSize(7)
                    .contains("\u00e4 1", "\u00e4 7");
            assertThat(db.workflows().list(10, 0)).hasSize(6);
        }
        Run glob = run(Path.of(folder + "/*.json"), "--name", "all");
        assertThat(glob.out()).contains("stored already");
    }

    private static String run(String number) {
        return "{\n \"messages\": [\n  {\"role\": \"user\", \"content\": \"\u00e4 " + number + "\"}\n ]\n}";
    }

    @Test
    void redactsBeforeAnythingIsStored() throws IOException {
        String key = "sk-ant-" + "a1B2".repeat(8);
        Run run = run(
                write(
                        "a.jsonl",
                        "{\"messages\":[{\"role\":\"user\",\"content\":\"mail ann@example.com, key " + key
                                + ", badge X-77\"}],\"owner\":\"bob@example.org\"}"),
                "--redact=X-\\d+");
        assertThat(run.code()).as(run.err()).isZero();
        assertThat(run.out()).contains("4 secrets redacted");
        try (Database db = open()) {
            assertThat(db.messages().list(1, 0).get(0).content())
                    .isEqualTo("mail [redacted], key [redacted], badge [redacted]");
            assertThat(db.tasks().list(1, 0).get(0).metadata().toString()).doesNotContain("bob");
        }
    }

    @Test
    void twoAgentsOfOneRunAreATeam() throws IOException {
        run(write(
                "a.json",
                "[{\"role\":\"user\",\"content\":\"q\"},{\"role\":\"assistant\",\"name\":\"planner\",\"content\":\"a\"},"
                        + "{\"role\":\"assistant\",\"name\":\"coder\",\"content\":\"b\"}]"));
        try (Database db = open()) {
            Task task = db.tasks().list(10, 0).get(0);
            assertThat(db.teams().listMembers(task.teamId()))
                    .extracting(member -> member.agent().name())
                    .containsExactlyInAnyOrder("planner", "coder");
        }
    }

    @Test
    void aLongRunNeedsLittleMemory() throws IOException {
        Path file = directory.resolve("long.json");
        try (BufferedWriter out = Files.newBufferedWriter(file)) {
            out.write("{\"id\":\"long\",\"messages\":[");
            for (int i = 0; i < 100; i++) {
                out.write((i == 0 ? "" : ",") + "{\"role\":\"" + (i % 2 == 0 ? "user" : "assistant")
                        + "\",\"content\":\"" + ("m" + i + " ").repeat(60_000 / 4) + "\"}");
                out.write(i == 99 ? "" : ",{\"role\":\"user\",\"content\":\"" + "x".repeat(200_000) + "\"}");
            }
            out.write("],\"reward\":1}");
        }
        Run run = run(file);
        assertThat(run.code()).as(run.err()).isZero();
        assertThat(run(file).out()).contains("1 stored already");
        try (Database db = open()) {
            assertThat(db.stats().rows()).containsEntry("messages", 199L);
            assertThat(db.scores().list(10, 0)).hasSize(1);
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
                requireSame(db, messages.get(j), task, expected.get(j));
                calls += expected.get(j).path("tool_calls").size();
            }
            List<ToolExecution> executions = executions(db, task);
            assertThat(executions).hasSize(calls);
            Set<String> answers = new HashSet<>();
            executions.forEach(execution -> answers.add(String.valueOf(execution.answerMessageId())));
            assertThat(messages)
                    .filteredOn(message -> message.contentType().value().startsWith("result/"))
                    .extracting(message -> message.id().value())
                    .allMatch(answers::contains);
        }
    }

    private static void requireSame(Database db, Message message, Task task, JsonNode expected) {
        assertThat(message.taskId()).isEqualTo(task.id());
        assertThat(message.role())
                .isEqualTo(MessageRole.fromCode(expected.get("role").asText()));
        if (expected.has("tool_calls")) {
            assertThat(message.contentType()).isEqualTo(ContentType.COMMAND);
            assertThat(message.content()).isEqualTo(expected.path("content").asText(""));
            List<MessagePart> calls = db.messages().listParts(message.id()).stream()
                    .filter(part -> part.kind() == PartKind.TOOL_CALL)
                    .toList();
            assertThat(calls).hasSize(expected.get("tool_calls").size());
            for (int i = 0; i < calls.size(); i++) {
                JsonNode call = expected.get("tool_calls").get(i);
                assertThat(calls.get(i).callId()).isEqualTo(call.get("id").asText());
                assertThat(calls.get(i).name())
                        .isEqualTo(call.path("function").path("name").asText());
                assertThat(calls.get(i).text())
                        .isEqualTo(call.path("function").path("arguments").asText());
            }
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

    private Run run(Path file, String... options) {
        List<String> arguments = new ArrayList<>(
                List.of("import", "--db", directory.resolve("import.db").toString()));
        arguments.addAll(List.of(options));
        arguments.add(file.toString());
        return MainTest.run(arguments.toArray(new String[0]));
    }

    private Database open() {
        return Database.open(directory.resolve("import.db"));
    }

    @Test
    void aCallIsLinkedToTheTaskOfTheSubAgentThatItStarted() throws IOException {
        Path all = Path.of("src/test/resources/inputs/claude-code.jsonl");
        List<String> lines = Files.readAllLines(all);
        Path main = Files.write(directory.resolve("main.jsonl"), lines.subList(0, lines.size() - 1));
        Path side = Files.write(directory.resolve("side.jsonl"), lines.subList(lines.size() - 1, lines.size()));
        for (List<Path> files : List.of(List.of(all), List.of(main, side), List.of(side, main, side))) {
            Path database = directory.resolve("linked" + files.size() + ".db");
            for (Path file : files) {
                assertThat(MainTest.run("import", file.toString(), "--db", database.toString())
                                .code())
                        .isZero();
            }
            try (Database db = Database.open(database)) {
                ToolExecution call = db.toolExecutions().list(1, 0).get(0);
                Task child =
                        db.tasks().findByExternalId("claude-code", "z-9/ag7").orElseThrow();
                assertThat(call.childTaskId()).as(files.toString()).isEqualTo(child.id());
            }
        }
    }
}
