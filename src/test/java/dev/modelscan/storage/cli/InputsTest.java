package dev.modelscan.storage.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.NullNode;
import dev.modelscan.storage.Database;
import dev.modelscan.storage.Json;
import dev.modelscan.storage.PageRequest;
import dev.modelscan.storage.agents.Agent;
import dev.modelscan.storage.cli.MainTest.Run;
import dev.modelscan.storage.conversations.Message;
import dev.modelscan.storage.models.ModelCall;
import dev.modelscan.storage.tasks.Task;
import dev.modelscan.storage.tasks.TaskStatus;
import dev.modelscan.storage.tools.ToolExecution;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** Each input that has an expected file beside it is stored as that file says. */
class InputsTest {

    private static final String EXPECTED = ".expected.json";
    private static final PageRequest ALL = PageRequest.first(1_000);

    /** Inputs that follow another into the same database. */
    private static final Map<String, String> AFTER = Map.of(
            "18b-second-file.jsonl", "18a-first-file.jsonl",
            "19b-session-grown.jsonl", "19a-session.jsonl");

    @TempDir
    Path directory;

    @TestFactory
    Stream<DynamicTest> isStoredAsExpected() throws IOException {
        List<Path> expected = all().stream()
                .filter(file -> file.toString().endsWith(EXPECTED))
                .toList();
        assertThat(expected).isNotEmpty();
        return expected.stream()
                .map(file -> DynamicTest.dynamicTest(file.getFileName().toString(), () -> check(file)));
    }

    /** The inputs of the tests, and more of them if they are there. */
    static List<Path> all() throws IOException {
        List<Path> all = new ArrayList<>();
        Path more = Path.of(System.getProperty("modelscan.inputs", "../shared/data/inputs"));
        for (Path inputs : List.of(Path.of("src/test/resources/inputs"), more)) {
            if (Files.isDirectory(inputs)) {
                try (Stream<Path> files = Files.list(inputs)) {
                    files.sorted().forEach(all::add);
                }
            }
        }
        return all;
    }

    private void check(Path expectedFile) throws IOException {
        String name = expectedFile.getFileName().toString().replace(EXPECTED, "");
        Path input = expectedFile.resolveSibling(name);
        String database = directory.resolve(name + ".db").toString();
        String before = AFTER.get(name);
        if (before != null) {
            assertThat(run(input.resolveSibling(before), database).code()).isZero();
        }
        Run run = run(input, database);
        assertThat(run.code()).as(run.err()).isZero();
        JsonNode expected = new ObjectMapper().readTree(expectedFile.toFile());
        try (Database db = Database.open(database)) {
            counts(db, expected);
            executions(db, expected);
            usage(db, expected);
            rest(db, expected);
            if (name.startsWith("22-")) {
                List<Message> messages = db.messages().list(10, 0);
                assertThat(messages.get(0).metadata())
                        .isNotEqualTo(messages.get(1).metadata());
            }
            if (name.startsWith("26-")) {
                assertThat(db.tasks().list(10, 0).get(0).metadata().toString()).contains("traj");
            }
        }
        Run again = run(input, database);
        assertThat(again.code()).as(again.err()).isZero();
        assertThat(again.out()).contains("0 transcripts imported").contains("0 messages and 0 calls of tools");
    }

    private static void counts(Database db, JsonNode expected) {
        List<Task> tasks = db.tasks().list(ALL).items();
        Map<String, Long> counted = new HashMap<>(db.stats().rows());
        counted.put(
                "transcripts",
                tasks.stream().filter(task -> task.parentId() == null).count());
        for (String member : List.of("transcripts", "messages", "conversations", "tasks", "workflows")) {
            if (expected.has(member)) {
                assertThat(counted.get(member))
                        .as(member)
                        .isEqualTo(expected.get(member).longValue());
            }
        }
        if (expected.has("tasks") || expected.has("transcripts")) {
            assertThat(tasks).extracting(Task::status).allMatch(TaskStatus::isFinal);
        }
        if (expected.has("branches")) {
            long branches = db.messages().list(1_000, 0).stream()
                    .filter(message -> message.parentId() != null)
                    .count();
            assertThat(branches).isPositive();
        }
    }

    private static void executions(Database db, JsonNode expected) {
        List<ToolExecution> stored = db.toolExecutions().list(ALL).items();
        if (expected.has("toolExecutions")) {
            assertThat(stored).hasSize(expected.get("toolExecutions").size());
        }
        for (int i = 0; i < expected.path("toolExecutions").size(); i++) {
            JsonNode right = expected.path("toolExecutions").get(i);
            ToolExecution execution = stored.get(i);
            assertThat(execution.toolName()).isEqualTo(right.path("tool").asText());
            assertThat(execution.status().code()).isEqualTo(right.path("status").asText());
            assertThat(execution.messageId()).isNotNull();
            assertThat(execution.input()).isEqualTo(json(right.path("input")));
            if (right.has("output")) {
                assertThat(execution.output()).isEqualTo(json(right.get("output")));
            }
            if (right.has("startedAt")) {
                assertThat(execution.startedAt())
                        .isEqualTo(Instant.parse(right.get("startedAt").asText()));
                assertThat(execution.completedAt())
                        .isEqualTo(Instant.parse(right.get("completedAt").asText()));
            }
            if (right.has("durationMs")) {
                assertThat(execution.duration())
                        .isEqualTo(Duration.ofMillis(right.get("durationMs").asLong()));
            }
            if (right.has("agent")) {
                assertThat(db.agents().get(execution.agentId()).name())
                        .isEqualTo(right.get("agent").asText());
            }
        }
        for (int i = 0; i < expected.path("statuses").size(); i++) {
            // One of them is "failed or success, by a rule".
            assertThat(expected.path("statuses").get(i).asText())
                    .contains(stored.get(i).status().code());
        }
    }

    private static Json json(JsonNode node) {
        return node instanceof NullNode ? null : Json.of(node);
    }

    private static void usage(Database db, JsonNode expected) {
        List<ModelCall> calls = db.modelCalls().list(ALL).items();
        expected.path("usage").properties().forEach(model -> {
            List<ModelCall> own = calls.stream()
                    .filter(call -> model.getKey().equals(call.model()))
                    .toList();
            assertThat(own).as(model.getKey()).isNotEmpty();
            JsonNode usage = model.getValue();
            assertThat(own.stream()
                            .mapToLong(call -> orZero(call.inputTokens()))
                            .sum())
                    .isEqualTo(usage.path("input").longValue());
            assertThat(own.stream()
                            .mapToLong(call -> orZero(call.outputTokens()))
                            .sum())
                    .isEqualTo(usage.path("output").longValue());
            assertThat(own.stream()
                            .mapToLong(call -> orZero(call.cacheReadTokens()))
                            .sum())
                    .isEqualTo(usage.path("cacheRead").longValue());
            if (usage.has("costUsd")) {
                assertThat(own.get(0).cost())
                        .isEqualByComparingTo(
                                new BigDecimal(usage.get("costUsd").asText()));
            }
        });
    }

    private static long orZero(Long count) {
        return count == null ? 0 : count;
    }

    private static void rest(Database db, JsonNode expected) {
        List<String> agents =
                db.agents().list(ALL).items().stream().map(Agent::name).toList();
        List<String> expectedAgents = new ArrayList<>();
        expected.path("agents").forEach(agent -> expectedAgents.add(agent.asText()));
        // A trace names the agent alone; its user is a role.
        assertThat(agents).containsAll(expectedAgents);
        if (expectedAgents.size() > 1) {
            assertThat(agents).containsExactlyInAnyOrderElementsOf(expectedAgents);
        }
        List<String> times = new ArrayList<>();
        expected.path("created_at").forEach(time -> times.add(time.asText()));
        if (!times.isEmpty()) {
            assertThat(db.messages().list(ALL).items())
                    .extracting(Message::createdAt)
                    .containsExactlyElementsOf(
                            times.stream().map(Instant::parse).toList());
        }
        if (expected.has("taskStatus")) {
            assertThat(db.tasks().list(1, 0).get(0).status()).isEqualTo(TaskStatus.COMPLETED);
        }
    }

    private static Run run(Path input, String database) {
        Run run = MainTest.run("import", input.toString(), "--db", database);
        Assumptions.assumeFalse(run.err().contains("lists the forms"), () -> "no reader for " + input);
        return run;
    }
}
