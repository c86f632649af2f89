package dev.modelscan.storage.cli;

import static dev.modelscan.storage.schema.Tables.CONVERSATIONS;
import static dev.modelscan.storage.schema.Tables.MESSAGE_PARTS;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MappingIterator;
import dev.modelscan.storage.Database;
import dev.modelscan.storage.Json;
import dev.modelscan.storage.agents.Agent;
import dev.modelscan.storage.cli.MainTest.Run;
import dev.modelscan.storage.cli.formats.Fields;
import dev.modelscan.storage.conversations.ConversationId;
import dev.modelscan.storage.conversations.Message;
import dev.modelscan.storage.conversations.MessageId;
import dev.modelscan.storage.conversations.MessagePart;
import dev.modelscan.storage.conversations.MessageRole;
import dev.modelscan.storage.models.ModelCall;
import dev.modelscan.storage.scores.Score;
import dev.modelscan.storage.tasks.Task;
import dev.modelscan.storage.teams.Team;
import dev.modelscan.storage.tools.ToolExecution;
import dev.modelscan.storage.tools.ToolExecutionStatus;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

class ExportTest {

    /** Inputs that no writer has the form of. */
    private static final String OTHER_FORMS =
            ".*(codex|continue|claude|responses|swe-agent|tau2|langchain|otlp|chatgpt|cursor|copilot|opencode|pi-session|kimi|droid|agents-run-state|bedrock|cohere|interactions|vscode|qwen|README|expected).*";

    @TempDir
    Path directory;

    @TestFactory
    Stream<DynamicTest> whatWasImportedComesBack() throws IOException {
        return InputsTest.all().stream()
                .filter(input -> !input.getFileName().toString().matches(OTHER_FORMS))
                .map(input -> DynamicTest.dynamicTest(input.getFileName().toString(), () -> comesBack(input)));
    }

    @Test
    void realRunsComeBack() throws IOException {
        comesBack(RecordedRuns.some(directory));
    }

    private void comesBack(Path input) throws IOException {
        String name = input.getFileName().toString();
        String form = name.contains("anthropic")
                ? "anthropic"
                : name.contains("sharegpt") ? "sharegpt" : name.contains("atif") ? "atif" : "openai";
        Path database = directory.resolve(name + ".db");
        Path exported = directory.resolve(name + ".exported");
        assertThat(run("import", input.toString(), "--db", database.toString()).code())
                .isZero();

        Run run = run("export", exported.toString(), "--format", form, "--db", database.toString());

        assertThat(run.code()).as(run.err()).isZero();
        assertThat(run.err()).isEmpty();
        assertThat(records(exported)).containsExactlyInAnyOrderElementsOf(records(input));
    }

    /** The records of a file: its values, or what its arrays of records hold. Messages without a record are one. */
    private static List<JsonNode> records(Path file) throws IOException {
        List<JsonNode> records = new ArrayList<>();
        List<JsonNode> loose = new ArrayList<>();
        boolean wide = Files.readAllBytes(file)[0] == (byte) 0xFF;
        Charset charset = wide ? StandardCharsets.UTF_16 : StandardCharsets.UTF_8;
        try (Reader reader = new InputStreamReader(Files.newInputStream(file), charset);
                MappingIterator<JsonNode> values =
                        Fields.MAPPER.readerFor(JsonNode.class).readValues(reader)) {
            while (values.hasNext()) {
                JsonNode value = values.next();
                (value.isArray() ? value : List.of(value))
                        .forEach(record -> (record.has("role") ? loose : records).add(record));
            }
        }
        if (!loose.isEmpty()) {
            records.add(Fields.MAPPER.createArrayNode().addAll(loose));
        }
        return records;
    }

    @Test
    void aDryRunSaysTheSameAndWritesNothing() {
        store();
        for (String form : List.of("openai", "native")) {
            Path file = directory.resolve(form + ".out");
            Run dry = run("export", file.toString(), "--format", form, "--db", database(), "--dry-run");
            assertThat(dry.code()).as(dry.err()).isZero();
            assertThat(file).doesNotExist();
            Run run = run("export", file.toString(), "--format", form, "--db", database());
            assertThat(dry.err()).isEqualTo(run.err());
            assertThat(dry.out().replace("would hold ", "").replace("would be ", ""))
                    .isEqualTo(run.out())
                    .isNotEqualTo(dry.out());
            Run taken = run("export", file.toString(), "--format", form, "--db", database(), "--dry-run");
            assertThat(taken.code()).isOne();
            assertThat(taken.err()).contains("exists; --force replaces it");
            String nowhere = directory.resolve("missing/" + form).toString();
            Run without = run("export", nowhere, "--format", form, "--db", database(), "--dry-run");
            assertThat(without.code()).isOne();
            assertThat(without.err()).contains("no such directory");
        }
    }

    private String database() {
        return directory.resolve("made.db").toString();
    }

    /** A conversation that an application stored: a question, a call, its answer. */
    private void store() {
        try (Database db = Database.open(database())) {
            Agent agent = db.agents()
                    .create(Agent.builder().name("planner").mode("llm").build());
            Task task = db.tasks()
                    .create(Task.builder().agentId(agent.id()).type("plan").build());
            ConversationId conversation = new ConversationId("c-1");
            Message.Builder message = Message.builder()
                    .conversationId(conversation)
                    .senderId(agent.id())
                    .taskId(task.id());
            db.messages().create(message.role(MessageRole.USER).content("go").build());
            Message asks = db.messages()
                    .create(message.role(MessageRole.ASSISTANT)
                            .content("")
                            .parts(MessagePart.reasoning("hm"))
                            .build());
            Message answers = db.messages()
                    .create(message.role(MessageRole.TOOL)
                            .content("no road")
                            .parts(List.of())
                            .build());
            db.toolExecutions()
                    .create(ToolExecution.builder()
                            .agentId(agent.id())
                            .taskId(task.id())
                            .messageId(asks.id())
                            .answerMessageId(answers.id())
                            .callId("k")
                            .toolName("map")
                            .input(Json.of(Map.of("to", "Oslo")))
                            .status(ToolExecutionStatus.FAILED)
                            .error("no road")
                            .build());
        }
    }

    @Test
    void anApplicationsConversationIsWrittenAndWhatTheFormLacksIsListed() throws IOException {
        store();

        Run run = run("export", "-", "--format", "anthropic", "--db", database());

        assertThat(run.code()).isZero();
        assertThat(Fields.MAPPER.readTree(run.out())).isEqualTo(Fields.MAPPER.readTree("""
                {"id": "c-1", "messages": [
                 {"role": "user", "content": [{"type": "text", "text": "go"}]},
                 {"role": "assistant", "content": [{"type": "tool_use", "id": "k", "name": "map", "input": {"to": "Oslo"}}]},
                 {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "k", "content": "no road",
                  "is_error": true}]}]}
                """));
        assertThat(run.err())
                .contains("- (anthropic): 1 run with 3 messages")
                .contains("not in the form anthropic: a part of the kind reasoning (1 run)")
                .contains("not in the form anthropic: times (1 run)")
                .contains("not in the form anthropic: the status pending (1 run)")
                .doesNotContain("that a tool failed");
        for (String form : List.of("openai", "sharegpt", "atif")) {
            assertThat(run("export", "-", "--format", form, "--db", database()).err())
                    .contains("not in the form " + form + ": that a tool failed (1 run)");
        }
    }

    @Test
    void oneConversationTaskOrWorkflowIsChosen() {
        store();
        String task;
        try (Database db = Database.open(database())) {
            task = db.tasks().list(1, 0).get(0).id().value();
        }
        assertThat(run("import", "src/test/resources/inputs/tau-bench.json", "--db", database())
                        .code())
                .isZero();
        String workflow;
        try (Database db = Database.open(database())) {
            workflow = db.workflows().list(1, 0).get(0).id().value();
        }

        assertThat(lines("--conversation", "c-1")).isOne();
        assertThat(lines("--task", task)).isOne();
        assertThat(lines("--workflow", workflow)).isEqualTo(2);
        assertThat(lines("--force", "")).isEqualTo(3);
        Run none = run("export", "-", "--format", "openai", "--task", "none", "--db", database());
        assertThat(none.code()).isOne();
        assertThat(none.err()).isEqualToIgnoringNewLines("error: task none does not exist");
    }

    @Test
    void runsOfASourceOrATimeAreChosen() {
        store();
        assertThat(run("import", "src/test/resources/inputs/tau-bench.json", "--db", database(), "--name", "tau")
                        .code())
                .isZero();
        try (Database db = Database.open(database())) {
            db.withTx(tx -> tx.dsl()
                    .update(CONVERSATIONS)
                    .set(CONVERSATIONS.CREATED_AT, Instant.parse("2020-02-02T00:00:00Z"))
                    .where(CONVERSATIONS.ID.eq(new ConversationId("c-1")))
                    .execute());
        }

        assertThat(lines("--source", "tau-bench.json")).isEqualTo(2);
        assertThat(lines("--workflow", "tau")).isEqualTo(2);
        assertThat(lines("--since", "2020-02-02")).isEqualTo(3);
        assertThat(lines("--since", "2020-02-03")).isEqualTo(2);
        assertThat(lines("--until", "2020-02-02")).isZero();
        assertThat(lines("--until", "2020-02-03")).isOne();
        Run none = run("export", "-", "--format", "openai", "--source", "none", "--db", database());
        assertThat(none.code()).isEqualTo(2);
        assertThat(none.err())
                .startsWith(
                        "error: no source has the name or id none; query \"SELECT id, name FROM sources\" shows them");
        Run whole = run("export", "-", "--format", "native", "--since", "1d", "--db", database());
        assertThat(whole.code()).isEqualTo(2);
        assertThat(whole.err()).contains("the form native holds the whole database");
    }

    @Test
    void aSubAgentsRunIsWrittenByItselfIfItsParentIsNotChosen() {
        try (Database db = Database.open(database())) {
            Agent agent =
                    db.agents().create(Agent.builder().name("a").mode("llm").build());
            Task parent = db.tasks()
                    .create(Task.builder().agentId(agent.id()).type("plan").build());
            Task child = db.tasks()
                    .create(Task.builder()
                            .agentId(agent.id())
                            .type("part")
                            .parentId(parent.id())
                            .build());
            for (Task task : List.of(parent, child)) {
                ConversationId id = new ConversationId(task.id().value());
                db.messages()
                        .create(Message.builder()
                                .conversationId(id)
                                .senderId(agent.id())
                                .content("hello")
                                .taskId(task.id())
                                .build());
            }
            db.withTx(tx -> tx.dsl()
                    .update(CONVERSATIONS)
                    .set(CONVERSATIONS.CREATED_AT, Instant.parse("2020-02-02T00:00:00Z"))
                    .where(CONVERSATIONS.ID.eq(new ConversationId(parent.id().value())))
                    .execute());
        }

        assertThat(atif()).hasSize(1);
        assertThat(atif("--since", "2021-01-01")).hasSize(1);
        assertThat(atif("--until", "2021-01-01")).hasSize(1);
    }

    @Test
    void whatNoFormSaysIsListed() {
        try (Database db = Database.open(database())) {
            Agent agent =
                    db.agents().create(Agent.builder().name("a").mode("llm").build());
            Task task = db.tasks()
                    .create(Task.builder()
                            .agentId(agent.id())
                            .type("plan")
                            .output(Json.emptyObject())
                            .build());
            ConversationId id = new ConversationId(task.id().value());
            Message.Builder message =
                    Message.builder().conversationId(id).senderId(agent.id()).receiverId(agent.id());
            Message first = db.messages().create(message.content("go").build());
            db.messages().create(message.id(MessageId.next()).content("on").build());
            db.conversations().fork(id, first.id());
            db.scores()
                    .create(Score.builder()
                            .taskId(task.id())
                            .name("reward")
                            .value(BigDecimal.ONE)
                            .build());
            db.toolExecutions()
                    .create(ToolExecution.builder()
                            .agentId(agent.id())
                            .taskId(task.id())
                            .toolName("map")
                            .build());
        }
        for (String form : List.of("openai", "anthropic", "sharegpt", "atif", "otlp")) {
            assertThat(run("export", "-", "--format", form, "--db", database()).err())
                    .contains(Stream.of(
                                    "other branches of the conversation",
                                    "whom a message is for",
                                    "scores",
                                    "tools that were used without a message",
                                    "input and output of a task")
                            .map(what -> "not in the form " + form + ": " + what + " (1 run)")
                            .toList());
        }
    }

    @Test
    void aCallOfAMessageWithoutATaskIsWritten() {
        try (Database db = Database.open(database())) {
            Agent agent =
                    db.agents().create(Agent.builder().name("a").mode("llm").build());
            Message answer = db.messages()
                    .create(Message.builder()
                            .conversationId(new ConversationId("c-1"))
                            .senderId(agent.id())
                            .role(MessageRole.ASSISTANT)
                            .content("yes")
                            .build());
            db.modelCalls()
                    .create(ModelCall.builder()
                            .messageId(answer.id())
                            .model("large-2")
                            .cost(BigDecimal.ONE)
                            .currency("EUR")
                            .build());
        }
        assertThat(run("export", "-", "--format", "otlp", "--db", database()).out())
                .contains("{\"key\":\"gen_ai.request.model\",\"value\":{\"stringValue\":\"large-2\"}}")
                .contains("{\"key\":\"modelscan.currency\",\"value\":{\"stringValue\":\"EUR\"}}");
        assertThat(atif()).singleElement().asString().contains("large-2");
    }

    @Test
    void subAgentsNestedTooDeeplyAreNotLeftOut() {
        Task parent = null;
        try (Database db = Database.open(database())) {
            Agent agent =
                    db.agents().create(Agent.builder().name("a").mode("llm").build());
            for (int depth = 0; depth <= 32; depth++) {
                parent = subAgent(db, agent, parent);
            }
        }
        assertThat(atif()).singleElement().asString().contains("level 32");
        String left;
        try (Database db = Database.open(database())) {
            Agent agent = db.agents().getByName("a");
            left = subAgent(db, agent, parent).id().value();
        }
        for (String form : List.of("atif", "otlp")) {
            Run run = run("export", "-", "--format", form, "--db", database());
            assertThat(run.code()).isOne();
            assertThat(run.err())
                    .contains("sub-agents are nested more than 32 levels deep: conversation " + left
                            + " would be left out. Export to a form");
        }
        assertThat(lines("--force", "")).isEqualTo(34);
    }

    private static Task subAgent(Database db, Agent agent, @Nullable Task parent) {
        Task task = db.tasks()
                .create(Task.builder()
                        .agentId(agent.id())
                        .type("part")
                        .parentId(parent == null ? null : parent.id())
                        .build());
        db.messages()
                .create(Message.builder()
                        .conversationId(new ConversationId(task.id().value()))
                        .senderId(agent.id())
                        .content("level " + db.stats().rows().get("messages"))
                        .taskId(task.id())
                        .build());
        return task;
    }

    private List<String> atif(String... filter) {
        List<String> args = new ArrayList<>(List.of("export", "-", "--format", "atif", "--db", database()));
        args.addAll(List.of(filter));
        Run run = run(args.toArray(new String[0]));
        assertThat(run.code()).as(run.err()).isZero();
        return run.out().lines().toList();
    }

    private long lines(String option, String value) {
        List<String> args = new ArrayList<>(List.of("export", "-", "--format", "openai", "--db", database(), option));
        if (!value.isEmpty()) {
            args.add(value);
        }
        return run(args.toArray(new String[0])).out().lines().count();
    }

    @Test
    void aFileIsNotReplacedUnlessAsked() throws IOException {
        store();
        Path file = Files.writeString(directory.resolve("there.jsonl"), "mine");
        String[] args = {"export", file.toString(), "--format", "openai", "--db", database()};

        Run refused = run(args);

        assertThat(refused.code()).isOne();
        assertThat(refused.err()).isEqualToIgnoringNewLines("error: " + file + " exists; --force replaces it");
        assertThat(file).hasContent("mine");
        assertThat(run(Stream.concat(Stream.of(args), Stream.of("--force")).toArray(String[]::new))
                        .code())
                .isZero();
        assertThat(Files.readString(file)).contains("no road");
        try (Stream<Path> left = Files.list(directory)) {
            assertThat(left).noneMatch(path -> path.toString().endsWith(".part"));
        }
    }

    private Path archive(String database) {
        Path archive = directory.resolve(Path.of(database).getFileName() + ".archive.jsonl");
        Run run = run("export", archive.toString(), "--format", "native", "--db", database);
        assertThat(run.code()).as(run.err()).isZero();
        return archive;
    }

    /** A database with rows of each table: branches, blobs, sub-agents, teams, a summary, a deleted message. */
    private void fill() {
        store();
        for (String input :
                List.of("chatgpt.json", "atif.json", "claude-code.jsonl", "openai-odd.jsonl", "tau2.json")) {
            assertThat(run("import", "src/test/resources/inputs/" + input, "--db", database())
                            .code())
                    .isZero();
        }
        try (Database db = Database.builder()
                .path(database())
                .keepDeleted(Duration.ofDays(1))
                .open()) {
            MessageId first = db.messages()
                    .listLatest(new ConversationId("c-1"), 10)
                    .get(0)
                    .id();
            Team team = db.teams().create(Team.builder().name("all").build());
            db.teams().addMember(team.id(), db.agents().list(1, 0).get(0).id());
            db.conversations().compact(new ConversationId("c-1"), first, "They want to go.");
            db.messages()
                    .delete(db.dsl()
                            .select(MESSAGE_PARTS.MESSAGE_ID)
                            .from(MESSAGE_PARTS)
                            .where(MESSAGE_PARTS.BLOB_ID.isNotNull())
                            .orderBy(MESSAGE_PARTS.MESSAGE_ID)
                            .limit(1)
                            .fetchSingle(MESSAGE_PARTS.MESSAGE_ID));
            assertThat(db.stats().rows()).allSatisfy((table, rows) -> {
                // No archive has the audit log.
                assertThat(rows > 0).as(table).isEqualTo(!table.startsWith("audit_"));
            });
        }
    }

    @Test
    void anArchiveIsTheDatabase() throws IOException {
        fill();
        Path archive = archive(database());
        String copy = directory.resolve("copy.db").toString();

        Run stored = run("import", archive.toString(), "--db", copy);

        assertThat(stored.code()).as(stored.err()).isZero();
        assertThat(stored.out()).startsWith(archive + " (native): ").contains(" rows stored, sha256 ");
        assertThat(archive(copy)).hasSameTextualContentAs(archive);
    }

    @Test
    void anArchiveThatIsNotWholeOrWasChangedIsRefused() throws IOException {
        fill();
        String whole = Files.readString(archive(database()));
        Path copy = directory.resolve("copy.db");
        Map<String, String> damaged = Map.of(
                "half", whole.substring(0, whole.length() / 2),
                "no last line", whole.substring(0, whole.lastIndexOf("{\"rows\"")),
                "changed", whole.replace("no road", "new road"),
                "Latin-1", whole.replace("no road", "no r\u00f6ad"),
                "a line less", whole.replaceFirst("\\{\"scores\":.*\n", ""));

        damaged.forEach((what, text) -> {
            Path file = directory.resolve(what + ".jsonl");
            try {
                Files.write(file, text.getBytes(what.equals("Latin-1") ? ISO_8859_1 : UTF_8));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            Run run = run("import", file.toString(), "--db", copy.toString());
            assertThat(run.code()).as(what).isOne();
            assertThat(run.err()).contains(file.toString()).containsAnyOf("is not whole", "was changed");
        });
        assertThat(copy).doesNotExist();
    }

    @Test
    void anArchiveIsStoredWholeOrNotAtAll() {
        fill();
        Path archive = archive(database());
        Map<String, Long> before;
        try (Database db = Database.open(database())) {
            before = db.stats().rows();
        }

        Run again = run("import", archive.toString(), "--db", database());

        assertThat(again.code()).isOne();
        try (Database db = Database.open(database())) {
            assertThat(db.stats().rows()).isEqualTo(before);
        }
    }

    @Test
    void anArchiveWithNewIdsIsTheSameButForThem() throws IOException {
        fill();
        Path archive = archive(database());
        String copy = directory.resolve("copy.db").toString();

        Run stored = run("import", archive.toString(), "--new-ids", "--db", copy);

        assertThat(stored.code()).as(stored.err()).isZero();
        assertThat(stored.out()).contains(" rows stored with new ids (1 deleted record left out), sha256 ");
        String text = Files.readString(archive(copy));
        String prefix = text.replaceFirst("(?s).*\\{\"agents\":\\{\"id\":\"([0-9a-f]{8}\\.).*", "$1");
        List<String> without = text.replace(prefix, "").lines().toList();
        List<String> expected = Files.readAllLines(archive).stream()
                .filter(line -> !line.startsWith("{\"deleted_"))
                .toList();
        int rows = expected.size() - 1;
        assertThat(without.subList(0, rows)).containsExactlyElementsOf(expected.subList(0, rows));
    }

    @Test
    void anArchiveMayBeStoredManyTimesWithNewIds() {
        fill();
        Path archive = archive(database());
        Map<String, Long> once = rows();

        for (int copies = 2; copies < 4; copies++) {
            Run again = run("import", archive.toString(), "--new-ids", "--db", database());

            assertThat(again.code()).as(again.err()).isZero();
            int times = copies;
            // Names of agents and teams are unique, and a blob's id is its content.
            Set<String> shared = Set.of(
                    "agents",
                    "teams",
                    "team_members",
                    "blobs",
                    "blob_chunks",
                    "deleted_records",
                    "deleted_rows",
                    "deleted_blobs");
            assertThat(rows()).allSatisfy((table, rows) -> assertThat(rows)
                    .as(table)
                    .isEqualTo(once.get(table) * (shared.contains(table) ? 1 : times)));
        }
        // The copies are no sessions of a file.
        Run input = run("import", "src/test/resources/inputs/chatgpt.json", "--db", database());
        assertThat(input.out()).contains(" 0 transcripts imported, ");
    }

    private Map<String, Long> rows() {
        try (Database db = Database.open(database())) {
            return db.stats().rows();
        }
    }

    @Test
    void newIdsAreForArchives() {
        Run run = run("import", "src/test/resources/inputs/chatgpt.json", "--new-ids", "--db", database());

        assertThat(run.code()).isEqualTo(2);
        assertThat(run.err()).startsWith("error: --new-ids goes with one archive");
    }

    @Test
    void anUnknownFormIsAWrongOption() {
        Run run = run("export", "-", "--format", "csv", "--db", database());

        assertThat(run.code()).isEqualTo(2);
        assertThat(run.err()).startsWith("error: unknown form \"csv\"; known forms:\n  native, parquet");
    }

    private static Run run(String... args) {
        return MainTest.run(args);
    }
}
