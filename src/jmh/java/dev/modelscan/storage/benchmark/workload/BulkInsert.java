package dev.modelscan.storage.benchmark.workload;

import dev.modelscan.storage.AgentId;
import dev.modelscan.storage.Message;
import dev.modelscan.storage.benchmark.harness.Contender;
import dev.modelscan.storage.benchmark.harness.Contest;
import dev.modelscan.storage.benchmark.harness.Fixture;
import dev.modelscan.storage.benchmark.harness.Goal;
import dev.modelscan.storage.benchmark.harness.Options;
import dev.modelscan.storage.benchmark.harness.Outcomes;
import dev.modelscan.storage.benchmark.system.NativeProgram;
import dev.modelscan.storage.benchmark.system.StorageSystem;
import dev.modelscan.storage.benchmark.system.SystemKind;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** One call stores 100,000 messages in one transaction. Each turn is one such call, and all files grow alike. */
public final class BulkInsert implements Workload {

    private static final Map<String, Goal> GOALS = Map.of(
            SystemKind.JDBC.label(),
            Goal.atLeast(1.0),
            SystemKind.JOOQ.label(),
            Goal.atLeast(2.8),
            NativeProgram.LABEL,
            Goal.atLeast(0.85));

    @Override
    public String name() {
        return "bulk";
    }

    @Override
    public void run(Options options, Fixture fixture, Outcomes outcomes) throws Exception {
        int count = options.quick() ? 10_000 : 100_000;
        AgentId[] agents = Fixture.agentIds();
        Optional<NativeProgram> program = NativeProgram.start(options.directory(), fixture.copy("bulk-c"));
        SystemKind[] kinds = {
            SystemKind.LIBRARY, SystemKind.JDBC, SystemKind.JOOQ, SystemKind.JDBI, SystemKind.HIBERNATE
        };
        try (Systems systems = new Systems(fixture, name(), 4, kinds)) {
            List<Contender> contenders = new ArrayList<>();
            systems.all()
                    .forEach((kind, system) ->
                            contenders.add(new Contender(kind.label(), nanos -> insert(system, agents, count))));
            program.ifPresent(
                    c -> contenders.add(new Contender(NativeProgram.LABEL, nanos -> c.run("bulk", count, 1))));
            Contest contest = Contest.run("bulk insert", contenders, 1, options.threadedRounds(), 0);
            Comparison.add(
                    outcomes, "bulk insert of " + String.format("%,d", count) + " messages", contest, GOALS, count);
        } finally {
            if (program.isPresent()) {
                program.get().close();
            }
        }
    }

    /** The messages are made before the clock starts. */
    private static double insert(StorageSystem system, AgentId[] agents, int count) {
        List<Message> messages = Fixture.newMessages(agents, count);
        long start = Contender.processorNanos();
        system.createMessages(messages);
        return 1e9 / (Contender.processorNanos() - start);
    }
}
