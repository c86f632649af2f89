package dev.modelscan.storage.benchmark.workload;

import dev.modelscan.storage.agents.AgentId;
import dev.modelscan.storage.benchmark.harness.Contender;
import dev.modelscan.storage.benchmark.harness.Contest;
import dev.modelscan.storage.benchmark.harness.Fixture;
import dev.modelscan.storage.benchmark.harness.Goal;
import dev.modelscan.storage.benchmark.harness.Options;
import dev.modelscan.storage.benchmark.harness.Outcomes;
import dev.modelscan.storage.benchmark.system.NativeProgram;
import dev.modelscan.storage.benchmark.system.StorageSystem;
import dev.modelscan.storage.benchmark.system.SystemKind;
import dev.modelscan.storage.teams.TeamId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;

/** Single calls that read, on one thread: an agent by its id, a page of tasks, the members of a team. */
public final class Reads implements Workload {

    private static final int PAGE = 100;
    private static final int STRIDE = 7_919; // A prime, so that the ids are visited in no order.

    private static final Map<String, Goal> AGENT_GOALS = Map.of(
            SystemKind.JDBC.label(),
            Goal.atLeast(1.0),
            SystemKind.JOOQ.label(),
            Goal.atLeast(5),
            NativeProgram.LABEL,
            Goal.atLeast(0.4));
    private static final Map<String, Goal> PAGE_GOALS =
            Map.of(SystemKind.JDBC.label(), Goal.atLeast(1.05), NativeProgram.LABEL, Goal.atLeast(0.78));
    private static final Map<String, Goal> TEAM_GOALS = Map.of(
            SystemKind.JDBC.label(),
            Goal.atLeast(1.2),
            SystemKind.JOOQ.label(),
            Goal.atLeast(3),
            NativeProgram.LABEL,
            Goal.atLeast(0.8));

    private static final Map<String, Goal> STORED_BY_ID =
            Map.of(SystemKind.JDBC.label(), Goal.atLeast(0.95), SystemKind.JOOQ.label(), Goal.atLeast(5));
    private static final Map<String, Goal> STORED = Map.of(SystemKind.JDBC.label(), Goal.atLeast(0.95));

    private final AgentId[] agents = Fixture.agentIds();

    @Override
    public String name() {
        return "reads";
    }

    @Override
    public void run(Options options, Fixture fixture, Outcomes outcomes) throws Exception {
        Optional<NativeProgram> program = NativeProgram.start(options.directory(), fixture.copy("reads-c"));
        try (Systems systems = new Systems(fixture, name(), 4, SystemKind.values())) {
            checkThatAllAgree(systems);
            Contest byId = contest("agent by id", options, systems, program, "agent", 0, system -> {
                AtomicInteger turn = new AtomicInteger();
                return () -> system.agent(agents[next(turn, Fixture.AGENTS)]);
            });
            Comparison.add(outcomes, "agent by id", byId, AGENT_GOALS, 1);
            Comparison.addStored(outcomes, "agent by id", byId, STORED_BY_ID);
            Contest page = contest("page of 100 tasks", options, systems, program, "tasks", 0, system -> {
                AtomicInteger turn = new AtomicInteger();
                return () -> system.pendingTasks(agents[next(turn, Fixture.BUSY_AGENTS)], PAGE);
            });
            Comparison.add(outcomes, "page of 100 tasks by agent and status", page, PAGE_GOALS, 1);
            Comparison.addStored(outcomes, "page of 100 tasks by agent and status", page, STORED);
            for (int size : Fixture.TEAMS) {
                Contest members = contest("team of " + size, options, systems, program, "members", size, system -> {
                    AtomicInteger turn = new AtomicInteger();
                    return () -> system.members(Fixture.team(size, turn.getAndIncrement()));
                });
                Comparison.add(
                        outcomes, "team with " + size + " members", members, size == 100 ? TEAM_GOALS : Map.of(), 1);
                Comparison.addStored(outcomes, "team with " + size + " members", members, STORED);
            }
        } finally {
            if (program.isPresent()) {
                program.get().close();
            }
        }
    }

    private static int next(AtomicInteger turn, int count) {
        return (int) ((long) turn.getAndIncrement() * STRIDE % count);
    }

    private static Contest contest(
            String title,
            Options options,
            Systems systems,
            Optional<NativeProgram> program,
            String nativeOperation,
            int nativeArgument,
            Function<StorageSystem, Contender.Operation> operation)
            throws Exception {
        List<Contender> contenders = new ArrayList<>();
        systems.all()
                .forEach((kind, system) -> contenders.add(Contender.computing(kind.label(), operation.apply(system))));
        program.ifPresent(c -> contenders.add(
                new Contender(NativeProgram.LABEL, nanos -> c.run(nativeOperation, nativeArgument, nanos))));
        return Contest.run(title, contenders, options);
    }

    /** A system that reads something else would be compared with what it does not do. */
    private void checkThatAllAgree(Systems systems) {
        StorageSystem library = systems.all().get(SystemKind.LIBRARY);
        TeamId team = Fixture.team(100, 0);
        for (Map.Entry<SystemKind, StorageSystem> entry : systems.all().entrySet()) {
            StorageSystem system = entry.getValue();
            boolean sameSizes = system.agent(agents[5]) != null
                    && system.pendingTasks(agents[5], PAGE).size() == PAGE
                    && system.members(team).size() == 100;
            boolean sameRecords = !List.of(
                                    SystemKind.STORED_QUERY,
                                    SystemKind.JDBC,
                                    SystemKind.JDBC_BYTES,
                                    SystemKind.JDBC_STATEMENT_PER_CALL,
                                    SystemKind.JDBI)
                            .contains(entry.getKey())
                    || (system.agent(agents[5]).equals(library.agent(agents[5]))
                            && system.pendingTasks(agents[5], PAGE).equals(library.pendingTasks(agents[5], PAGE))
                            && system.members(team).equals(library.members(team)));
            if (!sameSizes || !sameRecords) {
                throw new IllegalStateException(entry.getKey().label() + " reads something else than the library");
            }
        }
    }
}
