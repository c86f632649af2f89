package dev.modelscan.storage.benchmark.harness;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * What the command line asks for.
 *
 * @param quick short slices and few rounds: shows that everything runs, and little else
 * @param full whether growth goes on to ten million rows, and the import takes 20,000 transcripts
 * @param processor whether calls that write count processor time instead of the clock's
 * @param only the workloads to run; empty for all
 * @param delayedFlush whether this JVM runs with each flush made slower
 * @param postgres the URL of the PostgreSQL server to measure; empty for one of the benchmark's own
 * @param transcripts a file of real transcripts; empty for none
 * @param directory where databases and results go
 */
public record Options(
        boolean quick,
        boolean full,
        boolean processor,
        List<String> only,
        boolean delayedFlush,
        String postgres,
        String transcripts,
        Path directory) {

    private static final long QUICK_SLICE_NANOS = 100_000_000;
    private static final long SLICE_NANOS = 200_000_000;

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
        Optional<String> transcripts = given.stream()
                .filter(argument -> argument.startsWith("--transcripts="))
                .map(argument -> argument.substring("--transcripts=".length()))
                .findFirst();
        for (String argument : given) {
            if (!argument.startsWith("--only=")
                    && !argument.startsWith("--postgres=")
                    && !argument.startsWith("--transcripts=")
                    && !List.of("--quick", "--full", "--processor", "--delayed-flush")
                            .contains(argument)) {
                throw new IllegalArgumentException(
                        "unknown: " + argument
                                + "; there are --quick, --full, --processor, --only=<workload>,<workload>, --postgres=<url> and --transcripts=<file>");
            }
        }
        return new Options(
                given.contains("--quick"),
                given.contains("--full"),
                given.contains("--processor"),
                only.map(names -> List.of(names.split(","))).orElse(List.of()),
                given.contains("--delayed-flush"),
                postgres.orElse(""),
                transcripts.orElse(""),
                Path.of("target", given.contains("--quick") ? "benchmark-quick" : "benchmark"));
    }

    /** Whether a workload is to run. */
    public boolean wants(String workload) {
        return only.isEmpty() || only.contains(workload);
    }

    /**
     * A contender on one thread that waits for the disk. On a machine with other load, the processor time of the process says
     * more than the clock.
     */
    public Contender writing(String name, Contender.Operation operation) {
        return processor ? Contender.processing(name, operation) : Contender.repeating(name, operation);
    }

    /** Rounds that do not count, for the JIT compiler and the caches. */
    public int warmUps() {
        return quick ? 1 : 3;
    }

    /** Rounds that count. */
    public int rounds() {
        return quick ? 3 : 9;
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
        return quick ? 2 : 5;
    }
}
