package dev.modelscan.storage.contract;

import static dev.modelscan.storage.contract.History.CHANGE;
import static dev.modelscan.storage.schema.Tables.AGENTS;
import static dev.modelscan.storage.schema.Tables.MESSAGES;
import static dev.modelscan.storage.schema.Tables.TASKS;
import static dev.modelscan.storage.schema.Tables.TOOL_EXECUTIONS;
import static dev.modelscan.storage.schema.Tables.WORKFLOWS;
import static java.util.Comparator.comparing;
import static java.util.Comparator.naturalOrder;
import static java.util.stream.Collectors.counting;
import static java.util.stream.Collectors.groupingBy;
import static org.assertj.core.api.Assertions.assertThat;
import static org.jooq.impl.DSL.avg;
import static org.jooq.impl.DSL.coalesce;
import static org.jooq.impl.DSL.count;
import static org.jooq.impl.DSL.greatest;
import static org.jooq.impl.DSL.lag;
import static org.jooq.impl.DSL.least;
import static org.jooq.impl.DSL.max;
import static org.jooq.impl.DSL.min;
import static org.jooq.impl.DSL.orderBy;
import static org.jooq.impl.DSL.partitionBy;
import static org.jooq.impl.DSL.rank;
import static org.jooq.impl.DSL.rowNumber;
import static org.jooq.impl.DSL.select;
import static org.jooq.impl.DSL.sum;
import static org.jooq.impl.DSL.val;
import static org.jooq.impl.DSL.when;

import dev.modelscan.storage.Times;
import dev.modelscan.storage.conversations.Message;
import dev.modelscan.storage.tasks.Task;
import dev.modelscan.storage.tasks.TaskStatus;
import dev.modelscan.storage.tools.ToolExecution;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.DayOfWeek;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalTime;
import java.time.YearMonth;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.DoubleSummaryStatistics;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jooq.DSLContext;
import org.jooq.Field;
import org.jooq.Record;
import org.jooq.ResultQuery;
import org.jooq.Table;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Twenty questions about times, asked in SQL and answered in Java. Every engine must return the same rows as
 * Java.
 */
abstract class TwentyQuestionsContract extends Contract {

    private static final ZoneId BERLIN = ZoneId.of("Europe/Berlin");
    private static final Instant NOW = Instant.parse("2025-11-12T12:00:00Z");
    private static final History HISTORY = History.create();
    private static final List<Task> ALL = HISTORY.tasks();
    private static final List<Task> FAILED =
            ALL.stream().filter(t -> t.status() == TaskStatus.FAILED).toList();
    private static final List<Task> ENDED =
            ALL.stream().filter(t -> t.completedAt() != null).toList();

    /** The query, and the expected rows. */
    record Question(String name, Function<DSLContext, ResultQuery<?>> query, Stream<? extends List<?>> answer) {
        @Override
        public String toString() {
            return name;
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("questions")
    void everyEngineGivesTheRowsOfJava(Question question) {
        HISTORY.store(db);
        List<List<Object>> expected =
                question.answer().map(TwentyQuestionsContract::comparable).toList();

        List<List<Object>> rows = question.query().apply(db.dsl()).fetch().stream()
                .map(row -> comparable(((Record) row).intoList()))
                .toList();

        assertThat(expected).isNotEmpty();
        assertThat(rows).containsExactlyElementsOf(expected);
    }

    /** Numbers without their type, and fractions with six digits, because engines add in different orders. */
    private static List<Object> comparable(List<?> row) {
        List<Object> values = new ArrayList<>(row);
        values.replaceAll(value -> value instanceof Number number
                ? new BigDecimal(number.toString())
                        .setScale(6, RoundingMode.HALF_UP)
                        .stripTrailingZeros()
                : value);
        return values;
    }

    static List<Question> questions() {
        List<Question> questions = List.of(
                new Question(
                        "failures per day in UTC",
                        dsl -> failuresPerDay(dsl, ZoneOffset.UTC),
                        entries(counts(FAILED, t -> date(t.completedAt(), ZoneOffset.UTC)))),
                new Question(
                        "failures per day in Berlin",
                        dsl -> failuresPerDay(dsl, BERLIN),
                        entries(counts(FAILED, t -> date(t.completedAt(), BERLIN)))),
                new Question(
                        "tasks per weekday and hour of the day",
                        TwentyQuestionsContract::perWeekdayAndHour,
                        counts(ALL, t -> hourOfWeek(t.createdAt())).entrySet().stream()
                                .map(e -> List.of(DayOfWeek.of(e.getKey() / 24), e.getKey() % 24, e.getValue()))),
                new Question("tasks per week, and up to then", TwentyQuestionsContract::perWeek, weeks()),
                new Question(
                        "failures per month, and the change from the month before",
                        TwentyQuestionsContract::perMonth,
                        months()),
                new Question(
                        "50th, 95th and 99th percentile of each tool",
                        TwentyQuestionsContract::percentiles,
                        percentilesOfJava()),
                new Question(
                        "average, shortest and longest wait of each type",
                        TwentyQuestionsContract::waits,
                        waitsOfJava()),
                new Question(
                        "time from each agent's creation to its first task",
                        TwentyQuestionsContract::timeToFirstTask,
                        HISTORY.agents().stream()
                                .map(a -> Arrays.asList(
                                        a.name(),
                                        ALL.stream()
                                                .filter(t -> a.id().equals(t.agentId()))
                                                .map(Task::createdAt)
                                                .min(naturalOrder())
                                                .map(first -> Duration.between(a.createdAt(), first))
                                                .orElse(null)))),
                new Question(
                        "first and last activity of each agent", TwentyQuestionsContract::activity, activityOfJava()),
                new Question(
                        "the busiest hour",
                        TwentyQuestionsContract::busiestHour,
                        counts(ALL, t -> begin(t.createdAt(), 3_600)).entrySet().stream()
                                .sorted(Map.Entry.<Instant, Long>comparingByValue()
                                        .reversed()
                                        .thenComparing(Map.Entry.comparingByKey()))
                                .limit(1)
                                .map(e -> List.of(e.getKey(), e.getValue()))),
                new Question(
                        "tasks of a workflow that ran for more than six hours",
                        TwentyQuestionsContract::longTasks,
                        ENDED.stream()
                                .filter(t -> t.workflowId() != null && t.startedAt() != null)
                                .filter(t -> ran(t).compareTo(Duration.ofHours(6)) > 0)
                                .sorted(comparing(TwentyQuestionsContract::ran).reversed())
                                .map(t -> List.of(t.workflowId().value().replace("w-", "workflow-"), t.id(), ran(t)))),
                new Question(
                        "what ended within 36 hours",
                        TwentyQuestionsContract::endedWithin,
                        ENDED.stream()
                                .filter(t -> !t.completedAt().isBefore(NOW.minusSeconds(36 * 3_600))
                                        && t.completedAt().isBefore(NOW))
                                .sorted(comparing(Task::completedAt))
                                .map(t -> List.of(t.id(), t.completedAt()))),
                new Question(
                        "tasks that ended per five minutes in the night of the change",
                        TwentyQuestionsContract::throughput,
                        entries(counts(
                                ENDED.stream()
                                        .filter(t -> t.completedAt().isAfter(CHANGE.minusSeconds(7_200))
                                                && t.completedAt().isBefore(CHANGE.plusSeconds(7_200)))
                                        .toList(),
                                t -> begin(t.completedAt(), 300)))),
                new Question(
                        "tasks that ran when the clock was changed",
                        TwentyQuestionsContract::runningAt,
                        ALL.stream()
                                .filter(t ->
                                        t.startedAt() != null && !t.startedAt().isAfter(CHANGE))
                                .filter(t -> t.completedAt() == null
                                        || t.completedAt().isAfter(CHANGE))
                                .map(t -> List.of(t.id(), Duration.between(t.startedAt(), CHANGE)))),
                new Question(
                        "tasks of one agent that overlap, and for how long",
                        TwentyQuestionsContract::overlaps,
                        overlapsOfJava()),
                new Question(
                        "gaps between the messages of a conversation", TwentyQuestionsContract::gaps, gapsOfJava()),
                new Question(
                        "how long each conversation lasted",
                        TwentyQuestionsContract::conversations,
                        conversationsOfJava()),
                new Question(
                        "share of failures of each day, and the day with the most",
                        TwentyQuestionsContract::shareOfFailures,
                        shareOfJava()),
                new Question(
                        "tool executions per 15 minutes and status",
                        TwentyQuestionsContract::executions,
                        executionsOfJava()),
                new Question(
                        "tasks that did not start within half an hour",
                        TwentyQuestionsContract::lateStarts,
                        ALL.stream()
                                .filter(t -> t.status() != TaskStatus.CANCELLED)
                                .map(t -> List.of(
                                        t.id(),
                                        Duration.between(
                                                t.createdAt(), Objects.requireNonNullElse(t.startedAt(), NOW))))
                                .filter(row -> ((Duration) row.get(1)).compareTo(Duration.ofMinutes(30)) > 0)));
        assertThat(questions).hasSize(20);
        return questions;
    }

    // The questions in SQL

    private static ResultQuery<?> failuresPerDay(DSLContext dsl, ZoneId zone) {
        var day = Times.day(TASKS.COMPLETED_AT, zone).as("day");
        return dsl.select(day, count())
                .from(TASKS)
                .where(TASKS.STATUS.eq(TaskStatus.FAILED))
                .groupBy(day)
                .orderBy(day);
    }

    private static ResultQuery<?> perWeekdayAndHour(DSLContext dsl) {
        var weekday = Times.weekday(TASKS.CREATED_AT, BERLIN).as("weekday");
        var hour = Times.hour(TASKS.CREATED_AT, BERLIN).as("hour");
        return dsl.select(weekday, hour, count())
                .from(TASKS)
                .groupBy(weekday, hour)
                .orderBy(weekday, hour);
    }

    private static ResultQuery<?> perWeek(DSLContext dsl) {
        var week = Times.week(TASKS.CREATED_AT, BERLIN).as("week");
        var n = count().as("n");
        var weeks = select(week, n).from(TASKS).groupBy(week).asTable("weeks");
        return dsl.select(of(weeks, week), of(weeks, n), sum(of(weeks, n)).over(orderBy(of(weeks, week))))
                .from(weeks)
                .orderBy(of(weeks, week));
    }

    private static ResultQuery<?> perMonth(DSLContext dsl) {
        var month = Times.month(TASKS.COMPLETED_AT, BERLIN).as("month");
        var n = count().as("n");
        var months = select(month, n)
                .from(TASKS)
                .where(TASKS.STATUS.eq(TaskStatus.FAILED))
                .groupBy(month)
                .asTable("months");
        return dsl.select(
                        of(months, month),
                        of(months, n),
                        of(months, n).minus(lag(of(months, n)).over(orderBy(of(months, month)))))
                .from(months)
                .orderBy(of(months, month));
    }

    private static ResultQuery<?> percentiles(DSLContext dsl) {
        var tool = TOOL_EXECUTIONS.TOOL_NAME;
        var took = Times.between(TOOL_EXECUTIONS.STARTED_AT, TOOL_EXECUTIONS.COMPLETED_AT);
        var position = rowNumber().over(partitionBy(tool).orderBy(took)).as("position");
        var measured = count().over(partitionBy(tool)).as("measured");
        var ranked = select(tool, took.as("took"), position, measured)
                .from(TOOL_EXECUTIONS)
                .where(TOOL_EXECUTIONS.COMPLETED_AT.isNotNull())
                .asTable("ranked");
        Function<Integer, Field<Duration>> percentile = p -> min(
                when(of(ranked, position).times(100).ge(of(ranked, measured).times(p)), of(ranked, took.as("took"))));
        return dsl.select(of(ranked, tool), percentile.apply(50), percentile.apply(95), percentile.apply(99))
                .from(ranked)
                .groupBy(of(ranked, tool))
                .orderBy(of(ranked, tool));
    }

    private static ResultQuery<?> waits(DSLContext dsl) {
        var wait = Times.seconds(TASKS.CREATED_AT, TASKS.STARTED_AT);
        return dsl.select(TASKS.TYPE, avg(wait), min(wait), max(wait))
                .from(TASKS)
                .groupBy(TASKS.TYPE)
                .orderBy(TASKS.TYPE);
    }

    private static ResultQuery<?> timeToFirstTask(DSLContext dsl) {
        return dsl.select(AGENTS.NAME, Times.between(AGENTS.CREATED_AT, min(TASKS.CREATED_AT)))
                .from(AGENTS)
                .leftJoin(TASKS)
                .on(TASKS.AGENT_ID.eq(AGENTS.ID))
                .groupBy(AGENTS.ID, AGENTS.NAME, AGENTS.CREATED_AT)
                .orderBy(AGENTS.NAME);
    }

    private static ResultQuery<?> activity(DSLContext dsl) {
        var activity = select(TASKS.AGENT_ID, TASKS.CREATED_AT)
                .from(TASKS)
                .unionAll(select(TASKS.AGENT_ID, TASKS.COMPLETED_AT).from(TASKS))
                .unionAll(select(MESSAGES.SENDER_ID, MESSAGES.CREATED_AT).from(MESSAGES))
                .asTable("activity");
        Field<Instant> time = of(activity, TASKS.CREATED_AT);
        return dsl.select(of(activity, TASKS.AGENT_ID), min(time), max(time))
                .from(activity)
                .groupBy(of(activity, TASKS.AGENT_ID))
                .orderBy(of(activity, TASKS.AGENT_ID));
    }

    private static ResultQuery<?> busiestHour(DSLContext dsl) {
        var hour = Times.bucket(TASKS.CREATED_AT, Duration.ofHours(1), BERLIN).as("hour");
        return dsl.select(hour, count())
                .from(TASKS)
                .groupBy(hour)
                .orderBy(count().desc(), hour)
                .limit(1);
    }

    private static ResultQuery<?> longTasks(DSLContext dsl) {
        var ran = Times.between(TASKS.STARTED_AT, TASKS.COMPLETED_AT);
        return dsl.select(WORKFLOWS.NAME, TASKS.ID, ran)
                .from(TASKS)
                .join(WORKFLOWS)
                .on(WORKFLOWS.ID.eq(TASKS.WORKFLOW_ID))
                .where(ran.gt(Duration.ofHours(6)))
                .orderBy(ran.desc());
    }

    private static ResultQuery<?> endedWithin(DSLContext dsl) {
        return dsl.select(TASKS.ID, TASKS.COMPLETED_AT)
                .from(TASKS)
                .where(TASKS.COMPLETED_AT.ge(Times.minus(val(NOW, TASKS.COMPLETED_AT), Duration.ofHours(36))))
                .and(TASKS.COMPLETED_AT.lt(NOW))
                .orderBy(TASKS.COMPLETED_AT);
    }

    private static ResultQuery<?> throughput(DSLContext dsl) {
        var bucket =
                Times.bucket(TASKS.COMPLETED_AT, Duration.ofMinutes(5), BERLIN).as("bucket");
        return dsl.select(bucket, count())
                .from(TASKS)
                .where(TASKS.COMPLETED_AT.gt(CHANGE.minusSeconds(7_200)))
                .and(TASKS.COMPLETED_AT.lt(CHANGE.plusSeconds(7_200)))
                .groupBy(bucket)
                .orderBy(bucket);
    }

    private static ResultQuery<?> runningAt(DSLContext dsl) {
        return dsl.select(TASKS.ID, Times.between(TASKS.STARTED_AT, val(CHANGE, TASKS.STARTED_AT)))
                .from(TASKS)
                .where(TASKS.STARTED_AT.le(CHANGE))
                .and(TASKS.COMPLETED_AT.isNull().or(TASKS.COMPLETED_AT.gt(CHANGE)))
                .orderBy(TASKS.ID);
    }

    private static ResultQuery<?> overlaps(DSLContext dsl) {
        var one = TASKS.as("one");
        var two = TASKS.as("two");
        var from = greatest(one.STARTED_AT, two.STARTED_AT);
        var to = least(one.COMPLETED_AT, two.COMPLETED_AT);
        return dsl.select(one.ID, two.ID, Times.between(from, to))
                .from(one)
                .join(two)
                .on(one.AGENT_ID.eq(two.AGENT_ID).and(one.ID.lt(two.ID)))
                .where(one.STARTED_AT.lt(two.COMPLETED_AT))
                .and(two.STARTED_AT.lt(one.COMPLETED_AT))
                .orderBy(one.ID, two.ID);
    }

    private static ResultQuery<?> gaps(DSLContext dsl) {
        var before = lag(MESSAGES.CREATED_AT)
                .over(partitionBy(MESSAGES.CONVERSATION_ID).orderBy(MESSAGES.SEQUENCE_NUMBER));
        return dsl.select(MESSAGES.ID, Times.between(before, MESSAGES.CREATED_AT))
                .from(MESSAGES)
                .orderBy(MESSAGES.ID);
    }

    private static ResultQuery<?> conversations(DSLContext dsl) {
        return dsl.select(
                        MESSAGES.CONVERSATION_ID,
                        count(),
                        Times.between(min(MESSAGES.CREATED_AT), max(MESSAGES.CREATED_AT)))
                .from(MESSAGES)
                .groupBy(MESSAGES.CONVERSATION_ID)
                .orderBy(MESSAGES.CONVERSATION_ID);
    }

    private static ResultQuery<?> shareOfFailures(DSLContext dsl) {
        var day = Times.day(TASKS.COMPLETED_AT, BERLIN).as("day");
        var failures =
                sum(when(TASKS.STATUS.eq(TaskStatus.FAILED), 1).otherwise(0)).as("failures");
        var ended = count().as("ended");
        var days = select(day, failures, ended)
                .from(TASKS)
                .where(TASKS.COMPLETED_AT.isNotNull())
                .groupBy(day)
                .asTable("days");
        return dsl.select(
                        of(days, day),
                        of(days, failures).div(of(days, ended)),
                        rank().over(orderBy(of(days, failures).desc())))
                .from(days)
                .orderBy(of(days, day));
    }

    private static ResultQuery<?> executions(DSLContext dsl) {
        var bucket =
                Times.bucket(TOOL_EXECUTIONS.STARTED_AT, Duration.ofMinutes(15)).as("bucket");
        return dsl.select(bucket, TOOL_EXECUTIONS.STATUS, count())
                .from(TOOL_EXECUTIONS)
                .groupBy(bucket, TOOL_EXECUTIONS.STATUS)
                .orderBy(bucket, TOOL_EXECUTIONS.STATUS);
    }

    private static ResultQuery<?> lateStarts(DSLContext dsl) {
        var waited = Times.between(TASKS.CREATED_AT, coalesce(TASKS.STARTED_AT, val(NOW, TASKS.STARTED_AT)));
        return dsl.select(TASKS.ID, waited)
                .from(TASKS)
                .where(TASKS.STATUS.ne(TaskStatus.CANCELLED))
                .and(waited.gt(Duration.ofMinutes(30)))
                .orderBy(TASKS.ID);
    }

    private static <T> Field<T> of(Table<?> table, Field<T> field) {
        return Objects.requireNonNull(table.field(field));
    }

    // The answers in Java

    private static Stream<List<Object>> weeks() {
        long[] upToThen = {0};
        return counts(ALL, t -> date(t.createdAt(), BERLIN).with(DayOfWeek.MONDAY)).entrySet().stream()
                .map(e -> List.of(e.getKey(), e.getValue(), upToThen[0] += e.getValue()));
    }

    private static Stream<List<Object>> months() {
        Map<YearMonth, Long> counts = counts(FAILED, t -> YearMonth.from(date(t.completedAt(), BERLIN)));
        return counts.entrySet().stream().map(e -> {
            Long before = counts.get(e.getKey().minusMonths(1));
            return Arrays.asList(e.getKey(), e.getValue(), before == null ? null : e.getValue() - before);
        });
    }

    private static Stream<List<Object>> percentilesOfJava() {
        return HISTORY.executions().stream()
                .filter(e -> e.duration() != null)
                .collect(groupingBy(ToolExecution::toolName, TreeMap::new, Collectors.toList()))
                .entrySet()
                .stream()
                .map(e -> {
                    List<Duration> took = e.getValue().stream()
                            .map(ToolExecution::duration)
                            .sorted()
                            .toList();
                    Function<Double, Object> percentile = p -> took.get((int) Math.ceil(p * took.size()) - 1);
                    return List.of(e.getKey(), percentile.apply(.5), percentile.apply(.95), percentile.apply(.99));
                });
    }

    private static Stream<List<Object>> waitsOfJava() {
        return ALL.stream()
                .filter(t -> t.startedAt() != null)
                .collect(groupingBy(
                        Task::type,
                        TreeMap::new,
                        Collectors.summarizingDouble(t ->
                                Duration.between(t.createdAt(), t.startedAt()).toNanos() / 1e9)))
                .entrySet()
                .stream()
                .map(e -> {
                    DoubleSummaryStatistics waits = e.getValue();
                    return List.of(e.getKey(), waits.getAverage(), waits.getMin(), waits.getMax());
                });
    }

    private static Stream<List<Object>> activityOfJava() {
        record Activity(Object agent, Instant time) {}
        Stream<Activity> ofTasks = ALL.stream()
                .flatMap(t -> Stream.of(t.createdAt(), t.completedAt()).map(time -> new Activity(t.agentId(), time)));
        Stream<Activity> ofMessages = HISTORY.messages().stream().map(m -> new Activity(m.senderId(), m.createdAt()));
        Map<Object, List<Instant>> times = new TreeMap<>(comparing(a -> a == null ? "" : a.toString()));
        Stream.concat(ofTasks, ofMessages).filter(a -> a.time() != null).forEach(a -> times.computeIfAbsent(
                        a.agent(), agent -> new ArrayList<>())
                .add(a.time()));
        return times.entrySet().stream()
                .map(e -> Arrays.asList(
                        e.getKey(),
                        e.getValue().stream().min(naturalOrder()).orElseThrow(),
                        e.getValue().stream().max(naturalOrder()).orElseThrow()));
    }

    private static Stream<List<Object>> overlapsOfJava() {
        List<Task> tasks = ENDED.stream()
                .filter(t -> t.agentId() != null && t.startedAt() != null)
                .toList();
        return tasks.stream().flatMap(one -> tasks.stream()
                .filter(two -> one.agentId().equals(two.agentId())
                        && one.id().value().compareTo(two.id().value()) < 0)
                .map(two -> List.<Object>of(
                        one.id(),
                        two.id(),
                        Duration.between(
                                later(one.startedAt(), two.startedAt(), naturalOrder()),
                                later(one.completedAt(), two.completedAt(), Comparator.reverseOrder()))))
                .filter(row -> ((Duration) row.get(2)).compareTo(Duration.ZERO) > 0));
    }

    private static Instant later(Instant one, Instant two, Comparator<Instant> order) {
        return order.compare(one, two) >= 0 ? one : two;
    }

    private static Stream<List<Object>> gapsOfJava() {
        Map<Object, Instant> before = new HashMap<>();
        return HISTORY.messages().stream().map(m -> {
            Instant last = before.put(m.conversationId(), m.createdAt());
            return Arrays.asList(m.id(), last == null ? null : Duration.between(last, m.createdAt()));
        });
    }

    private static Stream<List<Object>> conversationsOfJava() {
        return HISTORY.messages().stream()
                .collect(groupingBy(m -> m.conversationId().value(), TreeMap::new, Collectors.toList()))
                .values()
                .stream()
                .map(messages -> {
                    List<Instant> times =
                            messages.stream().map(Message::createdAt).sorted().toList();
                    return List.of(
                            messages.get(0).conversationId(),
                            times.size(),
                            Duration.between(times.get(0), times.get(times.size() - 1)));
                });
    }

    private static Stream<List<Object>> shareOfJava() {
        Map<LocalDate, Long> ended = counts(ENDED, t -> date(t.completedAt(), BERLIN));
        Map<LocalDate, Long> failed = counts(FAILED, t -> date(t.completedAt(), BERLIN));
        return ended.entrySet().stream().map(e -> {
            long failures = failed.getOrDefault(e.getKey(), 0L);
            long more = failed.values().stream().filter(n -> n > failures).count();
            return List.of(e.getKey(), (double) failures / e.getValue(), 1 + more);
        });
    }

    private static Stream<List<Object>> executionsOfJava() {
        return HISTORY.executions().stream()
                .collect(groupingBy(
                        e -> begin(e.startedAt(), 900),
                        TreeMap::new,
                        groupingBy(e -> e.status(), () -> new TreeMap<>(comparing(s -> s.code())), counting())))
                .entrySet()
                .stream()
                .flatMap(bucket -> bucket.getValue().entrySet().stream()
                        .map(e -> List.of(bucket.getKey(), e.getKey(), e.getValue())));
    }

    private static <K extends Comparable<? super K>> Map<K, Long> counts(List<Task> tasks, Function<Task, K> key) {
        return tasks.stream().collect(groupingBy(key, TreeMap::new, counting()));
    }

    private static Stream<List<Object>> entries(Map<?, Long> counts) {
        return counts.entrySet().stream().map(e -> List.of(e.getKey(), e.getValue()));
    }

    private static LocalDate date(Instant time, ZoneId zone) {
        return time.atZone(zone).toLocalDate();
    }

    private static int hourOfWeek(Instant time) {
        LocalTime clock = time.atZone(BERLIN).toLocalTime();
        return date(time, BERLIN).getDayOfWeek().getValue() * 24 + clock.getHour();
    }

    /** UTC and Berlin have the same intervals if the length divides an hour. */
    private static Instant begin(Instant time, long seconds) {
        return Instant.ofEpochSecond(time.getEpochSecond() / seconds * seconds);
    }

    private static Duration ran(Task task) {
        return Duration.between(task.startedAt(), task.completedAt());
    }
}
