package dev.modelscan.storage.benchmark.workload;

import dev.modelscan.storage.Durability;
import dev.modelscan.storage.agents.AgentId;
import dev.modelscan.storage.benchmark.harness.Contender;
import dev.modelscan.storage.benchmark.harness.Contest;
import dev.modelscan.storage.benchmark.harness.Fixture;
import dev.modelscan.storage.benchmark.harness.Goal;
import dev.modelscan.storage.benchmark.harness.Options;
import dev.modelscan.storage.benchmark.harness.Outcome;
import dev.modelscan.storage.benchmark.harness.Outcomes;
import dev.modelscan.storage.benchmark.harness.Range;
import dev.modelscan.storage.benchmark.system.Steps;
import dev.modelscan.storage.benchmark.system.SystemKind;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Agents do steps of five writes at once, each durable when it returns: transactions that share a flush, transactions
 * that each wait for the disk, and one JDBC connection behind a lock. Then the same with slower flushes.
 */
public final class AgentSteps implements Workload {

    private static final String JDBC = "JDBC, one connection behind a lock";
    private static final Map<Integer, Double> GOALS = Map.of(1, 1.0, 16, 1.3, 128, 1.3);
    private static final Map<Integer, Double> DELAYED_GOALS = Map.of(1, 1.0, 16, 2.5, 128, 8.0);
    private static final double PERCENTILE_GOAL_MILLIS = 40;

    @Override
    public String name() {
        return "steps";
    }

    @Override
    public void run(Options options, Fixture fixture, Outcomes outcomes) throws Exception {
        for (int threads : List.of(1, 16, 128)) {
            run(threads, options, fixture, outcomes);
        }
        if (!options.delayedFlush()) {
            DurableCreates.runDelayed(name(), options, outcomes);
        }
    }

    private static void run(int threads, Options options, Fixture fixture, Outcomes outcomes) throws Exception {
        String suffix = options.delayedFlush() ? ", 1 ms added to each flush" : "";
        String title = "steps of five writes, " + threads + (threads == 1 ? " thread" : " threads") + suffix;
        Map<String, Steps> systems = new LinkedHashMap<>();
        Map<String, Crowd> crowds = new LinkedHashMap<>();
        try {
            systems.put(
                    SystemKind.LIBRARY.label(),
                    Steps.library(fixture.copy("steps-shared-" + threads), Durability.SHARED_FLUSH));
            systems.put(
                    SystemKind.LIBRARY.label() + ", FULL",
                    Steps.library(fixture.copy("steps-full-" + threads), Durability.FULL));
            systems.put(JDBC, Steps.lockedJdbc(fixture.copy("steps-jdbc-" + threads)));
            systems.forEach((name, system) -> crowds.put(name, crowd(threads, system)));
            List<Contender> contenders = crowds.entrySet().stream()
                    .map(each -> new Contender(each.getKey(), each.getValue()::run))
                    .toList();
            int rounds = options.threadedRounds();
            Contest contest = Contest.run(title, contenders, 1, rounds, options.threadedSliceNanos());
            double goal = (options.delayedFlush() ? DELAYED_GOALS : GOALS).get(threads);
            Comparison.add(outcomes, title, contest, Map.of(JDBC, Goal.atLeast(goal)), 1);
            addLatency(outcomes, title, crowds, rounds, options.delayedFlush());
        } finally {
            crowds.values().forEach(Crowd::close);
            systems.values().forEach(Steps::close);
        }
    }

    /** Each thread is an agent. */
    private static Crowd crowd(int threads, Steps system) {
        AgentId[] agents = Fixture.agentIds();
        AtomicInteger next = new AtomicInteger();
        ThreadLocal<AgentId> own = ThreadLocal.withInitial(() -> agents[next.getAndIncrement()]);
        ThreadLocal<long[]> number = ThreadLocal.withInitial(() -> new long[1]);
        return new Crowd(threads, () -> system.step(own.get(), number.get()[0]++));
    }

    private static void addLatency(
            Outcomes outcomes, String title, Map<String, Crowd> crowds, int rounds, boolean promised) throws Exception {
        Range library = percentile(crowds.get(SystemKind.LIBRARY.label()), rounds);
        String detail = String.format(
                Locale.ROOT,
                "FULL %.1f ms; behind a lock %.1f ms",
                percentile(crowds.get(SystemKind.LIBRARY.label() + ", FULL"), rounds)
                        .median(),
                percentile(crowds.get(JDBC), rounds).median());
        outcomes.add(
                Outcome.of(title, "p99 in ms", library, promised ? Goal.atMost(PERCENTILE_GOAL_MILLIS) : null, detail));
    }

    private static Range percentile(Crowd crowd, int rounds) {
        return Range.of(crowd.last(rounds).stream()
                .mapToDouble(Crowd.Turn::percentile99)
                .toArray());
    }
}
