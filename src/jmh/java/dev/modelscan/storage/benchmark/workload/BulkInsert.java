package dev.modelscan.storage.benchmark.workload;

import dev.modelscan.storage.Durability;
import dev.modelscan.storage.agents.AgentId;
import dev.modelscan.storage.benchmark.harness.Contender;
import dev.modelscan.storage.benchmark.harness.Contest;
import dev.modelscan.storage.benchmark.harness.Fixture;
import dev.modelscan.storage.benchmark.harness.Goal;
import dev.modelscan.storage.benchmark.harness.NativeTools;
import dev.modelscan.storage.benchmark.harness.Options;
import dev.modelscan.storage.benchmark.harness.Outcomes;
import dev.modelscan.storage.benchmark.system.NativeProgram;
import dev.modelscan.storage.benchmark.system.StorageSystem;
import dev.modelscan.storage.benchmark.system.SystemKind;
import dev.modelscan.storage.conversations.Message;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** One call stores 100,000 messages in one transaction. Each turn is one such call into a new copy of the file. */
public final class BulkInsert implements Workload {

    private static final List<SystemKind> KINDS =
            List.of(SystemKind.LIBRARY, SystemKind.JDBC, SystemKind.JOOQ, SystemKind.JDBI, SystemKind.HIBERNATE);

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
        List<Contender> contenders = new ArrayList<>();
        for (SystemKind kind : KINDS) {
            contenders.add(new Contender(kind.label(), nanos -> insert(kind, fixture, agents, count)));
        }
        if (NativeTools.compileProgram(options.directory()).isPresent()) {
            contenders.add(new Contender(NativeProgram.LABEL, nanos -> insertByProgram(options, fixture, count)));
        }
        Contest contest = Contest.run("bulk insert", contenders, 2, options.threadedRounds(), 0);
        Comparison.add(
                outcomes, String.format(Locale.ROOT, "bulk insert of %,d messages", count), contest, GOALS, count);
    }

    /**
     * The database is opened, and the messages are made, before the clock starts. It counts all threads, and goes on until the
     * database is closed: some copy the log into the database inside the commit, others on a thread of their own.
     */
    private static double insert(SystemKind kind, Fixture fixture, AgentId[] agents, int count) throws IOException {
        List<Message> messages = Fixture.newMessages(agents, count);
        StorageSystem system = kind.open(fixture.copy("bulk"), Durability.FULL, 1);
        long start;
        try (system) {
            system.agent(agents[0]);
            System.gc();
            start = Contender.processNanos();
            system.createMessages(messages);
        }
        return 1e9 / (Contender.processNanos() - start);
    }

    private static double insertByProgram(Options options, Fixture fixture, int count) throws IOException {
        try (NativeProgram program =
                NativeProgram.start(options.directory(), fixture.copy("bulk")).orElseThrow()) {
            return program.run("bulk", count, 1);
        }
    }
}
