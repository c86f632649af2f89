package dev.modelscan.storage.benchmark.workload;

import dev.modelscan.storage.agents.AgentId;
import dev.modelscan.storage.benchmark.harness.Contender;
import dev.modelscan.storage.benchmark.harness.Contest;
import dev.modelscan.storage.benchmark.harness.Fixture;
import dev.modelscan.storage.benchmark.harness.Goal;
import dev.modelscan.storage.benchmark.harness.Options;
import dev.modelscan.storage.benchmark.harness.Outcomes;
import dev.modelscan.storage.benchmark.system.NativeProgram;
import dev.modelscan.storage.benchmark.system.SystemKind;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** One thread creates tasks; each create is durable when it returns. */
public final class Creates implements Workload {

    private static final Map<String, Goal> GOALS =
            Map.of(SystemKind.JDBC.label(), Goal.atLeast(0.95), NativeProgram.LABEL, Goal.atLeast(0.88));

    @Override
    public String name() {
        return "creates";
    }

    @Override
    public void run(Options options, Fixture fixture, Outcomes outcomes) throws Exception {
        AgentId[] agents = Fixture.agentIds();
        Optional<NativeProgram> program = NativeProgram.start(options.directory(), fixture.copy("creates-c"));
        try (Systems systems = new Systems(fixture, name(), 4, SystemKind.writing())) {
            List<Contender> contenders = new ArrayList<>();
            systems.all()
                    .forEach((kind, system) -> contenders.add(options.writing(kind.label(), () -> {
                        system.createTask(Fixture.newTask(agents[7]));
                        return null;
                    })));
            program.ifPresent(
                    c -> contenders.add(new Contender(NativeProgram.LABEL, nanos -> c.run("create", 0, nanos))));
            Contest contest = Contest.run("create task, 1 thread", contenders, options);
            Comparison.add(outcomes, "create task, 1 thread, FULL", contest, GOALS, 1);
        } finally {
            if (program.isPresent()) {
                program.get().close();
            }
        }
    }
}
