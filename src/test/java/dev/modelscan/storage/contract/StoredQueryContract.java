package dev.modelscan.storage.contract;

import static dev.modelscan.storage.queries.Into.into;
import static dev.modelscan.storage.schema.Tables.AGENTS;
import static dev.modelscan.storage.schema.Tables.TASKS;
import static dev.modelscan.storage.schema.Tables.TEAM_MEMBERS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.jooq.impl.DSL.avg;
import static org.jooq.impl.DSL.count;
import static org.jooq.impl.DSL.deleteFrom;
import static org.jooq.impl.DSL.field;
import static org.jooq.impl.DSL.insertInto;
import static org.jooq.impl.DSL.max;
import static org.jooq.impl.DSL.name;
import static org.jooq.impl.DSL.select;
import static org.jooq.impl.DSL.sum;
import static org.jooq.impl.DSL.update;

import dev.modelscan.storage.ColumnTypes;
import dev.modelscan.storage.Json;
import dev.modelscan.storage.Page;
import dev.modelscan.storage.PageRequest;
import dev.modelscan.storage.StoredQueries;
import dev.modelscan.storage.Times;
import dev.modelscan.storage.Tx;
import dev.modelscan.storage.agents.Agent;
import dev.modelscan.storage.agents.AgentId;
import dev.modelscan.storage.errors.ConflictException;
import dev.modelscan.storage.errors.CorruptDatabaseException;
import dev.modelscan.storage.errors.InvalidDataException;
import dev.modelscan.storage.errors.ReferenceException;
import dev.modelscan.storage.queries.QueryParameter;
import dev.modelscan.storage.queries.QueryRun;
import dev.modelscan.storage.queries.StoredCommand;
import dev.modelscan.storage.queries.StoredQuery;
import dev.modelscan.storage.schema.tables.Tasks;
import dev.modelscan.storage.tasks.Task;
import dev.modelscan.storage.tasks.TaskId;
import dev.modelscan.storage.tasks.TaskStatus;
import dev.modelscan.storage.teams.Team;
import dev.modelscan.storage.teams.TeamId;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jooq.Condition;
import org.jooq.Converter;
import org.jooq.DataType;
import org.jooq.Field;
import org.jooq.Table;
import org.jooq.impl.DSL;
import org.jooq.impl.SQLDataType;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a stored query does, which is the same on every engine. */
abstract class StoredQueryContract extends Contract {

    record Backlog(String agent, int tasks) {}

    record Word(String text) {}

    record Line(TaskId id, TaskStatus status, int priority, Json input, Instant createdAt) {}

    static final QueryParameter<TaskStatus> STATUS = StoredQueries.parameter("status", TASKS.STATUS);
    static final QueryParameter<TaskId> ID = StoredQueries.parameter("id", TASKS.ID);
    static final QueryParameter<String> TYPE = StoredQueries.parameter("type", TASKS.TYPE);
    static final QueryParameter<Integer> PRIORITY = StoredQueries.parameter("priority", TASKS.PRIORITY);
    static final QueryParameter<Json> INPUT = StoredQueries.parameter("input", TASKS.INPUT);
    static final QueryParameter<Instant> SINCE = StoredQueries.parameter("since", TASKS.CREATED_AT);
    static final QueryParameter<AgentId> AGENT = StoredQueries.parameter("agent", TASKS.AGENT_ID);

    static final StoredQuery<Backlog> BACKLOG = StoredQueries.query(
            () -> select(AGENTS.NAME, count())
                    .from(TASKS)
                    .join(AGENTS)
                    .on(TASKS.AGENT_ID.eq(AGENTS.ID))
                    .where(TASKS.STATUS.eq(STATUS.param()))
                    .groupBy(AGENTS.NAME)
                    .orderBy(count().desc(), AGENTS.NAME),
            into(Backlog::new));

    static final StoredQuery<Line> BY_ID = StoredQueries.query(
            () -> select(TASKS.ID, TASKS.STATUS, TASKS.PRIORITY, TASKS.INPUT, TASKS.CREATED_AT)
                    .from(TASKS)
                    .where(TASKS.ID.eq(ID.param())),
            into(Line::new));

    static final StoredQuery<Line> BY_STATUS = StoredQueries.query(
            () -> select(TASKS.ID, TASKS.STATUS, TASKS.PRIORITY, TASKS.INPUT, TASKS.CREATED_AT)
                    .from(TASKS)
                    .where(TASKS.STATUS.eq(STATUS.param()))
                    .orderBy(TASKS.PRIORITY.desc(), TASKS.CREATED_AT, TASKS.ID),
            into(Line::new));

    static final StoredCommand SET_PRIORITY = StoredQueries.command(
            () -> update(TASKS).set(TASKS.PRIORITY, PRIORITY.param()).where(TASKS.TYPE.eq(TYPE.param())));

    private Agent first;
    private Agent second;

    @BeforeEach
    void fill() {
        first = createAgent("a");
        second = createAgent("b");
        List<Task> tasks = new ArrayList<>();
        for (int i = 0; i < 7; i++) {
            tasks.add(task().agentId(i < 5 ? first.id() : second.id())
                    .type(i % 2 == 0 ? "even" : "odd")
                    .priority(i % 3)
                    .input(i == 0 ? null : Json.of(List.of(i, "ä'?{schema}")))
                    .build());
        }
        db.tasks().createAll(tasks);
    }

    private List<Line> pending() {
        return db.query(BY_STATUS).set(STATUS, TaskStatus.PENDING).list(100);
    }

    @Test
    void givesTypedRowsInOrder() {
        assertThat(db.query(BACKLOG).set(STATUS, TaskStatus.PENDING).list(10))
                .containsExactly(new Backlog("a", 5), new Backlog("b", 2));
        assertThat(db.query(BACKLOG).set(STATUS, TaskStatus.PENDING).list(1)).containsExactly(new Backlog("a", 5));
        assertThat(db.query(BACKLOG).set(STATUS, TaskStatus.FAILED).list(10)).isEmpty();
    }

    @Test
    void readsWhatTheRepositoryReads() {
        for (Task task : db.tasks().list(100, 0)) {
            assertThat(db.query(BY_ID).set(ID, task.id()).one())
                    .isEqualTo(new Line(task.id(), task.status(), task.priority(), task.input(), task.createdAt()));
        }
    }

    @Test
    void oneAndFindTellNoneFromSeveral() {
        assertThat(db.query(BY_ID).set(ID, TaskId.next()).find()).isEmpty();
        assertThatThrownBy(() -> db.query(BY_ID).set(ID, TaskId.next()).one())
                .isInstanceOf(NoSuchElementException.class);
        assertThatThrownBy(() ->
                        db.query(BY_STATUS).set(STATUS, TaskStatus.PENDING).find())
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("more rows than 1");
    }

    @Test
    void everyTypeComesBackAsDslGivesIt() {
        record All(
                Integer count,
                BigDecimal sum,
                BigDecimal average,
                Double seconds,
                LocalDate day,
                Instant last,
                Long big) {}
        StoredQuery<All> all = StoredQueries.query(
                () -> select(
                                count(),
                                sum(TASKS.PRIORITY),
                                avg(TASKS.PRIORITY),
                                max(Times.seconds(TASKS.CREATED_AT, TASKS.UPDATED_AT)),
                                max(Times.day(TASKS.CREATED_AT)),
                                max(TASKS.CREATED_AT),
                                max(TASKS.VERSION))
                        .from(TASKS),
                into(All::new));
        All read = db.query(all).one();
        All expected = db.dsl()
                .select(
                        count(),
                        sum(TASKS.PRIORITY),
                        avg(TASKS.PRIORITY),
                        max(Times.seconds(TASKS.CREATED_AT, TASKS.UPDATED_AT)),
                        max(Times.day(TASKS.CREATED_AT)),
                        max(TASKS.CREATED_AT),
                        max(TASKS.VERSION))
                .from(TASKS)
                .fetchSingle(org.jooq.Records.mapping(All::new));
        assertThat(read).isEqualTo(expected);
        assertThat(read.day()).isEqualTo(LocalDate.ofInstant(read.last(), ZoneOffset.UTC));
    }

    @Test
    void nullIsNull() {
        StoredQuery<Optional<Instant>> last =
                StoredQueries.query(() -> select(max(TASKS.COMPLETED_AT)).from(TASKS), into(Optional::ofNullable));
        assertThat(db.query(last).one()).isEmpty();
        assertThat(db.query(BACKLOG).set(STATUS, null).list(10)).isEmpty();
        StoredQuery<Instant> bare =
                StoredQueries.query(() -> select(max(TASKS.COMPLETED_AT)).from(TASKS), into(time -> time));
        assertThatThrownBy(() -> db.query(bare).one())
                .isInstanceOf(NullPointerException.class)
                .hasMessageContaining("function of a stored query");
    }

    @Test
    void aRunBindsTheLastValueOfAParameterAlone() {
        AtomicInteger bound = new AtomicInteger();
        DataType<Word> counted = SQLDataType.VARCHAR.asConvertedDataType(
                Converter.ofNullable(String.class, Word.class, Word::new, word -> {
                    bound.incrementAndGet();
                    return word.text();
                }));
        QueryParameter<Word> type = StoredQueries.parameter("type", field(name("type"), counted));
        StoredQuery<Integer> ofType = StoredQueries.query(
                () -> select(count())
                        .from(TASKS)
                        .where(TASKS.TYPE.coerce(counted).eq(type.param())),
                into(number -> number));
        QueryRun<Integer> run = db.query(ofType);
        assertThat(run.set(type, new Word("none")).one()).isZero();
        int once = bound.getAndSet(0);
        for (int i = 0; i < 10; i++) {
            assertThat(run.set(type, new Word("none" + i)).one()).isZero();
        }
        assertThat(once).isPositive();
        assertThat(bound).hasValue(10 * once);
    }

    /** The drivers alter it. */
    @Test
    void aTextThatAConverterGivesIsChecked() {
        DataType<Word> type = SQLDataType.VARCHAR.asConvertedDataType(
                Converter.ofNullable(String.class, Word.class, Word::new, Word::text));
        QueryParameter<Word> word = StoredQueries.parameter("word", field(name("type"), type));
        StoredQuery<Integer> ofType = StoredQueries.query(
                () -> select(count()).from(TASKS).where(TASKS.TYPE.coerce(type).eq(word.param())),
                into(number -> number));
        assertThat(db.query(ofType).set(word, new Word("odd")).one()).isEqualTo(3);
        for (String text : List.of("\uD800", "a\0b")) {
            assertThatThrownBy(() -> db.query(ofType).set(word, new Word(text)).one())
                    .isInstanceOf(InvalidDataException.class)
                    .hasMessageContaining("at position");
        }
    }

    @Test
    void pagesFollowEachOther() {
        List<Line> all = pending();
        assertThat(all).hasSize(7).extracting(Line::priority).containsExactly(2, 2, 1, 1, 0, 0, 0);
        for (int limit = 1; limit <= 8; limit++) {
            assertThat(walk(limit, request -> db.query(BY_STATUS)
                            .set(STATUS, TaskStatus.PENDING)
                            .page(request)))
                    .isEqualTo(all);
        }
        try (Stream<Line> stream = db.query(BY_STATUS).set(STATUS, TaskStatus.PENDING).stream()) {
            assertThat(stream).isEqualTo(all);
        }
    }

    @Test
    void aCursorBelongsToItsQuery() {
        Page<Line> page = db.query(BY_STATUS).set(STATUS, TaskStatus.PENDING).page(PageRequest.first(2));
        PageRequest next = page.next().orElseThrow();
        assertThatThrownBy(() -> db.tasks().list(next)).isInstanceOf(IllegalArgumentException.class);
        PageRequest other = db.tasks().list(PageRequest.first(2)).next().orElseThrow();
        assertThatThrownBy(() ->
                        db.query(BY_STATUS).set(STATUS, TaskStatus.PENDING).page(other))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("cursor");
    }

    @Test
    void whatHasNoTotalOrderHasNoPages() {
        StoredQuery<String> unordered =
                StoredQueries.query(() -> select(TASKS.TYPE).from(TASKS), into(type -> type));
        assertThatThrownBy(() -> db.query(unordered).list(10))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("orderBy");
        StoredQuery<Instant> byTime = StoredQueries.query(
                () -> select(TASKS.CREATED_AT).from(TASKS).orderBy(TASKS.CREATED_AT), into(time -> time));
        assertThat(db.query(byTime).list(10)).hasSize(7);
        assertThatThrownBy(() -> db.query(byTime).page(PageRequest.first(1)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("no column of a key");
        StoredQuery<Instant> hidden =
                StoredQueries.query(() -> select(TASKS.CREATED_AT).from(TASKS).orderBy(TASKS.ID), into(time -> time));
        assertThatThrownBy(() -> db.query(hidden).page(PageRequest.first(1)))
                .hasMessageContaining("does not select it");
        assertThatThrownBy(
                        () -> db.query(BACKLOG).set(STATUS, TaskStatus.PENDING).page(PageRequest.first(1)))
                .hasMessageContaining("groups");
    }

    @Test
    void whatAPageWouldChangeHasNoPages() {
        Field<Integer> number = DSL.rowNumber().over(DSL.orderBy(TASKS.ID));
        StoredQuery<Integer> numbered = StoredQueries.query(
                () -> select(number, TASKS.ID).from(TASKS).orderBy(TASKS.ID), into((row, id) -> row));
        assertThat(db.query(numbered).list(10)).containsExactly(1, 2, 3, 4, 5, 6, 7);
        requireUnpaged("window", numbered);
        StoredQuery<TaskId> nulls = StoredQueries.query(
                () -> select(TASKS.ID).from(TASKS).orderBy(TASKS.ID.desc().nullsLast()), into(id -> id));
        requireUnpaged("where null goes", nulls);
        Field<TaskId> alias = TASKS.ID.as("key");
        StoredQuery<TaskId> aliased =
                StoredQueries.query(() -> select(alias).from(TASKS).orderBy(alias), into(id -> id));
        requireUnpaged("alias key", aliased);
    }

    private void requireUnpaged(String why, StoredQuery<?> query) {
        assertThatThrownBy(() -> db.query(query).page(PageRequest.first(2)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(why);
    }

    /** The window of a derived table sees all its rows on each page. */
    @Test
    void aTableWithAnAliasHasPages() {
        Tasks aliased = TASKS.as("t");
        Field<Integer> all = DSL.field(select(DSL.max(DSL.count()).over()).from(TASKS));
        StoredQuery<Integer> counted = StoredQueries.query(
                () -> select(all, aliased.PRIORITY, aliased.ID)
                        .from(aliased)
                        .orderBy(aliased.PRIORITY.desc(), aliased.ID),
                into((count, priority, id) -> count));
        assertThat(walk(3, request -> db.query(counted).page(request)))
                .hasSize(7)
                .containsOnly(7);
    }

    /** The next page begins behind the last row, and so behind another row in the same place. */
    @Test
    void aPageThatWouldLoseARowIsRefused() {
        record Member(TeamId team, AgentId agent) {}
        for (String name : List.of("x", "y")) {
            Team team = db.teams().create(Team.builder().name(name).build());
            db.teams().addMember(team.id(), first.id(), "r");
        }
        StoredQuery<Member> byAgent = StoredQueries.query(
                () -> select(TEAM_MEMBERS.TEAM_ID, TEAM_MEMBERS.AGENT_ID)
                        .from(TEAM_MEMBERS)
                        .orderBy(TEAM_MEMBERS.AGENT_ID),
                into(Member::new));
        requireRefused("same place", byAgent, 1);
        assertThat(db.query(byAgent).page(PageRequest.first(2)).next()).isEmpty();
        StoredQuery<Member> total = StoredQueries.query(
                () -> select(TEAM_MEMBERS.TEAM_ID, TEAM_MEMBERS.AGENT_ID)
                        .from(TEAM_MEMBERS)
                        .orderBy(TEAM_MEMBERS.AGENT_ID, TEAM_MEMBERS.TEAM_ID),
                into(Member::new));
        assertThat(walk(1, request -> db.query(total).page(request))).hasSize(2);

        record Joined(AgentId agent, TaskId task) {}
        StoredQuery<Joined> joined = StoredQueries.query(
                () -> select(AGENTS.ID, TASKS.ID)
                        .from(AGENTS)
                        .join(TASKS)
                        .on(TASKS.AGENT_ID.eq(AGENTS.ID))
                        .orderBy(AGENTS.ID),
                into(Joined::new));
        requireRefused("same place", joined, 3);
    }

    /** In a descending order null comes last, and no row with it is behind a value. */
    @Test
    void whatMayBeNullOrdersNoPages() {
        db.tasks().create(task().build());
        Condition isAgent = TASKS.AGENT_ID.eq(AGENTS.ID);
        requireUnpaged(AGENTS.NAME, TASKS.leftJoin(AGENTS).on(isAgent));
        requireUnpaged(AGENTS.NAME, AGENTS.rightJoin(TASKS).on(isAgent));
        requireUnpaged(AGENTS.NAME, AGENTS.fullJoin(TASKS).on(isAgent));
        requireUnpaged(TASKS.agents().NAME, TASKS);
        requireUnpaged(DSL.field(select(AGENTS.NAME).from(AGENTS).where(isAgent)), TASKS);
        requireUnpaged(DSL.when(TASKS.PRIORITY.gt(1), TASKS.TYPE), TASKS);

        record Named(int priority, TaskId id, @Nullable String agent) {}
        StoredQuery<Named> byTask = StoredQueries.query(
                () -> select(TASKS.PRIORITY, TASKS.ID, AGENTS.NAME)
                        .from(TASKS)
                        .leftJoin(AGENTS)
                        .on(isAgent)
                        .orderBy(TASKS.PRIORITY.desc(), TASKS.ID.desc()),
                into(Named::new));
        List<Named> all = walk(3, request -> db.query(byTask).page(request));
        assertThat(all).hasSize(8).isEqualTo(db.query(byTask).list(10));
        assertThat(all).extracting(Named::agent).containsNull();
    }

    @Test
    void aJoinThatLeavesNoRowOutHasPages() {
        Condition isAgent = TASKS.AGENT_ID.eq(AGENTS.ID);
        StoredQuery<TaskId> pairs = StoredQueries.query(
                () -> select(TASKS.ID, AGENTS.ID).from(TASKS).crossJoin(AGENTS).orderBy(TASKS.ID, AGENTS.ID),
                into((task, agent) -> task));
        assertThat(walk(5, request -> db.query(pairs).page(request))).hasSize(14);
        for (Table<?> from : List.of(
                TASKS.leftSemiJoin(AGENTS).on(isAgent),
                TASKS.leftAntiJoin(AGENTS).on(isAgent),
                TASKS.naturalLeftOuterJoin(AGENTS),
                AGENTS.rightJoin(TASKS).on(isAgent))) {
            StoredQuery<TaskId> tasks =
                    StoredQueries.query(() -> select(TASKS.ID).from(from).orderBy(TASKS.ID), into(id -> id));
            assertThat(walk(1, request -> db.query(tasks).page(request)))
                    .isEqualTo(db.query(tasks).list(10));
        }
        requireUnpaged(AGENTS.NAME, TASKS.naturalLeftOuterJoin(AGENTS));
        requireUnpaged(AGENTS.NAME, TASKS.naturalFullOuterJoin(AGENTS));
    }

    private void requireUnpaged(Field<String> key, Table<?> from) {
        requireUnpaged(
                "may be null",
                StoredQueries.query(
                        () -> select(key, TASKS.ID).from(from).orderBy(key.desc(), TASKS.ID.desc()),
                        into((name, id) -> id)));
    }

    /** A path is an outer join if its key may be null. */
    @Test
    void nullOfAPathSortsFirst() {
        db.tasks().create(task().build());
        Field<String> agent = TASKS.agents().NAME;
        assertThat(db.dsl().select(agent).from(TASKS).orderBy(agent).fetch(agent))
                .hasSize(8)
                .startsWith((String) null);
        assertThat(db.dsl().select(agent).from(TASKS).orderBy(agent.desc()).fetch(agent))
                .endsWith((String) null);
        assertThat(db.dsl()
                        .select(AGENTS.NAME)
                        .from(TASKS)
                        .leftJoin(AGENTS)
                        .on(TASKS.AGENT_ID.eq(AGENTS.ID))
                        .orderBy(AGENTS.NAME)
                        .fetch(AGENTS.NAME))
                .startsWith((String) null);
    }

    /** A stream reads its pages when they are asked for. */
    @Test
    void aStreamKeepsTheValuesThatItBeganWith() {
        db.tasks().start(db.tasks().list(1, 0).get(0).id());
        QueryRun<Line> run = db.query(BY_STATUS);
        Stream<Line> pending = run.set(STATUS, TaskStatus.PENDING).stream();
        Stream<Line> running = run.set(STATUS, TaskStatus.RUNNING).stream();
        assertThat(pending).hasSize(6);
        assertThat(running).hasSize(1);
    }

    /** The transaction must not keep what its function was not told of. */
    @Test
    void aWriteWhoseRowsWereNotHandedOverIsNotCommitted() {
        DataType<Word> unreadable = SQLDataType.VARCHAR.asConvertedDataType(Converter.ofNullable(
                String.class,
                Word.class,
                text -> {
                    throw new IllegalArgumentException("mine");
                },
                Word::text));
        StoredQuery<Word> undecoded = StoredQueries.query(
                () -> update(TASKS).set(TASKS.PRIORITY, 9).returningResult(TASKS.TYPE.coerce(unreadable)),
                into(word -> word));
        StoredQuery<TaskId> unmapped =
                StoredQueries.query(() -> update(TASKS).set(TASKS.PRIORITY, 9).returningResult(TASKS.ID), into(id -> {
                    throw new IllegalArgumentException("mine");
                }));
        StoredQuery<TaskId> several = StoredQueries.query(
                () -> update(TASKS).set(TASKS.PRIORITY, 9).returningResult(TASKS.ID), into(id -> id));
        requireRolledBack("mine", tx -> tx.query(undecoded).list(100));
        requireRolledBack("mine", tx -> tx.query(unmapped).list(100));
        requireRolledBack("more rows than 2", tx -> tx.query(several).list(2));
        requireRolledBack("more rows than 1", tx -> tx.query(several).one());
        assertThat(pending()).extracting(Line::priority).doesNotContain(9);
    }

    private void requireRolledBack(String why, Consumer<Tx> call) {
        assertThatThrownBy(() ->
                        db.useTx(tx -> assertThatThrownBy(() -> call.accept(tx)).hasMessageContaining(why)))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("can only roll back");
    }

    private void requireRefused(String why, StoredQuery<?> query, int limit) {
        assertThatThrownBy(() -> db.query(query).page(PageRequest.first(limit)))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining(why);
    }

    /** On SQLite jOOQ binds a decimal as text, which is above all numbers. */
    @Test
    void aDecimalInATextIsANumber() {
        BigDecimal half = new BigDecimal("0.5");
        BigInteger five = BigInteger.valueOf(5);
        assertThat(db.dsl()
                        .resultQuery("SELECT type FROM tasks GROUP BY type HAVING avg(priority) > ?", half)
                        .fetch(0))
                .hasSize(2);
        assertThat(db.dsl()
                        .resultQuery("SELECT type FROM tasks GROUP BY type HAVING avg(priority) < {0}", DSL.val(half))
                        .fetch(0))
                .isEmpty();
        assertThat(db.dsl()
                        .fetchCount(select(TASKS.TYPE)
                                .from(TASKS)
                                .groupBy(TASKS.TYPE)
                                .having("sum(priority) > ?", five)))
                .isZero();

        QueryParameter<BigDecimal> least = StoredQueries.parameter("least", avg(TASKS.PRIORITY));
        StoredQuery<String> above = StoredQueries.query(
                () -> select(TASKS.TYPE)
                        .from(TASKS)
                        .groupBy(TASKS.TYPE)
                        .having(DSL.condition("avg(priority) > {0}", least.param()))
                        .orderBy(TASKS.TYPE),
                into(type -> type));
        assertThat(db.query(above).set(least, half).list(10)).containsExactly("even", "odd");
        assertThat(db.query(above).set(least, BigDecimal.TEN).list(10)).isEmpty();
    }

    @Test
    void parametersAreNamed() {
        assertThatThrownBy(() -> db.query(BACKLOG).list(10))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("parameter status of this query was not set");
        assertThatThrownBy(() -> db.query(BACKLOG)
                        .set(STATUS, TaskStatus.PENDING)
                        .set(TYPE, "x")
                        .list(10))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("no parameter type");
        assertThatThrownBy(() -> db.query(BACKLOG).set(TYPE, "a\0b"))
                .isInstanceOf(InvalidDataException.class)
                .hasMessageContaining("type");
        assertThatThrownBy(() -> db.query(BACKLOG)
                        .set(STATUS, TaskStatus.PENDING)
                        .set(StoredQueries.parameter("status", TASKS.TYPE), "x"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("two parameters are called status");
        assertThatThrownBy(() -> StoredQueries.parameter("the limit", TASKS.PRIORITY))
                .isInstanceOf(IllegalArgumentException.class);
        // The statement still works.
        assertThat(db.query(BACKLOG).set(STATUS, TaskStatus.PENDING).list(10)).hasSize(2);
    }

    @Test
    void aQueryTakesManyParameters() {
        List<QueryParameter<String>> types = IntStream.range(0, 70)
                .mapToObj(i -> StoredQueries.parameter("type" + i, TASKS.TYPE))
                .toList();
        StoredQuery<Integer> ofTypes = StoredQueries.query(
                () -> select(count())
                        .from(TASKS)
                        .where(TASKS.TYPE.in(
                                types.stream().map(QueryParameter::param).toList())),
                into(found -> found));
        QueryRun<Integer> run = db.query(ofTypes);
        types.subList(0, 69).forEach(type -> run.set(type, "none"));
        assertThatThrownBy(run::one)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("type69 of this query was not set");
        String type = db.tasks().list(1, 0).get(0).type();
        assertThat(run.set(types.get(69), type).one()).isPositive();
    }

    @Test
    void constantsAreTakenAsTheyAre() {
        record Found(TaskId id, Json input) {}
        StoredQuery<Integer> constant = StoredQueries.query(
                () -> select(count())
                        .from(TASKS)
                        .where(TASKS.TYPE.in("even", "it's?"))
                        .and(TASKS.CREATED_AT.gt(Instant.EPOCH))
                        .and(TASKS.TYPE.like("e%")),
                into(n -> n));
        assertThat(db.query(constant).one()).isEqualTo(4);
        db.tasks().create(Task.builder().type("it's {schema}").build());
        for (Field<String> text : List.of(DSL.val("it's {schema}"), DSL.inline("it's {schema}"))) {
            StoredQuery<Integer> placeholder =
                    StoredQueries.query(() -> select(count()).from(TASKS).where(TASKS.TYPE.eq(text)), into(n -> n));
            assertThat(db.query(placeholder).one()).isOne();
        }
    }

    @Test
    void timesTakeParameters() {
        Instant now = db.tasks().list(1, 0).get(0).createdAt();
        StoredQuery<Integer> younger = StoredQueries.query(
                () -> select(count())
                        .from(TASKS)
                        .where(Times.minus(TASKS.CREATED_AT, Duration.ofHours(1))
                                .ge(SINCE.param()))
                        .and(Times.seconds(SINCE.param(), TASKS.CREATED_AT).ge(3_600.0)),
                into(n -> n));
        assertThat(db.query(younger).set(SINCE, now.minusSeconds(3_600)).one()).isEqualTo(7);
        assertThat(db.query(younger).set(SINCE, now.plusSeconds(3_600)).one()).isZero();
    }

    @Test
    void whatWouldHaveTwoAnswersIsRejected() {
        StoredQuery<Integer> wrong = StoredQueries.query(
                () -> select(count())
                        .from(TASKS)
                        .where(TASKS.CREATED_AT.cast(String.class).eq("x")),
                into(n -> n));
        assertThatThrownBy(() -> db.query(wrong).one()).isInstanceOf(IllegalArgumentException.class);
        StoredQuery<Integer> pattern = StoredQueries.query(
                () -> select(count()).from(TASKS).where(TASKS.TYPE.like(TYPE.param())), into(n -> n));
        assertThatThrownBy(() -> db.query(pattern).set(TYPE, "%").one())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("LIKE");
        StoredQuery<String> backwards = StoredQueries.query(
                () -> select(DSL.substring(TASKS.TYPE, 2, -1)).from(TASKS), into(n -> n));
        assertThatThrownBy(() -> db.query(backwards).one())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("negative length");
        StoredQuery<Integer> with = StoredQueries.query(
                () -> org.jooq
                        .impl
                        .DSL
                        .with("t")
                        .as(select(TASKS.ID).from(TASKS))
                        .select(count())
                        .from(name("t")),
                into(n -> n));
        assertThatThrownBy(() -> db.query(with).one()).hasMessageContaining("WITH");
        StoredQuery<String> setting =
                StoredQueries.query(() -> select(field("set_config('x.y', 'z', false)", String.class)), into(n -> n));
        assertThatThrownBy(() -> db.query(setting).one()).hasMessageContaining("sets");
        StoredQuery<TaskId> limited = StoredQueries.query(
                () -> select(TASKS.ID).from(TASKS).orderBy(TASKS.ID).limit(3), into(n -> n));
        assertThatThrownBy(() -> db.query(limited).list(2)).hasMessageContaining("limit of its own");
    }

    @Test
    void derivedTablesAndUnionsWork() {
        var tasks = select(TASKS.TYPE.as("type"), count().as("n"))
                .from(TASKS)
                .groupBy(TASKS.TYPE)
                .asTable("counted");
        StoredQuery<Integer> most = StoredQueries.query(
                () -> select(max(tasks.field("n", Integer.class))).from(tasks), into(n -> n));
        assertThat(db.query(most).one()).isEqualTo(4);
        var union = select(TASKS.TYPE.as("word"))
                .from(TASKS)
                .union(select(AGENTS.NAME).from(AGENTS));
        StoredQuery<String> bare = StoredQueries.query(() -> union, into(word -> word));
        assertThatThrownBy(() -> db.query(bare).find()).hasMessageContaining("derived table");
        var words = union.asTable("words");
        var word = words.field("word", String.class);
        StoredQuery<String> both =
                StoredQueries.query(() -> select(word).from(words).orderBy(word), into(w -> w));
        assertThat(db.query(both).list(10)).containsExactly("a", "b", "even", "odd");
        assertThat(db.query(both).list(3)).containsExactly("a", "b", "even");
    }

    @Test
    void commandsWriteInATransactionAndCount() {
        int changed = db.withTx(
                tx -> tx.command(SET_PRIORITY).set(PRIORITY, 9).set(TYPE, "odd").execute());
        assertThat(changed).isEqualTo(3);
        assertThat(pending()).extracting(Line::priority).containsExactly(9, 9, 9, 2, 1, 0, 0);
        assertThatThrownBy(() -> db.useTx(tx -> {
                    tx.command(SET_PRIORITY).set(PRIORITY, 1).set(TYPE, "odd").execute();
                    assertThat(tx.query(BY_STATUS)
                                    .set(STATUS, TaskStatus.PENDING)
                                    .list(1)
                                    .get(0)
                                    .priority())
                            .isEqualTo(2);
                    throw new IllegalArgumentException("no");
                }))
                .hasMessage("no");
        assertThat(pending().get(0).priority()).isEqualTo(9);
    }

    @Test
    void aWriteThatReturnsRowsNeedsATransaction() {
        StoredQuery<Line> raise = StoredQueries.query(
                () -> update(TASKS)
                        .set(TASKS.PRIORITY, PRIORITY.param())
                        .set(TASKS.INPUT, INPUT.param())
                        .where(TASKS.TYPE.eq(TYPE.param()))
                        .returningResult(TASKS.ID, TASKS.STATUS, TASKS.PRIORITY, TASKS.INPUT, TASKS.CREATED_AT),
                into(Line::new));
        assertThatThrownBy(() -> db.query(raise))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("withTx");
        List<Line> raised = db.withTx(tx -> tx.query(raise)
                .set(PRIORITY, 50)
                .set(TYPE, "odd")
                .set(INPUT, Json.of(List.of("x")))
                .list(100));
        assertThat(raised).hasSize(3).allMatch(line -> line.priority() == 50);
        assertThat(raised).allMatch(line -> line.input().equals(Json.of(List.of("x"))));
        assertThatThrownBy(() -> db.useTx(tx -> tx.query(raise)
                        .set(PRIORITY, 60)
                        .set(TYPE, "odd")
                        .set(INPUT, null)
                        .list(2)))
                .isInstanceOf(IllegalStateException.class);
        assertThat(pending().get(0).priority()).isEqualTo(50);
    }

    @Test
    void whatTheDatabaseRefusesIsTyped() {
        QueryParameter<String> name = StoredQueries.parameter("name", AGENTS.NAME);
        QueryParameter<AgentId> id = StoredQueries.parameter("id", AGENTS.ID);
        StoredCommand rename = StoredQueries.command(
                () -> update(AGENTS).set(AGENTS.NAME, name.param()).where(AGENTS.ID.eq(id.param())));
        assertThatThrownBy(() -> db.useTx(tx ->
                        tx.command(rename).set(name, "a").set(id, second.id()).execute()))
                .isInstanceOf(ConflictException.class);
        StoredCommand move = StoredQueries.command(() -> update(TASKS).set(TASKS.AGENT_ID, AGENT.param()));
        assertThatThrownBy(() -> db.useTx(
                        tx -> tx.command(move).set(AGENT, AgentId.next()).execute()))
                .isInstanceOf(ReferenceException.class);
        StoredCommand insert =
                StoredQueries.command(() -> insertInto(TASKS, TASKS.ID, TASKS.TYPE, TASKS.CREATED_AT, TASKS.UPDATED_AT)
                        .values(ID.param(), TYPE.param(), SINCE.param(), SINCE.param()));
        TaskId task = TaskId.next();
        assertThat(db.<Integer, RuntimeException>withTx(tx -> tx.command(insert)
                        .set(ID, task)
                        .set(TYPE, "new")
                        .set(SINCE, Instant.EPOCH)
                        .execute()))
                .isOne();
        assertThat(db.tasks().get(task).type()).isEqualTo("new");
        StoredCommand delete = StoredQueries.command(() -> deleteFrom(TASKS).where(TASKS.ID.eq(ID.param())));
        assertThat(db.<Integer, RuntimeException>withTx(
                        tx -> tx.command(delete).set(ID, task).execute()))
                .isOne();
    }

    @Test
    void theFunctionMayUseTheDatabase() {
        StoredQuery<Line> nested = StoredQueries.query(
                () -> select(TASKS.ID).from(TASKS).orderBy(TASKS.ID),
                into(id -> db.query(BY_ID).set(ID, id).one()));
        assertThat(db.query(nested).list(10)).hasSize(7);
    }

    record Plan(TaskStatus wanted, Instant due, List<Step> steps, BigDecimal cost, double rate, int tries) {}

    record Step(String name, Duration took) {}

    /** As a forced type makes a column of a table that a user generates. */
    static final Field<Plan> PLAN =
            field(name("input"), SQLDataType.VARCHAR.asConvertedDataType(ColumnTypes.json(Plan.class)));

    static final QueryParameter<Plan> PLANNED = StoredQueries.parameter("plan", PLAN);

    static final StoredCommand SET_PLAN =
            StoredQueries.command(() -> update(TASKS).set(PLAN, PLANNED.param()).where(TASKS.ID.eq(ID.param())));

    static final StoredQuery<Plan> PLAN_OF =
            StoredQueries.query(() -> select(PLAN).from(TASKS).where(TASKS.ID.eq(ID.param())), into(plan -> plan));

    private static Plan plan(int tries) {
        return new Plan(
                TaskStatus.COMPLETED,
                Instant.parse("2026-01-02T03:04:05.000006Z"),
                List.of(new Step("a'?{schema}", Duration.ofMillis(1_500))),
                new BigDecimal("123456789012345678901234567890.123456789"),
                0.1,
                tries);
    }

    @Test
    void aJsonColumnIsATypeOfTheCallers() {
        Task task = db.tasks().create(task().build());
        db.useTx(tx -> assertThat(tx.command(SET_PLAN)
                        .set(ID, task.id())
                        .set(PLANNED, plan(1))
                        .execute())
                .isEqualTo(1));

        assertThat(db.query(PLAN_OF).set(ID, task.id()).one()).isEqualTo(plan(1));
        assertThat(db.tasks().get(task.id()).input()).isEqualTo(Json.of(plan(1)));

        db.useTx(tx -> tx.dsl()
                .update(TASKS)
                .set(PLAN, plan(2))
                .where(TASKS.ID.eq(task.id()))
                .execute());
        assertThat(db.dsl()
                        .select(PLAN)
                        .from(TASKS)
                        .where(TASKS.ID.eq(task.id()))
                        .fetchSingle()
                        .value1())
                .isEqualTo(plan(2));
    }

    /** PostgreSQL writes 1e2 as 100, and 1.0 as it is. */
    @Test
    void jsonIsReadAlikeWhateverAnEngineMakesOfItsText() {
        String text =
                "{\"wanted\":\"failed\",\"due\":\"2026-01-02T03:04:05Z\",\"steps\":[],\"cost\":1e2,\"rate\":1e-1,\"tries\":3e0}";
        Task task = db.tasks().create(task().input(Json.parse(text)).build());

        Plan read = db.tasks().get(task.id()).input().as(Plan.class);

        assertThat(read.tries()).isEqualTo(3);
        assertThat(read.rate()).isEqualTo(0.1);
        assertThat(read.cost()).isEqualByComparingTo("100");
        assertThat(db.query(PLAN_OF).set(ID, task.id()).one()).isEqualTo(read);
        Task other =
                db.tasks().create(task().input(Json.parse("{\"tries\":\"x\"}")).build());
        assertThatThrownBy(() -> db.query(PLAN_OF).set(ID, other.id()).one())
                .isInstanceOf(CorruptDatabaseException.class)
                .hasMessageEndingWith("json: value cannot be read as Plan: /tries is \"x\"; expected int");
    }
}
