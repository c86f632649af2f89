package dev.modelscan.storage.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.modelscan.storage.Database;
import dev.modelscan.storage.cli.MainTest.Run;
import dev.modelscan.storage.conversations.Message;
import dev.modelscan.storage.models.ModelCall;
import dev.modelscan.storage.scores.Score;
import dev.modelscan.storage.tasks.Task;
import dev.modelscan.storage.teams.Team;
import dev.modelscan.storage.teams.TeamMember;
import dev.modelscan.storage.tools.ToolExecution;
import dev.modelscan.storage.tools.ToolExecutionStatus;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is no message of a run, such as its tokens, becomes that of the file that has grown. */
class GrownRunsTest {

    private static final String USER =
            "{\"role\":\"user\",\"agent\":\"main\",\"message_type\":\"observation\",\"content\":\"fix\"}";
    private static final String ANSWER =
            "{\"role\":\"assistant\",\"agent\":\"main\",\"message_type\":\"action\",\"content\":\"done\"}";

    @TempDir
    Path directory;

    @Test
    void totalsAreThoseOfTheGrownFile() throws IOException {
        imported("a.traj", sweAgent(USER, 10, "0.1"));
        assertThat(imported("b.traj", sweAgent(USER + "," + ANSWER, 250, "2.5")).out())
                .contains("1 grown");

        assertThat(calls()).singleElement().satisfies(call -> {
            assertThat(call.inputTokens()).isEqualTo(250);
            assertThat(call.cost()).isEqualByComparingTo("2.5");
        });
    }

    @Test
    void totalsAloneAreNews() throws IOException {
        String one = inspect("\"model_usage\":{\"openai/gpt\":{\"input_tokens\":5,\"output_tokens\":1}},"
                + "\"scores\":{\"match\":{\"value\":0}}");
        String two = inspect("\"model_usage\":{\"openai/gpt\":{\"input_tokens\":9,\"output_tokens\":2},"
                + "\"openai/judge\":{\"input_tokens\":3,\"output_tokens\":1}},"
                + "\"scores\":{\"match\":{\"value\":1},\"style\":{\"value\":0.5}}");
        imported("a.json", one);
        assertThat(imported("b.json", two).out()).contains("1 grown");
        assertThat(imported("b.json", two).out()).contains("1 stored already");

        assertThat(calls()).extracting(ModelCall::inputTokens).containsExactlyInAnyOrder(9L, 3L);
        try (Database db = open()) {
            assertThat(db.scores().list(10, 0)).extracting(Score::name).containsExactlyInAnyOrder("match", "style");
            assertThat(db.scores().list(10, 0)).extracting(Score::value).noneMatch(value -> value.signum() == 0);
            assertThat(db.tasks().list(10, 0)).hasSize(1);
        }
    }

    @Test
    void whatTheGrownFileTellsOtherwiseIsNotCountedTwice() throws IOException {
        String session = "\"session_id\":\"s\"";
        String usage = "{\"input_tokens\":4,\"output_tokens\":2}";
        String begun = "{\"type\":\"system\",\"subtype\":\"init\"," + session + ",\"model\":\"m\"}\n"
                + "{\"type\":\"assistant\"," + session
                + ",\"uuid\":\"a-1\",\"message\":{\"id\":\"msg_1\",\"model\":\"m\","
                + "\"role\":\"assistant\",\"content\":[{\"type\":\"text\",\"text\":\"hi\"}],\"usage\":" + usage
                + "}}\n";
        String result = "{\"type\":\"result\",\"subtype\":\"success\"," + session + ",\"is_error\":false,"
                + "\"result\":\"hi\",\"total_cost_usd\":0.5,\"usage\":{\"input_tokens\":7,\"output_tokens\":3}}\n";
        imported("a.jsonl", begun);
        imported("a.jsonl", begun + result);

        assertThat(calls()).singleElement().satisfies(call -> assertThat(call.inputTokens())
                .isEqualTo(7));
    }

    @Test
    void aCallThatACopyNoLongerTellsStaysWithAWarning() throws IOException {
        String session = "\"session_id\":\"s\"";
        String begun = "{\"type\":\"assistant\"," + session
                + ",\"uuid\":\"a-1\",\"message\":{\"id\":\"msg_1\",\"model\":\"m\",\"role\":\"assistant\",\"content\":"
                + "[{\"type\":\"text\",\"text\":\"hi\"}],\"usage\":{\"input_tokens\":4,\"output_tokens\":2}}}\n";
        String result = "{\"type\":\"result\",\"subtype\":\"success\"," + session + ",\"is_error\":false,"
                + "\"result\":\"hi\",\"total_cost_usd\":0.5,\"usage\":{\"input_tokens\":7,\"output_tokens\":3}}\n";
        imported("a.jsonl", begun);
        Run copy = imported("b.jsonl", begun + result);

        assertThat(calls()).extracting(ModelCall::inputTokens).containsExactlyInAnyOrder(4L, 7L);
        assertThat(copy.err()).contains("1 call of a model is only in another file, and kept; the totals include it");
        assertThat(imported("b.jsonl", begun + result).out()).contains("1 stored already");
    }

    @Test
    void aToolOfWhichNoMessageTellsGetsItsAnswer() throws IOException {
        String begun = copilot("user.message", "{\"content\":\"go\"}")
                + copilot("tool.execution_start", "{\"toolCallId\":\"t\",\"toolName\":\"bash\",\"arguments\":{}}");
        String end = copilot(
                "tool.execution_complete", "{\"toolCallId\":\"t\",\"success\":true,\"result\":{\"content\":\"ok\"}}");
        imported("events.jsonl", "{\"type\":\"session.start\",\"data\":{\"sessionId\":\"s\"},\"id\":\"0\"}\n" + begun);
        imported(
                "events.jsonl",
                "{\"type\":\"session.start\",\"data\":{\"sessionId\":\"s\"},\"id\":\"0\"}\n" + begun + end);

        try (Database db = open()) {
            assertThat(db.toolExecutions().list(10, 0))
                    .extracting(ToolExecution::status)
                    .containsExactly(ToolExecutionStatus.SUCCESS);
        }
    }

    @Test
    void whatAnApplicationAddedStays() throws IOException {
        imported("a.traj", sweAgent(USER, 10, "0.1"));
        try (Database db = open()) {
            Task task = db.tasks().list(1, 0).get(0);
            db.modelCalls()
                    .create(ModelCall.builder()
                            .taskId(task.id())
                            .inputTokens(1L)
                            .build());
            db.scores()
                    .create(Score.builder()
                            .taskId(task.id())
                            .name("mine")
                            .value(BigDecimal.ONE)
                            .build());
        }
        imported("b.traj", sweAgent(USER + "," + ANSWER, 250, "2.5"));

        assertThat(calls()).extracting(ModelCall::inputTokens).containsExactlyInAnyOrder(1L, 250L);
        try (Database db = open()) {
            assertThat(db.scores().list(10, 0)).extracting(Score::name).containsExactly("mine");
        }
    }

    @Test
    void anOlderCopyTakesNothingBack() throws IOException {
        String one = sweAgent(USER, 10, "0.1");
        imported("b.traj", sweAgent(USER + "," + ANSWER, 250, "2.5"));
        assertThat(imported("a.traj", one).out()).contains("1 stored already");
        assertThat(calls()).extracting(ModelCall::inputTokens).containsExactly(250L);
    }

    @Test
    void aSecondAgentOfALaterImportMakesATeam() throws IOException {
        String first = "{\"id\":\"r\",\"messages\":[{\"role\":\"user\",\"content\":\"go\"},"
                + "{\"role\":\"assistant\",\"name\":\"planner\",\"content\":\"plan\"}";
        String second = first + ",{\"role\":\"assistant\",\"name\":\"coder\",\"content\":\"code\"}";
        imported("a.json", first + "]}");
        imported("a.json", second + "]}");
        imported("a.json", second + ",{\"role\":\"assistant\",\"name\":\"tester\",\"content\":\"test\"}]}");

        try (Database db = open()) {
            Team team = db.teams().list(10, 0).get(0);
            assertThat(db.teams().list(10, 0)).hasSize(1);
            assertThat(db.tasks().list(1, 0).get(0).teamId()).isEqualTo(team.id());
            assertThat(db.teams().listMembers(team.id()))
                    .extracting(TeamMember::agent)
                    .extracting(agent -> agent.name())
                    .containsExactlyInAnyOrder("planner", "coder", "tester");
        }
    }

    @Test
    void aSessionThatWasImportedInItsFirstTurnIsCompleted() throws IOException {
        String thread = "{\"type\":\"thread.started\",\"thread_id\":\"t\"}\n";
        imported(
                "a.jsonl",
                thread + item("started", "item_0", "in_progress", "") + item("started", "item_1", "in_progress", ""));
        imported(
                "a.jsonl",
                thread
                        + item("completed", "item_0", "completed", "one")
                        + item("completed", "item_1", "completed", "two"));

        try (Database db = open()) {
            assertThat(db.toolExecutions().list(10, 0))
                    .extracting(ToolExecution::output)
                    .extracting(String::valueOf)
                    .containsExactlyInAnyOrder("\"one\"", "\"two\"");
            assertThat(db.messages().list(10, 0)).hasSize(2);
        }
    }

    @Test
    void aFirstTurnWithoutIdsIsCompleted() throws IOException {
        imported(
                "a.json",
                "{\"id\":\"r\",\"messages\":[{\"role\":\"user\",\"content\":\"go\"},"
                        + "{\"role\":\"assistant\",\"content\":\"I wi\"}]}");
        imported(
                "a.json",
                "{\"id\":\"r\",\"messages\":[{\"role\":\"user\",\"content\":\"go\",\"turn\":1},"
                        + "{\"role\":\"assistant\",\"content\":\"I will\"},{\"role\":\"user\",\"content\":\"yes\"}]}");

        try (Database db = open()) {
            assertThat(db.tasks().list(10, 0)).hasSize(1);
            assertThat(db.messages().list(10, 0)).extracting(Message::content).containsExactly("go", "I will", "yes");
        }
    }

    @Test
    void runsOfOneIdThatHaveNothingInCommonAreTwo() throws IOException {
        imported("a.json", thread("a1", "first", "a2", "one", 3));
        Run other = imported("b.json", thread("b1", "second", "b2", "two", 5));
        assertThat(other.out()).contains("1 transcript imported", "1 warning");
        assertThat(imported("b.json", thread("b1", "second", "b2", "two", 5)).out())
                .contains("1 stored already");

        try (Database db = open()) {
            assertThat(db.tasks().list(10, 0)).hasSize(2);
        }
        assertThat(calls()).extracting(ModelCall::inputTokens).containsExactlyInAnyOrder(3L, 5L);
    }

    @Test
    void aFirstMessageThatIsLongerIsThatOfAnotherRun() throws IOException {
        imported("a.jsonl", "{\"id\":\"1\",\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}]}\n");
        imported(
                "b.jsonl",
                "{\"id\":\"1\",\"messages\":[{\"role\":\"user\",\"content\":\"Hi there\"},"
                        + "{\"role\":\"assistant\",\"content\":\"Hello\"}]}\n");

        try (Database db = open()) {
            assertThat(db.tasks().list(10, 0)).hasSize(2);
            assertThat(db.messages().list(10, 0)).extracting(Message::content).contains("Hi", "Hi there", "Hello");
        }
    }

    @Test
    void aFileThatGoesOnWithAStoredMessageIsOfItsRun() throws IOException {
        String line =
                "{\"type\":\"user\",\"sessionId\":\"s\",\"uuid\":\"%s\",\"parentUuid\":%s,\"message\":{\"role\":\"user\","
                        + "\"content\":\"%s\"}}\n";
        imported("a.jsonl", line.formatted("u-1", "null", "go"));
        imported("b.jsonl", line.formatted("u-2", "\"u-1\"", "on"));

        try (Database db = open()) {
            assertThat(db.tasks().list(10, 0)).hasSize(1);
            assertThat(db.messages().list(10, 0)).extracting(Message::content).containsExactly("go", "on");
        }
    }

    @Test
    void theSecondRunOfAnIdGrowsToo() throws IOException {
        String end = "{\"role\":\"user\",\"content\":\"more\"}]}";
        String one = "{\"id\":7,\"messages\":[{\"role\":\"user\",\"content\":\"one\"},"
                + "{\"role\":\"assistant\",\"content\":\"a\",\"usage\":{\"prompt_tokens\":3}}";
        String two = one.replace("\"one\"", "\"two\"").replace(":3}", ":5}");
        imported("a.json", one + "]}");
        imported("b.json", two + "]}");
        assertThat(imported("b.json", two + "," + end).out()).contains("1 grown");
        assertThat(imported("a.json", one + "," + end).out()).contains("1 grown");
        assertThat(imported("b.json", two + "," + end).out()).contains("1 stored already");

        try (Database db = open()) {
            assertThat(db.tasks().list(10, 0)).hasSize(2);
            assertThat(db.messages().list(10, 0)).hasSize(6);
        }
        assertThat(calls()).extracting(ModelCall::inputTokens).containsExactlyInAnyOrder(3L, 5L);
    }

    @Test
    void callsOfTheSecondRunOfAnIdAreStoredThoughTheyHaveItsId() throws IOException {
        String one = "{\"id\":\"7\",\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"one\"}],"
                + "\"usage\":{\"prompt_tokens\":3}}";
        imported("a.json", one);
        imported("b.json", one.replace("\"one\"", "\"two\"").replace(":3}", ":5}"));

        assertThat(calls()).extracting(ModelCall::inputTokens).containsExactlyInAnyOrder(3L, 5L);
    }

    @Test
    void allStatesOfAFileAreOneSource() throws IOException {
        String one = "{\"id\":\"1\",\"messages\":[{\"role\":\"user\",\"content\":\"go\"}]}\n";
        String two = one.replace("\"1\"", "\"2\"");
        imported("runs.jsonl", one + two);
        imported("runs.jsonl", one + two.replace("}]", "},{\"role\":\"assistant\",\"content\":\"ok\"}]"));

        for (String source :
                List.of("runs.jsonl", directory.resolve("runs.jsonl").toString())) {
            Run export = MainTest.run("export", "-", "--format", "openai", "--source", source, "--db", database());
            assertThat(export.out().lines()).as(export.err()).hasSize(2);
            Run report = MainTest.run("report", "--source", source, "--db", database());
            assertThat(report.code()).as(report.err()).isZero();
        }
        Path other = Files.createDirectory(directory.resolve("other"));
        imported("other/" + Files.writeString(other.resolve("runs.jsonl"), "").getFileName(), two.replace("2", "3"));
        Run several = MainTest.run("report", "--source", "runs.jsonl", "--db", database());
        assertThat(several.err()).contains("several sources are named runs.jsonl; give the path or the id of one");
    }

    @Test
    void aWindowOfARunAddsTheTokensOfItsNewMessages() throws IOException {
        imported("a.json", "{\"thread_id\":\"w\",\"messages\":[" + said("m1", 1) + "," + said("m2", 2) + "]}");
        imported("a.json", "{\"thread_id\":\"w\",\"messages\":[" + said("m2", 2) + "," + said("m3", 4) + "]}");

        assertThat(calls()).extracting(ModelCall::inputTokens).containsExactlyInAnyOrder(1L, 2L, 4L);
    }

    private static String said(String id, int tokens) {
        return "{\"type\":\"ai\",\"id\":\"" + id + "\",\"content\":\"" + id + "\",\"usage_metadata\":{\"input_tokens\":"
                + tokens + ",\"output_tokens\":1,\"total_tokens\":2}}";
    }

    private static String thread(String user, String question, String answer, String text, int tokens) {
        return "{\"thread_id\":\"1\",\"messages\":[{\"type\":\"human\",\"id\":\"" + user + "\",\"content\":\""
                + question
                + "\"},{\"type\":\"ai\",\"id\":\"" + answer + "\",\"content\":\"" + text
                + "\",\"usage_metadata\":{\"input_tokens\":" + tokens + ",\"output_tokens\":1,\"total_tokens\":2}}]}";
    }

    private static String item(String event, String id, String status, String output) {
        return "{\"type\":\"item." + event + "\",\"item\":{\"id\":\"" + id
                + "\",\"type\":\"command_execution\",\"command\":\"ls\",\"aggregated_output\":\"" + output
                + "\",\"status\":\"" + status + "\"" + (status.equals("completed") ? ",\"exit_code\":0" : "") + "}}\n";
    }

    private static String copilot(String type, String data) {
        return "{\"type\":\"" + type + "\",\"id\":\"" + type + "\",\"timestamp\":\"2026-01-01T00:00:00Z\",\"data\":"
                + data + "}\n";
    }

    private static String inspect(String more) {
        return "{\"id\":\"1\",\"epoch\":1,\"uuid\":\"u\",\"input\":\"q\",\"messages\":[{\"id\":\"m\",\"role\":\"user\","
                + "\"content\":\"q\"}]," + more + "}";
    }

    private static String sweAgent(String history, int sent, String cost) {
        return "{\"instance_id\":\"i\",\"history\":[" + history + "],\"info\":{\"model_stats\":{\"tokens_sent\":" + sent
                + ",\"instance_cost\":" + cost + "}}}";
    }

    private Run imported(String name, String text) throws IOException {
        Path file = Files.writeString(directory.resolve(name), text);
        Run run = MainTest.run("import", file.toString(), "--db", database());
        assertThat(run.code()).as(run.err()).isZero();
        return run;
    }

    private List<ModelCall> calls() {
        try (Database db = open()) {
            return db.modelCalls().list(10, 0);
        }
    }

    private String database() {
        return directory.resolve("runs.db").toString();
    }

    private Database open() {
        return Database.open(Path.of(database()));
    }
}
