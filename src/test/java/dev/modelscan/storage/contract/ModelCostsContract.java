package dev.modelscan.storage.contract;

import static dev.modelscan.storage.schema.Tables.MODEL_CALLS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.modelscan.storage.Records;
import dev.modelscan.storage.agents.Agent;
import dev.modelscan.storage.analytics.AgentActivity;
import dev.modelscan.storage.analytics.Analytics;
import dev.modelscan.storage.analytics.ModelCosts;
import dev.modelscan.storage.analytics.ModelUsage;
import dev.modelscan.storage.analytics.Scope;
import dev.modelscan.storage.analytics.TaskCount;
import dev.modelscan.storage.analytics.ToolActivity;
import dev.modelscan.storage.analytics.Totals;
import dev.modelscan.storage.conversations.Message;
import dev.modelscan.storage.models.ModelCall;
import dev.modelscan.storage.tasks.Task;
import dev.modelscan.storage.tasks.TaskStatus;
import dev.modelscan.storage.tools.ToolExecutionStatus;
import dev.modelscan.storage.workflows.Workflow;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The sums of tokens and costs are exact, and the same on every engine. */
abstract class ModelCostsContract extends Contract {

    private static final Instant EVENING = Instant.parse("2026-03-28T23:30:00Z");

    private ModelCosts costs;
    private Agent agent;
    private Workflow workflow;
    private Task task;
    private Message asked;

    @BeforeEach
    void prepare() {
        costs = new ModelCosts(db);
        agent = createAgent("researcher");
        workflow = db.workflows().create(workflow().build());
        task = db.tasks()
                .create(task().agentId(agent.id()).workflowId(workflow.id()).build());
        asked = db.messages().create(message(agent).build());
        for (String tool : List.of("search", "search", "read")) {
            db.toolExecutions()
                    .create(execution(agent)
                            .toolName(tool)
                            .messageId(asked.id())
                            .build());
        }
        List<ModelCall> calls = new ArrayList<>();
        for (int i = 0; i < 1_000; i++) {
            calls.add(call("USD", "0.1"));
        }
        calls.add(call("USD", "0.000000001"));
        calls.add(call("EUR", "9000000000"));
        calls.add(modelCall()
                .model("small-1")
                .inputTokens(5L)
                .startedAt(EVENING.plusSeconds(3_600))
                .build());
        db.modelCalls().createAll(calls);
    }

    private ModelCall call(String currency, String cost) {
        return modelCall()
                .agentId(agent.id())
                .taskId(task.id())
                .messageId(asked.id())
                .inputTokens(100L)
                .outputTokens(10L)
                .cacheReadTokens(90L)
                .cacheWriteTokens(1L)
                .reasoningTokens(4L)
                .cost(new BigDecimal(cost))
                .currency(currency)
                .startedAt(EVENING)
                .build();
    }

    private static <K> List<ModelUsage<K>> dear(@Nullable K key) {
        return List.of(
                new ModelUsage<>(
                        key, "USD", 1_001, 100_100, 10_010, 90_090, 1_001, 4_004, new BigDecimal("100.000000001")),
                new ModelUsage<>(key, "EUR", 1, 100, 10, 90, 1, 4, new BigDecimal("9000000000")));
    }

    private static <K> ModelUsage<K> cheap(@Nullable K key) {
        return new ModelUsage<>(key, null, 1, 5, 0, 0, 0, 0, BigDecimal.ZERO);
    }

    private static <K> List<ModelUsage<K>> both(@Nullable K key, @Nullable K of) {
        List<ModelUsage<K>> all = new ArrayList<>(dear(key));
        all.add(cheap(of));
        return all;
    }

    @Test
    void costsAreSummedByWhatTheCallsBelongTo() {
        assertThat(costs.byAgent(10)).isEqualTo(both(agent.id(), null));
        assertThat(costs.byModel(10)).isEqualTo(both("large-2", "small-1"));
        assertThat(costs.byWorkflow(10)).isEqualTo(both(workflow.id(), null));
        List<ModelUsage<String>> byTool = new ArrayList<>();
        byTool.add(ModelCostsContract.<String>dear("read").get(0));
        byTool.add(ModelCostsContract.<String>dear("search").get(0));
        byTool.add(ModelCostsContract.<String>dear("read").get(1));
        byTool.add(ModelCostsContract.<String>dear("search").get(1));
        assertThat(costs.byTool(10)).isEqualTo(byTool);
        assertThat(costs.byModel(1)).isEqualTo(dear("large-2").subList(0, 1));
        assertThatThrownBy(() -> costs.byModel(0)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void onlyWhatIsInTheScopeCounts() {
        Task other = db.tasks().create(task().createdAt(EVENING).build());
        db.toolExecutions()
                .create(execution(agent)
                        .toolName("write")
                        .taskId(other.id())
                        .createdAt(EVENING)
                        .startedAt(EVENING)
                        .completedAt(EVENING.plusMillis(1_500))
                        .status(ToolExecutionStatus.SUCCESS)
                        .build());
        Scope ofWorkflow = Scope.ALL.workflows(List.of(workflow.id()));
        Scope then = Scope.ALL.since(EVENING).until(EVENING.plusSeconds(1));

        assertThat(new ModelCosts(db, ofWorkflow).byModel(10)).isEqualTo(dear("large-2"));
        assertThat(new ModelCosts(db, then).byModel(10)).isEmpty();
        LocalDate day = LocalDate.ofInstant(EVENING, ZoneOffset.UTC);
        assertThat(new ModelCosts(db, then).byDay(day, day, ZoneOffset.UTC)).isEmpty();
        assertThat(new Analytics(db, then).tools(10))
                .containsExactly(new ToolActivity("write", 1, 1, 0, 1.5, Duration.ofMillis(1_500)));
        assertThat(new Analytics(db, ofWorkflow).tools(10)).isEmpty();
        assertThat(new Analytics(db, ofWorkflow).totals()).isEqualTo(new Totals(0, 1, 2));
        assertThat(new Analytics(db).totals()).isEqualTo(new Totals(3, 1, 3));
        assertThat(new Analytics(db).tools(1))
                .extracting(ToolActivity::toolName)
                .containsExactly("search");
        assertThat(new Analytics(db, then).tasksByStatus()).contains(new TaskCount(TaskStatus.PENDING, 1));
        assertThat(new Analytics(db, ofWorkflow).tasksByStatus()).contains(new TaskCount(TaskStatus.PENDING, 1));
        assertThat(new Analytics(db).tasksByStatus()).contains(new TaskCount(TaskStatus.PENDING, 2));
        assertThat(new Analytics(db, then).conversationSizes().messages()).isZero();
        assertThat(new Analytics(db, then).busiestAgents(1))
                .containsExactly(new AgentActivity(agent.id(), agent.name(), 0, 1, 0));
        assertThat(new Analytics(db).busiestAgents(1))
                .containsExactly(new AgentActivity(agent.id(), agent.name(), 1, 4, 1));
        Instant afterwards = EVENING.plusNanos(1);
        assertThat(new Analytics(db, then.since(afterwards)).tools(10)).isEmpty();
        assertThat(new Analytics(db, then.until(afterwards)).tools(10)).hasSize(1);
        assertThatThrownBy(() -> Scope.ALL.workflows(List.of())).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void costsAreSummedByDayInAZone() {
        LocalDate saturday = LocalDate.of(2026, 3, 28);
        LocalDate sunday = saturday.plusDays(1);
        List<ModelUsage<LocalDate>> utc = new ArrayList<>(List.of(
                ModelCostsContract.<LocalDate>dear(saturday).get(1),
                ModelCostsContract.<LocalDate>dear(saturday).get(0),
                cheap(sunday)));
        assertThat(costs.byDay(saturday, sunday, ZoneOffset.UTC)).isEqualTo(utc);
        assertThat(costs.byDay(saturday, saturday, ZoneOffset.UTC)).isEqualTo(utc.subList(0, 2));
        assertThat(costs.byDay(sunday, sunday, ZoneId.of("Europe/Berlin")))
                .extracting(ModelUsage::currency)
                .containsExactly("EUR", "USD", null);
        for (LocalDate edge : List.of(
                LocalDate.of(9999, 12, 31),
                LocalDate.of(0, 1, 1),
                LocalDate.of(-4000, 1, 1),
                LocalDate.MIN,
                LocalDate.MAX)) {
            assertThat(costs.byDay(edge, edge, ZoneId.of("Asia/Kathmandu"))).isEmpty();
        }
        LocalDate longAgo = saturday.minusDays(10_000);
        assertThat(costs.byDay(longAgo, saturday, ZoneOffset.UTC)).isEqualTo(utc.subList(0, 2));
        assertThatThrownBy(() -> costs.byDay(longAgo.minusDays(1), saturday, ZoneOffset.UTC))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> costs.byDay(LocalDate.MIN, saturday, ZoneOffset.UTC))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aQuerysRowIsAModelCall() {
        assertThat(db.dsl()
                        .selectFrom(MODEL_CALLS)
                        .where(MODEL_CALLS.CURRENCY.eq("EUR"))
                        .fetch(Records::modelCall))
                .isEqualTo(db.modelCalls().stream()
                        .filter(call -> "EUR".equals(call.currency()))
                        .toList());
    }
}
