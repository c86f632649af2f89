package dev.modelscan.storage.contract;

import static dev.modelscan.storage.tools.ToolExecutionStatus.FAILED;
import static dev.modelscan.storage.tools.ToolExecutionStatus.PENDING;
import static dev.modelscan.storage.tools.ToolExecutionStatus.RUNNING;
import static dev.modelscan.storage.tools.ToolExecutionStatus.SUCCESS;
import static dev.modelscan.storage.tools.ToolExecutionStatus.TIMEOUT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.modelscan.storage.Json;
import dev.modelscan.storage.Page;
import dev.modelscan.storage.PageRequest;
import dev.modelscan.storage.Repositories;
import dev.modelscan.storage.Repository;
import dev.modelscan.storage.agents.Agent;
import dev.modelscan.storage.agents.AgentId;
import dev.modelscan.storage.conversations.Message;
import dev.modelscan.storage.conversations.MessageId;
import dev.modelscan.storage.errors.InvalidTransitionException;
import dev.modelscan.storage.tasks.Task;
import dev.modelscan.storage.tasks.TaskId;
import dev.modelscan.storage.tools.DecidedBy;
import dev.modelscan.storage.tools.ToolExecution;
import dev.modelscan.storage.tools.ToolExecutionId;
import dev.modelscan.storage.tools.ToolExecutionStatus;
import dev.modelscan.storage.tools.ToolFailures;
import dev.modelscan.storage.tools.ToolUsage;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What the repository of tool executions does. */
abstract class ToolExecutionRepositoryContract
        extends StatefulRepositoryContract<ToolExecutionId, ToolExecution, ToolExecutionStatus> {

    private Agent agent;
    private Task task;
    private Task child;
    private Message asked;
    private Message answered;

    @Override
    void prepare() {
        agent = createAgent("researcher");
        task = db.tasks().create(task().build());
        child = db.tasks().create(task().parentId(task.id()).build());
        asked = db.messages().create(message(agent).build());
        answered = db.messages().create(message(agent).build());
    }

    @Override
    String entity() {
        return "tool execution";
    }

    @Override
    Repository<ToolExecutionId, ToolExecution> repository(Repositories repositories) {
        return repositories.toolExecutions();
    }

    @Override
    ToolExecutionId newId() {
        return ToolExecutionId.next();
    }

    @Override
    ToolExecution newRecord(int number, ToolExecutionId id, Instant createdAt) {
        return execution(agent)
                .id(id)
                .taskId(task.id())
                .childTaskId(child.id())
                .messageId(asked.id())
                .answerMessageId(answered.id())
                .callId("call " + number)
                .decidedBy(DecidedBy.values()[number % 2])
                .input(Json.of(List.of(number)))
                .output(Json.parse("\"out\""))
                .error("none")
                .metadata(Map.of("number", number))
                .createdAt(createdAt)
                .build();
    }

    @Override
    ToolExecution newRecord(
            Instant createdAt, ToolExecutionStatus status, @Nullable Instant startedAt, @Nullable Instant completedAt) {
        return execution(agent)
                .createdAt(createdAt)
                .status(status)
                .startedAt(startedAt)
                .completedAt(completedAt)
                .build();
    }

    @Override
    ToolExecution changed(ToolExecution record) {
        return record.toBuilder()
                .taskId(null)
                .childTaskId(null)
                .messageId(null)
                .answerMessageId(null)
                .callId(null)
                .decidedBy(null)
                .toolName("calculator")
                .input(null)
                .output(Json.parse("null"))
                .error(null)
                .metadata(Map.of("changed", true))
                .build();
    }

    @Override
    ToolExecution withId(ToolExecution record, ToolExecutionId id) {
        return record.toBuilder().id(id).build();
    }

    @Override
    ToolExecutionId id(ToolExecution record) {
        return record.id();
    }

    @Override
    long version(ToolExecution record) {
        return record.version();
    }

    @Override
    Instant createdAt(ToolExecution record) {
        return record.createdAt();
    }

    @Override
    Instant updatedAt(ToolExecution record) {
        return record.updatedAt();
    }

    @Override
    ToolExecutionStatus status(ToolExecution record) {
        return record.status();
    }

    @Override
    @Nullable
    Instant startedAt(ToolExecution record) {
        return record.startedAt();
    }

    @Override
    @Nullable
    Instant completedAt(ToolExecution record) {
        return record.completedAt();
    }

    @Override
    Comparator<ToolExecution> order() {
        return Comparator.comparing(ToolExecution::createdAt)
                .thenComparing(execution -> execution.id().value());
    }

    @Override
    Map<String, ToolExecution> withMissingReference(ToolExecution record) {
        return Map.of(
                "agentId", record.toBuilder().agentId(new AgentId("missing")).build(),
                "taskId", record.toBuilder().taskId(new TaskId("missing")).build(),
                "childTaskId",
                        record.toBuilder().childTaskId(new TaskId("missing")).build(),
                "messageId",
                        record.toBuilder().messageId(new MessageId("missing")).build(),
                "answerMessageId",
                        record.toBuilder()
                                .answerMessageId(new MessageId("missing"))
                                .build());
    }

    @Override
    Map<String, ToolExecution> withFixedFieldChanged(ToolExecution record) {
        Instant other = record.createdAt().plusSeconds(1);
        return Map.of(
                "status", record.toBuilder().status(RUNNING).build(),
                "startedAt", record.toBuilder().startedAt(other).build(),
                "completedAt", record.toBuilder().completedAt(other).build(),
                "createdAt", record.toBuilder().createdAt(other).build());
    }

    @Override
    Page<ToolExecution> otherList(ToolExecution record, PageRequest request) {
        return db.toolExecutions().listByAgent(agent.id(), request);
    }

    @Override
    Map<ToolExecutionStatus, Set<ToolExecutionStatus>> allowed() {
        return Map.of(
                PENDING, Set.of(RUNNING, FAILED, TIMEOUT),
                RUNNING, Set.of(SUCCESS, FAILED, TIMEOUT),
                SUCCESS, Set.of(),
                FAILED, Set.of(),
                TIMEOUT, Set.of());
    }

    @Override
    ToolExecutionStatus waiting() {
        return PENDING;
    }

    @Override
    ToolExecutionStatus running() {
        return RUNNING;
    }

    @Override
    ToolExecutionStatus succeeded() {
        return SUCCESS;
    }

    @Override
    String code(ToolExecutionStatus status) {
        return status.code();
    }

    @Override
    boolean canBecome(ToolExecutionStatus from, ToolExecutionStatus to) {
        return from.canBecome(to);
    }

    @Override
    ToolExecution updateStatus(Repositories repositories, ToolExecutionId id, ToolExecutionStatus status) {
        return repositories.toolExecutions().updateStatus(id, status);
    }

    @Test
    void anExecutionRunsFromStartToSuccess() {
        ToolExecution stored = db.toolExecutions().create(execution(agent).build());
        Instant begin = clock.advance();
        ToolExecution started = db.toolExecutions().start(stored.id());
        Instant end = clock.advance();
        Json output = Json.of(List.of(1, 2));

        ToolExecution completed = db.toolExecutions().complete(stored.id(), output);

        assertThat(started.status()).isEqualTo(RUNNING);
        assertThat(started.duration()).isNull();
        assertThat(completed.status()).isEqualTo(SUCCESS);
        assertThat(completed.output()).isEqualTo(output);
        assertThat(completed.startedAt()).isEqualTo(begin);
        assertThat(completed.completedAt()).isEqualTo(end);
        assertThat(completed.duration()).isEqualTo(Duration.ofSeconds(1));
        assertThat(db.toolExecutions().get(stored.id())).isEqualTo(completed);
    }

    @Test
    void theMethodsThatEndAnExecutionKeepWhatTheySay() {
        ToolExecution one = db.toolExecutions().create(execution(agent).build());
        ToolExecution two = db.toolExecutions().create(execution(agent).build());

        assertThat(db.toolExecutions().fail(one.id(), "no answer").error()).isEqualTo("no answer");
        assertThat(db.toolExecutions().get(one.id()).status()).isEqualTo(FAILED);
        assertThat(db.toolExecutions().timeOut(two.id()).status()).isEqualTo(TIMEOUT);
    }

    @Test
    void whatDoesNotRunCannotSucceed() {
        ToolExecution stored = db.toolExecutions().create(execution(agent).build());

        InvalidTransitionException refusal = catchThrowableOfType(
                InvalidTransitionException.class, () -> db.toolExecutions().complete(stored.id(), Json.emptyObject()));

        assertNames(refusal, "tool execution", stored.id());
        assertThat(db.toolExecutions().get(stored.id())).isEqualTo(stored);
    }

    @Test
    void theFilteredListsHoldTheirOwnInOrder() {
        Agent other = createAgent("writer");
        List<ToolExecution> executions = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            executions.add(newRecord(i).toBuilder()
                    .agentId(i % 2 == 0 ? agent.id() : other.id())
                    .taskId(i % 3 == 0 ? task.id() : null)
                    .toolName(i % 5 == 0 ? "sea%ch" : "search")
                    .build());
        }
        List<ToolExecution> stored = new ArrayList<>(db.toolExecutions().createAll(executions));
        stored.sort(order());

        assertThat(walk(3, request -> db.toolExecutions().listByAgent(agent.id(), request)))
                .hasSize(20)
                .isEqualTo(stored.stream()
                        .filter(e -> e.agentId().equals(agent.id()))
                        .toList());
        assertThat(walk(3, request -> db.toolExecutions().listByTask(task.id(), request)))
                .hasSize(14)
                .isEqualTo(stored.stream()
                        .filter(e -> task.id().equals(e.taskId()))
                        .toList());
        assertThat(walk(3, request -> db.toolExecutions().listByTool("sea%ch", request)))
                .hasSize(8)
                .isEqualTo(stored.stream()
                        .filter(e -> e.toolName().equals("sea%ch"))
                        .toList());
    }

    @Test
    void aToolWhoseNameCannotBeStoredHasNoExecutions() {
        db.toolExecutions().create(execution(agent).toolName("who?").build());

        assertThat(db.toolExecutions().listByTool("who\uD800", PageRequest.first(10)))
                .isEmpty();
    }

    @Test
    void deleteByTaskTakesThoseOfTheTaskAlone() {
        List<ToolExecution> ofTask = db.toolExecutions().createAll(newRecords(3));
        ToolExecution other = db.toolExecutions().create(execution(agent).build());

        assertThat(db.toolExecutions().deleteByTask(task.id())).isEqualTo(ofTask.size());
        assertThat(db.toolExecutions().deleteByTask(task.id())).isZero();

        assertThat(all()).containsExactly(other);
        assertThat(db.tasks().get(task.id())).isEqualTo(task);
    }

    /** 300 executions of tools: tools that are used often, once, or never finish. */
    private List<ToolExecution> createRandomExecutions() {
        Random random = new Random(20_250_101);
        List<ToolExecution> executions = new ArrayList<>();
        String[] tools = {"search", "Search", "calculator", "weather"};
        for (int i = 0; i < 300; i++) {
            Instant created = TestClock.START.plus(random.nextInt(100_000_000), ChronoUnit.MICROS);
            ToolExecutionStatus status = ToolExecutionStatus.values()[random.nextInt(5)];
            Instant started = created.plus(random.nextInt(1_000), ChronoUnit.MICROS);
            Instant completed = started.plus((long) Math.exp(random.nextDouble() * 20), ChronoUnit.MICROS);
            boolean neverStarted =
                    status == PENDING || (random.nextInt(10) == 0 && status != SUCCESS && status != RUNNING);
            executions.add(execution(agent)
                    .toolName(tools[random.nextInt(tools.length)])
                    .createdAt(created)
                    .status(status)
                    .startedAt(neverStarted ? null : started)
                    .completedAt(status == PENDING || status == RUNNING ? null : completed)
                    .build());
        }
        executions.add(execution(agent)
                .toolName("never ends")
                .status(RUNNING)
                .startedAt(TestClock.START.plusSeconds(90))
                .build());
        executions.add(execution(agent)
                .toolName("once")
                .status(SUCCESS)
                .startedAt(TestClock.START.plusSeconds(90))
                .completedAt(TestClock.START.plusSeconds(90))
                .build());
        return db.toolExecutions().createAll(executions);
    }

    private static List<ToolUsage> bruteForce(List<ToolExecution> executions, Instant since) {
        Map<String, List<ToolExecution>> byTool = executions.stream()
                .filter(e -> e.startedAt() != null && !e.startedAt().isBefore(since))
                .collect(Collectors.groupingBy(ToolExecution::toolName, TreeMap::new, Collectors.toList()));
        List<ToolUsage> usage = new ArrayList<>();
        byTool.forEach((tool, used) -> {
            long[] micros = used.stream()
                    .filter(e -> e.completedAt() != null)
                    .mapToLong(e -> ChronoUnit.MICROS.between(e.startedAt(), e.completedAt()))
                    .sorted()
                    .toArray();
            Duration mean = null;
            Duration p95 = null;
            if (micros.length > 0) {
                long sum = 0;
                for (long value : micros) {
                    sum += value;
                }
                mean = Duration.of(Math.round((double) sum / micros.length), ChronoUnit.MICROS);
                int rank = 1;
                while (rank * 100L < micros.length * 95L) {
                    rank++;
                }
                p95 = Duration.of(micros[rank - 1], ChronoUnit.MICROS);
            }
            usage.add(new ToolUsage(
                    tool,
                    used.size(),
                    used.stream().filter(e -> e.status() == SUCCESS).count(),
                    used.stream()
                            .filter(e -> e.status() == FAILED || e.status() == TIMEOUT)
                            .count(),
                    mean,
                    p95));
        });
        return usage;
    }

    @Test
    void usageIsWhatCountingByHandGives() {
        List<ToolExecution> stored = createRandomExecutions();

        for (int seconds = -1; seconds <= 100; seconds += 7) {
            Instant since = TestClock.START.plusSeconds(seconds);
            assertThat(db.toolExecutions().listUsage(since)).isEqualTo(bruteForce(stored, since));
        }
        assertThat(db.toolExecutions().listUsage(TestClock.START.plusSeconds(1_000)))
                .isEmpty();
    }

    @Test
    void usageCountsFromTheVeryInstant() {
        ToolExecution stored = db.toolExecutions()
                .create(execution(agent)
                        .status(RUNNING)
                        .startedAt(TestClock.START)
                        .build());

        assertThat(db.toolExecutions().listUsage(TestClock.START)).hasSize(1);
        assertThat(db.toolExecutions().listUsage(TestClock.START.minusNanos(1))).hasSize(1);
        assertThat(db.toolExecutions().listUsage(TestClock.START.plusNanos(1))).isEmpty();
        assertThat(db.toolExecutions().listUsage(TestClock.START.plusNanos(1_000)))
                .isEmpty();
        assertThat(stored.startedAt()).isEqualTo(TestClock.START);
    }

    @Test
    void usageSinceAnInstantThatNoRecordCouldHaveIsEverythingOrNothing() {
        List<ToolExecution> stored = createRandomExecutions();

        assertThat(db.toolExecutions().listUsage(Instant.MIN)).isEqualTo(bruteForce(stored, Instant.MIN));
        assertThat(db.toolExecutions().listUsage(Instant.parse("-0005-01-01T00:00:00Z")))
                .isEqualTo(bruteForce(stored, Instant.MIN));
        assertThat(db.toolExecutions().listUsage(Instant.parse("+10000-01-01T00:00:00Z")))
                .isEmpty();
        assertThat(db.toolExecutions().listUsage(Instant.MAX)).isEmpty();
    }

    @Test
    void failuresAreCountedOverAllExecutionsTheMostUsedToolFirst() {
        List<ToolExecution> stored = createRandomExecutions();
        Comparator<ToolFailures> order =
                Comparator.comparing(ToolFailures::executions).reversed().thenComparing(ToolFailures::toolName);
        List<ToolFailures> expected =
                stored.stream().collect(Collectors.groupingBy(ToolExecution::toolName)).entrySet().stream()
                        .map(tool -> new ToolFailures(
                                tool.getKey(),
                                tool.getValue().size(),
                                count(tool, SUCCESS),
                                count(tool, FAILED, TIMEOUT)))
                        .sorted(order)
                        .toList();

        assertThat(db.toolExecutions().listFailures(PageRequest.MAX_LIMIT)).isEqualTo(expected);
        assertThat(db.toolExecutions().listFailures(1)).isEqualTo(expected.subList(0, 1));
    }

    private static long count(Map.Entry<String, List<ToolExecution>> tool, ToolExecutionStatus... statuses) {
        return tool.getValue().stream()
                .filter(execution -> List.of(statuses).contains(execution.status()))
                .count();
    }
}
