package dev.modelscan.storage.benchmark.harness;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * What the command line asks for.
 *
 * @param quick short slices and few rounds: shows that everything runs, and little else
 * @param growthFull whether growth goes on to ten million rows
 * @param only the workloads to run; empty for all
 * @param delayedFlush whether this JVM runs with each flush made slower
 * @param postgres the URL of the PostgreSQL server to measure; empty for one of the benchmark's own
 * @param directory where databases and results go
 */
public record Options(
        boolean quick, boolean growthFull, List<String> only, boolean delayedFlush, String postgres, Path directory) {

    private static final long QUICK_SLICE_NANOS = 100_000_000;
    private static final long SLICE_NANOS = 400_000_000;

    /** Reads the command line. */
    public static Options parse(String[] arguments) {
        List<String> given = List.of(arguments);
        Optional<String> only = given.stream()
                .filter(argument -> argument.startsWith("--only="))
                .map(argument -> argument.substring("--only=".length()))
                .findFirst();
        Optional<String> postgres = given.stream()
                .filter(argument -> argument.startsWith("--postgres="))
                .map(argument -> argument.substring("--postgres=".length()))
                .findFirst();
        for (String argument : given) {
            if (!argument.startsWith("--only=")
                    && !argument.startsWith("--postgres=")
                    && !List.of("--quick", "--growth-full", "--delayed-flush").contains(argument)) {
                throw new IllegalArgumentException("unknown: " + argument
                        + "; there are --quick, --growth-full, --only=<workload>,<workload> and --postgres=<url>");
            }
        }
        return new Options(
                given.contains("--quick"),
                given.contains("--growth-full"),
                only.map(names -> List.of(names.split(","))).orElse(List.of()),
                given.contains("--delayed-flush"),
                postgres.orElse(""),
                Path.of("target", given.contains("--quick") ? "benchmark-quick" : "benchmark"));
    }

    /** Whether a workload is to run. */
    public boolean wants(String workload) {
        return only.isEmpty() || only.contains(workload);
    }

    /** Rounds that do not count, for the JIT compiler and the caches. */
    public int warmUps() {
        return quick ? 1 : 4;
    }

    /** Rounds that count. */
    public int rounds() {
        return quick ? 3 : 11;
    }

    /** How long a turn is where calls are short. */
    public long sliceNanos() {
        return quick ? QUICK_SLICE_NANOS : SLICE_NANOS;
    }

    /** How long a turn is with many threads, some of which may wait for seconds. */
    public long threadedSliceNanos() {
        return quick ? 5 * QUICK_SLICE_NANOS : 5 * SLICE_NANOS;
    }

    /** Rounds with many threads. */
    public int threadedRounds() {
        return quick ? 2 : 7;
    }
}
