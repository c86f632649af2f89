package dev.modelscan.storage.contract;

import static dev.modelscan.storage.schema.Tables.AGENTS;
import static dev.modelscan.storage.schema.Tables.MESSAGES;
import static dev.modelscan.storage.schema.Tables.TASKS;
import static dev.modelscan.storage.schema.Tables.TEAMS;
import static dev.modelscan.storage.schema.Tables.TOOL_EXECUTIONS;
import static dev.modelscan.storage.schema.Tables.WORKFLOWS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.jooq.impl.DSL.noCondition;
import static org.jooq.impl.DSL.select;

import dev.modelscan.storage.Conditions;
import dev.modelscan.storage.Page;
import dev.modelscan.storage.PageRequest;
import dev.modelscan.storage.Times;
import dev.modelscan.storage.agents.Agent;
import dev.modelscan.storage.tasks.Task;
import dev.modelscan.storage.tasks.TaskStatus;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import org.jooq.Condition;
import org.jooq.Field;
import org.jooq.OrderField;
import org.jooq.impl.DSL;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Lists of records by a caller's own condition. */
abstract class FilteredListContract extends Contract {

    private static final Comparator<Task> BY_ID =
            Comparator.comparing(task -> task.id().value());

    private Agent agent;
    private List<Task> tasks;

    @BeforeEach
    void fill() {
        agent = createAgent("it's {schema} ? \\ 'a'");
        List<Task> made = new ArrayList<>();
        Instant start = Instant.parse("2026-01-01T00:00:00Z");
        for (int i = 0; i < 12; i++) {
            made.add(task().agentId(i % 2 == 0 ? agent.id() : null)
                    .type(i % 3 == 0 ? "review" : "write")
                    .priority(i % 4)
                    .metadata(Map.of("team", i < 6 ? "red" : "blue"))
                    .createdAt(start.plusSeconds(i / 2))
                    .build());
        }
        tasks = db.tasks().createAll(made);
    }

    private List<Task> walk(Condition condition, List<? extends OrderField<?>> order, int limit) {
        return walk(limit, request -> db.tasks().list(condition, order, request));
    }

    @Test
    void aTextInTheConditionIsTakenAsItIs() {
        Condition condition =
                TASKS.AGENT_ID.in(DSL.select(AGENTS.ID).from(AGENTS).where(AGENTS.NAME.eq(DSL.inline(agent.name()))));
        assertThat(db.tasks().list(condition, List.of(), PageRequest.first(100)).items())
                .hasSize(6);
    }

    @Test
    void givesTheRecordsThatMeetTheCondition() {
        Instant since = Instant.parse("2026-01-01T00:00:02Z");
        Condition condition = TASKS.TYPE
                .eq("review")
                .and(TASKS.CREATED_AT.ge(since))
                .and(Conditions.metadataEquals(TASKS.METADATA, "team", "blue"))
                .and(TASKS.STATUS.in(TaskStatus.PENDING, TaskStatus.RUNNING));
        List<Task> expected = tasks.stream()
                .filter(task ->
                        task.type().equals("review") && !task.createdAt().isBefore(since))
                .filter(task -> task.metadata().toString().contains("blue"))
                .toList();
        assertThat(expected).isNotEmpty();
        assertThat(db.tasks().list(condition, List.of(), PageRequest.first(100)).items())
                .containsExactlyInAnyOrderElementsOf(expected);
        assertThat(db.<Page<Task>, RuntimeException>withTx(
                                tx -> tx.tasks().list(condition, List.of(), PageRequest.first(100)))
                        .items())
                .hasSameSizeAs(expected);
    }

    @Test
    void withoutAnOrderItIsThatOfTheList() {
        List<Task> all = db.tasks().list(100, 0);
        for (int limit : new int[] {1, 5, 12, 13}) {
            assertThat(walk(noCondition(), List.of(), limit)).isEqualTo(all);
        }
    }

    @Test
    void anyOrderIsTotalAndHasPages() {
        List<Task> expected = new ArrayList<>(tasks);
        expected.sort(Comparator.comparing(Task::priority)
                .reversed()
                .thenComparing(Task::createdAt)
                .thenComparing(BY_ID));
        for (int limit : new int[] {1, 2, 3, 7, 12}) {
            assertThat(walk(noCondition(), List.of(TASKS.PRIORITY.desc(), TASKS.CREATED_AT), limit))
                    .isEqualTo(expected);
        }
        expected.sort(Comparator.comparing(Task::type).thenComparing(BY_ID.reversed()));
        assertThat(walk(noCondition(), List.of(TASKS.TYPE, TASKS.ID.desc()), 2)).isEqualTo(expected);
        expected.sort(Comparator.comparing(Task::type).reversed().thenComparing(BY_ID.reversed()));
        assertThat(walk(noCondition(), List.of(TASKS.TYPE.desc()), 5)).isEqualTo(expected);
    }

    @Test
    void aCursorBelongsToItsOrder() {
        PageRequest next = db.tasks()
                .list(noCondition(), List.of(TASKS.PRIORITY), PageRequest.first(1))
                .next()
                .orElseThrow();
        assertThatThrownBy(() -> db.tasks().list(noCondition(), List.of(), next))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("cursor");
        assertThatThrownBy(() -> db.tasks().list(next)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aTextOfTheCallerIsData() {
        assertThat(db.agents()
                        .list(AGENTS.NAME.eq(agent.name()), List.of(AGENTS.NAME), PageRequest.first(2))
                        .items())
                .containsExactly(agent);
        List<String> many = new ArrayList<>();
        for (int i = 0; i < 500; i++) {
            many.add("x'" + i);
        }
        many.add("review");
        assertThat(db.tasks()
                        .list(TASKS.TYPE.in(many), List.of(), PageRequest.first(100))
                        .items())
                .hasSize(4);
        assertThat(db.tasks()
                        .list(TASKS.TYPE.like("rev%"), List.of(), PageRequest.first(100))
                        .items())
                .hasSize(4);
        assertThat(db.tasks()
                        .list(
                                Times.plus(TASKS.CREATED_AT, Duration.ofHours(1))
                                        .gt(Instant.EPOCH),
                                List.of(),
                                PageRequest.first(100))
                        .items())
                .hasSize(12);
    }

    @Test
    void aTimeIsMovedByAnyDuration() {
        List<Duration> beyond = List.of(
                Duration.ofSeconds(Long.MAX_VALUE, 999_999_999),
                Duration.ofSeconds(Long.MIN_VALUE),
                Duration.ofDays(106_751_990),
                Duration.ofDays(-106_751_990),
                Duration.ofDays(4_000_000));
        for (Duration duration : beyond) {
            assertThat(moved(Times.plus(TASKS.CREATED_AT, duration)))
                    .as("+ %s", duration)
                    .isNull();
            assertThat(moved(Times.minus(TASKS.CREATED_AT, duration)))
                    .as("- %s", duration)
                    .isNull();
        }
        Instant time = tasks.get(0).createdAt();
        assertThat(moved(Times.plus(TASKS.CREATED_AT, Duration.ofNanos(1_999)))).isEqualTo(time.plusNanos(1_000));
        assertThat(moved(Times.plus(TASKS.CREATED_AT, Duration.ofNanos(-1_999))))
                .isEqualTo(time.minusNanos(1_000));
        assertThat(moved(Times.minus(TASKS.CREATED_AT, Duration.ofNanos(1_999))))
                .isEqualTo(time.minusNanos(1_000));
        assertThat(moved(Times.minus(TASKS.CREATED_AT, Duration.ofNanos(1)))).isEqualTo(time);
        assertThat(moved(Times.plus(TASKS.CREATED_AT, Duration.ofNanos(-1)))).isEqualTo(time);
        assertThat(db.dsl()
                        .fetchCount(
                                TASKS,
                                Times.between(TASKS.CREATED_AT, TASKS.UPDATED_AT)
                                        .lt(Duration.ofSeconds(Long.MAX_VALUE))
                                        .and(Times.between(TASKS.CREATED_AT, TASKS.UPDATED_AT)
                                                .gt(Duration.ofSeconds(Long.MIN_VALUE)))))
                .isEqualTo(tasks.size());
    }

    private @Nullable Instant moved(Field<Instant> time) {
        return db.dsl()
                .select(time)
                .from(TASKS)
                .where(TASKS.ID.eq(tasks.get(0).id()))
                .fetchSingle()
                .value1();
    }

    @Test
    void whatIsOfAnotherTableIsRejected() {
        assertThatThrownBy(() -> db.tasks().list(AGENTS.NAME.eq("a"), List.of(), PageRequest.first(1)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("task")
                .hasMessageContaining("subquery");
        assertThatThrownBy(() -> db.tasks().list(TASKS.as("t").TYPE.eq("a"), List.of(), PageRequest.first(1)))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> db.tasks().list(noCondition(), List.of(AGENTS.NAME), PageRequest.first(1)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("ordered by");
        assertThatThrownBy(() -> db.tasks().list(noCondition(), List.of(TASKS.COMPLETED_AT), PageRequest.first(1)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("never null");
        assertThatThrownBy(() ->
                        db.tasks().list(TASKS.CREATED_AT.cast(String.class).eq("x"), List.of(), PageRequest.first(1)))
                .isInstanceOf(IllegalArgumentException.class);
        Condition byName = TASKS.AGENT_ID.in(select(AGENTS.ID).from(AGENTS).where(AGENTS.NAME.eq(agent.name())));
        assertThat(db.tasks().list(byName, List.of(), PageRequest.first(100)).items())
                .hasSize(6);
    }

    @Test
    void everyRepositoryHasIt() {
        PageRequest one = PageRequest.first(1);
        assertThat(db.agents().list(AGENTS.NAME.isNotNull(), List.of(), one).items())
                .hasSize(1);
        assertThat(db.workflows().list(WORKFLOWS.NAME.isNull(), List.of(), one).items())
                .isEmpty();
        assertThat(db.teams().list(TEAMS.NAME.ne(""), List.of(TEAMS.NAME), one).items())
                .isEmpty();
        assertThat(db.messages().list(MESSAGES.CONTENT.ne(""), List.of(), one).items())
                .isEmpty();
        assertThat(db.toolExecutions()
                        .list(TOOL_EXECUTIONS.TOOL_NAME.eq("x"), List.of(), one)
                        .items())
                .isEmpty();
        db.messages().create(message(agent).content("a").build());
        db.messages().create(message(agent).content("b").build());
        assertThat(walk(1, request -> db.messages().list(MESSAGES.CONTENT.ne("c"), List.of(), request)))
                .hasSize(2);
    }
}
