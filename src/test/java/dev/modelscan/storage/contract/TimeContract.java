package dev.modelscan.storage.contract;

import static dev.modelscan.storage.schema.Tables.AGENTS;
import static dev.modelscan.storage.schema.Tables.MESSAGES;
import static dev.modelscan.storage.schema.Tables.TASKS;
import static dev.modelscan.storage.schema.Tables.TEAMS;
import static dev.modelscan.storage.schema.Tables.TOOL_EXECUTIONS;
import static dev.modelscan.storage.schema.Tables.WORKFLOWS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.modelscan.storage.PageRequest;
import dev.modelscan.storage.Times;
import dev.modelscan.storage.agents.Agent;
import dev.modelscan.storage.agents.AgentStatus;
import dev.modelscan.storage.analytics.Scope;
import dev.modelscan.storage.conversations.Message;
import dev.modelscan.storage.errors.InvalidDataException;
import dev.modelscan.storage.tasks.Task;
import dev.modelscan.storage.tasks.TaskStatus;
import dev.modelscan.storage.teams.Team;
import dev.modelscan.storage.tools.ToolExecution;
import dev.modelscan.storage.workflows.Workflow;
import dev.modelscan.storage.workflows.WorkflowStatus;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.jooq.Field;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The guarantees for times and versions. */
abstract class TimeContract extends Contract {

    @Test
    void theTestsRunInAZoneThatIsNotUtc() {
        assertThat(ZoneId.systemDefault()).isEqualTo(ZoneId.of("Asia/Kathmandu"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "0000-01-01T00:00:00Z",
                "0000-01-01T00:00:00.000001Z",
                "0000-02-29T23:59:59.999999Z",
                "0001-01-01T00:00:00Z",
                "1582-10-10T00:00:00Z",
                "1969-12-31T23:59:59.999999Z",
                "1970-01-01T00:00:00Z",
                "1986-01-01T00:14:59.9Z",
                "2024-02-29T12:00:00Z",
                "2025-03-30T01:30:00Z",
                "2038-01-19T03:14:08Z",
                "9999-12-31T23:59:59.999999Z"
            })
    void aTimeComesBackAsItWas(String text) {
        Instant time = Instant.parse(text);

        Agent stored = db.agents().create(agent("a").createdAt(time).build());

        assertThat(stored.createdAt()).isEqualTo(time);
        assertThat(db.agents().get(stored.id())).isEqualTo(stored);
        assertThat(db.dsl().fetchValue(db.dsl().select(AGENTS.CREATED_AT).from(AGENTS)))
                .isEqualTo(time);
        assertThat(db.dsl().fetchCount(AGENTS, AGENTS.CREATED_AT.eq(time))).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "1969-12-31T23:59:59.999999999Z",
                "2030-01-01T00:00:00.123456999Z",
                "0000-01-01T00:00:00.000000999Z",
                "9999-12-31T23:59:59.999999999Z"
            })
    void aTimeIsCutToMicroseconds(String text) {
        Instant time = Instant.parse(text);

        Task built = task().createdAt(time)
                .status(TaskStatus.COMPLETED)
                .startedAt(time)
                .completedAt(time)
                .build();

        Instant expected = time.minusNanos(time.getNano() % 1_000);
        assertThat(built.createdAt()).isEqualTo(expected);
        assertThat(built.updatedAt()).isEqualTo(expected);
        assertThat(built.startedAt()).isEqualTo(expected);
        assertThat(built.completedAt()).isEqualTo(expected);
        db.tasks().create(built);
        assertThat(db.tasks().get(built.id())).isEqualTo(built);
    }

    @Test
    void theTimeOfAWriteIsCutToMicroseconds() {
        Agent stored = createAgent("a");
        clock.set(Instant.parse("2031-01-01T00:00:00.000001999Z"));

        Agent changed = db.agents().updateStatus(stored.id(), AgentStatus.ACTIVE);

        assertThat(changed.updatedAt()).isEqualTo(Instant.parse("2031-01-01T00:00:00.000001Z"));
        assertThat(db.agents().get(stored.id())).isEqualTo(changed);
    }

    @ParameterizedTest
    @ValueSource(strings = {"-0001-12-31T23:59:59.999999999Z", "+10000-01-01T00:00:00Z", "-1000000000-01-01T00:00:00Z"})
    void aTimeOutOfRangeIsRefused(String text) {
        Instant time = Instant.parse(text);
        InvalidDataException created = catchThrowableOfType(
                InvalidDataException.class, () -> agent("a").createdAt(time).build());
        InvalidDataException started = catchThrowableOfType(
                InvalidDataException.class, () -> task().startedAt(time).build());

        assertThat(created.entity()).isEqualTo("agent");
        assertThat(created.field()).isEqualTo("createdAt");
        assertThat(created.reason()).contains("years 0 to 9999");
        assertThat(started.field()).isEqualTo("startedAt");
        assertThatThrownBy(() -> db.dsl().fetchCount(AGENTS, AGENTS.CREATED_AT.gt(time)))
                .hasStackTraceContaining("years 0 to 9999");
    }

    @Test
    void aBoundMayBeAnyTime() {
        Task task = db.tasks().create(task().build());

        Scope all = Scope.ALL.since(Instant.MIN).until(Instant.MAX);
        assertThat(db.dsl().fetchCount(TASKS, all.ofTasks())).isEqualTo(1);
        assertThat(db.dsl().fetchCount(TASKS, all.since(Instant.MAX).ofTasks())).isZero();
        assertThat(db.dsl().fetchCount(TASKS, all.until(Instant.MIN).ofTasks())).isZero();
        assertThat(db.dsl()
                        .fetchCount(
                                TASKS, all.until(task.createdAt().plusNanos(1)).ofTasks()))
                .isEqualTo(1);
        assertThat(db.dsl()
                        .fetchCount(
                                TASKS, all.since(task.createdAt().plusNanos(1)).ofTasks()))
                .isZero();
    }

    @ParameterizedTest
    @ValueSource(longs = {1_000_000_000_000L, Long.MAX_VALUE, Long.MIN_VALUE})
    void aTimeThatIsTooFarAwayIsNull(long seconds) {
        db.tasks().create(task().build());
        Duration far = Duration.ofSeconds(seconds);

        for (Field<Instant> time : List.of(Times.plus(TASKS.CREATED_AT, far), Times.minus(TASKS.CREATED_AT, far))) {
            assertThat(db.dsl().fetchCount(TASKS, time.isNull())).isEqualTo(1);
        }
    }

    @Test
    void aTimeThatCannotBeStoredCannotBeComparedEither() {
        assertThatThrownBy(() -> db.tasks().list(TASKS.CREATED_AT.lt(Instant.MAX), List.of(), PageRequest.first(1)))
                .isInstanceOf(InvalidDataException.class)
                .hasMessageContaining("0 to 9999");
    }

    @Test
    void theOrderOfStoredTimesIsTheOrderOfTime() {
        Random random = new Random(3);
        List<Instant> times = new ArrayList<>(List.of(
                Instant.parse("0000-01-01T00:00:00Z"),
                Instant.parse("0999-12-31T23:59:59.9Z"),
                Instant.parse("1969-12-31T23:59:59.999999Z"),
                Instant.EPOCH,
                Instant.EPOCH.plus(1, ChronoUnit.MICROS),
                Instant.EPOCH.plusMillis(1),
                Instant.EPOCH.plusMillis(100),
                Instant.EPOCH.plusSeconds(1),
                Instant.parse("9999-12-31T23:59:59.999999Z")));
        for (int i = 0; i < 500; i++) {
            times.add(Instant.ofEpochSecond(
                    random.nextLong(-62_167_219_200L, 253_402_300_799L), random.nextInt(1_000_000) * 1_000L));
        }
        List<Instant> sorted = times.stream().sorted().toList();
        Collections.shuffle(times, random);
        List<Agent> agents = new ArrayList<>();
        for (int i = 0; i < times.size(); i++) {
            agents.add(agent("a" + i).createdAt(times.get(i)).build());
        }
        db.agents().createAll(agents);

        assertThat(db.agents().list(1_000, 0)).extracting(Agent::createdAt).isEqualTo(sorted);
        assertThat(walk(37, db.agents()::list)).extracting(Agent::createdAt).isEqualTo(sorted);
        Instant middle = sorted.get(250);
        assertThat(db.dsl().fetchCount(AGENTS, AGENTS.CREATED_AT.lt(middle))).isEqualTo(250);
    }

    @Test
    void aWriteThatSetsNeitherVersionNorTimeHasBothSetByTheDatabase() {
        Agent agent = createAgent("a");
        Team team = createTeam("t");
        Task task = db.tasks().create(task().build());
        Workflow workflow = db.workflows().create(workflow().build());
        Message message = db.messages().create(message(agent).build());
        ToolExecution execution = db.toolExecutions().create(execution(agent).build());
        Instant before = Instant.now().truncatedTo(ChronoUnit.MILLIS);

        db.useTx(tx -> {
            tx.dsl().update(AGENTS).set(AGENTS.MODE, "rules").execute();
            tx.dsl().update(TEAMS).set(TEAMS.DESCRIPTION, "new").execute();
            tx.dsl().update(TASKS).set(TASKS.PRIORITY, 7).execute();
            tx.dsl().update(WORKFLOWS).set(WORKFLOWS.NAME, "new").execute();
            tx.dsl().update(MESSAGES).set(MESSAGES.CONTENT, "new").execute();
            tx.dsl()
                    .update(TOOL_EXECUTIONS)
                    .set(TOOL_EXECUTIONS.TOOL_NAME, "new")
                    .execute();
        });

        Agent touched = db.agents().get(agent.id());
        assertThat(touched.mode()).isEqualTo("rules");
        assertThat(touched.version()).isEqualTo(2);
        assertThat(db.teams().get(team.id()).version()).isEqualTo(2);
        assertThat(db.tasks().get(task.id()).version()).isEqualTo(2);
        assertThat(db.workflows().get(workflow.id()).version()).isEqualTo(2);
        assertThat(db.messages().get(message.id()).version()).isEqualTo(2);
        assertThat(db.toolExecutions().get(execution.id()).version()).isEqualTo(2);
        assertThat(List.of(
                        touched.updatedAt(),
                        db.teams().get(team.id()).updatedAt(),
                        db.tasks().get(task.id()).updatedAt(),
                        db.workflows().get(workflow.id()).updatedAt(),
                        db.messages().get(message.id()).updatedAt(),
                        db.toolExecutions().get(execution.id()).updatedAt()))
                .allSatisfy(time -> assertThat(time).isBetween(before, Instant.now()));
        assertThat(db.agents().update(touched).version()).isEqualTo(3);
    }

    @Test
    void everyUpdateOfTheLibraryRaisesTheVersionByExactlyOne() {
        Agent agent = createAgent("a");
        Team team = createTeam("t");
        Task task = db.tasks().create(task().build());
        Workflow workflow = db.workflows().create(workflow().build());
        Message message =
                db.messages().create(message(agent).receiverId(agent.id()).build());
        ToolExecution execution = db.toolExecutions().create(execution(agent).build());

        assertThat(db.agents().update(agent).version()).isEqualTo(2);
        assertThat(db.agents().updateStatus(agent.id(), AgentStatus.IDLE).version())
                .isEqualTo(3);
        db.agents().setActive(List.of(agent.id()));
        assertThat(db.agents().get(agent.id()).version()).isEqualTo(4);
        assertThat(db.teams().update(team).version()).isEqualTo(2);
        assertThat(db.tasks().update(task).version()).isEqualTo(2);
        assertThat(db.tasks().updateStatus(task.id(), TaskStatus.RUNNING).version())
                .isEqualTo(3);
        assertThat(db.tasks().fail(task.id(), "e").version()).isEqualTo(4);
        assertThat(db.workflows().update(workflow).version()).isEqualTo(2);
        assertThat(db.workflows()
                        .updateStatus(workflow.id(), WorkflowStatus.RUNNING)
                        .version())
                .isEqualTo(3);
        assertThat(db.messages().update(message).version()).isEqualTo(2);
        assertThat(db.messages().markRead(message.id()).version()).isEqualTo(3);
        assertThat(db.toolExecutions().update(execution).version()).isEqualTo(2);
        assertThat(db.toolExecutions().start(execution.id()).version()).isEqualTo(3);
        assertThat(db.toolExecutions().complete(execution.id(), null).version()).isEqualTo(4);
    }

    @Test
    void theTimesOfAStatusAreThatOfTheUpdate() {
        Task task = db.tasks().create(task().build());
        Instant begin = clock.advance();
        db.tasks().updateStatus(task.id(), TaskStatus.RUNNING);
        Instant end = clock.advance();

        Task completed = db.tasks().updateStatus(task.id(), TaskStatus.COMPLETED);

        assertThat(completed.startedAt()).isEqualTo(begin);
        assertThat(completed.completedAt()).isEqualTo(end);
        assertThat(completed.updatedAt()).isEqualTo(end);
        assertThat(completed.createdAt()).isEqualTo(task.createdAt());
    }

    @Test
    void aTimeThatIsBoundIsTruncated() {
        Task task = db.tasks().create(task().build());
        Instant time = Instant.parse("2026-01-02T03:04:05.000006Z");

        db.useTx(tx -> tx.dsl()
                .update(TASKS)
                .set(TASKS.CREATED_AT, time.plusNanos(999))
                .where(TASKS.ID.eq(task.id()))
                .execute());

        assertThat(db.tasks().get(task.id()).createdAt()).isEqualTo(time);
    }

    /** jOOQ converts it as it converts what is stored, and no database is damaged. */
    @ParameterizedTest
    @ValueSource(strings = {"today", "2020-01-01T00:00:00Z", "2020-13-01T00:00:00.000000Z"})
    void aTextThatIsNoTimeIsNotTakenForAStoredOne(String text) {
        assertThatThrownBy(() -> db.useTx(tx -> tx.dsl()
                        .loadInto(TEAMS)
                        .loadCSV("a,a," + text + "\n")
                        .fields(TEAMS.ID, TEAMS.NAME, TEAMS.CREATED_AT)
                        .ignoreRows(0)
                        .execute()))
                .isInstanceOf(InvalidDataException.class)
                .hasMessageContaining(
                        "\"" + text + "\", given or stored, is not of the form 2025-12-18T09:30:00.000000Z");
    }

    @Test
    void aTextThatIsATimeIsLoaded() throws Exception {
        Instant time = Instant.parse("2020-01-01T00:00:00.5Z");
        db.useTx(tx -> tx.dsl()
                .loadInto(TEAMS)
                .loadCSV("a,a,2020-01-01T00:00:00.500000Z,2020-01-01T00:00:00.500000Z\n")
                .fields(TEAMS.ID, TEAMS.NAME, TEAMS.CREATED_AT, TEAMS.UPDATED_AT)
                .ignoreRows(0)
                .execute());
        assertThat(db.dsl().fetchValue(TEAMS.CREATED_AT)).isEqualTo(time);
    }
}
