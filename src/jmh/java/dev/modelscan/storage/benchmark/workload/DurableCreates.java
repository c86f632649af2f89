package dev.modelscan.storage.benchmark.workload;

import dev.modelscan.storage.agents.AgentId;
import dev.modelscan.storage.benchmark.harness.ChildJvm;
import dev.modelscan.storage.benchmark.harness.Contender;
import dev.modelscan.storage.benchmark.harness.Contest;
import dev.modelscan.storage.benchmark.harness.Fixture;
import dev.modelscan.storage.benchmark.harness.Goal;
import dev.modelscan.storage.benchmark.harness.NativeTools;
import dev.modelscan.storage.benchmark.harness.Options;
import dev.modelscan.storage.benchmark.harness.Outcome;
import dev.modelscan.storage.benchmark.harness.Outcomes;
import dev.modelscan.storage.benchmark.harness.Range;
import dev.modelscan.storage.benchmark.system.StorageSystem;
import dev.modelscan.storage.benchmark.system.SystemKind;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.ToDoubleFunction;

/**
 * Many threads create tasks at once, each create durable when it returns, against JDBC with a transaction for each call, a
 * connection for each thread, and SQLite's busy handler. Then the same in a JVM in which each flush takes 1 ms longer.
 */
public final class DurableCreates implements Workload {

    private static final Map<Integer, Double> GOALS = Map.of(8, 1.4, 32, 1.6, 128, 2.0);
    private static final Map<Integer, Double> DELAYED_GOALS = Map.of(8, 4.0, 32, 10.0, 128, 20.0);
    private static final double PERCENTILE_GOAL_MILLIS = 25;

    @Override
    public String name() {
        return "durable";
    }

    @Override
    public void run(Options options, Fixture fixture, Outcomes outcomes) throws Exception {
        for (int threads : List.of(8, 32, 128)) {
            run(threads, options, fixture, outcomes);
        }
        if (!options.delayedFlush()) {
            runDelayed(name(), options, outcomes);
        }
    }

    /** Runs a workload once more, in a JVM in which each flush takes longer. */
    static void runDelayed(String workload, Options options, Outcomes outcomes) throws Exception {
        Optional<Path> library = NativeTools.compileSlowFlush(options.directory());
        if (library.isPresent()) {
            List<String> arguments = new ArrayList<>(List.of("--only=" + workload, "--delayed-flush"));
            if (options.quick()) {
                arguments.add("--quick");
            }
            ChildJvm.benchmark(arguments).preload(library.get()).run();
            outcomes.reload();
        }
    }

    private void run(int threads, Options options, Fixture fixture, Outcomes outcomes) throws Exception {
        AgentId[] agents = Fixture.agentIds();
        String suffix = options.delayedFlush() ? ", 1 ms added to each flush" : "";
        String title = "durable creates, " + threads + " threads" + suffix;
        Map<SystemKind, Crowd> crowds = new EnumMap<>(SystemKind.class);
        try (Systems systems =
                new Systems(fixture, "durable-" + threads, threads, SystemKind.LIBRARY, SystemKind.JDBC)) {
            List<Contender> contenders = new ArrayList<>();
            systems.all().forEach((kind, system) -> {
                Crowd crowd = new Crowd(threads, () -> create(system, agents));
                crowds.put(kind, crowd);
                contenders.add(new Contender(kind.label(), crowd::run));
            });
            int rounds = options.threadedRounds();
            Contest contest = Contest.run(title, contenders, 1, rounds, options.threadedSliceNanos());
            Map<Integer, Double> goals = options.delayedFlush() ? DELAYED_GOALS : GOALS;
            Map<String, Goal> goal = Map.of(SystemKind.JDBC.label(), Goal.atLeast(goals.get(threads)));
            Comparison.add(outcomes, title, contest, goal, 1);
            addLatencies(outcomes, title, crowds, rounds, threads == 128 && !options.delayedFlush());
        } finally {
            crowds.values().forEach(Crowd::close);
        }
    }

    private static void create(StorageSystem system, AgentId[] agents) {
        system.createTask(Fixture.newTask(agents[ThreadLocalRandom.current().nextInt(agents.length)]));
    }

    private static void addLatencies(
            Outcomes outcomes, String title, Map<SystemKind, Crowd> crowds, int rounds, boolean promised)
            throws Exception {
        Range library = range(crowds.get(SystemKind.LIBRARY).last(rounds), Crowd.Turn::percentile99);
        String detail = String.format(
                Locale.ROOT,
                "p50 %.2f ms; a transaction per call: p50 %.2f ms, p99 %.1f ms",
                range(crowds.get(SystemKind.LIBRARY).last(rounds), Crowd.Turn::median)
                        .median(),
                range(crowds.get(SystemKind.JDBC).last(rounds), Crowd.Turn::median)
                        .median(),
                range(crowds.get(SystemKind.JDBC).last(rounds), Crowd.Turn::percentile99)
                        .median());
        System.out.printf(Locale.ROOT, "  p99 %.1f ms; %s%n", library.median(), detail);
        Goal goal = promised ? Goal.atMost(PERCENTILE_GOAL_MILLIS) : null;
        outcomes.add(Outcome.of(title, "p99 in ms", library, goal, detail));
    }

    private static Range range(List<Crowd.Turn> turns, ToDoubleFunction<Crowd.Turn> value) {
        return Range.of(turns.stream().mapToDouble(value).toArray());
    }
}
