package dev.modelscan.storage.benchmark.workload;

import dev.modelscan.storage.agents.AgentId;
import dev.modelscan.storage.benchmark.harness.Contender;
import dev.modelscan.storage.benchmark.harness.Contest;
import dev.modelscan.storage.benchmark.harness.Conversations;
import dev.modelscan.storage.benchmark.harness.Fixture;
import dev.modelscan.storage.benchmark.harness.Goal;
import dev.modelscan.storage.benchmark.harness.Options;
import dev.modelscan.storage.benchmark.harness.Outcomes;
import dev.modelscan.storage.benchmark.system.NativeProgram;
import dev.modelscan.storage.benchmark.system.StorageSystem;
import dev.modelscan.storage.benchmark.system.SystemKind;
import dev.modelscan.storage.conversations.ConversationId;
import dev.modelscan.storage.tasks.TaskId;
import dev.modelscan.storage.teams.TeamId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiFunction;

/** Single calls that read, on one thread, and the same by stored queries. */
public final class Reads implements Workload {

    private static final int PAGE = 100;
    private static final int STRIDE = 7_919; // A prime, so that the ids are visited in no order.

    private static final SystemKind[] ALL = SystemKind.values();
    private static final SystemKind[] BY_HAND = {SystemKind.LIBRARY, SystemKind.JDBC, SystemKind.JDBC_BYTES};

    private static final Map<String, Goal> SINGLE =
            Map.of(SystemKind.JDBC_BYTES.label(), Goal.atLeast(1.2), NativeProgram.LABEL, Goal.atLeast(0.6));
    private static final Map<String, Goal> PAGES =
            Map.of(SystemKind.JDBC_BYTES.label(), Goal.atLeast(1.2), NativeProgram.LABEL, Goal.atLeast(0.8));
    private static final Map<String, Goal> LARGE = Map.of(SystemKind.JDBC_BYTES.label(), Goal.atLeast(0.95));
    private static final Goal BESIDE_BY_HAND = Goal.atLeast(0.95);

    private final AgentId[] agents = Fixture.agentIds();

    /** What is read at each turn, by the systems in Java and by the C program. */
    private record Row(
            String title,
            SystemKind[] kinds,
            Map<String, Goal> goals,
            String command,
            int argument,
            BiFunction<StorageSystem, Integer, Object> call) {}

    @Override
    public String name() {
        return "reads";
    }

    @Override
    public void run(Options options, Fixture fixture, Outcomes outcomes) throws Exception {
        Optional<NativeProgram> program = NativeProgram.start(options.directory(), fixture.copy("reads-c"));
        try (Systems systems = new Systems(fixture, name(), 4, ALL)) {
            checkThatAllAgree(systems);
            List<Row> rows = rows();
            List<ConversationId> real = fixture.realConversations();
            if (!real.isEmpty()) {
                rows.add(new Row(
                        "newest 100 of a real transcript",
                        BY_HAND,
                        PAGES,
                        "real",
                        PAGE,
                        (system, turn) -> system.newestMessages(real.get(turn % real.size()), PAGE)));
            }
            for (Row row : rows) {
                Contest contest = contest(row, options, systems, program);
                Comparison.add(outcomes, row.title(), contest, row.goals(), 1);
                if (row.kinds() == ALL) {
                    Comparison.addStored(outcomes, row.title(), contest, SystemKind.JDBC.label(), BESIDE_BY_HAND);
                    Comparison.add(
                            outcomes,
                            "dsl(), " + row.title(),
                            contest,
                            SystemKind.DSL.label(),
                            SystemKind.JOOQ.label(),
                            BESIDE_BY_HAND);
                }
            }
        } finally {
            if (program.isPresent()) {
                program.get().close();
            }
        }
    }

    private List<Row> rows() {
        List<Row> rows = new ArrayList<>();
        rows.add(new Row(
                "agent by id",
                ALL,
                SINGLE,
                "agent",
                0,
                (system, turn) -> system.agent(agents[next(turn, Fixture.AGENTS)])));
        rows.add(new Row(
                "task by id",
                BY_HAND,
                SINGLE,
                "sample",
                Fixture.TASKS,
                (system, turn) -> system.task(new TaskId(Fixture.id('k', next(turn, Fixture.TASKS))))));
        rows.add(new Row(
                "page of 100 tasks by agent and status",
                ALL,
                PAGES,
                "tasks",
                0,
                (system, turn) -> system.completedTasks(agents[next(turn, Fixture.BUSY_AGENTS)], PAGE)));
        rows.add(new Row(
                "page of 100 tasks that are alike",
                BY_HAND,
                Map.of(),
                "tasks-of",
                Fixture.ALIKE_AGENT,
                (system, turn) -> system.completedTasks(agents[Fixture.ALIKE_AGENT], PAGE)));
        rows.add(new Row(
                "page of 100 tasks with inputs of 10 KB",
                BY_HAND,
                LARGE,
                "tasks-of",
                Fixture.LARGE_AGENT,
                (system, turn) -> system.completedTasks(agents[Fixture.LARGE_AGENT], PAGE)));
        for (int size : Fixture.TEAMS) {
            rows.add(new Row(
                    "team with " + size + " members",
                    size == 100 ? ALL : BY_HAND,
                    size == 1 ? SINGLE : PAGES,
                    "members",
                    size,
                    (system, turn) -> system.members(Fixture.team(size, turn))));
        }
        int teams = Fixture.SMALL_TEAMS;
        rows.add(new Row(
                teams + " teams with " + Fixture.SMALL_TEAM + " members each",
                BY_HAND,
                PAGES,
                "teams",
                teams,
                (system, turn) -> system.teamsWithMembers(teams)));
        for (Conversations kind : Conversations.values()) {
            boolean large = kind.ordinal() >= Conversations.LARGE.ordinal();
            int argument = kind.ordinal() * 1_000 + kind.size();
            rows.add(new Row(
                    "one of " + kind.title(),
                    BY_HAND,
                    large ? LARGE : SINGLE,
                    "message",
                    argument,
                    (system, turn) -> system.message(kind.message(turn))));
            rows.add(new Row(
                    "newest " + kind.title(),
                    BY_HAND,
                    large ? LARGE : PAGES,
                    "newest",
                    argument,
                    (system, turn) -> system.newestMessages(kind.id(turn), kind.size())));
        }
        return rows;
    }

    private static int next(int turn, int count) {
        return (int) ((long) turn * STRIDE % count);
    }

    private static Contest contest(Row row, Options options, Systems systems, Optional<NativeProgram> program)
            throws Exception {
        List<Contender> contenders = new ArrayList<>();
        for (SystemKind kind : row.kinds()) {
            StorageSystem system = systems.all().get(kind);
            int[] turn = new int[1];
            contenders.add(Contender.computing(kind.label(), () -> row.call().apply(system, turn[0]++)));
        }
        program.ifPresent(c -> contenders.add(
                new Contender(NativeProgram.LABEL, nanos -> c.run(row.command(), row.argument(), nanos))));
        return Contest.run(row.title(), contenders, options);
    }

    /** A system that reads something else would be compared with what it does not do. */
    private void checkThatAllAgree(Systems systems) {
        StorageSystem library = systems.all().get(SystemKind.LIBRARY);
        TeamId team = Fixture.team(100, 0);
        TaskId task = new TaskId(Fixture.id('k', 5));
        for (Map.Entry<SystemKind, StorageSystem> entry : systems.all().entrySet()) {
            SystemKind kind = entry.getKey();
            StorageSystem system = entry.getValue();
            boolean sameSizes = system.agent(agents[5]) != null
                    && system.completedTasks(agents[5], PAGE).size() == PAGE
                    && system.members(team).size() == 100;
            boolean sameRecords = List.of(SystemKind.DSL, SystemKind.JOOQ, SystemKind.HIBERNATE)
                            .contains(kind)
                    || (system.agent(agents[5]).equals(library.agent(agents[5]))
                            && system.completedTasks(agents[5], PAGE).equals(library.completedTasks(agents[5], PAGE))
                            && system.members(team).equals(library.members(team)));
            boolean sameByHand = !List.of(BY_HAND).contains(kind)
                    || (system.task(task).equals(library.task(task))
                            && system.teamsWithMembers(50).equals(library.teamsWithMembers(50))
                            && system.newestMessages(Conversations.TYPICAL.id(0), PAGE)
                                            .size()
                                    == PAGE);
            if (!sameSizes || !sameRecords || !sameByHand) {
                throw new IllegalStateException(kind.label() + " reads something else than the library");
            }
        }
    }
}
