package dev.modelscan.storage.cli;

import static dev.modelscan.storage.schema.Tables.AGENTS;
import static dev.modelscan.storage.schema.Tables.MESSAGES;
import static dev.modelscan.storage.schema.Tables.MODEL_CALLS;
import static dev.modelscan.storage.schema.Tables.TASKS;
import static dev.modelscan.storage.schema.Tables.TOOL_EXECUTIONS;

import dev.modelscan.storage.Times;
import dev.modelscan.storage.analytics.ModelUsage;
import dev.modelscan.storage.analytics.Scope;
import java.math.BigDecimal;
import java.time.LocalDate;
import java.util.List;
import org.jooq.Condition;
import org.jooq.DSLContext;
import org.jooq.Field;
import org.jooq.Name;
import org.jooq.Table;
import org.jooq.impl.DSL;
import org.jooq.impl.SQLDataType;

/** What a page of plots shows beyond {@link Report}. The database adds it up; each query gives a bounded number of rows. */
final class PlotData {

    /** How many days or lengths there are at most. */
    static final int MOST_ROWS = 5_000;

    private static final int NANO_DIGITS = 9;
    private static final String NAME = "name";
    private static final String SECONDS = "seconds";
    private static final String RANK = "rank";
    private static final Name LENGTH = DSL.name("counted", "length");

    private final DSLContext dsl;
    private final Scope scope;

    PlotData(DSLContext dsl, Scope scope) {
        this.dsl = dsl;
        this.scope = scope;
    }

    /** How many tasks of a status were made on a day, in UTC. */
    record Day(LocalDate day, String status, long tasks) {}

    /** The latest days first. */
    List<Day> days() {
        Field<LocalDate> day = Times.day(TASKS.CREATED_AT).as("day");
        return dsl.select(day, TASKS.STATUS, count())
                .from(TASKS)
                .where(scope.ofTasks())
                .groupBy(day, TASKS.STATUS)
                .orderBy(day.desc(), TASKS.STATUS)
                .limit(MOST_ROWS)
                .fetch(row -> new Day(row.value1(), row.value2().code(), row.value3()));
    }

    /**
     * Durations of which half, 95 and 99 of 100 are not longer, in seconds.
     *
     * @param all how many rows there are without a limit
     */
    record Percentiles(String name, long all, double p50, double p95, double p99) {}

    /** How long tools ran that took any time, the most used first: without times, runs are recorded as if they took none. */
    List<Percentiles> tools(int top) {
        return percentiles(
                TOOL_EXECUTIONS,
                TOOL_EXECUTIONS.TOOL_NAME,
                Times.seconds(TOOL_EXECUTIONS.STARTED_AT, TOOL_EXECUTIONS.COMPLETED_AT),
                TOOL_EXECUTIONS
                        .STARTED_AT
                        .isNotNull()
                        .and(TOOL_EXECUTIONS.COMPLETED_AT.isNotNull())
                        .and(scope.of(TOOL_EXECUTIONS.TASK_ID, TOOL_EXECUTIONS.CREATED_AT)),
                top);
    }

    /** How long tasks waited until they began, by type. */
    List<Percentiles> waits(int top) {
        return percentiles(
                TASKS,
                TASKS.TYPE,
                Times.seconds(TASKS.CREATED_AT, TASKS.STARTED_AT),
                TASKS.STARTED_AT.gt(TASKS.CREATED_AT).and(scope.ofTasks()),
                top);
    }

    private List<Percentiles> percentiles(
            Table<?> table, Field<String> key, Field<Double> seconds, Condition condition, int top) {
        Table<?> ranked = DSL.select(
                        key.as(NAME),
                        seconds.as(SECONDS),
                        DSL.cumeDist()
                                .over(DSL.partitionBy(key).orderBy(seconds))
                                .cast(SQLDataType.DOUBLE)
                                .as(RANK))
                .from(table)
                .where(condition)
                .asTable("ranked");
        Field<String> name = DSL.field(DSL.name("ranked", NAME), String.class);
        Field<Long> count = count();
        return dsl.select(name, count, least(0.5), least(0.95), least(0.99), all())
                .from(ranked)
                .groupBy(name)
                .having(least(0.99).gt(0.0))
                .orderBy(count.desc(), name)
                .limit(top)
                .fetch(row -> new Percentiles(row.value1(), row.value6(), row.value3(), row.value4(), row.value5()));
    }

    private static Field<Double> least(double share) {
        Field<Double> seconds = DSL.field(DSL.name("ranked", SECONDS), Double.class);
        Field<Double> rank = DSL.field(DSL.name("ranked", RANK), Double.class);
        return DSL.min(DSL.when(rank.ge(share), seconds));
    }

    /** How many conversations have that many messages. */
    record Length(long messages, long conversations) {}

    List<Length> lengths() {
        Field<Long> length = DSL.field(LENGTH, Long.class);
        // The last number of a conversation is no count: messages may have been deleted.
        Table<?> from = DSL.select(DSL.count().cast(SQLDataType.BIGINT).as(LENGTH.unqualifiedName()))
                .from(MESSAGES)
                .where(scope.of(MESSAGES.TASK_ID, MESSAGES.CREATED_AT))
                .groupBy(MESSAGES.CONVERSATION_ID)
                .asTable("counted");
        return dsl.select(length, count())
                .from(from)
                .groupBy(length)
                .orderBy(length)
                .limit(MOST_ROWS)
                .fetch(row -> new Length(row.value1(), row.value2()));
    }

    /**
     * How many messages one agent sent to another.
     *
     * @param all how many rows there are without a limit
     */
    record Talk(String from, String to, long messages, long all) {}

    List<Talk> talks(int top) {
        var sender = AGENTS.as("sender");
        var receiver = AGENTS.as("receiver");
        Field<Long> count = count();
        return dsl.select(sender.NAME, receiver.NAME, count, all())
                .from(MESSAGES)
                .join(sender)
                .on(sender.ID.eq(MESSAGES.SENDER_ID))
                .join(receiver)
                .on(receiver.ID.eq(MESSAGES.RECEIVER_ID))
                .where(scope.of(MESSAGES.TASK_ID, MESSAGES.CREATED_AT))
                .groupBy(sender.NAME, receiver.NAME)
                .orderBy(count.desc(), sender.NAME, receiver.NAME)
                .limit(top)
                .fetch(row -> new Talk(row.value1(), row.value2(), row.value3(), row.value4()));
    }

    /**
     * What an agent spent in a currency.
     *
     * @param usage its key is the name of the agent
     * @param all how many rows there are without a limit
     */
    record Spent(ModelUsage<String> usage, long all) {}

    /** Those with the most tokens first. */
    List<Spent> agents(int top) {
        Field<Long> in = sum(MODEL_CALLS.INPUT_TOKENS);
        Field<Long> out = sum(MODEL_CALLS.OUTPUT_TOKENS);
        Field<Long> nanos = sum(MODEL_CALLS.COST_NANOS);
        return dsl.select(AGENTS.NAME, MODEL_CALLS.CURRENCY, count(), in, out, nanos, all())
                .from(MODEL_CALLS)
                .join(AGENTS)
                .on(AGENTS.ID.eq(MODEL_CALLS.AGENT_ID))
                .where(scope.of(MODEL_CALLS.TASK_ID, MODEL_CALLS.CREATED_AT))
                .groupBy(AGENTS.NAME, MODEL_CALLS.CURRENCY)
                .orderBy(
                        in.plus(out).desc(),
                        AGENTS.NAME,
                        MODEL_CALLS.CURRENCY.asc().nullsLast())
                .limit(top)
                .fetch(row -> new Spent(
                        new ModelUsage<>(
                                /* key= */ row.value1(),
                                /* currency= */ row.value2(),
                                /* calls= */ row.value3(),
                                /* inputTokens= */ row.value4(),
                                /* outputTokens= */ row.value5(),
                                /* cacheReadTokens= */ 0,
                                /* cacheWriteTokens= */ 0,
                                /* reasoningTokens= */ 0,
                                /* cost= */ BigDecimal.valueOf(row.value6(), NANO_DIGITS)),
                        row.value7()));
    }

    private static Field<Long> sum(Field<Long> column) {
        return DSL.coalesce(DSL.sum(column).cast(SQLDataType.BIGINT), 0L);
    }

    /** How many groups there are. */
    private static Field<Long> all() {
        return DSL.count().over().cast(SQLDataType.BIGINT).as("everything");
    }

    private static Field<Long> count() {
        return DSL.count().cast(SQLDataType.BIGINT).as("n");
    }
}
