package dev.modelscan.storage.analytics;

import static dev.modelscan.storage.schema.Tables.MODEL_CALLS;
import static dev.modelscan.storage.schema.Tables.TASKS;
import static dev.modelscan.storage.schema.Tables.TOOL_EXECUTIONS;

import dev.modelscan.storage.PageRequest;
import dev.modelscan.storage.Repositories;
import dev.modelscan.storage.Times;
import dev.modelscan.storage.agents.AgentId;
import dev.modelscan.storage.workflows.WorkflowId;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Objects;
import org.jooq.DSLContext;
import org.jooq.Field;
import org.jooq.Record;
import org.jooq.Table;
import org.jooq.impl.DSL;
import org.jooq.impl.SQLDataType;

/**
 * What models were asked, and what it cost. Each method is one statement, so its result is consistent; its cost grows
 * with the number of model calls. A row of the result is a group and a currency. Lists are immutable and totally
 * ordered. As thread-safe as the repositories.
 *
 * <p>Sums are exact up to 9,223,372,036 units of a currency; beyond that the query fails on every engine.
 *
 * <p>All methods may throw what a query of {@link Repositories#dsl()} throws. Those with a limit (the maximum number of
 * rows, 1 to {@link PageRequest#MAX_LIMIT}) throw {@link IllegalArgumentException} if it is out of range. Their order
 * is: the most calls first, then by key and currency, with null last.
 *
 * @since 0.1.0
 */
public final class ModelCosts {

    private static final int NANO_DIGITS = 9;

    private final DSLContext dsl;
    private final Scope scope;

    /** Takes a {@link dev.modelscan.storage.Database}, or a transaction to see its own writes. */
    public ModelCosts(Repositories repositories) {
        this(repositories, Scope.ALL);
    }

    /** Counts only records of a scope. */
    public ModelCosts(Repositories repositories, Scope scope) {
        this.dsl = Objects.requireNonNull(repositories, "repositories").dsl();
        this.scope = Objects.requireNonNull(scope, "scope");
    }

    /** By agent. */
    public List<ModelUsage<AgentId>> byAgent(int limit) {
        return most(MODEL_CALLS.AGENT_ID, MODEL_CALLS, limit);
    }

    /** By model, in the provider's words. */
    public List<ModelUsage<String>> byModel(int limit) {
        return most(MODEL_CALLS.MODEL, MODEL_CALLS, limit);
    }

    /** By the workflow of the call's task. */
    public List<ModelUsage<WorkflowId>> byWorkflow(int limit) {
        return most(TASKS.WORKFLOW_ID, MODEL_CALLS.leftJoin(TASKS).on(TASKS.ID.eq(MODEL_CALLS.TASK_ID)), limit);
    }

    /**
     * By tool: the calls whose message asked for the tool. A message that asked for two tools counts for both, and one
     * that asked for none does not count.
     */
    public List<ModelUsage<String>> byTool(int limit) {
        // A message that asked for a tool twice is one row here.
        Table<?> asked = DSL.selectDistinct(TOOL_EXECUTIONS.MESSAGE_ID, TOOL_EXECUTIONS.TOOL_NAME)
                .from(TOOL_EXECUTIONS)
                .where(TOOL_EXECUTIONS.MESSAGE_ID.isNotNull())
                .asTable("asked");
        Field<String> tool = Objects.requireNonNull(asked.field(TOOL_EXECUTIONS.TOOL_NAME));
        return most(
                tool,
                MODEL_CALLS
                        .join(asked)
                        .on(Objects.requireNonNull(asked.field(TOOL_EXECUTIONS.MESSAGE_ID))
                                .eq(MODEL_CALLS.MESSAGE_ID)),
                limit);
    }

    /**
     * By calendar day in a zone, the earliest first, then by currency, with null last. The day is that of
     * {@code startedAt}; a call without one is left out.
     *
     * @param from the first day that counts
     * @param to the last day that counts; at most {@link PageRequest#MAX_LIMIT} days after the first
     * @throws IllegalArgumentException if it is more days after the first
     */
    public List<ModelUsage<LocalDate>> byDay(LocalDate from, LocalDate to, ZoneId zone) {
        Objects.requireNonNull(from, "from");
        Objects.requireNonNull(to, "to");
        Objects.requireNonNull(zone, "zone");
        if (ChronoUnit.DAYS.between(from, to) > PageRequest.MAX_LIMIT) {
            throw new IllegalArgumentException(
                    "from " + from + " to " + to + " is more than " + PageRequest.MAX_LIMIT + " days");
        }
        Field<LocalDate> day = Times.day(MODEL_CALLS.STARTED_AT, zone).as("day");
        return List.copyOf(dsl.select(day)
                .select(sums())
                .from(MODEL_CALLS)
                .where(Scope.ALL
                        .since(begin(from, zone))
                        // The last day of all is after every time that can be stored.
                        .until(begin(to.equals(LocalDate.MAX) ? to : to.plusDays(1), zone))
                        .made(MODEL_CALLS.STARTED_AT))
                .and(scope.of(MODEL_CALLS.TASK_ID, MODEL_CALLS.CREATED_AT))
                .groupBy(day, MODEL_CALLS.CURRENCY)
                .orderBy(day, MODEL_CALLS.CURRENCY.asc().nullsLast())
                .fetch(row -> usage(row, row.get(day))));
    }

    private static Instant begin(LocalDate day, ZoneId zone) {
        return day.atStartOfDay(zone).toInstant();
    }

    private <K> List<ModelUsage<K>> most(Field<K> key, Table<?> from, int limit) {
        int rows = PageRequest.first(limit).limit();
        return List.copyOf(dsl.select(key)
                .select(sums())
                .from(from)
                .where(scope.of(MODEL_CALLS.TASK_ID, MODEL_CALLS.CREATED_AT))
                .groupBy(key, MODEL_CALLS.CURRENCY)
                .orderBy(
                        DSL.count().desc(),
                        key.asc().nullsLast(),
                        MODEL_CALLS.CURRENCY.asc().nullsLast())
                .limit(rows)
                .fetch(row -> usage(row, row.get(key))));
    }

    private static List<Field<?>> sums() {
        return List.of(
                MODEL_CALLS.CURRENCY,
                DSL.count().cast(SQLDataType.BIGINT).as("calls"),
                sum(MODEL_CALLS.INPUT_TOKENS),
                sum(MODEL_CALLS.OUTPUT_TOKENS),
                sum(MODEL_CALLS.CACHE_READ_TOKENS),
                sum(MODEL_CALLS.CACHE_WRITE_TOKENS),
                sum(MODEL_CALLS.REASONING_TOKENS),
                sum(MODEL_CALLS.COST_NANOS));
    }

    private static Field<Long> sum(Field<Long> column) {
        return DSL.coalesce(DSL.sum(column).cast(SQLDataType.BIGINT), 0L).as("sum_of_" + column.getName());
    }

    private static <K> ModelUsage<K> usage(Record row, K key) {
        return new ModelUsage<>(
                /* key= */ key,
                /* currency= */ row.get(MODEL_CALLS.CURRENCY),
                /* calls= */ number(row, 2),
                /* inputTokens= */ number(row, 3),
                /* outputTokens= */ number(row, 4),
                /* cacheReadTokens= */ number(row, 5),
                /* cacheWriteTokens= */ number(row, 6),
                /* reasoningTokens= */ number(row, 7),
                /* cost= */ decimal(number(row, 8)));
    }

    private static long number(Record row, int place) {
        return Objects.requireNonNull(row.get(place, Long.class));
    }

    /** In the shortest form, as {@code ModelCall} has it. */
    private static BigDecimal decimal(long nanos) {
        BigDecimal shortest = BigDecimal.valueOf(nanos, NANO_DIGITS).stripTrailingZeros();
        return shortest.scale() < 0 ? shortest.setScale(0) : shortest;
    }
}
