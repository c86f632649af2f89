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
import dev.modelscan.storage.benchmark.system.StorageSystem;
import dev.modelscan.storage.benchmark.system.SystemKind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadLocalRandom;

/** Four threads read agents while four others create tasks, against JDBC over HikariCP with eight connections. */
public final class MixedLoad implements Workload {

    private static final int THREADS = 4;
    private static final List<SystemKind> KINDS = List.of(SystemKind.LIBRARY, SystemKind.JDBC_STATEMENT_PER_CALL);

    private final AgentId[] agents = Fixture.agentIds();

    /** One system under load. */
    private final class Side implements AutoCloseable {
        private final StorageSystem system;
        private final Path log;
        private final Crowd readers;
        private final Crowd writers;
        private double mostLogBytes;

        Side(SystemKind kind, Path file) {
            this.system = kind.open(file, Durability.FULL, 2 * THREADS);
            this.log = file.resolveSibling(file.getFileName() + "-wal");
            this.readers = new Crowd(THREADS, () -> system.agent(agent()));
            this.writers = new Crowd(THREADS, () -> system.createTask(Fixture.newTask(agent())));
        }

        double run(long nanos) throws Exception {
            CompletableFuture<Double> reads = CompletableFuture.supplyAsync(() -> {
                try {
                    return readers.run(nanos);
                } catch (Exception e) {
                    throw new IllegalStateException(e);
                }
            });
            double writes = writers.run(nanos);
            reads.get();
            mostLogBytes = Math.max(mostLogBytes, Files.size(log));
            return writes;
        }

        @Override
        public void close() {
            readers.close();
            writers.close();
            system.close();
        }
    }

    @Override
    public String name() {
        return "mixed";
    }

    private AgentId agent() {
        return agents[ThreadLocalRandom.current().nextInt(agents.length)];
    }

    @Override
    public void run(Options options, Fixture fixture, Outcomes outcomes) throws Exception {
        Map<SystemKind, Side> sides = new EnumMap<>(SystemKind.class);
        try {
            for (SystemKind kind : KINDS) {
                sides.put(kind, new Side(kind, fixture.copy("mixed-" + kind)));
            }
            List<Contender> contenders = KINDS.stream()
                    .map(kind -> new Contender(kind.label(), sides.get(kind)::run))
                    .toList();
            int rounds = options.threadedRounds();
            Contest contest =
                    Contest.run("4 readers and 4 writers, writes", contenders, 1, rounds, options.threadedSliceNanos());
            report(outcomes, contest, sides, rounds);
        } finally {
            sides.values().forEach(Side::close);
        }
    }

    private static void report(Outcomes outcomes, Contest writes, Map<SystemKind, Side> sides, int rounds)
            throws IOException {
        String title = "4 readers and 4 writers at once";
        String peer = "JDBC over HikariCP, 8 connections";
        double[] own = reads(sides.get(KINDS.get(0)), rounds);
        double[] others = reads(sides.get(KINDS.get(1)), rounds);
        String readDetail = String.format(
                Locale.ROOT,
                "%,.0f/s against %,.0f/s",
                Range.of(own).median(),
                Range.of(others).median());
        System.out.println("  reads: " + readDetail);
        Range reads = Range.ofRatios(own, others);
        outcomes.add(Outcome.of(title + ", reads", peer, reads, Goal.atLeast(1.5), readDetail));
        String writeDetail = String.format(
                Locale.ROOT,
                "%,.0f/s against %,.0f/s",
                writes.rate(KINDS.get(0).label()).median(),
                writes.rate(KINDS.get(1).label()).median());
        Range ratio = writes.ratio(KINDS.get(0).label(), KINDS.get(1).label());
        outcomes.add(Outcome.of(title + ", writes", peer, ratio, Goal.atLeast(2), writeDetail));
        double most = sides.get(KINDS.get(0)).mostLogBytes / 1e6;
        String otherLog = String.format(Locale.ROOT, "%.1f MB", sides.get(KINDS.get(1)).mostLogBytes / 1e6);
        outcomes.add(Outcome.of(
                title,
                "largest write-ahead log in MB",
                new Range(most, most, most),
                Goal.atMost(64),
                "the peer's: " + otherLog));
    }

    private static double[] reads(Side side, int rounds) {
        return side.readers.last(rounds).stream()
                .mapToDouble(Crowd.Turn::perSecond)
                .toArray();
    }
}
