package dev.modelscan.storage.benchmark.workload;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Threads that do the same at once. They live on between turns, and their connections with them. */
final class Crowd implements AutoCloseable {

    private final ExecutorService threads;
    private final int size;
    private final Runnable operation;
    private final List<Turn> turns = new ArrayList<>();

    /** What one turn showed; times in milliseconds. */
    record Turn(double perSecond, double median, double percentile99) {}

    Crowd(int size, Runnable operation) {
        this.threads = Executors.newFixedThreadPool(size);
        this.size = size;
        this.operation = operation;
    }

    /** Works for about so long, and returns how many operations all threads did per second. */
    double run(long nanos) throws Exception {
        List<Callable<long[]>> tasks = new ArrayList<>();
        long start = System.nanoTime();
        for (int i = 0; i < size; i++) {
            tasks.add(() -> work(start + nanos));
        }
        List<long[]> all = new ArrayList<>();
        for (Future<long[]> done : threads.invokeAll(tasks)) {
            all.add(done.get());
        }
        double seconds = (System.nanoTime() - start) / 1e9;
        long[] latencies = all.stream().flatMapToLong(Arrays::stream).sorted().toArray();
        Turn turn = new Turn(
                latencies.length / seconds, percentile(latencies, 0.5) / 1e6, percentile(latencies, 0.99) / 1e6);
        turns.add(turn);
        return turn.perSecond();
    }

    private long[] work(long end) {
        long[] latencies = new long[1_024];
        int count = 0;
        long before = System.nanoTime();
        while (before < end) {
            operation.run();
            long after = System.nanoTime();
            if (count == latencies.length) {
                latencies = Arrays.copyOf(latencies, count * 2);
            }
            latencies[count++] = after - before;
            before = after;
        }
        return Arrays.copyOf(latencies, count);
    }

    private static double percentile(long[] sorted, double part) {
        return sorted.length == 0 ? Double.NaN : sorted[(int) (part * (sorted.length - 1))];
    }

    /** The last turns, without those that warmed up. */
    List<Turn> last(int count) {
        return turns.subList(turns.size() - count, turns.size());
    }

    @Override
    public void close() {
        threads.shutdownNow();
    }
}
