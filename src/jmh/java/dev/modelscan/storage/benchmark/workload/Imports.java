package dev.modelscan.storage.benchmark.workload;

import com.sun.management.OperatingSystemMXBean;
import dev.modelscan.storage.Database;
import dev.modelscan.storage.benchmark.harness.ChildJvm;
import dev.modelscan.storage.benchmark.harness.Fixture;
import dev.modelscan.storage.benchmark.harness.Goal;
import dev.modelscan.storage.benchmark.harness.Options;
import dev.modelscan.storage.benchmark.harness.Outcome;
import dev.modelscan.storage.benchmark.harness.Outcomes;
import dev.modelscan.storage.benchmark.harness.Range;
import dev.modelscan.storage.benchmark.harness.Samples;
import dev.modelscan.storage.cli.Main;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.PrintWriter;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The command line imports a file of transcripts, in a JVM of its own: processor time per row, and peak memory. */
public final class Imports implements Workload {

    private static final int MESSAGES = 24;

    @Override
    public String name() {
        return "import";
    }

    @Override
    public void run(Options options, Fixture fixture, Outcomes outcomes) throws Exception {
        int count = options.full() ? 20_000 : options.quick() ? 200 : 2_000;
        Path directory = Files.createDirectories(options.directory().resolve("import"));
        Path transcripts = write(directory.resolve("transcripts.jsonl"), count);
        Path database = directory.resolve("import.db");
        List<double[]> runs = new ArrayList<>();
        for (int i = 0; i < (options.full() ? 1 : 3); i++) {
            Fixture.deleteDatabase(database);
            runs.add(measure(directory, transcripts, database));
        }
        String title = String.format(Locale.ROOT, "import of %,d transcripts", count);
        String rows = String.format(Locale.ROOT, "%,.0f rows", runs.get(0)[0]);
        // The start and the compilation of the JVM are a large share of a shorter import.
        Goal processor = options.full() ? Goal.atMost(150) : null;
        add(outcomes, title, "processor time in µs per row", runs, 1, processor, rows);
        add(outcomes, title, "clock in µs per row", runs, 2, null, rows);
        add(outcomes, title, "peak resident memory in MB", runs, 3, null, rows);
        Fixture.deleteDatabase(database);
        Files.delete(transcripts);
    }

    private static double[] measure(Path directory, Path transcripts, Path database) throws Exception {
        Path result = directory.resolve("import.txt");
        ChildJvm.launched(Child.class, List.of(transcripts.toString(), database.toString(), result.toString()))
                .run();
        String[] numbers = Files.readString(result).split(" ");
        double nanos = Double.parseDouble(numbers[0]);
        double clock = Double.parseDouble(numbers[1]);
        double rows = rows(database);
        return new double[] {rows, nanos / rows / 1e3, clock / rows / 1e3, Double.parseDouble(numbers[2]) / 1e6};
    }

    private static long rows(Path database) {
        try (Database open = Database.open(database)) {
            return open.messages().stream().count()
                    + open.toolExecutions().stream().count()
                    + open.tasks().stream().count();
        }
    }

    private static void add(
            Outcomes outcomes, String title, String what, List<double[]> runs, int place, Goal goal, String detail)
            throws IOException {
        Range range = Range.of(runs.stream().mapToDouble(run -> run[place]).toArray());
        System.out.printf(Locale.ROOT, "%s: %s %.1f%n", title, what, range.median());
        outcomes.add(Outcome.of(title, what, range, goal, detail));
    }

    /** A run of an agent in each line: a question, calls of tools with their answers, a last word. */
    private static Path write(Path file, int count) throws IOException {
        try (BufferedWriter out = Files.newBufferedWriter(file)) {
            for (int i = 0; i < count; i++) {
                List<Map<String, ?>> messages = new ArrayList<>();
                for (int j = 0; j < MESSAGES; j++) {
                    messages.add(message(i * MESSAGES + j, j % 3));
                }
                out.write(Samples.jsonText(Map.of("id", "run-" + i, "messages", messages)));
                out.write('\n');
            }
        }
        return file;
    }

    private static Map<String, ?> message(int number, int kind) {
        String text = Samples.text(number);
        return switch (kind) {
            case 0 -> Map.of("role", "user", "content", text);
            case 1 ->
                Map.of(
                        "role",
                        "assistant",
                        "content",
                        text,
                        "tool_calls",
                        List.of(Map.of(
                                "id",
                                "call-" + number,
                                "type",
                                "function",
                                "function",
                                Map.of("name", "search", "arguments", "{\"query\":" + number + "}"))));
            default -> Map.of("role", "tool", "tool_call_id", "call-" + (number - 1), "content", text);
        };
    }

    /** The import, in its own JVM. */
    public static final class Child {

        private Child() {}

        /** Takes the file of transcripts, the database, and the file for what was measured. */
        public static void main(String[] arguments) throws IOException {
            PrintWriter nowhere = new PrintWriter(PrintWriter.nullWriter());
            PrintWriter errors = new PrintWriter(System.err, true);
            long start = System.nanoTime();
            int code = Main.run(new String[] {"import", arguments[0], "--db", arguments[1]}, nowhere, errors);
            long clock = System.nanoTime() - start;
            long nanos = ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class)
                    .getProcessCpuTime();
            Files.writeString(Path.of(arguments[2]), nanos + " " + clock + " " + Memory.peakBytes());
            System.exit(code);
        }
    }
}
