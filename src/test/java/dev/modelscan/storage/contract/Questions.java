package dev.modelscan.storage.contract;

import static dev.modelscan.storage.queries.Into.into;
import static dev.modelscan.storage.schema.Tables.AGENTS;
import static dev.modelscan.storage.schema.Tables.CONVERSATIONS;
import static dev.modelscan.storage.schema.Tables.MESSAGES;
import static dev.modelscan.storage.schema.Tables.MODEL_CALLS;
import static dev.modelscan.storage.schema.Tables.TASKS;
import static dev.modelscan.storage.schema.Tables.TOOL_EXECUTIONS;
import static dev.modelscan.storage.schema.Tables.WORKFLOWS;
import static org.jooq.impl.DSL.avg;
import static org.jooq.impl.DSL.count;
import static org.jooq.impl.DSL.lag;
import static org.jooq.impl.DSL.max;
import static org.jooq.impl.DSL.min;
import static org.jooq.impl.DSL.partitionBy;
import static org.jooq.impl.DSL.rowNumber;
import static org.jooq.impl.DSL.select;
import static org.jooq.impl.DSL.sum;
import static org.jooq.impl.DSL.when;

import dev.modelscan.storage.StoredQueries;
import dev.modelscan.storage.Times;
import dev.modelscan.storage.conversations.ConversationId;
import dev.modelscan.storage.conversations.MessageId;
import dev.modelscan.storage.queries.QueryParameter;
import dev.modelscan.storage.queries.StoredQuery;
import dev.modelscan.storage.schema.tables.Agents;
import dev.modelscan.storage.tasks.TaskId;
import dev.modelscan.storage.tasks.TaskStatus;
import dev.modelscan.storage.tools.ToolExecutionStatus;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.Map;
import org.jooq.Field;
import org.jooq.Table;

/** Twenty questions about agents' work, as stored queries. docs/questions.md quotes them. */
final class Questions {

    static final ZoneId ZONE = ZoneId.of("Europe/Berlin");
    static final QueryParameter<Instant> SINCE = StoredQueries.parameter("since", TASKS.CREATED_AT);
    static final QueryParameter<Instant> AT = StoredQueries.parameter("at", TASKS.CREATED_AT);

    private Questions() {}

    /** A column of a derived table. */
    private static <T> Field<T> of(Table<?> table, Field<T> column) {
        return table.field(column);
    }

    // How many tasks fail each day?
    record FailuresOfDay(LocalDate day, int failures) {}

    static final Field<LocalDate> DAY = Times.day(TASKS.COMPLETED_AT, ZONE).as("day");

    static final StoredQuery<FailuresOfDay> FAILURES_PER_DAY = StoredQueries.query(
            () -> select(DAY, count())
                    .from(TASKS)
                    .where(TASKS.STATUS.eq(TaskStatus.FAILED))
                    .and(TASKS.COMPLETED_AT.ge(SINCE.param()))
                    .groupBy(DAY)
                    .orderBy(DAY),
            into(FailuresOfDay::new));

    // How long does each tool take, for 95 of 100 calls?
    record ToolTime(String tool, Duration p95, Duration longest) {}

    static final StoredQuery<ToolTime> P95_BY_TOOL = StoredQueries.query(
            () -> {
                var tool = TOOL_EXECUTIONS.TOOL_NAME;
                var took = Times.between(TOOL_EXECUTIONS.STARTED_AT, TOOL_EXECUTIONS.COMPLETED_AT);
                var position = rowNumber().over(partitionBy(tool).orderBy(took)).as("position");
                var measured = count().over(partitionBy(tool)).as("measured");
                var ranked = select(tool, took.as("took"), position, measured)
                        .from(TOOL_EXECUTIONS)
                        .where(TOOL_EXECUTIONS.COMPLETED_AT.isNotNull())
                        .asTable("ranked");
                var reached =
                        of(ranked, position).times(100).ge(of(ranked, measured).times(95));
                return select(
                                of(ranked, tool),
                                min(when(reached, of(ranked, took.as("took")))),
                                max(of(ranked, took.as("took"))))
                        .from(ranked)
                        .groupBy(of(ranked, tool))
                        .orderBy(of(ranked, tool));
            },
            into(ToolTime::new));

    // How long do tasks wait before they start?
    record Waiting(String type, BigDecimal averageSeconds, Double longestSeconds) {}

    static final StoredQuery<Waiting> WAITING = StoredQueries.query(
            () -> {
                var waited = Times.seconds(TASKS.CREATED_AT, TASKS.STARTED_AT);
                return select(TASKS.TYPE, avg(waited), max(waited))
                        .from(TASKS)
                        .where(TASKS.STARTED_AT.isNotNull())
                        .groupBy(TASKS.TYPE)
                        .orderBy(TASKS.TYPE);
            },
            into(Waiting::new));

    // Who talks to whom?
    record Talk(String sender, String receiver, int messages) {}

    static final StoredQuery<Talk> WHO_TALKS_TO_WHOM = StoredQueries.query(
            () -> {
                Agents sender = AGENTS.as("sender");
                Agents receiver = AGENTS.as("receiver");
                return select(sender.NAME, receiver.NAME, count())
                        .from(MESSAGES)
                        .join(sender)
                        .on(MESSAGES.SENDER_ID.eq(sender.ID))
                        .join(receiver)
                        .on(MESSAGES.RECEIVER_ID.eq(receiver.ID))
                        .groupBy(sender.NAME, receiver.NAME)
                        .orderBy(count().desc(), sender.NAME, receiver.NAME);
            },
            into(Talk::new));

    // What does each agent cost, in billionths?
    record AgentCost(String agent, String currency, BigDecimal nanos) {}

    static final StoredQuery<AgentCost> COST_PER_AGENT = StoredQueries.query(
            () -> select(AGENTS.NAME, MODEL_CALLS.CURRENCY, sum(MODEL_CALLS.COST_NANOS))
                    .from(MODEL_CALLS)
                    .join(AGENTS)
                    .on(MODEL_CALLS.AGENT_ID.eq(AGENTS.ID))
                    .where(MODEL_CALLS.COST_NANOS.isNotNull())
                    .groupBy(AGENTS.NAME, MODEL_CALLS.CURRENCY)
                    .orderBy(sum(MODEL_CALLS.COST_NANOS).desc(), AGENTS.NAME, MODEL_CALLS.CURRENCY),
            into(AgentCost::new));

    // How many tokens does each model take, day by day?
    record ModelDay(String model, LocalDate day, BigDecimal input, BigDecimal output) {}

    static final Field<LocalDate> CALLED =
            Times.day(MODEL_CALLS.CREATED_AT, ZONE).as("called");

    static final StoredQuery<ModelDay> TOKENS_BY_MODEL_AND_DAY = StoredQueries.query(
            () -> select(MODEL_CALLS.MODEL, CALLED, sum(MODEL_CALLS.INPUT_TOKENS), sum(MODEL_CALLS.OUTPUT_TOKENS))
                    .from(MODEL_CALLS)
                    .where(MODEL_CALLS.MODEL.isNotNull())
                    .groupBy(MODEL_CALLS.MODEL, CALLED)
                    .orderBy(MODEL_CALLS.MODEL, CALLED),
            into(ModelDay::new));

    // Which conversations are the longest?
    record Lasting(ConversationId conversation, int messages, Duration lasted) {}

    static final StoredQuery<Lasting> LONGEST_CONVERSATIONS = StoredQueries.query(
            () -> select(CONVERSATIONS.ID, count(), Times.between(min(MESSAGES.CREATED_AT), max(MESSAGES.CREATED_AT)))
                    .from(CONVERSATIONS)
                    .join(MESSAGES)
                    .on(MESSAGES.CONVERSATION_ID.eq(CONVERSATIONS.ID))
                    .groupBy(CONVERSATIONS.ID)
                    .orderBy(count().desc(), CONVERSATIONS.ID),
            into(Lasting::new));

    // Which tool is tried again within a task?
    record Retries(TaskId task, String tool, int tries) {}

    static final StoredQuery<Retries> RETRIES = StoredQueries.query(
            () -> select(TOOL_EXECUTIONS.TASK_ID, TOOL_EXECUTIONS.TOOL_NAME, count())
                    .from(TOOL_EXECUTIONS)
                    .where(TOOL_EXECUTIONS.TASK_ID.isNotNull())
                    .groupBy(TOOL_EXECUTIONS.TASK_ID, TOOL_EXECUTIONS.TOOL_NAME)
                    .having(count().gt(1))
                    .orderBy(count().desc(), TOOL_EXECUTIONS.TASK_ID, TOOL_EXECUTIONS.TOOL_NAME),
            into(Retries::new));

    // How old is the queue, by priority?
    record Queue(int priority, int pending, Duration oldest) {}

    static final StoredQuery<Queue> QUEUE_AGE = StoredQueries.query(
            () -> select(TASKS.PRIORITY, count(), Times.between(min(TASKS.CREATED_AT), AT.param()))
                    .from(TASKS)
                    .where(TASKS.STATUS.eq(TaskStatus.PENDING))
                    .groupBy(TASKS.PRIORITY)
                    .orderBy(TASKS.PRIORITY.desc()),
            into(Queue::new));

    // How often does each tool fail?
    record ToolErrors(String tool, int calls, int failed) {}

    static final StoredQuery<ToolErrors> FAILURES_BY_TOOL = StoredQueries.query(
            () -> {
                var failed = count(
                        when(TOOL_EXECUTIONS.STATUS.in(ToolExecutionStatus.FAILED, ToolExecutionStatus.TIMEOUT), 1));
                return select(TOOL_EXECUTIONS.TOOL_NAME, count(), failed)
                        .from(TOOL_EXECUTIONS)
                        .groupBy(TOOL_EXECUTIONS.TOOL_NAME)
                        .orderBy(failed.desc(), TOOL_EXECUTIONS.TOOL_NAME);
            },
            into(ToolErrors::new));

    // In which hours of the day does work arrive?
    record Hour(int hour, int tasks) {}

    static final Field<Integer> HOUR = Times.hour(TASKS.CREATED_AT, ZONE).as("hour");

    static final StoredQuery<Hour> BUSIEST_HOURS = StoredQueries.query(
            () -> select(HOUR, count()).from(TASKS).groupBy(HOUR).orderBy(count().desc(), HOUR), into(Hour::new));

    // How much is done each week?
    record Week(LocalDate monday, TaskStatus status, int tasks) {}

    static final Field<LocalDate> WEEK = Times.week(TASKS.COMPLETED_AT, ZONE).as("week");

    static final StoredQuery<Week> DONE_PER_WEEK = StoredQueries.query(
            () -> select(WEEK, TASKS.STATUS, count())
                    .from(TASKS)
                    .where(TASKS.COMPLETED_AT.isNotNull())
                    .groupBy(WEEK, TASKS.STATUS)
                    .orderBy(WEEK, TASKS.STATUS),
            into(Week::new));

    // What is left to do in each workflow?
    record Left(String workflow, int open, int all) {}

    static final StoredQuery<Left> LEFT_BY_WORKFLOW = StoredQueries.query(
            () -> {
                var open = count(when(TASKS.STATUS.in(TaskStatus.PENDING, TaskStatus.RUNNING), 1));
                return select(WORKFLOWS.NAME, open, count())
                        .from(WORKFLOWS)
                        .join(TASKS)
                        .on(TASKS.WORKFLOW_ID.eq(WORKFLOWS.ID))
                        .groupBy(WORKFLOWS.ID, WORKFLOWS.NAME)
                        .orderBy(open.desc(), WORKFLOWS.NAME, WORKFLOWS.ID);
            },
            into(Left::new));

    // How long does each agent work?
    record Load(String agent, int tasks, BigDecimal seconds) {}

    static final StoredQuery<Load> LOAD_PER_AGENT = StoredQueries.query(
            () -> {
                var seconds = sum(Times.seconds(TASKS.STARTED_AT, TASKS.COMPLETED_AT));
                return select(AGENTS.NAME, count(), seconds)
                        .from(TASKS)
                        .join(AGENTS)
                        .on(TASKS.AGENT_ID.eq(AGENTS.ID))
                        .where(TASKS.COMPLETED_AT.isNotNull())
                        .and(TASKS.STARTED_AT.isNotNull())
                        .groupBy(AGENTS.NAME)
                        .orderBy(AGENTS.NAME);
            },
            into(Load::new));

    // Whose messages are not read, and since when?
    record Unread(String agent, int messages, Instant oldest) {}

    static final StoredQuery<Unread> UNREAD_PER_AGENT = StoredQueries.query(
            () -> select(AGENTS.NAME, count(), min(MESSAGES.CREATED_AT))
                    .from(MESSAGES)
                    .join(AGENTS)
                    .on(MESSAGES.RECEIVER_ID.eq(AGENTS.ID))
                    .where(MESSAGES.READ_AT.isNull())
                    .groupBy(AGENTS.NAME)
                    .orderBy(count().desc(), AGENTS.NAME),
            into(Unread::new));

    // Which agents have had no task since a time, and when was their last one?
    record Idle(String agent, Instant lastTask) {}

    static final StoredQuery<Idle> IDLE_AGENTS = StoredQueries.query(
            () -> select(AGENTS.NAME, max(TASKS.CREATED_AT))
                    .from(AGENTS)
                    .leftJoin(TASKS)
                    .on(TASKS.AGENT_ID.eq(AGENTS.ID))
                    .groupBy(AGENTS.NAME)
                    .having(max(TASKS.CREATED_AT)
                            .isNull()
                            .or(max(TASKS.CREATED_AT).lt(SINCE.param())))
                    .orderBy(AGENTS.NAME),
            into(Idle::new));

    // Which tasks cost the most?
    record TaskCost(TaskId task, String type, String currency, BigDecimal nanos) {}

    static final StoredQuery<TaskCost> DEAREST_TASKS = StoredQueries.query(
            () -> select(TASKS.ID, TASKS.TYPE, MODEL_CALLS.CURRENCY, sum(MODEL_CALLS.COST_NANOS))
                    .from(MODEL_CALLS)
                    .join(TASKS)
                    .on(MODEL_CALLS.TASK_ID.eq(TASKS.ID))
                    .where(MODEL_CALLS.COST_NANOS.isNotNull())
                    .groupBy(TASKS.ID, TASKS.TYPE, MODEL_CALLS.CURRENCY)
                    .orderBy(sum(MODEL_CALLS.COST_NANOS).desc(), TASKS.ID, MODEL_CALLS.CURRENCY),
            into(TaskCost::new));

    // How much of the input does each model take from its cache?
    record Cache(String model, BigDecimal input, BigDecimal cached) {}

    static final StoredQuery<Cache> CACHE_BY_MODEL = StoredQueries.query(
            () -> select(MODEL_CALLS.MODEL, sum(MODEL_CALLS.INPUT_TOKENS), sum(MODEL_CALLS.CACHE_READ_TOKENS))
                    .from(MODEL_CALLS)
                    .where(MODEL_CALLS.MODEL.isNotNull())
                    .groupBy(MODEL_CALLS.MODEL)
                    .orderBy(MODEL_CALLS.MODEL),
            into(Cache::new));

    // Which messages came longest after the one before?
    record Gap(ConversationId conversation, MessageId message, Duration gap) {}

    static final StoredQuery<Gap> SLOWEST_ANSWERS = StoredQueries.query(
            () -> {
                var before = lag(MESSAGES.CREATED_AT)
                        .over(partitionBy(MESSAGES.CONVERSATION_ID).orderBy(MESSAGES.SEQUENCE_NUMBER));
                var gaps = select(
                                MESSAGES.CONVERSATION_ID,
                                MESSAGES.ID,
                                Times.between(before, MESSAGES.CREATED_AT).as("gap"))
                        .from(MESSAGES)
                        .asTable("gaps");
                Field<Duration> gap = of(
                        gaps,
                        Times.between(MESSAGES.CREATED_AT, MESSAGES.CREATED_AT).as("gap"));
                return select(of(gaps, MESSAGES.CONVERSATION_ID), of(gaps, MESSAGES.ID), gap)
                        .from(gaps)
                        .where(gap.isNotNull())
                        .orderBy(gap.desc(), of(gaps, MESSAGES.ID));
            },
            into(Gap::new));

    // Why do models stop?
    record Finish(String model, String reason, int calls) {}

    static final StoredQuery<Finish> FINISH_REASONS = StoredQueries.query(
            () -> select(MODEL_CALLS.MODEL, MODEL_CALLS.FINISH_REASON, count())
                    .from(MODEL_CALLS)
                    .where(MODEL_CALLS.FINISH_REASON.isNotNull())
                    .groupBy(MODEL_CALLS.MODEL, MODEL_CALLS.FINISH_REASON)
                    .orderBy(count().desc(), MODEL_CALLS.MODEL, MODEL_CALLS.FINISH_REASON),
            into(Finish::new));

    /** All of them, by name. */
    static final Map<String, StoredQuery<?>> ALL = Map.ofEntries(
            Map.entry("failures per day", FAILURES_PER_DAY),
            Map.entry("p95 by tool", P95_BY_TOOL),
            Map.entry("waiting", WAITING),
            Map.entry("who talks to whom", WHO_TALKS_TO_WHOM),
            Map.entry("cost per agent", COST_PER_AGENT),
            Map.entry("tokens by model and day", TOKENS_BY_MODEL_AND_DAY),
            Map.entry("longest conversations", LONGEST_CONVERSATIONS),
            Map.entry("retries", RETRIES),
            Map.entry("queue age", QUEUE_AGE),
            Map.entry("failures by tool", FAILURES_BY_TOOL),
            Map.entry("busiest hours", BUSIEST_HOURS),
            Map.entry("done per week", DONE_PER_WEEK),
            Map.entry("left by workflow", LEFT_BY_WORKFLOW),
            Map.entry("load per agent", LOAD_PER_AGENT),
            Map.entry("unread per agent", UNREAD_PER_AGENT),
            Map.entry("idle agents", IDLE_AGENTS),
            Map.entry("dearest tasks", DEAREST_TASKS),
            Map.entry("cache by model", CACHE_BY_MODEL),
            Map.entry("slowest answers", SLOWEST_ANSWERS),
            Map.entry("finish reasons", FINISH_REASONS));
}
