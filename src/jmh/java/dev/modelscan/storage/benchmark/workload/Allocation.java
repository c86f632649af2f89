package dev.modelscan.storage.benchmark.workload;

import com.sun.management.ThreadMXBean;
import dev.modelscan.storage.agents.AgentId;
import dev.modelscan.storage.benchmark.harness.Fixture;
import dev.modelscan.storage.benchmark.harness.Goal;
import dev.modelscan.storage.benchmark.harness.Options;
import dev.modelscan.storage.benchmark.harness.Outcome;
import dev.modelscan.storage.benchmark.harness.Outcomes;
import dev.modelscan.storage.benchmark.harness.Range;
import dev.modelscan.storage.benchmark.system.StorageSystem;
import dev.modelscan.storage.benchmark.system.SystemKind;
import java.lang.management.ManagementFactory;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;

/** How many bytes the calling thread allocates to read one agent. */
public final class Allocation implements Workload {

    private static final int CALLS = 20_000;

    @Override
    public String name() {
        return "allocation";
    }

    @Override
    public void run(Options options, Fixture fixture, Outcomes outcomes) throws Exception {
        AgentId[] agents = Fixture.agentIds();
        Map<SystemKind, double[]> bytes = new EnumMap<>(SystemKind.class);
        try (Systems systems = new Systems(fixture, name(), 2, SystemKind.values())) {
            for (int round = -options.warmUps(); round < options.rounds(); round++) {
                for (Map.Entry<SystemKind, StorageSystem> entry : systems.all().entrySet()) {
                    double perCall = bytesPerCall(entry.getValue(), agents);
                    if (round >= 0) {
                        bytes.computeIfAbsent(entry.getKey(), kind -> new double[options.rounds()])[round] = perCall;
                    }
                }
            }
        }
        report(bytes, outcomes);
    }

    private static double bytesPerCall(StorageSystem system, AgentId[] agents) {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long thread = Thread.currentThread().getId();
        long before = threads.getThreadAllocatedBytes(thread);
        for (int i = 0; i < CALLS; i++) {
            system.agent(agents[i % agents.length]);
        }
        return (threads.getThreadAllocatedBytes(thread) - before) / (double) CALLS;
    }

    private static void report(Map<SystemKind, double[]> bytes, Outcomes outcomes) throws Exception {
        double[] library = bytes.get(SystemKind.LIBRARY);
        System.out.println("allocation per agent by id");
        for (Map.Entry<SystemKind, double[]> entry : bytes.entrySet()) {
            Range own = Range.of(entry.getValue());
            System.out.printf(
                    Locale.ROOT, "  %-36s %,8.0f bytes%n", entry.getKey().label(), own.median());
            if (entry.getKey() != SystemKind.LIBRARY) {
                String detail = String.format(
                        Locale.ROOT,
                        "%,.0f bytes against %,.0f",
                        Range.of(library).median(),
                        own.median());
                Goal goal = entry.getKey() == SystemKind.JDBC ? Goal.atMost(1.5) : null;
                outcomes.add(Outcome.of(
                        "allocation per agent by id",
                        entry.getKey().label(),
                        Range.ofRatios(library, entry.getValue()),
                        goal,
                        detail));
            }
        }
    }
}
