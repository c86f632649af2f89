package dev.modelscan.storage.benchmark.harness;

/**
 * Who takes part in a contest.
 *
 * @param name what reports call it
 * @param slice what it does in its turn
 */
public record Contender(String name, Slice slice) {

    // Results go here, where the compiler has to leave them.
    private static volatile Object last;

    /** One turn. */
    @FunctionalInterface
    public interface Slice {

        /** Works for about so long, and returns how many operations it did per second. */
        double run(long nanos) throws Exception;
    }

    /** One call that is measured. */
    @FunctionalInterface
    public interface Operation {

        /** Does it. What it returns is kept, so that it cannot be left out. */
        Object run() throws Exception;
    }

    /** A contender that does one thing over and over, on one thread. */
    public static Contender repeating(String name, Operation operation) {
        return new Contender(name, nanos -> {
            long start = System.nanoTime();
            long end = start + nanos;
            long count = 0;
            long now = start;
            while (now < end) {
                last = operation.run();
                count++;
                now = System.nanoTime();
            }
            return count * 1e9 / (now - start);
        });
    }
}
