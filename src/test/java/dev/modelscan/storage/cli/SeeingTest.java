package dev.modelscan.storage.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.modelscan.storage.Database;
import dev.modelscan.storage.Json;
import dev.modelscan.storage.PageRequest;
import dev.modelscan.storage.agents.Agent;
import dev.modelscan.storage.conversations.Conversation;
import dev.modelscan.storage.conversations.ConversationId;
import dev.modelscan.storage.conversations.Message;
import dev.modelscan.storage.conversations.MessagePart;
import dev.modelscan.storage.conversations.MessageRole;
import dev.modelscan.storage.models.ModelCall;
import dev.modelscan.storage.sources.Origin;
import dev.modelscan.storage.sources.Source;
import dev.modelscan.storage.tasks.Task;
import dev.modelscan.storage.tasks.TaskStatus;
import dev.modelscan.storage.tools.ToolExecution;
import dev.modelscan.storage.tools.ToolExecutionStatus;
import dev.modelscan.storage.workflows.Workflow;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@code show} and {@code list} print. */
class SeeingTest {

    private static final Instant NOON = Instant.parse("2026-01-02T12:00:00Z");
    private static final String SAID = "line one\n\u001b[31mred\u0007 \u202eback \u4f60\u597d " + "word ".repeat(400);

    @TempDir
    Path directory;

    private Agent human;
    private Agent model;
    private Conversation conversation;

    @BeforeEach
    void fill() {
        try (Database db = Database.open(file())) {
            human = db.agents()
                    .create(Agent.builder().name("user").mode("human").build());
            model = db.agents()
                    .create(Agent.builder()
                            .name("model " + "x".repeat(200))
                            .mode("llm")
                            .build());
            conversation = db.conversations()
                    .create(Conversation.builder()
                            .title("A walk")
                            .origin(Origin.of("claude-code", "s-1"))
                            .createdAt(NOON)
                            .build());
            Workflow workflow =
                    db.workflows().create(Workflow.builder().name("nightly").build());
            Task task = db.tasks()
                    .create(Task.builder()
                            .agentId(model.id())
                            .workflowId(workflow.id())
                            .type("review")
                            .createdAt(NOON)
                            .build());
            db.tasks()
                    .create(Task.builder()
                            .type("other")
                            .createdAt(NOON.plusSeconds(1))
                            .build());
            db.messages()
                    .create(said(human, MessageRole.USER, SAID)
                            .taskId(task.id())
                            .build());
            Message asked = db.messages()
                    .create(said(model, MessageRole.ASSISTANT, "")
                            .parts(MessagePart.reasoning("I had better look."))
                            .build());
            Message answered = db.messages()
                    .create(said(model, MessageRole.TOOL, "the whole answer").build());
            db.toolExecutions()
                    .create(ToolExecution.builder()
                            .agentId(model.id())
                            .toolName("Bash")
                            .messageId(asked.id())
                            .answerMessageId(answered.id())
                            .status(ToolExecutionStatus.FAILED)
                            .input(Json.parse("{\"command\":\"ls " + "-la ".repeat(100) + "\"}"))
                            .error("exit code \u001b[2J 1")
                            .startedAt(NOON)
                            .completedAt(NOON.plusMillis(2_500))
                            .build());
        }
    }

    private Message.Builder said(Agent by, MessageRole role, String content) {
        return Message.builder()
                .conversationId(conversation.id())
                .senderId(by.id())
                .role(role)
                .content(content)
                .createdAt(NOON);
    }

    @Test
    void aTranscriptSaysWhoSaidWhatAndHowACallEnded() {
        String shown = run("show", conversation.id().value());

        assertThat(shown).contains("A walk", "claude-code s-1", "#1 user", "2026-01-02 12:00:00Z", "line one");
        assertThat(shown.lines().filter(line -> line.contains("> Bash")))
                .singleElement()
                .satisfies(line ->
                        assertThat(line).contains("{\"command\":\"ls -la").endsWith("failed 2.5 s"));
        assertThat(shown).contains("[more; --full shows all of it]");
        assertThat(shown).doesNotContain("better look", "the whole answer", "exit code");
        assertThat(run("show", "s-1")).isEqualTo(shown);
    }

    @Test
    void moreIsShownOnRequest() {
        String full = run("show", "s-1", "--full");
        assertThat(full).contains("the whole answer", "exit code").doesNotContain("better look", "[more");
        assertThat(run("show", "s-1", "--reasoning")).contains("better look");
    }

    /** An application may have stored the call of a message, and not what became of it. */
    @Test
    void aCallThatNothingIsKnownOfIsShownBesideOneThatWasExecuted() {
        try (Database db = Database.open(file())) {
            Message asked = db.messages()
                    .create(said(model, MessageRole.ASSISTANT, "")
                            .parts(
                                    MessagePart.toolCall("c-1", "read", Json.parse("{}")),
                                    MessagePart.toolCall("c-2", "deploy", Json.parse("{}")),
                                    MessagePart.toolCall("c-3", "write", Json.parse("{}")))
                            .build());
            for (String tool : List.of("read", "write")) {
                db.toolExecutions()
                        .create(ToolExecution.builder()
                                .agentId(model.id())
                                .toolName(tool)
                                .callId(tool.equals("read") ? "c-1" : null)
                                .messageId(asked.id())
                                .build());
            }
        }

        String shown = run("show", "s-1");

        assertThat(shown).containsOnlyOnce("> read").containsOnlyOnce("> write");
        assertThat(shown.lines().filter(line -> line.contains("> deploy")))
                .singleElement()
                .satisfies(line -> assertThat(line).endsWith("unknown"));
    }

    @Test
    void aTaskWithoutMessagesIsNotCalledMissing() {
        String task;
        try (Database db = Database.open(file())) {
            task = db.tasks().create(Task.builder().type("silent").build()).id().value();
        }
        assertThat(MainTest.run("show", task, "--db", file().toString()).err())
                .startsWith("error: no message is about the task " + task + ", so it has no conversation to show");
    }

    @Test
    void aCostIsNeverCut() {
        try (Database db = Database.open(file())) {
            db.modelCalls()
                    .create(ModelCall.builder()
                            .model("m".repeat(60))
                            .inputTokens(1_234_567_890_123L)
                            .outputTokens(1_234_567_890_123L)
                            .cost(new BigDecimal("1234567.000000001"))
                            .currency("USD")
                            .build());
            db.modelCalls()
                    .create(ModelCall.builder()
                            .model("small")
                            .cost(new BigDecimal("0.000000001"))
                            .currency("USD")
                            .build());
        }
        assertThat(run("report")).contains(" 1234567.000000001  USD", "  0.000000001  USD");
    }

    @Test
    void allOfAnAnswerIsShownOnce() {
        try (Database db = Database.open(file())) {
            ToolExecution call = db.toolExecutions().list(1, 0).get(0);
            db.toolExecutions()
                    .update(call.toBuilder()
                            .output(Json.parse("[{\"type\":\"text\",\"text\":\"the whole\\nanswer\"}]"))
                            .build());
        }
        assertThat(run("show", "s-1", "--full"))
                .contains("answer:" + System.lineSeparator() + "        the whole" + System.lineSeparator()
                        + "        answer")
                .doesNotContain("the whole answer", "#3");
    }

    @Test
    void aTranscriptSaysWhichTimesTheSourceDoesNotHave() throws Exception {
        Path chats = directory.resolve("chats.json");
        String said = "{\"role\":\"user\",\"content\":\"hello\"";
        Files.writeString(chats, "{\"messages\":[" + said + "}]}");
        Path other = directory.resolve("other.json");
        Files.writeString(
                other, "{\"messages\":[" + said + ",\"created_at\":\"2026-01-02T12:00:00Z\"}," + said + "}]}");
        run("import", chats.toString(), other.toString());
        List<String> shown = new ArrayList<>();
        try (Database db = Database.open(file())) {
            for (Conversation each :
                    db.conversations().list(PageRequest.first(9)).items()) {
                if (each.origin().isImported() && !"s-1".equals(each.origin().externalId())) {
                    shown.add(run("show", each.id().value()));
                }
            }
        }
        assertThat(shown)
                .anySatisfy(text -> assertThat(text)
                        .contains(" (imported; the source has no times)")
                        .containsPattern("(?m)^#1 user *$"))
                .anySatisfy(text -> assertThat(text)
                        .contains("Made         2026-01-02 12:00:00Z" + System.lineSeparator())
                        .containsPattern("(?m)^#1 user .*2026-01-02 12:00:00Z$")
                        .containsPattern("(?m)^#2 user .* time unknown$"));
    }

    @Test
    void aTranscriptIsReadInPagesFromEitherEnd() throws Exception {
        JsonNode first = json("show", "s-1", "--limit", "2");
        assertThat(first.path("messages")).hasSize(2);
        JsonNode second = json(
                "show", "s-1", "--limit", "2", "--after", first.path("next").asText());
        assertThat(second.path("messages")).hasSize(1);
        assertThat(second.path("next").isNull()).isTrue();
        assertThat(second.toString()).doesNotContain("better look");
        JsonNode newest = json("show", "s-1", "--limit", "1", "--newest");
        assertThat(newest.path("messages").path(0).path("sequenceNumber").asInt())
                .isEqualTo(3);
        assertThat(first.path("messages").path(0).path("content").asText()).isEqualTo(SAID);
    }

    @Test
    void aNameOfSeveralConversationsOrOfNoneIsRefused() {
        try (Database db = Database.open(file())) {
            db.conversations()
                    .create(Conversation.builder()
                            .origin(Origin.of("codex", "s-1"))
                            .id(new ConversationId("another"))
                            .build());
        }
        assertThat(MainTest.run("show", "s-1", "--db", file().toString()).err())
                .contains(
                        "2 conversations are named s-1",
                        "another",
                        conversation.id().value());
        assertThat(MainTest.run("show", "nothing", "--db", file().toString()).err())
                .contains("no conversation", "nothing");
    }

    @Test
    void listsAreFiltered() throws Exception {
        assertThat(run("list", "tasks", "--status", "pending", "--type", "x")).isEmpty();
        assertThat(json("list", "tasks").path("tasks")).hasSize(2);
        assertThat(json("list", "tasks", "--agent", model.name()).path("tasks")).hasSize(1);
        assertThat(json("list", "tasks", "--workflow", "nightly").path("tasks")).hasSize(1);
        assertThat(json("list", "tasks", "--name", "evie").path("tasks")).hasSize(1);
        assertThat(json("list", "tasks", "--since", "2026-01-02T12:00:01Z").path("tasks"))
                .hasSize(1);
        assertThat(json("list", "tasks", "--until", "2026-01-02").path("tasks")).isEmpty();
        assertThat(json("list", "tasks", "--status", TaskStatus.FAILED.code()).path("tasks"))
                .isEmpty();
        assertThat(json("list", "conversations", "--agent", "user", "--workflow", "nightly", "--name", "walk")
                        .path("conversations"))
                .hasSize(1);
        assertThat(json("list", "agents", "--name", "use").path("agents")).hasSize(1);
        assertThat(json("list", "workflows", "--status", "pending").path("workflows"))
                .hasSize(1);
        assertThat(json("list", "tools", "--agent", model.name())
                        .path("tools")
                        .path(0)
                        .path("failed")
                        .asInt())
                .isEqualTo(1);
    }

    /** Most programs give their sessions no title, so that the list would only show ids. */
    @Test
    void aConversationWithoutATitleIsCalledAfterWhatItsUserSaidFirst() throws Exception {
        try (Database db = Database.open(file())) {
            for (String id : List.of("said", "silent")) {
                ConversationId made = db.conversations()
                        .create(Conversation.builder()
                                .id(new ConversationId(id))
                                .origin(Origin.of("codex", "session-" + id))
                                .build())
                        .id();
                db.messages()
                        .create(said(human, MessageRole.SYSTEM, "be kind")
                                .conversationId(made)
                                .build());
                if (id.equals("said")) {
                    for (String said :
                            List.of("", "   ", "\n\n  Is it raining?\n" + "\u4f60".repeat(300), "a second")) {
                        db.messages()
                                .create(said(human, MessageRole.USER, said)
                                        .conversationId(made)
                                        .build());
                    }
                }
            }
        }
        String title = json("list", "conversations", "--name", "raining")
                .at("/conversations/0/title")
                .asText();
        assertThat(title).startsWith("Is it raining?\n\u4f60").hasSizeLessThanOrEqualTo(200);
        assertThat(json("show", "said").path("title").asText()).isEqualTo(title);
        assertThat(run("list", "conversations", "--newest"))
                .contains("  Is it raining?")
                .contains("  session-silent");
        assertThat(json("show", "silent").path("title").asText()).isEqualTo("session-silent");
        for (String name : List.of("session-said", "session-silent", "walk")) {
            assertThat(json("list", "conversations", "--name", name).path("conversations"))
                    .as(name)
                    .hasSize(1);
        }
    }

    /** A session that ran on is a source each time that it was imported. */
    @Test
    void aSourceMayHaveManyStates() {
        try (Database db = Database.open(file())) {
            for (int i = 0; i < 3; i++) {
                db.sources()
                        .create(Source.builder()
                                .format("codex")
                                .name(i == 2 ? "/b/log.jsonl" : "/a/log.jsonl")
                                .sha256(String.valueOf(i).repeat(64))
                                .build());
            }
        }
        assertThat(run("report", "--source", "/a/log.jsonl")).contains("Tasks by status");
        assertThat(MainTest.run("report", "--source", "log.jsonl", "--db", file().toString())
                        .err())
                .startsWith("error: several sources are named log.jsonl; give the path or the id of one");
    }

    @Test
    void listsAreReadInPages() throws Exception {
        for (String order : List.of("--since=1d", "--newest")) {
            List<String> ids = new ArrayList<>();
            String after = null;
            do {
                JsonNode page = after == null
                        ? json("list", "agents", "--limit", "1", order)
                        : json("list", "agents", "--limit", "1", order, "--after", after);
                page.path("agents").forEach(agent -> ids.add(agent.path("id").asText()));
                after = page.path("next").textValue();
            } while (after != null);
            assertThat(ids)
                    .containsExactlyInAnyOrder(human.id().value(), model.id().value());
        }
    }

    /** The names of tools are no records, so their cursor is made here. */
    @Test
    void aCursorOfAnotherListIsRefused() throws Exception {
        try (Database db = Database.open(file())) {
            db.toolExecutions()
                    .create(ToolExecution.builder()
                            .agentId(model.id())
                            .toolName("Read")
                            .build());
        }
        String tasks = json("list", "tasks", "--limit", "1").path("next").asText();
        String tools = json("list", "tools", "--limit", "1").path("next").asText();

        assertThat(json("list", "tools", "--after", tools).path("tools")).hasSize(1);
        for (List<String> wrong : List.of(
                List.of("list", "tools", "--after", tasks),
                List.of("list", "tools", "--newest", "--after", tools),
                List.of("list", "tools", "--after", "x"))) {
            List<String> args = new ArrayList<>(wrong);
            args.addAll(List.of("--db", file().toString()));
            MainTest.Run run = MainTest.run(args.toArray(String[]::new));
            assertThat(run.code()).as(wrong.toString()).isEqualTo(2);
            assertThat(run.err()).as(wrong.toString()).startsWith("error: --after ");
        }
    }

    @Test
    void aWrongFilterIsTwo() {
        for (String wrong : List.of(
                "list nothing",
                "list tasks --status odd",
                "list tools --status failed",
                "list tasks --since then",
                "list agents --agent x",
                "list tasks --agent nobody",
                "list tasks --limit 0",
                "list tasks --since 999999d",
                "list tasks --since -0001-12-31T23:59:59Z",
                "list tasks --until +10000-01-01T00:00:00Z",
                "list tasks --since 2026-02-01 --until 2026-01-31",
                "list tools --since 2026-02-01 --until 2026-02-01",
                "report --since 2026-02-01 --until 2026-01-31",
                "audit list --since 2026-02-01 --until 2026-01-31",
                "export - --format openai --since 2026-02-01 --until 2026-01-31",
                "report --force",
                "list tasks --after x")) {
            MainTest.Run run = MainTest.run((wrong + " --db " + file()).split(" "));
            assertThat(run.code()).as(wrong).isEqualTo(2);
            assertThat(run.out()).as(wrong).isEmpty();
            assertThat(run.err()).as(wrong).isNotBlank();
        }
    }

    @Test
    void aTimeThatDoesNotFitIsADay() {
        try (Database db = Database.open(file())) {
            db.workflows()
                    .create(Workflow.builder()
                            .name("the workflow of a long file")
                            .build());
        }

        assertThat(onScreen(true, "list workflows").lines().skip(1))
                .filteredOn(line -> !line.equals("    the workflow of a long file"))
                .hasSize(2)
                .allSatisfy(line -> assertThat(line).matches(".* pending  \\d{4}-\\d\\d-\\d\\d  \\S.*"));
        assertThat(onScreen(true, "list tasks")).contains("2026-01-02 12:00  review");
    }

    @Test
    void nothingLeavesTheTerminalsColumnsAndCharacters() {
        for (String command : List.of("show s-1 --full --reasoning", "list agents", "list conversations", "report")) {
            String unicode = onScreen(true, command);
            assertThat(unicode.codePoints().filter(Character::isISOControl))
                    .as(command)
                    .containsOnly((int) '\n');
            assertThat(unicode).as(command).doesNotContain("\u202e");
            assertThat(unicode.lines())
                    .as(command)
                    .allMatch(line -> Screen.width(line) <= Screen.COLUMNS || isName(line));
            String ascii = onScreen(false, command);
            assertThat(ascii.codePoints()).as(command).allMatch(character -> character < 0x7F);
            assertThat(ascii.lines()).as(command).allMatch(line -> line.length() <= Screen.COLUMNS || isName(line));
        }
        assertThat(onScreen(true, "show s-1")).contains("\u4f60\u597d");
        assertThat(onScreen(true, "report")).contains("\u2588");
        assertThat(onScreen(false, "report")).contains("#");
    }

    /** Commands take names, so one that a column cuts follows whole. */
    private boolean isName(String line) {
        return line.equals("    " + model.name());
    }

    @Test
    void aReportIsLimitedOnRequestAndSaysWhatItLeavesOut() {
        assertThat(run("report", "--top", "1"))
                .contains("Agents, the busiest first: 1 of 2")
                .contains("failed");
        assertThat(run("report")).doesNotContain(" of 2");
        assertThat(run("report", "--workflow", "nightly"))
                .containsPattern("pending +1 ")
                .contains("1 message in 1");
        assertThat(run("report", "--until", "2026-01-01"))
                .containsPattern("pending +0")
                .contains("0 messages in 0");
        assertThat(MainTest.run("report", "--workflow", "no", "--db", file().toString())
                        .code())
                .isEqualTo(2);
        assertThat(MainTest.run("report", "--source", "no", "--db", file().toString())
                        .err())
                .contains("no source has the name or id no");
    }

    private String onScreen(boolean unicode, String command) {
        StringWriter out = new StringWriter();
        PrintWriter errors = new PrintWriter(new StringWriter());
        Main.run((command + " --db " + file()).split(" "), new Screen.ScreenWriter(out, new Screen(unicode)), errors);
        return out.toString();
    }

    private Path file() {
        return directory.resolve("seen.db");
    }

    private String run(String... args) {
        return MainTest.run(withDatabase(args)).out();
    }

    private JsonNode json(String... args) throws Exception {
        List<String> all = new ArrayList<>(List.of(withDatabase(args)));
        all.add("--json");
        MainTest.Run run = MainTest.run(all.toArray(String[]::new));
        assertThat(run.code()).as(run.err()).isZero();
        return new ObjectMapper().readTree(run.out());
    }

    private String[] withDatabase(String... args) {
        List<String> all = new ArrayList<>(List.of(args));
        all.addAll(List.of("--db", file().toString()));
        return all.toArray(String[]::new);
    }
}
