package dev.modelscan.storage.contract;

import static dev.modelscan.storage.tasks.TaskStatus.CANCELLED;
import static dev.modelscan.storage.tasks.TaskStatus.COMPLETED;
import static dev.modelscan.storage.tasks.TaskStatus.FAILED;
import static dev.modelscan.storage.tasks.TaskStatus.PENDING;
import static dev.modelscan.storage.tasks.TaskStatus.RUNNING;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.modelscan.storage.Json;
import dev.modelscan.storage.Page;
import dev.modelscan.storage.PageRequest;
import dev.modelscan.storage.Repositories;
import dev.modelscan.storage.Repository;
import dev.modelscan.storage.agents.Agent;
import dev.modelscan.storage.agents.AgentId;
import dev.modelscan.storage.errors.InvalidDataException;
import dev.modelscan.storage.errors.InvalidTransitionException;
import dev.modelscan.storage.errors.NotFoundException;
import dev.modelscan.storage.support.BeforeStatement;
import dev.modelscan.storage.tasks.Task;
import dev.modelscan.storage.tasks.TaskId;
import dev.modelscan.storage.tasks.TaskStatus;
import dev.modelscan.storage.teams.Team;
import dev.modelscan.storage.teams.TeamId;
import dev.modelscan.storage.workflows.Workflow;
import dev.modelscan.storage.workflows.WorkflowId;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the repository of tasks does. */
abstract class TaskRepositoryContract extends StatefulRepositoryContract<TaskId, Task, TaskStatus> {

    private static final Comparator<Task> OLDEST_FIRST = Comparator.comparing(Task::createdAt)
            .thenComparing(task -> task.id().value());
    private static final Comparator<Task> MOST_URGENT_FIRST =
            Comparator.comparing(Task::priority).reversed().thenComparing(OLDEST_FIRST);

    private Agent agent;
    private Agent otherAgent;
    private Team team;
    private Workflow workflow;

    @Override
    void prepare() {
        agent = createAgent("researcher");
        otherAgent = createAgent("writer");
        team = createTeam("discovery");
        workflow = db.workflows().create(workflow().build());
    }

    @Override
    String entity() {
        return "task";
    }

    @Override
    Repository<TaskId, Task> repository(Repositories repositories) {
        return repositories.tasks();
    }

    @Override
    TaskId newId() {
        return TaskId.next();
    }

    @Override
    Task newRecord(int number, TaskId id, Instant createdAt) {
        return task().id(id)
                .agentId(agent.id())
                .teamId(team.id())
                .workflowId(workflow.id())
                .priority(number % 100)
                .input(Json.of(List.of(number)))
                .output(Json.parse("\"out\""))
                .error("none")
                .metadata(Map.of("number", number))
                .createdAt(createdAt)
                .build();
    }

    @Override
    Task newRecord(Instant createdAt, TaskStatus status, @Nullable Instant startedAt, @Nullable Instant completedAt) {
        return task().createdAt(createdAt)
                .status(status)
                .startedAt(startedAt)
                .completedAt(completedAt)
                .build();
    }

    @Override
    Task changed(Task record) {
        return record.toBuilder()
                .agentId(null)
                .teamId(null)
                .workflowId(null)
                .parentId(null)
                .type("translate")
                .priority(-100)
                .input(null)
                .output(Json.parse("null"))
                .error(null)
                .metadata(Map.of("changed", true))
                .build();
    }

    @Override
    Task withId(Task record, TaskId id) {
        return record.toBuilder().id(id).build();
    }

    @Override
    TaskId id(Task record) {
        return record.id();
    }

    @Override
    long version(Task record) {
        return record.version();
    }

    @Override
    Instant createdAt(Task record) {
        return record.createdAt();
    }

    @Override
    Instant updatedAt(Task record) {
        return record.updatedAt();
    }

    @Override
    TaskStatus status(Task record) {
        return record.status();
    }

    @Override
    @Nullable
    Instant startedAt(Task record) {
        return record.startedAt();
    }

    @Override
    @Nullable
    Instant completedAt(Task record) {
        return record.completedAt();
    }

    @Override
    Comparator<Task> order() {
        return OLDEST_FIRST;
    }

    @Override
    Map<String, Task> withMissingReference(Task record) {
        return Map.of(
                "agentId", record.toBuilder().agentId(new AgentId("missing")).build(),
                "teamId", record.toBuilder().teamId(new TeamId("missing")).build(),
                "parentId", record.toBuilder().parentId(new TaskId("missing")).build(),
                "workflowId",
                        record.toBuilder().workflowId(new WorkflowId("missing")).build());
    }

    @Override
    Map<String, Task> withFixedFieldChanged(Task record) {
        Instant other = record.createdAt().plusSeconds(1);
        return Map.of(
                "status", record.toBuilder().status(RUNNING).build(),
                "startedAt", record.toBuilder().startedAt(other).build(),
                "completedAt", record.toBuilder().completedAt(other).build(),
                "createdAt", record.toBuilder().createdAt(other).build());
    }

    @Override
    Page<Task> otherList(Task record, PageRequest request) {
        return db.tasks().listByAgent(agent.id(), request);
    }

    @Override
    Map<TaskStatus, Set<TaskStatus>> allowed() {
        return Map.of(
                PENDING, Set.of(RUNNING, FAILED, CANCELLED),
                RUNNING, Set.of(COMPLETED, FAILED, CANCELLED, PENDING),
                FAILED, Set.of(PENDING),
                COMPLETED, Set.of(),
                CANCELLED, Set.of());
    }

    @Override
    TaskStatus waiting() {
        return PENDING;
    }

    @Override
    TaskStatus running() {
        return RUNNING;
    }

    @Override
    TaskStatus succeeded() {
        return COMPLETED;
    }

    @Override
    String code(TaskStatus status) {
        return status.code();
    }

    @Override
    boolean canBecome(TaskStatus from, TaskStatus to) {
        return from.canBecome(to);
    }

    @Override
    Task updateStatus(Repositories repositories, TaskId id, TaskStatus status) {
        return repositories.tasks().updateStatus(id, status);
    }

    @Test
    void aTaskNeedsNothingButAType() {
        Task stored = db.tasks().create(task().build());

        assertThat(db.tasks().get(stored.id())).isEqualTo(stored);
        assertThat(stored.agentId()).isNull();
        assertThat(stored.input()).isNull();
        assertThat(stored.status()).isEqualTo(PENDING);
    }

    @ParameterizedTest
    @ValueSource(ints = {-100, 0, 100})
    void aPriorityInRangeIsStored(int priority) {
        Task stored = db.tasks().create(task().priority(priority).build());

        assertThat(db.tasks().get(stored.id()).priority()).isEqualTo(priority);
    }

    @ParameterizedTest
    @ValueSource(ints = {Integer.MIN_VALUE, -101, 101, Integer.MAX_VALUE})
    void aPriorityOutOfRangeIsRefused(int priority) {
        InvalidDataException refusal = catchThrowableOfType(
                InvalidDataException.class, () -> task().priority(priority).build());

        assertThat(refusal.entity()).isEqualTo("task");
        assertThat(refusal.field()).isEqualTo("priority");
        assertThat(refusal.reason()).contains(String.valueOf(priority));
    }

    @Test
    void aFailureKeepsItsReasonAndATryAgainForgetsIt() {
        Task task = db.tasks().create(newRecord(1));
        db.tasks().updateStatus(task.id(), RUNNING);

        Task failed = db.tasks().fail(task.id(), "");
        Task again = db.tasks().updateStatus(task.id(), PENDING);

        assertThat(failed.error()).isEmpty();
        assertThat(failed.status()).isEqualTo(FAILED);
        assertThat(again.error()).isNull();
        assertThat(again.startedAt()).isNull();
        assertThat(again.completedAt()).isNull();
        assertThat(again.output()).isEqualTo(task.output());
        assertThat(db.tasks().get(task.id())).isEqualTo(again);
    }

    @ParameterizedTest
    @EnumSource(
            value = TaskStatus.class,
            names = {"COMPLETED", "FAILED", "CANCELLED"})
    void whatHasEndedCannotFail(TaskStatus status) {
        Task task = db.tasks().create(task().status(status).build());

        InvalidTransitionException refusal = catchThrowableOfType(
                InvalidTransitionException.class, () -> db.tasks().fail(task.id(), "late"));

        assertNames(refusal, "task", task.id());
        assertThat(refusal.from()).isEqualTo(status.code());
        assertThat(db.tasks().get(task.id())).isEqualTo(task);
    }

    @ParameterizedTest
    @ValueSource(strings = {"a\0b", "\uD800"})
    void aReasonThatCannotBeStoredIsRefused(String reason) {
        Task task = db.tasks().create(task().build());

        InvalidDataException refusal = catchThrowableOfType(
                InvalidDataException.class, () -> db.tasks().fail(task.id(), reason));

        assertNames(refusal, "task", task.id());
        assertThat(refusal.field()).isEqualTo("error");
        assertThat(db.tasks().get(task.id())).isEqualTo(task);
    }

    @Test
    void completingKeepsTheOutputThatIsGivenOrElseTheOneThatIsThere() {
        Task task = db.tasks().create(newRecord(1).toBuilder().output(null).build());
        Task other = db.tasks().create(task().output(Json.parse("[1]")).build());
        Json output = Json.parse("{\"answer\": 42}");

        assertThat(db.tasks().start(task.id()).status()).isEqualTo(RUNNING);
        Task completed = db.tasks().complete(task.id(), output);
        db.tasks().start(other.id());

        assertThat(completed.output()).isEqualTo(output);
        assertThat(completed.status()).isEqualTo(TaskStatus.COMPLETED);
        assertThat(db.tasks().get(task.id())).isEqualTo(completed);
        assertThat(db.tasks().complete(other.id(), null).output()).isEqualTo(Json.parse("[1]"));
        assertThatThrownBy(() -> db.tasks().cancel(task.id())).isInstanceOf(InvalidTransitionException.class);
        assertThatThrownBy(() -> db.tasks().complete(task.id(), output)).isInstanceOf(InvalidTransitionException.class);
    }

    @ParameterizedTest
    @EnumSource(TaskStatus.class)
    void theOutputIsReplacedWhateverTheStatus(TaskStatus status) {
        Task task = db.tasks().create(task().status(status).build());
        Instant now = clock.advance();
        Json output = Json.parse("{\"answer\": 42}");

        Task changed = db.tasks().updateOutput(task.id(), output);

        assertThat(changed.output()).isEqualTo(output);
        assertThat(changed.status()).isEqualTo(status);
        assertThat(changed.version()).isEqualTo(2);
        assertThat(changed.updatedAt()).isEqualTo(now);
        assertThat(db.tasks().get(task.id())).isEqualTo(changed);
    }

    @Test
    void theOutputOfNothingIsNotFound() {
        TaskId id = newId();

        assertNames(
                catchThrowableOfType(NotFoundException.class, () -> db.tasks().updateOutput(id, Json.emptyObject())),
                "task",
                id);
        assertNames(
                catchThrowableOfType(NotFoundException.class, () -> db.tasks().fail(id, "e")), "task", id);
    }

    /** Tasks with ties in every filter and every key of an order. */
    private List<Task> createMixed() {
        Random random = new Random(11);
        List<Task> tasks = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            tasks.add(task().agentId(random.nextBoolean() ? agent.id() : otherAgent.id())
                    .teamId(random.nextBoolean() ? team.id() : null)
                    .workflowId(random.nextBoolean() ? workflow.id() : null)
                    .status(TaskStatus.values()[random.nextInt(5)])
                    .priority(random.nextInt(5) * 50 - 100)
                    .createdAt(TestClock.START.plusNanos(1_000L * random.nextInt(5)))
                    .build());
        }
        return db.tasks().createAll(tasks);
    }

    private static List<Task> select(List<Task> tasks, Predicate<Task> filter, Comparator<Task> order) {
        return tasks.stream().filter(filter).sorted(order).toList();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 4, 200})
    void theFilteredListsHoldTheirOwnInTheirOrder(int limit) {
        List<Task> stored = createMixed();

        assertThat(walk(limit, request -> db.tasks().listByAgent(agent.id(), request)))
                .isEqualTo(select(stored, task -> agent.id().equals(task.agentId()), OLDEST_FIRST));
        assertThat(walk(limit, request -> db.tasks().listByTeam(team.id(), request)))
                .isEqualTo(select(stored, task -> team.id().equals(task.teamId()), OLDEST_FIRST));
        assertThat(walk(limit, request -> db.tasks().listByWorkflow(workflow.id(), request)))
                .isEqualTo(select(stored, task -> workflow.id().equals(task.workflowId()), OLDEST_FIRST));
        for (TaskStatus status : TaskStatus.values()) {
            assertThat(walk(limit, request -> db.tasks().listByStatus(status, request)))
                    .isEqualTo(select(stored, task -> task.status() == status, MOST_URGENT_FIRST));
            assertThat(walk(limit, request -> db.tasks().listByAgent(agent.id(), status, request)))
                    .isEqualTo(select(
                            stored,
                            task -> task.status() == status && agent.id().equals(task.agentId()),
                            MOST_URGENT_FIRST));
        }
    }

    @Test
    void aTaskThatBecomesLessUrgentWhileAPageIsReadIsInItOnce() {
        assumeTrue(engine().readsWhileWriting());
        List<Task> tasks = db.tasks()
                .createAll(List.of(
                        task().priority(2).build(),
                        task().priority(2).build(),
                        task().priority(1).build()));
        List<Task> sorted = db.tasks()
                .listByStatus(TaskStatus.PENDING, PageRequest.first(10))
                .items();
        PageRequest second = db.tasks()
                .listByStatus(TaskStatus.PENDING, PageRequest.first(1))
                .next()
                .orElseThrow();
        Task changed = sorted.get(1);
        PageRequest rest = PageRequest.after(second.after(), 10);

        List<Task> page;
        try (BeforeStatement other = new BeforeStatement(
                2, () -> db.tasks().update(changed.toBuilder().priority(1).build()))) {
            page = db.tasks().listByStatus(TaskStatus.PENDING, rest).items();
        }

        assertThat(tasks).hasSize(3);
        assertThat(page)
                .extracting(Task::id)
                .containsExactly(changed.id(), sorted.get(2).id());
    }

    @Test
    void aTaskThatIsCreatedWhileItIsUpdatedIsUpdated() {
        assumeTrue(!engine().name().startsWith("SQLite"));
        Task task = task().id(TaskId.next()).createdAt(clock.instant()).build();
        Task update;
        try (BeforeStatement other = new BeforeStatement(2, () -> db.tasks().create(task))) {
            update = db.tasks().update(task.toBuilder().type("changed").build());
        }

        assertThat(update.type()).isEqualTo("changed");
        assertThat(update.version()).isEqualTo(2);
    }
}
