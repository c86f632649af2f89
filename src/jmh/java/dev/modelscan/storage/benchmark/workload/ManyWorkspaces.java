package dev.modelscan.storage.benchmark.workload;

import dev.modelscan.storage.Database;
import dev.modelscan.storage.DatabaseBuilder;
import dev.modelscan.storage.agents.Agent;
import dev.modelscan.storage.benchmark.harness.ChildJvm;
import dev.modelscan.storage.benchmark.harness.Fixture;
import dev.modelscan.storage.benchmark.harness.Goal;
import dev.modelscan.storage.benchmark.harness.Options;
import dev.modelscan.storage.benchmark.harness.Outcome;
import dev.modelscan.storage.benchmark.harness.Outcomes;
import dev.modelscan.storage.benchmark.harness.Range;
import dev.modelscan.storage.workspaces.Workspaces;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * Workspaces that are open at once, each written and read: threads and resident memory, in a JVM of its own. Once all are
 * connected, and once one in twenty is, and a call connects its workspace again.
 */
public final class ManyWorkspaces implements Workload {

    private static final long CACHE = 64_000_000;

    @Override
    public String name() {
        return "workspaces";
    }

    @Override
    public void run(Options options, Fixture fixture, Outcomes outcomes) throws Exception {
        int count = options.quick() ? 20 : 100;
        Path directory = Files.createTempDirectory(options.directory(), "workspaces");
        measure(options, outcomes, directory, count, 0);
        int many = options.full() ? 1_000 : count;
        measure(options, outcomes, directory, many, many / 20);
    }

    private static void measure(Options options, Outcomes outcomes, Path directory, int count, int connected)
            throws Exception {
        Path result = options.directory().resolve("workspaces.txt");
        List<String> arguments =
                List.of(directory.toString(), Integer.toString(count), Integer.toString(connected), result.toString());
        ChildJvm.ofSmallHeap(Child.class, arguments).run();
        String[] numbers = Files.readString(result).split(" ");
        String title = count + " open workspaces" + (connected == 0 ? "" : ", " + connected + " of them connected");
        Goal memory = connected == 0 ? null : Goal.atMost(300);
        add(outcomes, title, "threads more than one has", Double.parseDouble(numbers[0]), Goal.atMost(2));
        add(outcomes, title, "resident memory in MB more than one has", Double.parseDouble(numbers[1]) / 1e6, memory);
        if (connected > 0) {
            add(outcomes, title, "ms for a read that connects, p50", Double.parseDouble(numbers[2]) / 1e6, null);
            add(
                    outcomes,
                    title,
                    "ms for a read that connects, p99",
                    Double.parseDouble(numbers[3]) / 1e6,
                    Goal.atMost(20));
        }
    }

    private static void add(Outcomes outcomes, String title, String what, double value, Goal goal) throws IOException {
        System.out.printf(Locale.ROOT, "%s: %s %.1f%n", title, what, value);
        outcomes.add(Outcome.of(title, what, new Range(value, value, value), goal, ""));
    }

    /** Opens them, in its own JVM. */
    public static final class Child {

        private Child() {}

        /** Takes the directory, how many, how many of them connected, and the file for what was measured. */
        public static void main(String[] arguments) throws IOException {
            int count = Integer.parseInt(arguments[1]);
            int connected = Integer.parseInt(arguments[2]);
            DatabaseBuilder builder = Database.builder().path(Path.of(arguments[0]));
            if (connected > 0) {
                builder.maxConnectedWorkspaces(connected).cacheSize(CACHE);
            }
            List<Database> open = new ArrayList<>();
            try (Workspaces all = builder.openWorkspaces()) {
                open.add(use(all, 0));
                int threads = Thread.activeCount();
                long bytes = Memory.residentBytes();
                for (int i = 1; i < count; i++) {
                    open.add(use(all, i));
                }
                threads = Thread.activeCount() - threads;
                bytes = Memory.residentBytes() - bytes;
                long[] nanos = new long[count];
                for (int i = 0; i < count; i++) {
                    long start = System.nanoTime();
                    open.get(i).agents().list(1, 0);
                    nanos[i] = System.nanoTime() - start;
                }
                Arrays.sort(nanos);
                Files.writeString(
                        Path.of(arguments[3]),
                        threads + " " + bytes + " " + nanos[count / 2] + " " + nanos[count * 99 / 100]);
            }
        }

        private static Database use(Workspaces all, int number) {
            Database database = all.open("workspace_" + number);
            Agent agent = database.agents()
                    .create(Agent.builder()
                            .name("agent " + System.nanoTime())
                            .mode("llm")
                            .build());
            database.agents().get(agent.id());
            return database;
        }
    }
}
