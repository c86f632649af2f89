package dev.modelscan.storage.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.modelscan.storage.Database;
import dev.modelscan.storage.agents.AgentId;
import dev.modelscan.storage.conversations.ConversationId;
import dev.modelscan.storage.conversations.Message;
import dev.modelscan.storage.conversations.MessageId;
import dev.modelscan.storage.models.ModelCall;
import dev.modelscan.storage.models.ModelCallId;
import dev.modelscan.storage.queries.QueryRun;
import dev.modelscan.storage.queries.StoredQuery;
import dev.modelscan.storage.tasks.TaskId;
import dev.modelscan.storage.tasks.TaskStatus;
import dev.modelscan.storage.tools.ToolExecution;
import java.io.IOException;
import java.lang.reflect.RecordComponent;
import java.math.BigDecimal;
import java.math.MathContext;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The twenty questions of docs/questions.md have the same answers on every engine. */
class QuestionsTest {

    private static final History HISTORY = History.create();
    private static final Instant SINCE = Instant.parse("2025-10-20T00:00:00Z");
    private static final Instant AT = Instant.parse("2025-12-01T00:00:00Z");

    private static void fill(Database db) {
        HISTORY.store(db);
        List<Message> messages = new ArrayList<>();
        List<ModelCall> calls = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            messages.add(Message.builder()
                    .id(new MessageId(String.format("q-%03d", i)))
                    .conversationId(new ConversationId("talk"))
                    .senderId(new AgentId("a-" + i % 3))
                    .receiverId(new AgentId("a-" + (i + 1) % 4))
                    .content("hello")
                    .createdAt(History.FIRST.plusSeconds(i * 61L))
                    .build());
            calls.add(ModelCall.builder()
                    .id(new ModelCallId("c-" + i))
                    .model(i % 9 == 0 ? null : "model-" + i % 3)
                    .agentId(new AgentId("a-" + i % 4))
                    .taskId(new TaskId(String.format("t-%03d", i % 7)))
                    .inputTokens(1_000_000_007L * i)
                    .outputTokens(i % 2 == 0 ? null : 10L * i)
                    .cacheReadTokens(5L * i)
                    .cost(new BigDecimal("0.001000001").multiply(BigDecimal.valueOf(i)))
                    .currency(i % 5 == 0 ? "EUR" : "USD")
                    .finishReason(i % 4 == 0 ? "length" : "stop")
                    .createdAt(History.FIRST.plus(Duration.ofHours(i * 7L)))
                    .build());
        }
        db.messages().createAll(messages);
        db.modelCalls().createAll(calls);
        ToolExecution first = HISTORY.executions().get(0);
        db.toolExecutions()
                .create(ToolExecution.builder()
                        .agentId(first.agentId())
                        .taskId(first.taskId())
                        .toolName(first.toolName())
                        .createdAt(first.createdAt())
                        .build());
    }

    private static <R> List<List<Object>> rows(Database db, StoredQuery<R> query, String name) throws Exception {
        QueryRun<R> run = db.query(query);
        if (List.of("failures per day", "idle agents").contains(name)) {
            run.set(Questions.SINCE, SINCE);
        } else if (name.equals("queue age")) {
            run.set(Questions.AT, AT);
        }
        List<List<Object>> rows = new ArrayList<>();
        for (R row : run.list(1_000)) {
            List<Object> values = new ArrayList<>();
            for (RecordComponent component : row.getClass().getRecordComponents()) {
                values.add(comparable(component.getAccessor().invoke(row)));
            }
            rows.add(values);
        }
        return rows;
    }

    /** Engines add fractions in different orders. */
    private static Object comparable(Object value) {
        return value instanceof BigDecimal || value instanceof Double
                ? new BigDecimal(value.toString()).round(new MathContext(9)).stripTrailingZeros()
                : value;
    }

    private static Map<String, List<List<Object>>> answers(TestEngine engine) throws Exception {
        Map<String, List<List<Object>>> answers = new LinkedHashMap<>();
        Database db = engine.builder().open();
        try (db) {
            fill(db);
            for (Map.Entry<String, StoredQuery<?>> question : Questions.ALL.entrySet()) {
                answers.put(question.getKey(), rows(db, question.getValue(), question.getKey()));
            }
        }
        engine.recycle(db);
        return answers;
    }

    @Test
    void everyEngineGivesTheSameRows() throws Exception {
        Map<String, List<List<Object>>> one = answers(new SqliteMemory());
        Map<String, List<List<Object>>> other = answers(new Postgres());

        assertThat(one)
                .hasSize(20)
                .allSatisfy((name, rows) -> assertThat(rows).as(name).isNotEmpty());
        one.forEach((name, rows) -> assertThat(other.get(name)).as(name).isEqualTo(rows));
        assertThat(one.get("failures per day")).hasSize((int) HISTORY.tasks().stream()
                .filter(task -> task.status() == TaskStatus.FAILED
                        && !task.completedAt().isBefore(SINCE))
                .map(task -> task.completedAt().atZone(Questions.ZONE).toLocalDate())
                .distinct()
                .count());
        assertThat(one.get("queue age").get(0).get(1)).isEqualTo((int) HISTORY.tasks().stream()
                .filter(task -> task.status() == TaskStatus.PENDING)
                .count());
        assertThat(one.get("who talks to whom").stream()
                        .mapToInt(row -> (int) row.get(2))
                        .sum())
                .isEqualTo(40);
        assertThat(one.get("idle agents").stream().map(row -> row.get(0))).contains("agent-4");
    }

    /** The page quotes the class, but for white space. */
    @Test
    void thePageQuotesWhatIsTested() throws IOException {
        String source = Files.readString(Path.of("src/test/java/dev/modelscan/storage/contract/Questions.java"));
        String page = Files.readString(Path.of("docs/questions.md"));
        List<String> code = Pattern.compile("```java quoted\n(.*?)```", Pattern.DOTALL)
                .matcher(page)
                .results()
                .map(match -> match.group(1).replaceAll("\\s+", ""))
                .toList();
        assertThat(code).hasSize(20);
        assertThat(code).allMatch(part -> source.replaceAll("\\s+", "").contains(part));
    }
}
