package dev.modelscan.storage.contract;

import static dev.modelscan.storage.schema.Tables.AGENTS;
import static dev.modelscan.storage.schema.Tables.AUDIT_ENTRIES;
import static dev.modelscan.storage.schema.Tables.AUDIT_PENDING;
import static dev.modelscan.storage.schema.Tables.AUDIT_SETTINGS;
import static dev.modelscan.storage.schema.Tables.BLOBS;
import static dev.modelscan.storage.schema.Tables.BLOB_CHUNKS;
import static dev.modelscan.storage.schema.Tables.COMPACTIONS;
import static dev.modelscan.storage.schema.Tables.CONVERSATIONS;
import static dev.modelscan.storage.schema.Tables.DELETED_BLOBS;
import static dev.modelscan.storage.schema.Tables.DELETED_RECORDS;
import static dev.modelscan.storage.schema.Tables.DELETED_ROWS;
import static dev.modelscan.storage.schema.Tables.MESSAGE_ORIGINS;
import static dev.modelscan.storage.schema.Tables.MESSAGE_PARTS;
import static dev.modelscan.storage.schema.Tables.TASKS;
import static dev.modelscan.storage.schema.Tables.TEAMS;
import static dev.modelscan.storage.schema.Tables.TEAM_MEMBERS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.jooq.impl.DSL.coalesce;
import static org.jooq.impl.DSL.count;
import static org.jooq.impl.DSL.greatest;
import static org.jooq.impl.DSL.inline;
import static org.jooq.impl.DSL.key;
import static org.jooq.impl.DSL.max;
import static org.jooq.impl.DSL.min;
import static org.jooq.impl.DSL.multiset;
import static org.jooq.impl.DSL.multisetAgg;
import static org.jooq.impl.DSL.row;
import static org.jooq.impl.DSL.select;
import static org.jooq.impl.DSL.sum;
import static org.jooq.impl.DSL.when;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.modelscan.storage.Database;
import dev.modelscan.storage.PageRequest;
import dev.modelscan.storage.Records;
import dev.modelscan.storage.Repositories;
import dev.modelscan.storage.Repository;
import dev.modelscan.storage.Times;
import dev.modelscan.storage.agents.Agent;
import dev.modelscan.storage.blobs.Blob;
import dev.modelscan.storage.conversations.Conversation;
import dev.modelscan.storage.deleted.DeletedRecord;
import dev.modelscan.storage.schema.DefaultSchema;
import dev.modelscan.storage.schema.tables.Tasks;
import dev.modelscan.storage.tasks.Task;
import dev.modelscan.storage.tasks.TaskStatus;
import dev.modelscan.storage.teams.Team;
import java.lang.reflect.Method;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.DayOfWeek;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.YearMonth;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.zone.ZoneOffsetTransition;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jooq.AggregateFunction;
import org.jooq.Condition;
import org.jooq.DatePart;
import org.jooq.Field;
import org.jooq.JSONB;
import org.jooq.Record;
import org.jooq.Result;
import org.jooq.Select;
import org.jooq.Table;
import org.jooq.impl.DSL;
import org.jooq.impl.SQLDataType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The answers to a caller's queries, computed in Java, and so the same on every engine. */
abstract class QuestionsContract extends Contract {

    private static final Instant T = Instant.parse("2025-12-18T09:30:00Z");

    private List<Task> fill(ZoneId zone) {
        Random random = new Random(7);
        Agent agent = createAgent("a");
        List<Instant> times = Stream.concat(
                        Stream.of(
                                        "0000-01-02T00:00:00.000001Z",
                                        "0001-01-01T00:00:00Z",
                                        "1582-10-10T00:00:00Z",
                                        "1893-03-31T23:06:32Z",
                                        "1969-12-31T23:59:59.999999Z",
                                        "1970-01-01T00:00:00Z",
                                        "2024-02-29T12:00:59.999999Z",
                                        "9999-12-30T23:59:59.999999Z")
                                .map(Instant::parse),
                        Stream.iterate(
                                        Instant.parse("2025-01-01T00:00:00Z"),
                                        t -> zone.getRules().nextTransition(t) == null
                                                ? t.plusSeconds(86_400)
                                                : zone.getRules()
                                                        .nextTransition(t)
                                                        .getInstant())
                                .limit(6)
                                .flatMap(t -> Stream.of(-3_600L, -1_800L, 0L, 1_800L, 3_600L)
                                        .flatMap(s -> Stream.of(t.plusSeconds(s).minusNanos(1_000), t.plusSeconds(s)))))
                .toList();
        List<Task> tasks = new ArrayList<>();
        for (Instant time : times) {
            tasks.add(task().agentId(agent.id())
                    .status(TaskStatus.COMPLETED)
                    .createdAt(time)
                    .startedAt(time)
                    .completedAt(time.plusNanos(1_000L * random.nextInt(900_000)))
                    .build());
        }
        db.tasks().createAll(tasks);
        return tasks;
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"Z", "-05:30", "Europe/Berlin", "America/New_York", "Asia/Kathmandu", "Australia/Lord_Howe"})
    void calendarsAreJavas(String name) {
        ZoneId zone = ZoneId.of(name);
        fill(zone);
        Field<LocalDate> day = Times.day(TASKS.CREATED_AT, zone);
        Field<LocalDate> week = Times.week(TASKS.CREATED_AT, zone);
        Field<YearMonth> month = Times.month(TASKS.CREATED_AT, zone);
        Field<Integer> year = Times.year(TASKS.CREATED_AT, zone);
        Field<DayOfWeek> weekday = Times.weekday(TASKS.CREATED_AT, zone);
        Field<Integer> hour = Times.hour(TASKS.CREATED_AT, zone);
        Field<Instant> five = Times.bucket(TASKS.CREATED_AT, Duration.ofMinutes(5), zone);
        for (Field<?> expression : List.of(day, week, month, year, weekday, hour)) {
            assertThat(db.dsl().render(expression)).as(expression.getName()).hasSizeLessThan(40_000);
        }
        for (Record row : db.dsl()
                .select(TASKS.CREATED_AT, day, week, month, year, weekday, hour, five)
                .from(TASKS)
                .fetch()) {
            ZonedDateTime time = row.get(TASKS.CREATED_AT).atZone(zone);
            LocalDate date = time.toLocalDate();
            assertThat(row.intoList())
                    .containsExactly(
                            time.toInstant(),
                            date,
                            date.with(DayOfWeek.MONDAY),
                            YearMonth.from(date),
                            date.getYear(),
                            date.getDayOfWeek(),
                            time.getHour(),
                            bucket(time.toInstant(), Duration.ofMinutes(5), zone));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"Z", "Europe/Berlin"})
    void groupsAreJavas(String name) {
        ZoneId zone = ZoneId.of(name);
        List<Task> tasks = fill(zone);
        Map<LocalDate, Integer> perDay = new TreeMap<>(tasks.stream()
                .collect(Collectors.toMap(t -> t.createdAt().atZone(zone).toLocalDate(), t -> 1, Integer::sum)));
        Field<LocalDate> day = Times.day(TASKS.CREATED_AT, zone).as("day");

        assertThat(new TreeMap<>(
                        db.dsl().select(day, count()).from(TASKS).groupBy(day).fetchMap(day, count())))
                .isEqualTo(perDay);
        Field<LocalDate> plain = Times.day(TASKS.CREATED_AT, zone);
        assertThat(db.dsl()
                        .select(plain)
                        .from(TASKS)
                        .groupBy(plain)
                        .orderBy(plain)
                        .fetch(plain))
                .containsExactlyElementsOf(perDay.keySet());
        Field<Duration> took = Times.between(TASKS.STARTED_AT, TASKS.COMPLETED_AT);
        assertThat(db.dsl()
                        .select(max(took), min(took))
                        .from(TASKS)
                        .fetchSingle()
                        .intoList())
                .containsExactly(
                        tasks.stream()
                                .map(QuestionsContract::took)
                                .max(Duration::compareTo)
                                .orElseThrow(),
                        tasks.stream()
                                .map(QuestionsContract::took)
                                .min(Duration::compareTo)
                                .orElseThrow());
        Field<Double> seconds = Times.seconds(TASKS.STARTED_AT, TASKS.COMPLETED_AT);
        for (Record row : db.dsl().select(TASKS.ID, took, seconds).from(TASKS).fetch()) {
            assertThat(row.get(seconds)).isEqualTo(row.get(took).toNanos() / 1_000 / 1e6);
        }
        assertThat(db.dsl().fetchCount(TASKS, took.gt(Duration.ofMillis(450)))).isEqualTo((int) tasks.stream()
                .filter(t -> took(t).compareTo(Duration.ofMillis(450)) > 0)
                .count());
        assertThat(db.dsl().fetchCount(TASKS, TASKS.CREATED_AT.ge(Times.minus(Times.now(), Duration.ofDays(1)))))
                .isEqualTo((int) tasks.stream()
                        .filter(t -> t.createdAt().isAfter(Instant.now().minusSeconds(86_400)))
                        .count());
    }

    private static Duration took(Task task) {
        return Duration.between(task.startedAt(), task.completedAt());
    }

    /** A name, and the rejected query. */
    record Rejected(String name, Select<?> query) {
        @Override
        public String toString() {
            return name;
        }
    }

    private static Rejected rejected(String name, Field<?> field) {
        return new Rejected(name, select(field).from(TASKS));
    }

    private static Rejected rejected(String name, Condition condition) {
        return new Rejected(name, select(count()).from(TASKS).where(condition));
    }

    static List<Rejected> whatHasTwoAnswers() {
        Field<java.sql.Timestamp> coerced = TASKS.STARTED_AT.coerce(SQLDataType.TIMESTAMP);
        return List.of(
                rejected("cast to date", TASKS.STARTED_AT.cast(SQLDataType.DATE)),
                rejected("cast to text", TASKS.STARTED_AT.cast(String.class)),
                rejected("cast to number", TASKS.STARTED_AT.cast(Long.class)),
                rejected("cast of max", max(TASKS.STARTED_AT).cast(SQLDataType.DATE)),
                rejected("extract", DSL.extract(TASKS.STARTED_AT, DatePart.HOUR)),
                rejected("year", DSL.year(TASKS.STARTED_AT)),
                rejected("epoch", DSL.epoch(TASKS.STARTED_AT)),
                rejected("difference", DSL.timestampDiff(coerced, coerced)),
                rejected("difference of coalesce", DSL.timestampDiff(coalesce(coerced, coerced), coerced)),
                rejected("add", DSL.timestampAdd(coerced, 1, DatePart.DAY)),
                rejected("trunc", DSL.trunc(coerced, DatePart.DAY)),
                rejected("minus", TASKS.STARTED_AT.minus(TASKS.PRIORITY)),
                rejected("coerce", TASKS.STARTED_AT.coerce(String.class)),
                rejected("function", DSL.function("date", String.class, TASKS.STARTED_AT)),
                rejected("in a group", DSL.groupConcat(TASKS.STARTED_AT)),
                rejected("cast of a day", Times.day(TASKS.STARTED_AT).cast(String.class)),
                rejected("now", DSL.currentTimestamp()),
                rejected("now of Java", TASKS.STARTED_AT.gt(DSL.currentInstant())),
                rejected("JSON as text", TASKS.METADATA.cast(String.class)),
                rejected("JSON as JSON", TASKS.METADATA.coerce(JSONB.class)),
                rejected("equal JSON", TASKS.METADATA.eq(TASKS.INPUT)),
                rejected("JSON like", TASKS.METADATA.cast(String.class).like("%a%")),
                new Rejected("distinct JSON", DSL.selectDistinct(TASKS.METADATA).from(TASKS)),
                new Rejected("grouped JSON", select(count()).from(TASKS).groupBy(TASKS.METADATA)),
                new Rejected("sorted JSON", select(TASKS.ID).from(TASKS).orderBy(TASKS.METADATA)));
    }

    @ParameterizedTest
    @MethodSource("whatHasTwoAnswers")
    void whatHasTwoAnswersIsRejected(Rejected rejected) {
        assertThatThrownBy(() -> db.dsl().fetch(rejected.query()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("would not mean the same");
        assertThatThrownBy(() -> db.dsl().render(rejected.query())).isInstanceOf(IllegalArgumentException.class);
        db.useTx(tx -> assertThatThrownBy(() -> tx.dsl().fetch(rejected.query()))
                .isInstanceOf(IllegalArgumentException.class));
    }

    @Test
    void whatIsOfOneMeaningGoesOn() {
        Task task = db.tasks().create(task().createdAt(T).build());
        var dsl = db.dsl();
        assertThat(dsl.select(TASKS.CREATED_AT.convertFrom(Instant::toString))
                        .from(TASKS)
                        .fetchSingle(0))
                .isEqualTo(T.toString());
        assertThat(dsl.select(when(TASKS.CREATED_AT.ge(T), TASKS.CREATED_AT))
                        .from(TASKS)
                        .fetchSingle(0))
                .isEqualTo(T);
        assertThat(dsl.select(coalesce(TASKS.STARTED_AT, TASKS.CREATED_AT))
                        .from(TASKS)
                        .fetchSingle(0))
                .isEqualTo(T);
        assertThat(dsl.select(sum(TASKS.PRIORITY).over().orderBy(TASKS.CREATED_AT))
                        .from(TASKS)
                        .fetch())
                .hasSize(1);
        assertThat(dsl.fetchCount(TASKS, TASKS.METADATA.isNotNull().and(TASKS.CREATED_AT.between(T, T))))
                .isEqualTo(1);
        assertThat(dsl.fetchCount(TASKS, row(TASKS.CREATED_AT, TASKS.ID).in(row(T, task.id()))))
                .isEqualTo(1);
    }

    @Test
    void aNestedCollectionHoldsWhatTheTableHolds() {
        createAgent("a");
        for (String time :
                List.of("0000-01-01T00:00:00.000001Z", "1969-12-31T23:59:59.999999Z", "9999-12-31T23:59:59Z")) {
            db.tasks()
                    .create(task().createdAt(Instant.parse(time))
                            .metadata(Map.of("ü\"\\", Map.of("a", List.of(1, true, "x\ny"))))
                            .build());
        }
        var dsl = db.dsl();
        var columns = List.of(TASKS.ID, TASKS.CREATED_AT, TASKS.STARTED_AT, TASKS.METADATA, TASKS.STATUS, TASKS.INPUT);
        List<List<Object>> expected =
                lists(dsl.select(columns).from(TASKS).orderBy(TASKS.ID).fetch());

        Result<?> nested = dsl.select(multiset(select(columns).from(TASKS).orderBy(TASKS.ID)))
                .fetchSingle()
                .value1();
        Result<?> aggregated = dsl.select(multisetAgg(columns).orderBy(TASKS.ID))
                .from(TASKS)
                .fetchSingle()
                .value1();
        List<List<Object>> rows = dsl.select(row(columns)).from(TASKS).orderBy(TASKS.ID).fetch().stream()
                .map(record -> record.value1().intoList())
                .toList();

        assertThat(lists(nested)).isEqualTo(expected);
        assertThat(lists(aggregated)).isEqualTo(expected);
        assertThat(rows).isEqualTo(expected);
        assertThat(dsl.select(DSL.jsonObject(key("t").value(TASKS.CREATED_AT)))
                        .from(TASKS)
                        .orderBy(TASKS.ID)
                        .fetch(0)
                        .get(1)
                        .toString()
                        .replace(" ", ""))
                .isEqualTo("{\"t\":\"1969-12-31T23:59:59.999999Z\"}");
    }

    private static List<List<Object>> lists(Result<?> rows) {
        return rows.stream().map(Record::intoList).toList();
    }

    /** Tables of which a row alone is no record. */
    private static final Set<Table<?>> PARTS_OF_RECORDS = Set.of(
            AUDIT_ENTRIES,
            AUDIT_PENDING,
            AUDIT_SETTINGS,
            BLOBS,
            BLOB_CHUNKS,
            COMPACTIONS,
            CONVERSATIONS,
            DELETED_BLOBS,
            DELETED_ROWS,
            MESSAGE_ORIGINS,
            MESSAGE_PARTS,
            TEAM_MEMBERS);

    @Test
    void everyTableHasAWayToItsRecord() throws Exception {
        Agent agent = createAgent("a");
        Team team = createTeam("t");
        db.teams().addMember(team.id(), agent.id());
        db.workflows().create(workflow().build());
        Task task = db.tasks().create(task().agentId(agent.id()).build());
        db.sources().create(source().build());
        db.modelCalls().create(modelCall().build());
        db.scores().create(score(task).build());
        db.messages().create(message(agent).build());
        db.toolExecutions().create(execution(agent).build());
        for (var table : DefaultSchema.DEFAULT_SCHEMA.getTables()) {
            if (PARTS_OF_RECORDS.contains(table) || table.equals(DELETED_RECORDS)) {
                continue;
            }
            Method method = Stream.of(Records.class.getMethods())
                    .filter(m ->
                            (m.getName() + "s").equalsIgnoreCase(table.getName().replace("_", "")))
                    .findFirst()
                    .orElseThrow(() -> new AssertionError("Records has no method for " + table.getName()));
            Record row = db.dsl().selectFrom(table).fetchSingle();
            Object record = method.invoke(null, row);
            var repository = (Repository<?, ?>)
                    Repositories.class.getMethod(method.getName() + "s").invoke(db);
            assertThat(record).isEqualTo(repository.list(10, 0).get(0));
            assertThat(db.dsl().selectFrom(table).fetchInto(method.getReturnType()))
                    .isEqualTo(List.of(record));
        }
        try (Database keeping = engine().beside(db)
                .orElseThrow()
                .keepDeleted(Duration.ofDays(1))
                .open()) {
            keeping.scores().delete(keeping.scores().list(1, 0).get(0).id());
        }
        Record deleted = db.dsl().selectFrom(DELETED_RECORDS).fetchSingle();
        assertThat(Records.deletedRecord(deleted))
                .isEqualTo(
                        db.deletedRecords().list(PageRequest.first(1)).items().get(0))
                .isEqualTo(db.dsl().selectFrom(DELETED_RECORDS).fetchOneInto(DeletedRecord.class));
        Blob blob = db.blobs().write(new byte[] {1});
        assertThat(db.dsl().selectFrom(BLOBS).fetchOne(Records::blob))
                .isEqualTo(blob)
                .isEqualTo(db.dsl().selectFrom(BLOBS).fetchOneInto(Blob.class));
        Conversation conversation =
                db.conversations().list(PageRequest.first(1)).items().get(0);
        assertThat(db.dsl().selectFrom(CONVERSATIONS).fetchOne(Records::conversation))
                .isEqualTo(conversation)
                .isEqualTo(db.dsl().selectFrom(CONVERSATIONS).fetchOneInto(Conversation.class));
        Record joined = db.dsl()
                .select()
                .from(TEAM_MEMBERS)
                .join(AGENTS)
                .on(AGENTS.ID.eq(TEAM_MEMBERS.AGENT_ID))
                .join(TEAMS)
                .on(TEAMS.ID.eq(TEAM_MEMBERS.TEAM_ID))
                .fetchSingle();
        assertThat(Records.agent(joined)).isEqualTo(agent);
        assertThat(Records.team(joined)).isEqualTo(team);
        assertThat(Records.teamMember(joined))
                .isEqualTo(db.teams().listMembers(team.id()).get(0));
        assertThat(Records.teamMembership(joined))
                .isEqualTo(db.teams().listByAgent(agent.id()).get(0));
        assertThatThrownBy(() -> Records.task(joined))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("tasks.id")
                .hasMessageContaining("tasks.priority");
    }

    @Test
    void aLengthIsInCharactersBytesOrBits() {
        db.tasks().create(task().type("grün 😀").build());

        assertThat(db.dsl()
                        .select(DSL.length(TASKS.TYPE), DSL.octetLength(TASKS.TYPE), DSL.bitLength(TASKS.TYPE))
                        .from(TASKS)
                        .fetchSingle()
                        .intoList())
                .containsExactly(6, 10, 80);
    }

    /** Patterns of LIKE, their escape character, and the texts that they match. */
    static Stream<Arguments> aPatternMatchesTheSameOnEachEngine() {
        return Stream.of(
                arguments("a\\%", '\\', List.of("a%")),
                arguments("a\\\\", '\\', List.of("a\\")),
                arguments("a\\\\%", '\\', List.of("a\\", "a\\x")),
                arguments("a\\x", '\\', List.of("ax")),
                arguments("%\\_", '\\', List.of("a_")),
                // At the end an escape character stands for itself.
                arguments("a\\", '\\', List.of("a\\")),
                arguments("a\\\\\\", '\\', List.of()),
                arguments("a!", '!', List.of()),
                arguments("a_", '_', List.of("a_")),
                arguments("a\\%", '!', List.of("a\\", "a\\x")),
                arguments("a!%", '!', List.of("a%")),
                arguments("", '!', List.of()));
    }

    @ParameterizedTest
    @MethodSource
    void aPatternMatchesTheSameOnEachEngine(String pattern, char escape, List<String> matched) {
        List<String> all = List.of("a%", "a\\", "a\\x", "a_", "ax");
        all.forEach(type -> db.tasks().create(task().type(type).build()));
        List<String> others =
                all.stream().filter(type -> !matched.contains(type)).toList();
        Field<String> computed = DSL.lower(DSL.val(pattern));

        assertThat(typesWith(TASKS.TYPE.like(pattern, escape))).isEqualTo(matched);
        assertThat(typesWith(TASKS.TYPE.like(inline(pattern), escape))).isEqualTo(matched);
        assertThat(typesWith(TASKS.TYPE.notLike(pattern, escape))).isEqualTo(others);
        assertThat(typesWith(TASKS.TYPE.likeIgnoreCase(pattern, escape))).isEqualTo(matched);
        assertThat(typesWith(TASKS.TYPE.notLikeIgnoreCase(pattern, escape))).isEqualTo(others);
        assertThat(typesWith(TASKS.TYPE.likeIgnoreCase(computed, escape))).isEqualTo(matched);
        assertThat(typesWith(TASKS.TYPE.notLikeIgnoreCase(computed, escape))).isEqualTo(others);
        if (escape == '\\') {
            assertThat(typesWith(TASKS.TYPE.like(pattern))).isEqualTo(matched);
            assertThat(typesWith(TASKS.TYPE.notLike(pattern))).isEqualTo(others);
            assertThat(typesWith(TASKS.TYPE.likeIgnoreCase(pattern))).isEqualTo(matched);
            assertThat(typesWith(TASKS.TYPE.notLikeIgnoreCase(pattern))).isEqualTo(others);
            assertThat(typesWith(TASKS.TYPE.likeIgnoreCase(computed))).isEqualTo(matched);
        }
    }

    private List<String> typesWith(Condition condition) {
        return db.dsl()
                .select(TASKS.TYPE)
                .from(TASKS)
                .where(condition)
                .orderBy(TASKS.TYPE)
                .fetch(TASKS.TYPE);
    }

    @Test
    void whatEnginesTakeDifferentlyIsMadeEqual() {
        db.tasks().create(task().type("Abc").priority(0).build());
        db.tasks().create(task().type("abc").priority(1).build());
        db.tasks()
                .create(task().type("a*c")
                        .priority(4)
                        .status(TaskStatus.COMPLETED)
                        .build());
        var dsl = db.dsl();

        assertThat(dsl.fetchCount(TASKS, TASKS.TYPE.like("a%c"))).isEqualTo(2);
        assertThat(dsl.fetchCount(TASKS, TASKS.TYPE.like("a*_"))).isEqualTo(1);
        assertThat(dsl.fetchCount(TASKS, TASKS.TYPE.like("a!%c", '!'))).isZero();
        assertThat(dsl.fetchCount(TASKS, TASKS.TYPE.notLike("a%"))).isEqualTo(1);
        assertThat(dsl.fetchCount(TASKS, TASKS.TYPE.contains("b"))).isEqualTo(2);
        assertThat(dsl.fetchCount(TASKS, TASKS.TYPE.startsWith("A"))).isEqualTo(1);
        assertThat(dsl.fetchCount(TASKS, TASKS.TYPE.endsWith("BC"))).isZero();
        assertThat(dsl.fetchCount(TASKS, TASKS.TYPE.endsWith(""))).isEqualTo(3);
        assertThat(dsl.fetchCount(TASKS, TASKS.TYPE.likeIgnoreCase("ABC"))).isEqualTo(2);
        assertThat(dsl.select(TASKS.TYPE)
                        .from(TASKS)
                        .orderBy(TASKS.STARTED_AT, TASKS.TYPE)
                        .fetch(TASKS.TYPE))
                .containsExactly("Abc", "abc", "a*c");
        assertThat(dsl.select(TASKS.TYPE)
                        .from(TASKS)
                        .orderBy(TASKS.STARTED_AT.desc(), TASKS.TYPE)
                        .fetch(TASKS.TYPE))
                .containsExactly("a*c", "Abc", "abc");
        assertThat(dsl.select(inline(8).div(TASKS.PRIORITY))
                        .from(TASKS)
                        .orderBy(TASKS.PRIORITY)
                        .fetch(0, Integer.class))
                .containsExactly(null, 8, 2);
        assertThat(dsl.select(inline(9).mod(TASKS.PRIORITY))
                        .from(TASKS)
                        .orderBy(TASKS.PRIORITY)
                        .fetch(0, Integer.class))
                .containsExactly(null, 0, 1);
        assertThat(dsl.select(sum(TASKS.PRIORITY).div(inline(2)))
                        .from(TASKS)
                        .fetchSingle()
                        .value1())
                .isEqualByComparingTo("2.5");
        assertThat(dsl.select(sum(TASKS.PRIORITY).div(inline(2)).cast(Integer.class))
                        .from(TASKS)
                        .fetchSingle()
                        .value1())
                .isEqualTo(3);
        assertThat(dsl.select(greatest(TASKS.STARTED_AT, TASKS.CREATED_AT))
                        .from(TASKS)
                        .where(TASKS.PRIORITY.eq(0))
                        .fetchSingle()
                        .value1())
                .isNull();
        assertThat(dsl.select(DSL.round(sum(TASKS.PRIORITY).div(inline(2))))
                        .from(TASKS)
                        .fetchSingle()
                        .value1())
                .isEqualByComparingTo("3");
        createAgent("without tasks");
        assertThat(dsl.select(TASKS.TYPE)
                        .from(AGENTS)
                        .leftJoin(TASKS)
                        .on(TASKS.AGENT_ID.eq(AGENTS.ID))
                        .union(select(TASKS.TYPE).from(TASKS))
                        .orderBy(1)
                        .fetch(TASKS.TYPE))
                .hasSize(4);
        assertThat(dsl.select(TASKS.TYPE)
                        .from(AGENTS)
                        .fullJoin(TASKS)
                        .on(TASKS.AGENT_ID.eq(AGENTS.ID))
                        .orderBy(TASKS.TYPE)
                        .fetch(TASKS.TYPE))
                .containsExactly(null, "Abc", "a*c", "abc");
        assertThatThrownBy(() -> dsl.fetchCount(TASKS, TASKS.TYPE.like(TASKS.ERROR)))
                .isInstanceOf(IllegalArgumentException.class);
        assertThat(dsl.select(sum(TASKS.PRIORITY).div(inline(3)))
                        .from(TASKS)
                        .fetchSingle()
                        .value1()
                        .doubleValue())
                .isEqualTo(5 / 3.0);
        assertThat(dsl.select(DSL.round(inline(2.5))).fetchSingle().value1()).isEqualTo(3.0);
    }

    /** Expressions with a value that has no type of a column. */
    static Stream<Condition> whereOnlyTheSecondOfThreeIs() {
        Field<Instant> created = TASKS.CREATED_AT;
        Instant none = T.plusSeconds(1);
        Field<Instant> late = when(TASKS.PRIORITY.eq(1), T).otherwise(none);
        return Stream.of(
                created.eq(when(TASKS.PRIORITY.eq(1), T)),
                created.eq(late),
                when(TASKS.PRIORITY.eq(1), T).otherwise(created).eq(T).and(TASKS.PRIORITY.eq(1)),
                DSL.choose(TASKS.PRIORITY).when(1, T).otherwise(none).eq(created),
                DSL.choose(created).when(T, 1).otherwise(0).eq(1),
                DSL.case_(created).when(DSL.val(T), DSL.val(1)).else_(0).eq(1),
                created.eq(coalesce(TASKS.STARTED_AT, DSL.val(T))),
                created.eq(coalesce(DSL.val(T), TASKS.STARTED_AT)),
                created.eq(DSL.nvl(TASKS.STARTED_AT, T)),
                created.eq(DSL.nvl2(TASKS.STARTED_AT, none, T)),
                created.eq(DSL.iif(TASKS.PRIORITY.eq(1), T, none)),
                DSL.nullif(created, T).isNull(),
                DSL.nullif(DSL.val(T), created).isNull(),
                greatest(DSL.val(T), created)
                        .eq(T)
                        .and(DSL.least(created, DSL.val(T)).eq(T)),
                greatest(DSL.inline(T), created)
                        .eq(created)
                        .and(DSL.least(created, DSL.inline(T)).eq(created)),
                created.in(DSL.val(T), DSL.val(none)),
                created.in(select(DSL.val(T))),
                created.eq(select(DSL.val(T))),
                created.eq(DSL.field(select(DSL.val(T)))),
                coalesce(TASKS.STARTED_AT, DSL.field(select(DSL.val(T)))).eq(created),
                created.in(select(DSL.val(T)).union(select(TASKS.STARTED_AT).from(TASKS))),
                created.in(select(TASKS.CREATED_AT).from(TASKS).intersect(select(DSL.val(T)))),
                row(created, TASKS.PRIORITY).in(row(DSL.val(T), DSL.val(1)), row(DSL.val(none), DSL.val(1))),
                row(created, TASKS.PRIORITY).isNotDistinctFrom(row(DSL.val(T), DSL.val(1))),
                row(TASKS.PRIORITY, created)
                        .between(row(DSL.val(1), DSL.val(T)))
                        .and(row(DSL.val(1), DSL.val(T))),
                created.notIn(T.minusNanos(1_000), T.plusNanos(1_000)),
                created.notIn(DSL.val(T.minusNanos(1_000)), DSL.val(T.plusNanos(1_000))),
                DSL.val(T).in(created, TASKS.STARTED_AT),
                created.between(DSL.val(T), DSL.val(T)),
                DSL.val(T).between(created, created),
                DSL.val(T).eq(created),
                created.isNotDistinctFrom(DSL.val(T)),
                row(created, TASKS.PRIORITY).eq(row(DSL.val(T), DSL.val(1))),
                row(created, TASKS.PRIORITY).in(select(DSL.val(T), DSL.val(1))),
                DSL.condition("{0} = {1}", created, DSL.val(T)),
                DSL.condition("created_at = ?", T),
                DSL.condition("created_at = ?", T.atOffset(ZoneOffset.ofHours(2))),
                DSL.field("coalesce({0}, {1})", TASKS.CREATED_AT.getDataType(), TASKS.STARTED_AT, DSL.val(T))
                        .eq(created),
                DSL.condition("{0} = {1}", created, DSL.val(T.atOffset(ZoneOffset.ofHours(-3)))),
                created.eq(coalesce(TASKS.STARTED_AT, DSL.val(T.atOffset(ZoneOffset.ofHours(2))))),
                Times.between(DSL.val(T), created).eq(Duration.ZERO),
                Times.seconds(coalesce(TASKS.STARTED_AT, DSL.val(T)), created).eq(0.0));
    }

    @ParameterizedTest
    @MethodSource("whereOnlyTheSecondOfThreeIs")
    void aValueWithoutAColumnsTypeIsComparedAsAStoredTime(Condition condition) {
        storeThree();

        List<Integer> found =
                db.dsl().select(TASKS.PRIORITY).from(TASKS).where(condition).fetch(TASKS.PRIORITY);

        assertThat(found).containsExactly(1);
    }

    private void storeThree() {
        db.tasks()
                .createAll(List.of(
                        task().priority(0).createdAt(T.minusNanos(1_000)).build(),
                        task().priority(1).createdAt(T).build(),
                        task().priority(2).createdAt(T.plusNanos(1_000)).build()));
    }

    @Test
    void aValueWithoutAColumnsTypeIsReadAsItIs() {
        storeThree();
        var dsl = db.dsl();
        for (Instant time : List.of(T, T.plusNanos(1_000), Instant.parse("1893-03-31T23:06:31.5Z"))) {
            Field<Instant> chosen = when(TASKS.PRIORITY.eq(1), time).otherwise(TASKS.CREATED_AT);
            assertThat(dsl.select(chosen)
                            .from(TASKS)
                            .where(TASKS.PRIORITY.eq(1))
                            .fetchSingle()
                            .value1())
                    .isEqualTo(time);
            assertThat(dsl.select(DSL.val(time)).fetchSingle().value1()).isEqualTo(time);
            assertThat(dsl.select(multiset(
                                    select(DSL.val(time), DSL.inline(time)).from(TASKS)))
                            .fetchSingle()
                            .value1())
                    .hasSize(3)
                    .allSatisfy(row -> assertThat(row.intoList()).containsExactly(time, time));
            Field<?>[] values = {DSL.val(time), DSL.inline(time), DSL.val(time, TASKS.CREATED_AT)};
            String text = "\"%s\""
                    .formatted(DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSSSSS'Z'")
                            .format(time.atOffset(ZoneOffset.UTC)));
            assertThat(dsl.select(DSL.jsonArray(values))
                            .fetchSingle()
                            .value1()
                            .data()
                            .replace(" ", ""))
                    .isEqualTo("[%1$s,%1$s,%1$s]", text);
            assertThat(dsl.select(DSL.jsonObject(key("t").value(DSL.val(time))))
                            .fetchSingle()
                            .value1()
                            .data()
                            .replace(" ", ""))
                    .isEqualTo("{\"t\":%s}", text);
        }
    }

    @Test
    void aTimeOfAnotherTypeBesideAStoredOneIsRejected() {
        storeThree();
        List<Object> others = List.of(
                java.sql.Timestamp.from(T),
                java.util.Date.from(T),
                LocalDateTime.ofInstant(T, ZoneOffset.UTC),
                LocalDate.ofInstant(T, ZoneOffset.UTC),
                java.sql.Date.valueOf("2025-12-18"),
                "2025-12-18T09:30:00.000000Z",
                T.toEpochMilli());
        for (Object other : others) {
            Field<?> value = DSL.val(other);
            for (Condition condition : List.of(
                    coalesce(TASKS.STARTED_AT, value).eq(TASKS.CREATED_AT),
                    coalesce(value.coerce(Instant.class), TASKS.STARTED_AT).eq(TASKS.CREATED_AT),
                    coalesce(value.coerce(Object.class), TASKS.STARTED_AT).isNotNull(),
                    greatest(TASKS.CREATED_AT, value).eq(T),
                    DSL.least(TASKS.CREATED_AT, value).eq(T),
                    when(TASKS.PRIORITY.eq(1), value.coerce(Instant.class))
                            .otherwise(TASKS.CREATED_AT)
                            .eq(T),
                    row(TASKS.CREATED_AT).eq(row(value.coerce(Instant.class))),
                    row(TASKS.CREATED_AT, TASKS.PRIORITY).ne(row(value.coerce(Instant.class), inline(1))),
                    row(TASKS.PRIORITY, TASKS.CREATED_AT).gt(row(inline(1), value.coerce(Instant.class))),
                    row(TASKS.PRIORITY, TASKS.CREATED_AT).in(row(inline(1), value.coerce(Instant.class))),
                    row(TASKS.CREATED_AT, TASKS.PRIORITY)
                            .between(row(value.coerce(Instant.class), inline(1)))
                            .and(row(TASKS.CREATED_AT, TASKS.PRIORITY)),
                    row(TASKS.CREATED_AT, TASKS.PRIORITY)
                            .isNotDistinctFrom(row(value.coerce(Instant.class), inline(1))),
                    row(TASKS.CREATED_AT, TASKS.PRIORITY).in(select(value.coerce(Instant.class), inline(1))),
                    TASKS.CREATED_AT.in(select(value.coerce(Instant.class))),
                    TASKS.CREATED_AT.eq(DSL.any(select(value.coerce(Instant.class)))),
                    TASKS.CREATED_AT.in(
                            select(TASKS.CREATED_AT).from(TASKS).union(select(value.coerce(Instant.class)))),
                    TASKS.CREATED_AT.in(select(value.coerce(Instant.class))
                            .unionAll(select(TASKS.CREATED_AT).from(TASKS))),
                    DSL.exists(select(TASKS.CREATED_AT).from(TASKS).intersect(select(value.coerce(Instant.class)))),
                    TASKS.CREATED_AT.eq(select(value.coerce(Instant.class))),
                    TASKS.CREATED_AT.isDistinctFrom(value.coerce(Instant.class)),
                    TASKS.CREATED_AT.in(inline(T), value.coerce(Instant.class)),
                    TASKS.CREATED_AT.notIn(value.coerce(Instant.class), inline(T)),
                    TASKS.CREATED_AT.between(TASKS.CREATED_AT, value.coerce(Instant.class)),
                    TASKS.CREATED_AT.notBetween(value.coerce(Instant.class), TASKS.CREATED_AT),
                    value.coerce(Instant.class).between(TASKS.CREATED_AT, TASKS.CREATED_AT),
                    DSL.not(TASKS.CREATED_AT.ne(value.coerce(Instant.class))),
                    TASKS.CREATED_AT.eq(value.coerce(Instant.class)),
                    DSL.condition("{0} >= {1}", TASKS.CREATED_AT, value),
                    DSL.condition("{0} <= {1}", value, TASKS.CREATED_AT))) {
                boolean text = other instanceof String || other instanceof Long;
                if (text && condition.toString().matches("(?s).*[<>]=.*")) {
                    continue; // The caller's own SQL may have its own words beside a time.
                }
                assertThatThrownBy(() -> db.dsl().fetchCount(TASKS, condition))
                        .as("%s", condition)
                        .isInstanceOf(IllegalArgumentException.class)
                        .hasMessageContaining("would not mean the same")
                        .hasMessageContaining("Instant");
            }
        }
        for (Field<?> mixed : List.of(
                coalesce(Times.day(TASKS.STARTED_AT), DSL.val(LocalDate.EPOCH)),
                greatest(Times.day(TASKS.CREATED_AT), DSL.val(LocalDate.EPOCH)),
                when(TASKS.PRIORITY.eq(1), LocalDate.EPOCH).otherwise(Times.day(TASKS.CREATED_AT)),
                coalesce(Times.day(TASKS.STARTED_AT), TASKS.CREATED_AT))) {
            assertThatThrownBy(() -> db.dsl().select(mixed).from(TASKS).fetch())
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("DSL.val(");
        }
    }

    @Test
    void aColumnOfADerivedTableIsReachedByItsName() {
        storeThree();
        var dsl = db.dsl();
        var latest = select(
                        max(TASKS.CREATED_AT).as("latest"),
                        min(Times.day(TASKS.CREATED_AT)).as("day"))
                .from(TASKS)
                .asTable("l");
        Instant last = T.plusNanos(1_000);
        for (Field<Instant> field : List.of(
                latest.field("latest", Instant.class), latest.field("latest", TASKS.CREATED_AT.getDataType()))) {
            assertThat(dsl.select(field).from(latest).fetchSingle().value1()).isEqualTo(last);
            assertThat(dsl.select(TASKS.PRIORITY)
                            .from(TASKS)
                            .join(latest)
                            .on(TASKS.CREATED_AT.eq(field))
                            .where(field.eq(last), field.gt(T), field.in(List.of(T, last)))
                            .orderBy(field)
                            .fetch(TASKS.PRIORITY))
                    .containsExactly(2);
            assertThat(dsl.fetchCount(latest, coalesce(field, DSL.val(T)).eq(last)))
                    .isEqualTo(1);
            assertThat(dsl.select(Times.seconds(TASKS.CREATED_AT, field))
                            .from(TASKS, latest)
                            .where(TASKS.PRIORITY.eq(0))
                            .fetchSingle()
                            .value1())
                    .isEqualTo(0.000002);
        }
        for (String text : List.of("0000-01-01T00:00:00.000001Z", "1893-03-31T23:06:31.5Z", "9999-12-31T23:59:59Z")) {
            Task odd = db.tasks().create(task().createdAt(Instant.parse(text)).build());
            var one = select(TASKS.CREATED_AT)
                    .from(TASKS)
                    .where(TASKS.ID.eq(odd.id()))
                    .asTable("o");
            assertThat(dsl.select(one.field("created_at", Instant.class))
                            .from(one)
                            .fetchSingle()
                            .value1())
                    .isEqualTo(odd.createdAt());
        }
        assertThatThrownBy(() -> dsl.select(latest.field("day", LocalDate.class))
                        .from(latest)
                        .fetch())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("field(name, column.getDataType())");
        assertThatThrownBy(() -> dsl.select(latest.field("latest", java.time.OffsetDateTime.class))
                        .from(latest)
                        .fetch())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("field(name, column.getDataType())");
    }

    @Test
    void restOfWholeSums() {
        db.tasks()
                .createAll(
                        List.of(task().priority(4).build(), task().priority(5).build()));
        AggregateFunction<BigDecimal> sum = sum(TASKS.PRIORITY);
        for (Field<?> rest : List.of(
                sum.mod(5),
                sum.plus(5).mod(inline(5)),
                coalesce(sum, inline(BigDecimal.ZERO)).mod(5),
                sum.mod(new BigDecimal("5")),
                sum.neg().mod(5).neg(),
                sum.filterWhere(TASKS.PRIORITY.gt(0)).mod(5),
                inline(BigDecimal.valueOf(22)).mod(sum))) {
            assertThat(db.dsl().select(rest).from(TASKS).fetchSingle().get(0, Integer.class))
                    .as("%s", rest)
                    .isEqualTo(4);
        }
        assertThat(db.dsl().select(sum.over().mod(5)).from(TASKS).fetch(0, Integer.class))
                .containsExactly(4, 4);
        assertThat(db.dsl()
                        .select(sum(TASKS.PRIORITY.cast(Double.class).div(2.0)).cast(Integer.class))
                        .from(TASKS)
                        .fetchSingle()
                        .value1())
                .isEqualTo(5);
        assertThat(db.dsl()
                        .select(coalesce(sum(inline(4_611_686_018_427_387_905L)), inline(BigDecimal.ZERO))
                                .cast(Long.class))
                        .from(TASKS)
                        .where(TASKS.PRIORITY.eq(4))
                        .fetchSingle()
                        .value1())
                .isEqualTo(4_611_686_018_427_387_905L);
        for (Field<?> fraction : List.of(
                sum.mod(2.5),
                sum.mod(new BigDecimal("2.5")),
                sum(TASKS.PRIORITY.cast(Double.class)).mod(5),
                sum.div(2).mod(5))) {
            assertThatThrownBy(() -> db.dsl().select(fraction).from(TASKS).fetch())
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("fractions");
        }
    }

    /** The definition with java.time: a search over instants, not a calculation. */
    private static Instant bucket(Instant time, Duration length, ZoneId zone) {
        long size = length.toNanos();
        LocalDateTime local = LocalDateTime.ofInstant(time, zone);
        LocalDateTime from = local.minusNanos(local.toLocalTime().toNanoOfDay() % size);
        ZoneOffsetTransition change = zone.getRules().previousTransition(time.plusNanos(1));
        if (change == null || change.getInstant().plus(Duration.ofDays(2)).isBefore(time)) {
            return from.atZone(zone).toInstant();
        }
        boolean twice =
                change.isOverlap() && length.compareTo(change.getDuration().negated()) <= 0;
        Instant first = change.getInstant();
        Instant search = twice ? first : first.minus(Duration.ofDays(2));
        long grid = grid(length, change);
        Instant step = time;
        Instant begin = time;
        while (!step.isBefore(search)) {
            LocalDateTime shown = LocalDateTime.ofInstant(step, zone);
            if (!shown.isBefore(from) && shown.isBefore(from.plus(length))) {
                begin = step;
            }
            step = Instant.ofEpochSecond(Math.floorDiv(step.minusNanos(1).getEpochSecond(), grid) * grid);
        }
        return begin;
    }

    /** Seconds: of these instants one is the begin, unless the change is. */
    private static long grid(Duration length, ZoneOffsetTransition change) {
        boolean quarters = change.getOffsetBefore().getTotalSeconds() % 900 == 0
                && change.getOffsetAfter().getTotalSeconds() % 900 == 0;
        return quarters
                ? BigInteger.valueOf(length.toSeconds())
                        .gcd(BigInteger.valueOf(900))
                        .longValue()
                : 60;
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Europe/Berlin",
                "America/New_York",
                "Asia/Kathmandu",
                "Australia/Lord_Howe",
                "America/Sao_Paulo",
                "Pacific/Apia"
            })
    void bucketsOfDaysWithAClockChangeAreWallClocks(String name) {
        ZoneId zone = ZoneId.of(name);
        // The last changes of the current rules or, if there are none, the last ones of all, and a day
        // without a change.
        ZoneOffsetTransition last = zone.getRules().previousTransition(Instant.parse("2026-01-01T00:00:00Z"));
        ZoneOffsetTransition before = zone.getRules().previousTransition(last.getInstant());
        List<Instant> middles = new ArrayList<>(List.of(last.getInstant(), Instant.parse("2031-01-15T12:00:00Z")));
        if (before.getInstant().isAfter(Instant.parse("1980-01-01T00:00:00Z"))) {
            middles.add(before.getInstant());
        }
        db.tasks()
                .createAll(middles.stream()
                        .flatMap(middle -> Stream.concat(
                                IntStream.range(-90, 90).mapToObj(i -> middle.plusSeconds(i * 1_200L)),
                                Stream.of(middle.minusNanos(1_000), middle.plusNanos(1_000))))
                        .map(time -> task().createdAt(time).build())
                        .toList());
        for (int minutes : List.of(5, 48, 60, 90, 120, 180, 240, 360, 480, 720, 1_440)) {
            Duration length = Duration.ofMinutes(minutes);
            Field<Instant> bucket = Times.bucket(TASKS.CREATED_AT, length, zone);
            var query = db.dsl().select(TASKS.CREATED_AT, bucket).from(TASKS);
            assertThat(db.dsl().render(bucket)).hasSizeLessThan(45_000);
            Map<Instant, Long> expected = new TreeMap<>();
            for (Record row : query.fetch()) {
                Instant time = row.get(TASKS.CREATED_AT);
                Instant begin = bucket(time, length, zone);
                assertThat(row.get(bucket))
                        .as("%s of %s", length, time.atZone(zone))
                        .isEqualTo(begin);
                expected.merge(begin, 1L, Long::sum);
            }
            assertThat(new TreeMap<>(db.dsl()
                            .select(bucket, count().cast(Long.class))
                            .from(TASKS)
                            .groupBy(bucket)
                            .orderBy(bucket)
                            .fetchMap(bucket, count().cast(Long.class))))
                    .isEqualTo(expected);
        }
    }

    @Test
    void aBucketOfAnAggregateOrAWindowIsItsOwn() {
        ZoneId zone = ZoneId.of("Europe/Berlin");
        Instant noon = Instant.parse("2025-10-26T12:00:00Z");
        Agent agent = createAgent("a");
        for (int i = 0; i < 3; i++) {
            db.tasks()
                    .create(task().agentId(agent.id())
                            .createdAt(noon.plus(Duration.ofDays(i)))
                            .build());
        }
        Duration day = Duration.ofDays(1);
        // The expression has names of its own.
        Tasks b = TASKS.as("b");
        Tasks v = TASKS.as("v");
        assertThat(db.dsl()
                        .select(
                                Times.bucket(b.CREATED_AT, day, zone),
                                Times.week(v.CREATED_AT, zone),
                                Times.month(b.CREATED_AT, zone))
                        .from(b)
                        .join(v)
                        .on(b.ID.eq(v.ID))
                        .where(b.CREATED_AT.eq(noon))
                        .fetchSingle()
                        .intoList())
                .containsExactly(
                        Instant.parse("2025-10-25T22:00:00Z"), LocalDate.of(2025, 10, 20), YearMonth.of(2025, 10));
        assertThat(db.dsl()
                        .select(
                                Times.bucket(max(TASKS.CREATED_AT), day, zone),
                                Times.day(min(TASKS.CREATED_AT), zone),
                                max(Times.bucket(TASKS.CREATED_AT, day, zone)))
                        .from(TASKS)
                        .groupBy(TASKS.AGENT_ID)
                        .fetchSingle()
                        .intoList())
                .containsExactly(
                        Instant.parse("2025-10-27T23:00:00Z"),
                        LocalDate.of(2025, 10, 26),
                        Instant.parse("2025-10-27T23:00:00Z"));
        assertThat(db.dsl()
                        .select(Times.bucket(max(TASKS.CREATED_AT).over().partitionBy(TASKS.AGENT_ID), day, zone))
                        .from(TASKS)
                        .fetch(0, Instant.class))
                .containsOnly(Instant.parse("2025-10-27T23:00:00Z"))
                .hasSize(3);
        assertThat(db.dsl()
                        .select(Times.bucket(coalesce(TASKS.STARTED_AT, TASKS.CREATED_AT), day, zone))
                        .from(TASKS)
                        .orderBy(TASKS.CREATED_AT)
                        .fetch(0, Instant.class))
                .containsExactly(
                        Instant.parse("2025-10-25T22:00:00Z"),
                        Instant.parse("2025-10-26T23:00:00Z"),
                        Instant.parse("2025-10-27T23:00:00Z"));
    }
}
