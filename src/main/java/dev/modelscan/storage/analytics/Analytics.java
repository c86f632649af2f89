package dev.modelscan.storage.analytics;

import static dev.modelscan.storage.schema.Tables.AGENTS;
import static dev.modelscan.storage.schema.Tables.MESSAGES;
import static dev.modelscan.storage.schema.Tables.MODEL_CALLS;
import static dev.modelscan.storage.schema.Tables.TASKS;
import static dev.modelscan.storage.schema.Tables.TOOL_EXECUTIONS;

import dev.modelscan.storage.PageRequest;
import dev.modelscan.storage.Repositories;
import dev.modelscan.storage.Times;
import dev.modelscan.storage.tasks.TaskStatus;
import dev.modelscan.storage.tools.ToolExecutionRepository;
import dev.modelscan.storage.tools.ToolExecutionStatus;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jooq.Condition;
import org.jooq.DSLContext;
import org.jooq.Field;
import org.jooq.Records;
import org.jooq.Table;
import org.jooq.impl.DSL;
import org.jooq.impl.SQLDataType;

/**
 * Common queries. {@link ToolExecutionRepository} has more about the use of tools. Each method is one statement, so
 * its result is consistent; its cost grows with the number of rows it counts. Lists are immutable and totally ordered.
 * As thread-safe as the repositories.
 *
 * <p>All methods may throw what a query of {@link Repositories#dsl()} throws.
 *
 * @since 0.1.0
 */
public final class Analytics {

    private final DSLContext dsl;
    private final Scope scope;

    /** Takes a {@link dev.modelscan.storage.Database}, or a transaction to see its own writes. */
    public Analytics(Repositories repositories) {
        this(repositories, Scope.ALL);
    }

    /** Counts only records of a scope. */
    public Analytics(Repositories repositories, Scope scope) {
        this.dsl = Objects.requireNonNull(repositories, "repositories").dsl();
        this.scope = Objects.requireNonNull(scope, "scope");
    }

    /** How many tools, agents and models there are. */
    public Totals totals() {
        var models = DSL.selectDistinct(MODEL_CALLS.MODEL, MODEL_CALLS.CURRENCY)
                .from(MODEL_CALLS)
                .where(ofCalls())
                .asTable("models");
        return dsl.select(
                        DSL.field(DSL.select(DSL.countDistinct(TOOL_EXECUTIONS.TOOL_NAME)
                                        .cast(SQLDataType.BIGINT))
                                .from(TOOL_EXECUTIONS)
                                .where(ofExecutions())),
                        DSL.field(DSL.select(countAs("n")).from(AGENTS)),
                        DSL.field(DSL.select(countAs("n")).from(models)))
                .fetchSingle(Records.mapping(Totals::new));
    }

    /**
     * How tools were used, by executions, the most first, then by name.
     *
     * @param limit the maximum number of tools, 1 to {@link PageRequest#MAX_LIMIT}
     * @throws IllegalArgumentException if the limit is out of range
     */
    public List<ToolActivity> tools(int limit) {
        int most = PageRequest.first(limit).limit();
        var table = TOOL_EXECUTIONS;
        Field<Long> executions = countAs("executions");
        return List.copyOf(dsl.select(
                        table.TOOL_NAME,
                        executions,
                        count(ToolExecutionStatus.SUCCESS),
                        count(ToolExecutionStatus.FAILED, ToolExecutionStatus.TIMEOUT),
                        DSL.avg(Times.seconds(table.STARTED_AT, table.COMPLETED_AT))
                                .cast(SQLDataType.DOUBLE),
                        DSL.max(Times.between(table.STARTED_AT, table.COMPLETED_AT)))
                .from(table)
                .where(ofExecutions())
                .groupBy(table.TOOL_NAME)
                .orderBy(executions.desc(), table.TOOL_NAME)
                .limit(most)
                .fetch(Records.mapping(ToolActivity::new)));
    }

    private static Field<Long> count(ToolExecutionStatus... statuses) {
        return DSL.count(DSL.when(TOOL_EXECUTIONS.STATUS.in(statuses), 1)).cast(SQLDataType.BIGINT);
    }

    private Condition ofMessages() {
        return scope.of(MESSAGES.TASK_ID, MESSAGES.CREATED_AT);
    }

    private Condition ofExecutions() {
        return scope.of(TOOL_EXECUTIONS.TASK_ID, TOOL_EXECUTIONS.CREATED_AT);
    }

    private Condition ofCalls() {
        return scope.of(MODEL_CALLS.TASK_ID, MODEL_CALLS.CREATED_AT);
    }

    /** How many tasks have each status: one row for every {@link TaskStatus}, in the order of the enum. */
    public List<TaskCount> tasksByStatus() {
        Map<TaskStatus, Integer> counts = dsl.select(TASKS.STATUS, DSL.count())
                .from(TASKS)
                .where(scope.ofTasks())
                .groupBy(TASKS.STATUS)
                .fetchMap(TASKS.STATUS, DSL.count());
        return Arrays.stream(TaskStatus.values())
                .map(status -> new TaskCount(status, counts.getOrDefault(status, 0)))
                .toList();
    }

    /** How many messages conversations have. */
    public ConversationSizes conversationSizes() {
        Field<Long> messages = countAs("messages");
        Table<?> sizes = DSL.select(messages)
                .from(MESSAGES)
                .where(ofMessages())
                .groupBy(MESSAGES.CONVERSATION_ID)
                .asTable("sizes");
        Field<Long> size = sizes.field(messages);
        Field<Long> place =
                DSL.rowNumber().over().orderBy(size).cast(SQLDataType.BIGINT).as("place");
        Field<Long> total = DSL.count().over().cast(SQLDataType.BIGINT).as("total");
        Table<?> ranked = DSL.select(size, place, total).from(sizes).asTable("ranked");
        Field<Long> n = ranked.field(size);
        // Of n sizes in order, the median is the mean of those whose doubled place is n to n + 2: one size if
        // n is odd, two if n is even.
        Field<Long> doubled = ranked.field(place).times(2L);
        Field<Long> all = ranked.field(total);
        Field<Double> median =
                DSL.avg(DSL.when(doubled.between(all, all.plus(2L)), n)).cast(SQLDataType.DOUBLE);
        return dsl.select(
                        countAs("conversations"),
                        orZero(DSL.sum(n)),
                        orZero(DSL.min(n)),
                        DSL.coalesce(median, 0d),
                        orZero(DSL.max(n)))
                .from(ranked)
                .fetchSingle(Records.mapping(ConversationSizes::new));
    }

    /**
     * The conversations with the most messages, most first, then by id.
     *
     * @param limit the maximum number of conversations, 1 to {@link PageRequest#MAX_LIMIT}
     * @throws IllegalArgumentException if the limit is out of range
     */
    public List<ConversationSize> largestConversations(int limit) {
        int most = PageRequest.first(limit).limit();
        Field<Long> messages = countAs("messages");
        return List.copyOf(dsl.select(MESSAGES.CONVERSATION_ID, messages)
                .from(MESSAGES)
                .where(ofMessages())
                .groupBy(MESSAGES.CONVERSATION_ID)
                .orderBy(messages.desc(), MESSAGES.CONVERSATION_ID)
                .limit(most)
                .fetch(Records.mapping(ConversationSize::new)));
    }

    /**
     * The busiest agents, ordered by messages sent, then tool executions, then tasks, most first, then by
     * name. Includes agents that did nothing.
     *
     * @param limit the maximum number of agents, 1 to {@link PageRequest#MAX_LIMIT}
     * @throws IllegalArgumentException if the limit is out of range
     */
    public List<AgentActivity> busiestAgents(int limit) {
        int most = PageRequest.first(limit).limit();
        // One indexed count for each agent and table. A join of the tables would multiply their rows.
        Field<Long> messages = DSL.field(DSL.select(countAs("n"))
                        .from(MESSAGES)
                        .where(MESSAGES.SENDER_ID.eq(AGENTS.ID))
                        .and(ofMessages()))
                .as("messages_sent");
        Field<Long> executions = DSL.field(DSL.select(countAs("n"))
                        .from(TOOL_EXECUTIONS)
                        .where(TOOL_EXECUTIONS.AGENT_ID.eq(AGENTS.ID))
                        .and(ofExecutions()))
                .as("executions");
        Field<Long> tasks = DSL.field(DSL.select(countAs("n"))
                        .from(TASKS)
                        .where(TASKS.AGENT_ID.eq(AGENTS.ID))
                        .and(scope.ofTasks()))
                .as("tasks_assigned");
        return List.copyOf(dsl.select(AGENTS.ID, AGENTS.NAME, messages, executions, tasks)
                .from(AGENTS)
                .orderBy(messages.desc(), executions.desc(), tasks.desc(), AGENTS.NAME)
                .limit(most)
                .fetch(Records.mapping(AgentActivity::new)));
    }

    private static Field<Long> countAs(String name) {
        return DSL.count().cast(SQLDataType.BIGINT).as(name);
    }

    private static Field<Long> orZero(Field<? extends Number> field) {
        return DSL.coalesce(field.cast(SQLDataType.BIGINT), 0L);
    }
}
