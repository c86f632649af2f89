package dev.modelscan.storage.benchmark.harness;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.util.function.LongSupplier;

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
        return repeating(name, operation, System::nanoTime);
    }

    /**
     * As {@link #repeating(String, Operation)}, but what counts is the processor's time on this thread: for work that waits for
     * nothing, so that other load of the machine counts less.
     */
    public static Contender computing(String name, Operation operation) {
        return repeating(name, operation, Contender::processorNanos);
    }

    /** As {@link #computing}, with the time of all threads of the process. */
    public static Contender processing(String name, Operation operation) {
        return repeating(name, operation, Contender::processNanos);
    }

    /** The time that the processor has spent on this thread. */
    public static long processorNanos() {
        return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
    }

    /** The time that the processors have spent on all threads of this process. */
    public static long processNanos() {
        return ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class).getProcessCpuTime();
    }

    private static Contender repeating(String name, Operation operation, LongSupplier clock) {
        return new Contender(name, nanos -> {
            long end = System.nanoTime() + nanos;
            long start = clock.getAsLong();
            long count = 0;
            do {
                last = operation.run();
                count++;
            } while (System.nanoTime() < end);
            return count * 1e9 / (clock.getAsLong() - start);
        });
    }
}
