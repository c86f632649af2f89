package dev.modelscan.storage.benchmark.workload;

import dev.modelscan.storage.Database;
import dev.modelscan.storage.agents.Agent;
import dev.modelscan.storage.benchmark.harness.ChildJvm;
import dev.modelscan.storage.benchmark.harness.Fixture;
import dev.modelscan.storage.benchmark.harness.Options;
import dev.modelscan.storage.benchmark.harness.Outcome;
import dev.modelscan.storage.benchmark.harness.Outcomes;
import dev.modelscan.storage.benchmark.harness.Range;
import dev.modelscan.storage.workspaces.Workspaces;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Workspaces that are open at once, each written and read: threads and resident memory, in a JVM of its own. */
public final class ManyWorkspaces implements Workload {

    @Override
    public String name() {
        return "workspaces";
    }

    @Override
    public void run(Options options, Fixture fixture, Outcomes outcomes) throws Exception {
        int count = options.quick() ? 10 : 100;
        Path result = options.directory().resolve("workspaces.txt");
        Path directory = Files.createTempDirectory(options.directory(), "workspaces");
        ChildJvm.of(Child.class, List.of(directory.toString(), Integer.toString(count), result.toString()))
                .run();
        String[] numbers = Files.readString(result).split(" ");
        String title = count + " open workspaces";
        add(outcomes, title, "threads more than one has", Double.parseDouble(numbers[0]));
        add(outcomes, title, "resident memory in MB more than one has", Double.parseDouble(numbers[1]) / 1e6);
    }

    private static void add(Outcomes outcomes, String title, String what, double value) throws IOException {
        System.out.printf(Locale.ROOT, "%s: %s %.1f%n", title, what, value);
        outcomes.add(Outcome.of(title, what, new Range(value, value, value), null, ""));
    }

    /** Opens them, in its own JVM. */
    public static final class Child {

        private Child() {}

        /** Takes the directory, how many, and the file for what was measured. */
        public static void main(String[] arguments) throws IOException {
            List<Database> open = new ArrayList<>();
            try (Workspaces all = Database.builder().path(Path.of(arguments[0])).openWorkspaces()) {
                open.add(use(all, 0));
                int threads = Thread.activeCount();
                long bytes = Memory.residentBytes();
                for (int i = 1; i < Integer.parseInt(arguments[1]); i++) {
                    open.add(use(all, i));
                }
                Files.writeString(
                        Path.of(arguments[2]),
                        (Thread.activeCount() - threads) + " " + (Memory.residentBytes() - bytes));
            }
        }

        private static Database use(Workspaces all, int number) {
            all.create("workspace-" + number);
            Database database = all.open("workspace-" + number);
            Agent agent = database.agents()
                    .create(Agent.builder().name("agent").mode("llm").build());
            database.agents().get(agent.id());
            return database;
        }
    }
}
