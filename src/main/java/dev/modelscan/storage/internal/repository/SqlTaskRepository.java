package dev.modelscan.storage.internal.repository;

import static dev.modelscan.storage.internal.repository.TaskColumns.AGENT_ID;
import static dev.modelscan.storage.internal.repository.TaskColumns.COMPLETED_AT;
import static dev.modelscan.storage.internal.repository.TaskColumns.CREATED_AT;
import static dev.modelscan.storage.internal.repository.TaskColumns.ERROR;
import static dev.modelscan.storage.internal.repository.TaskColumns.ID;
import static dev.modelscan.storage.internal.repository.TaskColumns.ORIGIN;
import static dev.modelscan.storage.internal.repository.TaskColumns.OUTPUT;
import static dev.modelscan.storage.internal.repository.TaskColumns.PARENT_ID;
import static dev.modelscan.storage.internal.repository.TaskColumns.PRIORITY;
import static dev.modelscan.storage.internal.repository.TaskColumns.STARTED_AT;
import static dev.modelscan.storage.internal.repository.TaskColumns.STATUS;
import static dev.modelscan.storage.internal.repository.TaskColumns.TEAM_ID;
import static dev.modelscan.storage.internal.repository.TaskColumns.UPDATED_AT;
import static dev.modelscan.storage.internal.repository.TaskColumns.WORKFLOW_ID;

import dev.modelscan.storage.Json;
import dev.modelscan.storage.Page;
import dev.modelscan.storage.PageRequest;
import dev.modelscan.storage.agents.AgentId;
import dev.modelscan.storage.errors.InvalidDataException;
import dev.modelscan.storage.internal.engine.Sessions;
import dev.modelscan.storage.internal.query.Column;
import dev.modelscan.storage.internal.query.CompiledQuery;
import dev.modelscan.storage.internal.repository.StatusTimes.Phase;
import dev.modelscan.storage.sources.SourceId;
import dev.modelscan.storage.tasks.Task;
import dev.modelscan.storage.tasks.TaskId;
import dev.modelscan.storage.tasks.TaskRepository;
import dev.modelscan.storage.tasks.TaskStatus;
import dev.modelscan.storage.teams.TeamId;
import dev.modelscan.storage.workflows.WorkflowId;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jooq.Condition;
import org.jooq.Field;
import org.jooq.impl.DSL;
import org.jspecify.annotations.Nullable;

final class SqlTaskRepository extends SqlRepository<TaskId, Task> implements TaskRepository {

    static final Mapping<TaskId, Task> MAPPING = TaskColumns.mapping()
            .fixed(STATUS, "use updateStatus")
            .fixed(STARTED_AT, "it follows the status")
            .fixed(COMPLETED_AT, "it follows the status");

    private static final List<PagedQuery.Key<Task>> OLDEST_FIRST =
            List.of(PagedQuery.ascending(CREATED_AT), PagedQuery.ascending(ID));
    private static final List<PagedQuery.Key<Task>> MOST_URGENT_FIRST =
            List.of(PagedQuery.descending(PRIORITY), PagedQuery.ascending(CREATED_AT), PagedQuery.ascending(ID));

    private static final PagedQuery<Task> BY_AGENT = listBy("task.byAgent", AGENT_ID);
    private static final PagedQuery<Task> BY_TEAM = listBy("task.byTeam", TEAM_ID);
    private static final PagedQuery<Task> BY_WORKFLOW = listBy("task.byWorkflow", WORKFLOW_ID);
    private static final PagedQuery<Task> BY_PARENT = listBy("task.byParent", PARENT_ID);
    private static final PagedQuery<Task> BY_SOURCE = listBy("task.bySource", ORIGIN.sourceId);
    private static final CompiledQuery<Task> BY_EXTERNAL_ID = MAPPING.select("task.byExternalId", ORIGIN::isNamed);
    private static final PagedQuery<Task> BY_STATUS =
            new PagedQuery<>("task.byStatus", MAPPING, STATUS::isParameter, MOST_URGENT_FIRST);
    private static final PagedQuery<Task> BY_AGENT_AND_STATUS = new PagedQuery<>(
            "task.byAgentAndStatus",
            MAPPING,
            () -> AGENT_ID.isParameter().and(STATUS.isParameter()),
            MOST_URGENT_FIRST);

    private static final Map<TaskStatus, CompiledQuery<Task>> CHANGES = changes();
    private static final CompiledQuery<Task> SET_OUTPUT = MAPPING.updateOf(
            "task.setOutput", () -> Map.of(OUTPUT.field(), OUTPUT.parameter().param()), PagedQuery::noCondition);

    private static final CompiledQuery<Task> UPDATE_IMPORTED =
            MAPPING.updateBut("task.updateImported", Set.of(CREATED_AT), () -> ORIGIN.format
                    .field()
                    .isNotNull());

    SqlTaskRepository(Sessions sessions) {
        super(sessions, MAPPING);
    }

    private static <T> PagedQuery<Task> listBy(String name, Column<Task, T> column) {
        return new PagedQuery<>(name, MAPPING, column::isParameter, OLDEST_FIRST);
    }

    /** Output and error are set if the caller gives them. A task that is tried again has no error. */
    private static Map<TaskStatus, CompiledQuery<Task>> changes() {
        var change = new StatusChange<>(STATUS, CREATED_AT, STARTED_AT, COMPLETED_AT, UPDATED_AT.parameter());
        Map<TaskStatus, CompiledQuery<Task>> changes = new EnumMap<>(TaskStatus.class);
        for (TaskStatus status : TaskStatus.values()) {
            changes.put(
                    status,
                    MAPPING.updateOf(
                            "task.become." + status.code(),
                            () -> sets(change, status),
                            () -> isAllowed(change.from(status.predecessors()), status)));
        }
        return changes;
    }

    /** An imported task is history: it is not tried again. */
    private static Condition isAllowed(Condition from, TaskStatus status) {
        return status.isFinal() ? from : from.and(ORIGIN.format.field().isNull());
    }

    private static Map<Field<?>, Field<?>> sets(StatusChange<Task, TaskStatus> change, TaskStatus status) {
        Map<Field<?>, Field<?>> set = change.to(status, status == TaskStatus.RUNNING, status.isFinal());
        if (status == TaskStatus.FAILED) {
            set.put(ERROR.field(), DSL.coalesce(ERROR.parameter().param(), ERROR.field()));
        } else if (status == TaskStatus.COMPLETED) {
            set.put(OUTPUT.field(), DSL.coalesce(OUTPUT.parameter().param(), OUTPUT.field()));
        } else if (status == TaskStatus.PENDING) {
            set.put(ERROR.field(), DSL.inline((String) null, ERROR.field()));
        }
        return set;
    }

    @Override
    Task initial(Task task) {
        Phase phase =
                switch (task.status()) {
                    case PENDING -> Phase.WAITING;
                    case RUNNING -> Phase.RUNNING;
                    case COMPLETED -> Phase.DONE;
                    case FAILED, CANCELLED -> Phase.STOPPED;
                };
        StatusTimes given = new StatusTimes(task.startedAt(), task.completedAt());
        // What the source of an imported task does not say stays unknown.
        StatusTimes times = task.origin().isImported()
                ? given.inOrder(MAPPING.entity, task.id())
                : StatusTimes.of(MAPPING.entity, task.id(), phase, given, task.createdAt());
        return times.equals(given)
                ? task
                : task.toBuilder()
                        .startedAt(times.startedAt())
                        .completedAt(times.completedAt())
                        .build();
    }

    /**
     * One generation after the other, each in lock order: a task comes after its parent, since a foreign key is checked with
     * each statement.
     */
    @Override
    List<Task> inInsertOrder(List<Task> tasks) {
        Set<TaskId> given = tasks.stream().map(Task::id).collect(Collectors.toSet());
        Map<TaskId, List<Task>> children = new LinkedHashMap<>();
        List<Task> generation = new ArrayList<>();
        for (Task task : tasks) {
            TaskId parent = task.parentId();
            (parent != null && given.contains(parent)
                            ? children.computeIfAbsent(parent, none -> new ArrayList<>())
                            : generation)
                    .add(task);
        }
        List<Task> ordered = new ArrayList<>(tasks.size());
        while (!generation.isEmpty()) {
            List<Task> next = new ArrayList<>();
            for (Task task : super.inInsertOrder(generation)) {
                ordered.add(task);
                next.addAll(Objects.requireNonNullElse(children.remove(task.id()), List.of()));
            }
            generation = next;
        }
        if (!children.isEmpty()) {
            throw new InvalidDataException(
                    MAPPING.entity,
                    children.values().iterator().next().get(0).id().value(),
                    "parentId",
                    "makes the task its own ancestor");
        }
        return ordered;
    }

    @Override
    public Page<Task> listByAgent(AgentId agentId, PageRequest request) {
        Objects.requireNonNull(agentId, "agentId");
        Objects.requireNonNull(request, "request");
        return fetch(BY_AGENT, request, execution -> execution.set(AGENT_ID.parameter(), agentId));
    }

    @Override
    public Page<Task> listByAgent(AgentId agentId, TaskStatus status, PageRequest request) {
        Objects.requireNonNull(agentId, "agentId");
        Objects.requireNonNull(status, "status");
        Objects.requireNonNull(request, "request");
        return fetch(BY_AGENT_AND_STATUS, request, execution -> execution
                .set(AGENT_ID.parameter(), agentId)
                .set(STATUS.parameter(), status));
    }

    @Override
    public Page<Task> listByTeam(TeamId teamId, PageRequest request) {
        Objects.requireNonNull(teamId, "teamId");
        Objects.requireNonNull(request, "request");
        return fetch(BY_TEAM, request, execution -> execution.set(TEAM_ID.parameter(), teamId));
    }

    @Override
    public Page<Task> listByWorkflow(WorkflowId workflowId, PageRequest request) {
        Objects.requireNonNull(workflowId, "workflowId");
        Objects.requireNonNull(request, "request");
        return fetch(BY_WORKFLOW, request, execution -> execution.set(WORKFLOW_ID.parameter(), workflowId));
    }

    @Override
    public Page<Task> listByParent(TaskId parentId, PageRequest request) {
        Objects.requireNonNull(parentId, "parentId");
        Objects.requireNonNull(request, "request");
        return fetch(BY_PARENT, request, execution -> execution.set(PARENT_ID.parameter(), parentId));
    }

    @Override
    public Page<Task> listBySource(SourceId sourceId, PageRequest request) {
        Objects.requireNonNull(sourceId, "sourceId");
        Objects.requireNonNull(request, "request");
        return fetch(BY_SOURCE, request, execution -> execution.set(ORIGIN.sourceId.parameter(), sourceId));
    }

    @Override
    public Optional<Task> findByExternalId(String format, String externalId) {
        return ORIGIN.find(sessions, MAPPING.entity, BY_EXTERNAL_ID, format, externalId);
    }

    @Override
    public Task updateImported(Task task) {
        Objects.requireNonNull(task, "task");
        if (!task.origin().isImported()) {
            throw new InvalidDataException(
                    MAPPING.entity, task.id().value(), "origin", "is NONE: use update and updateStatus");
        }
        return update(UPDATE_IMPORTED, initial(task), stored -> stored.origin().isImported());
    }

    @Override
    public Page<Task> listByStatus(TaskStatus status, PageRequest request) {
        Objects.requireNonNull(status, "status");
        Objects.requireNonNull(request, "request");
        return fetch(BY_STATUS, request, execution -> execution.set(STATUS.parameter(), status));
    }

    @Override
    public Task updateStatus(TaskId id, TaskStatus status) {
        Objects.requireNonNull(id, "id");
        Objects.requireNonNull(status, "status");
        return switch (status) {
            case COMPLETED -> complete(id, null);
            case FAILED -> change(id, status, execution -> execution.set(ERROR.parameter(), null));
            default -> change(id, status, PagedQuery.Filter.NONE);
        };
    }

    @Override
    public Task complete(TaskId id, @Nullable Json output) {
        Objects.requireNonNull(id, "id");
        ValueLimits.check(sessions.options(), MAPPING.entity, id, OUTPUT, output);
        return change(id, TaskStatus.COMPLETED, execution -> execution.set(OUTPUT.parameter(), output));
    }

    @Override
    public Task updateOutput(TaskId id, Json output) {
        Objects.requireNonNull(id, "id");
        Objects.requireNonNull(output, "output");
        ValueLimits.check(sessions.options(), MAPPING.entity, id, OUTPUT, output);
        return sessions.write(
                "task",
                id.value(),
                session -> updateOne(session, SET_OUTPUT, id, execution -> execution.set(OUTPUT.parameter(), output)));
    }

    @Override
    public Task fail(TaskId id, String error) {
        Objects.requireNonNull(id, "id");
        Objects.requireNonNull(error, "error");
        ValueLimits.checkText(sessions.options(), MAPPING.entity, id, ERROR.name(), error);
        return change(id, TaskStatus.FAILED, execution -> execution.set(ERROR.parameter(), error));
    }

    private Task change(TaskId id, TaskStatus status, PagedQuery.Filter values) {
        CompiledQuery<Task> change = Objects.requireNonNull(CHANGES.get(status));
        return sessions.write(
                "task",
                id.value(),
                session -> transition(session, change, id, values, status.code(), stored -> stored.status()
                        .code()));
    }
}
