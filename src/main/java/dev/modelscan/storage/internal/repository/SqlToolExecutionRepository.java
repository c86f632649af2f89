package dev.modelscan.storage.internal.repository;

import static dev.modelscan.storage.internal.repository.ToolExecutionColumns.AGENT_ID;
import static dev.modelscan.storage.internal.repository.ToolExecutionColumns.CALL_ID;
import static dev.modelscan.storage.internal.repository.ToolExecutionColumns.COMPLETED_AT;
import static dev.modelscan.storage.internal.repository.ToolExecutionColumns.CREATED_AT;
import static dev.modelscan.storage.internal.repository.ToolExecutionColumns.ERROR;
import static dev.modelscan.storage.internal.repository.ToolExecutionColumns.ID;
import static dev.modelscan.storage.internal.repository.ToolExecutionColumns.MESSAGE_ID;
import static dev.modelscan.storage.internal.repository.ToolExecutionColumns.OUTPUT;
import static dev.modelscan.storage.internal.repository.ToolExecutionColumns.STARTED_AT;
import static dev.modelscan.storage.internal.repository.ToolExecutionColumns.STATUS;
import static dev.modelscan.storage.internal.repository.ToolExecutionColumns.TASK_ID;
import static dev.modelscan.storage.internal.repository.ToolExecutionColumns.TOOL_NAME;
import static dev.modelscan.storage.internal.repository.ToolExecutionColumns.UPDATED_AT;
import static dev.modelscan.storage.schema.Tables.TOOL_EXECUTIONS;

import dev.modelscan.storage.Json;
import dev.modelscan.storage.Page;
import dev.modelscan.storage.PageRequest;
import dev.modelscan.storage.agents.AgentId;
import dev.modelscan.storage.conversations.MessageId;
import dev.modelscan.storage.internal.dsl.TimeExpressions;
import dev.modelscan.storage.internal.engine.Sessions;
import dev.modelscan.storage.internal.query.Codec;
import dev.modelscan.storage.internal.query.Column;
import dev.modelscan.storage.internal.query.CompiledQuery;
import dev.modelscan.storage.internal.query.Parameter;
import dev.modelscan.storage.internal.query.Row;
import dev.modelscan.storage.internal.repository.StatusTimes.Phase;
import dev.modelscan.storage.internal.values.Ranges;
import dev.modelscan.storage.internal.values.TextRules;
import dev.modelscan.storage.internal.values.TimeBounds;
import dev.modelscan.storage.tasks.TaskId;
import dev.modelscan.storage.tools.ToolExecution;
import dev.modelscan.storage.tools.ToolExecutionId;
import dev.modelscan.storage.tools.ToolExecutionRepository;
import dev.modelscan.storage.tools.ToolExecutionStatus;
import dev.modelscan.storage.tools.ToolFailures;
import dev.modelscan.storage.tools.ToolUsage;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jooq.Field;
import org.jooq.Query;
import org.jooq.impl.DSL;
import org.jspecify.annotations.Nullable;

final class SqlToolExecutionRepository extends SqlRepository<ToolExecutionId, ToolExecution>
        implements ToolExecutionRepository {

    static final Mapping<ToolExecutionId, ToolExecution> MAPPING = ToolExecutionColumns.mapping()
            .fixed(STATUS, "use updateStatus")
            .fixed(STARTED_AT, "it follows the status")
            .fixed(COMPLETED_AT, "it follows the status");

    private static final PagedQuery<ToolExecution> BY_AGENT = listBy("toolExecution.byAgent", AGENT_ID);
    private static final PagedQuery<ToolExecution> BY_TASK = listBy("toolExecution.byTask", TASK_ID);
    private static final PagedQuery<ToolExecution> BY_MESSAGE = listBy("toolExecution.byMessage", MESSAGE_ID);
    private static final PagedQuery<ToolExecution> BY_CALL = listBy("toolExecution.byCall", CALL_ID);
    private static final PagedQuery<ToolExecution> BY_TOOL = listBy("toolExecution.byTool", TOOL_NAME);

    private static final Parameter<String> IDS = Parameter.of("ids", Codec.TEXT, String.class);

    /** Read without an order: an index has the executions of one message in order, and not those of several. */
    private static final CompiledQuery<ToolExecution> BY_MESSAGES =
            CompiledQuery.rows("toolExecution.byMessages", MAPPING.mapper, () -> DSL.select(MAPPING.columns.fields())
                    .from(TOOL_EXECUTIONS)
                    .where(TOOL_EXECUTIONS.MESSAGE_ID.in(IdList.select(IDS.param(), TOOL_EXECUTIONS.MESSAGE_ID))));

    private static final Comparator<ToolExecution> BY_TIME = Comparator.comparing(ToolExecution::createdAt)
            .thenComparing(execution -> execution.id().value());

    private static final Map<ToolExecutionStatus, CompiledQuery<ToolExecution>> CHANGES = changes();

    private static final CompiledQuery<Void> DELETE_BY_TASK = CompiledQuery.command(
            "toolExecution.deleteByTask", () -> DSL.deleteFrom(TOOL_EXECUTIONS).where(TASK_ID.isParameter()));

    private static final CompiledQuery<ToolUsage> USAGE = CompiledQuery.rows(
            "toolExecution.usage", SqlToolExecutionRepository::usage, SqlToolExecutionRepository::usageExpression);

    private static final CompiledQuery<ToolFailures> FAILURES = CompiledQuery.rows(
            "toolExecution.failures",
            SqlToolExecutionRepository::failures,
            SqlToolExecutionRepository::failuresExpression);

    SqlToolExecutionRepository(Sessions sessions) {
        super(sessions, MAPPING);
    }

    private static <T> PagedQuery<ToolExecution> listBy(String name, Column<ToolExecution, T> column) {
        return new PagedQuery<>(
                name,
                MAPPING,
                column::isParameter,
                List.of(PagedQuery.ascending(CREATED_AT), PagedQuery.ascending(ID)));
    }

    /** Changes set output and error only if the caller gives them. */
    private static Map<ToolExecutionStatus, CompiledQuery<ToolExecution>> changes() {
        var change = new StatusChange<>(STATUS, CREATED_AT, STARTED_AT, COMPLETED_AT, UPDATED_AT.parameter());
        Map<ToolExecutionStatus, CompiledQuery<ToolExecution>> changes = new EnumMap<>(ToolExecutionStatus.class);
        for (ToolExecutionStatus status : ToolExecutionStatus.values()) {
            changes.put(
                    status,
                    MAPPING.updateOf(
                            "toolExecution.become." + status.code(),
                            () -> sets(change, status),
                            () -> change.from(status.predecessors())));
        }
        return changes;
    }

    private static Map<Field<?>, Field<?>> sets(
            StatusChange<ToolExecution, ToolExecutionStatus> change, ToolExecutionStatus status) {
        Map<Field<?>, Field<?>> set = change.to(status, status == ToolExecutionStatus.RUNNING, status.isFinal());
        if (status == ToolExecutionStatus.SUCCESS) {
            set.put(OUTPUT.field(), DSL.coalesce(OUTPUT.parameter().param(), OUTPUT.field()));
        } else if (status == ToolExecutionStatus.FAILED) {
            set.put(ERROR.field(), DSL.coalesce(ERROR.parameter().param(), ERROR.field()));
        }
        return set;
    }

    /**
     * Ranks the durations of each tool, so that the 95th percentile is a measured value. It sorts the
     * executions since the given time: no index can have both the range of times and the order of durations.
     */
    private static Query usageExpression() {
        var table = TOOL_EXECUTIONS;
        Field<Long> micros = TimeExpressions.micros(table.STARTED_AT, table.COMPLETED_AT);
        var ranked = DSL.select(
                        table.TOOL_NAME,
                        table.STATUS,
                        micros.as("micros"),
                        DSL.rowNumber()
                                .over(DSL.partitionBy(table.TOOL_NAME)
                                        .orderBy(micros.asc().nullsLast()))
                                .as("position"),
                        DSL.count(micros).over(DSL.partitionBy(table.TOOL_NAME)).as("measured"))
                .from(table)
                // The upper bound excludes no row. PostgreSQL uses one plan for all times. With one bound it
                // expects a third of the table; with two it expects a small part, and uses the index.
                .where(table.STARTED_AT.between(
                        STARTED_AT.parameter().param(), DSL.inline(TimeBounds.LATEST, table.STARTED_AT)))
                .asTable("ranked");
        Field<String> name = Objects.requireNonNull(ranked.field(table.TOOL_NAME));
        Field<ToolExecutionStatus> status = Objects.requireNonNull(ranked.field(table.STATUS));
        Field<Long> time = Objects.requireNonNull(ranked.field("micros", Long.class));
        Field<Integer> position = Objects.requireNonNull(ranked.field("position", Integer.class));
        Field<Integer> measured = Objects.requireNonNull(ranked.field("measured", Integer.class));
        Field<Integer> p95 = measured.times(DSL.inline(95)).plus(DSL.inline(99)).div(DSL.inline(100));
        return DSL.select(
                        name,
                        DSL.count(),
                        countOf(status, ToolExecutionStatus.SUCCESS),
                        countOf(status, ToolExecutionStatus.FAILED, ToolExecutionStatus.TIMEOUT),
                        DSL.round(DSL.avg(time)),
                        DSL.max(DSL.when(position.eq(p95), time)))
                .from(ranked)
                .groupBy(name)
                .orderBy(name);
    }

    private static ToolUsage usage(Row row) throws SQLException {
        return new ToolUsage(
                /* toolName= */ row.get(Codec.TEXT, 1),
                /* executions= */ row.get(Codec.LONG, 2),
                /* successes= */ row.get(Codec.LONG, 3),
                /* failures= */ row.get(Codec.LONG, 4),
                /* meanDuration= */ duration(row.find(Codec.LONG, 5)),
                /* p95Duration= */ duration(row.find(Codec.LONG, 6)));
    }

    private static Query failuresExpression() {
        var table = TOOL_EXECUTIONS;
        Field<Integer> executions = DSL.count().as("executions");
        return DSL.select(
                        table.TOOL_NAME,
                        executions,
                        countOf(table.STATUS, ToolExecutionStatus.SUCCESS),
                        countOf(table.STATUS, ToolExecutionStatus.FAILED, ToolExecutionStatus.TIMEOUT))
                .from(table)
                .groupBy(table.TOOL_NAME)
                .orderBy(executions.desc(), table.TOOL_NAME)
                .limit(Mapping.LIMIT.param());
    }

    private static Field<Integer> countOf(Field<ToolExecutionStatus> status, ToolExecutionStatus... counted) {
        var codes = Arrays.stream(counted).map(code -> DSL.inline(code, status)).toList();
        return DSL.count(DSL.when(status.in(codes), DSL.inline(1)));
    }

    private static ToolFailures failures(Row row) throws SQLException {
        return new ToolFailures(
                /* toolName= */ row.get(Codec.TEXT, 1),
                /* executions= */ row.get(Codec.LONG, 2),
                /* successes= */ row.get(Codec.LONG, 3),
                /* failures= */ row.get(Codec.LONG, 4));
    }

    private static @Nullable Duration duration(@Nullable Long micros) {
        return micros == null ? null : Duration.of(micros, ChronoUnit.MICROS);
    }

    @Override
    ToolExecution initial(ToolExecution execution) {
        Phase phase =
                switch (execution.status()) {
                    case PENDING -> Phase.WAITING;
                    case RUNNING -> Phase.RUNNING;
                    case SUCCESS -> Phase.DONE;
                    case FAILED, TIMEOUT -> Phase.STOPPED;
                };
        StatusTimes given = new StatusTimes(execution.startedAt(), execution.completedAt());
        StatusTimes times = StatusTimes.of(MAPPING.entity, execution.id(), phase, given, execution.createdAt());
        return times.equals(given)
                ? execution
                : execution.toBuilder()
                        .startedAt(times.startedAt())
                        .completedAt(times.completedAt())
                        .build();
    }

    @Override
    public ToolExecution complete(ToolExecutionId id, @Nullable Json output) {
        Objects.requireNonNull(id, "id");
        ValueLimits.check(sessions.options(), MAPPING.entity, id, OUTPUT, output);
        return change(id, ToolExecutionStatus.SUCCESS, execution -> execution.set(OUTPUT.parameter(), output));
    }

    @Override
    public ToolExecution fail(ToolExecutionId id, String error) {
        Objects.requireNonNull(id, "id");
        Objects.requireNonNull(error, "error");
        ValueLimits.checkText(sessions.options(), MAPPING.entity, id, ERROR.name(), error);
        return change(id, ToolExecutionStatus.FAILED, execution -> execution.set(ERROR.parameter(), error));
    }

    @Override
    public ToolExecution updateStatus(ToolExecutionId id, ToolExecutionStatus status) {
        Objects.requireNonNull(id, "id");
        Objects.requireNonNull(status, "status");
        return switch (status) {
            case SUCCESS -> complete(id, null);
            case FAILED -> change(id, status, execution -> execution.set(ERROR.parameter(), null));
            default -> change(id, status, PagedQuery.Filter.NONE);
        };
    }

    private ToolExecution change(ToolExecutionId id, ToolExecutionStatus status, PagedQuery.Filter values) {
        CompiledQuery<ToolExecution> change = Objects.requireNonNull(CHANGES.get(status));
        return sessions.write(
                MAPPING.entity,
                id.value(),
                session -> transition(session, change, id, values, status.code(), stored -> stored.status()
                        .code()));
    }

    @Override
    public Page<ToolExecution> listByAgent(AgentId agentId, PageRequest request) {
        Objects.requireNonNull(agentId, "agentId");
        Objects.requireNonNull(request, "request");
        return fetch(BY_AGENT, request, execution -> execution.set(AGENT_ID.parameter(), agentId));
    }

    @Override
    public Page<ToolExecution> listByTask(TaskId taskId, PageRequest request) {
        Objects.requireNonNull(taskId, "taskId");
        Objects.requireNonNull(request, "request");
        return fetch(BY_TASK, request, execution -> execution.set(TASK_ID.parameter(), taskId));
    }

    @Override
    public Page<ToolExecution> listByMessage(MessageId messageId, PageRequest request) {
        Objects.requireNonNull(messageId, "messageId");
        Objects.requireNonNull(request, "request");
        return fetch(BY_MESSAGE, request, execution -> execution.set(MESSAGE_ID.parameter(), messageId));
    }

    @Override
    public Map<MessageId, List<ToolExecution>> listByMessages(Collection<MessageId> messageIds) {
        Objects.requireNonNull(messageIds, "messageIds");
        Ranges.require("the number of messages", messageIds.size(), 0, PageRequest.MAX_LIMIT);
        List<ToolExecution> found = messageIds.isEmpty()
                ? List.of()
                : sessions.read(MAPPING.entity, null, session -> session.query(BY_MESSAGES)
                        .set(IDS, IdList.text(messageIds))
                        .list());
        Map<MessageId, List<ToolExecution>> byMessage = new LinkedHashMap<>();
        messageIds.forEach(id -> byMessage.put(id, new ArrayList<>()));
        found.forEach(
                each -> Objects.requireNonNull(byMessage.get(each.messageId())).add(each));
        byMessage.replaceAll((id, ofOne) -> ofOne.stream().sorted(BY_TIME).toList());
        return Collections.unmodifiableMap(byMessage);
    }

    @Override
    public Page<ToolExecution> listByCall(String callId, PageRequest request) {
        Objects.requireNonNull(callId, "callId");
        Objects.requireNonNull(request, "request");
        if (!TextRules.isStorable(callId)) {
            return new Page<>(List.of(), Optional.empty());
        }
        return fetch(BY_CALL, request, execution -> execution.set(CALL_ID.parameter(), callId));
    }

    @Override
    public Page<ToolExecution> listByTool(String toolName, PageRequest request) {
        Objects.requireNonNull(toolName, "toolName");
        Objects.requireNonNull(request, "request");
        if (!TextRules.isStorable(toolName)) {
            return new Page<>(List.of(), Optional.empty());
        }
        return fetch(BY_TOOL, request, execution -> execution.set(TOOL_NAME.parameter(), toolName));
    }

    @Override
    public int deleteByTask(TaskId taskId) {
        Objects.requireNonNull(taskId, "taskId");
        return sessions.writeMany(MAPPING.entity, null, session -> session.query(DELETE_BY_TASK)
                .set(TASK_ID.parameter(), taskId)
                .update());
    }

    @Override
    public List<ToolUsage> listUsage(Instant since) {
        Objects.requireNonNull(since, "since");
        Instant first = TimeBounds.firstStored(since);
        if (first == null) {
            return List.of();
        }
        return sessions.read(
                MAPPING.entity,
                null,
                session -> List.copyOf(
                        session.query(USAGE).set(STARTED_AT.parameter(), first).list()));
    }

    @Override
    public List<ToolFailures> listFailures(int limit) {
        Ranges.require("limit", limit, 1, PageRequest.MAX_LIMIT);
        return sessions.read(
                MAPPING.entity,
                null,
                session -> List.copyOf(
                        session.query(FAILURES).set(Mapping.LIMIT, limit).list()));
    }
}
