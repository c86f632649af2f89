package dev.modelscan.storage.benchmark.workload;

import dev.modelscan.storage.Database;
import dev.modelscan.storage.Durability;
import dev.modelscan.storage.PageRequest;
import dev.modelscan.storage.agents.AgentId;
import dev.modelscan.storage.benchmark.harness.Contender;
import dev.modelscan.storage.benchmark.harness.Contest;
import dev.modelscan.storage.benchmark.harness.Fixture;
import dev.modelscan.storage.benchmark.harness.Goal;
import dev.modelscan.storage.benchmark.harness.Options;
import dev.modelscan.storage.benchmark.harness.Outcome;
import dev.modelscan.storage.benchmark.harness.Outcomes;
import dev.modelscan.storage.benchmark.harness.Plot;
import dev.modelscan.storage.benchmark.harness.Range;
import dev.modelscan.storage.benchmark.system.NativeProgram;
import dev.modelscan.storage.benchmark.system.StorageSystem;
import dev.modelscan.storage.benchmark.system.SystemKind;
import dev.modelscan.storage.tasks.TaskStatus;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;

/** What a read costs while the tables grow from ten thousand to ten million rows, in one file. */
public final class Growth implements Workload {

    private static final int PAGE = 20;
    private static final long BASE = 100_000;
    private static final long GOAL_ROWS = 10_000_000;
    private static final int ROUNDS = 5;
    private static final int LATEST = 10_000;

    /** How many messages are streamed: ten million would take an hour. */
    private static final long STREAMED = 1_000_000;

    /** What SQLite costs by itself. */
    private static final double MOST = 1.5;

    private static final String IN_C = "task by id, of all, in C";

    private final AgentId[] agents = Fixture.agentIds();

    @Override
    public String name() {
        return "growth";
    }

    @Override
    public void run(Options options, Fixture fixture, Outcomes outcomes) throws Exception {
        long most = options.full() ? GOAL_ROWS : options.quick() ? 100_000 : 1_000_000;
        Path file = fixture.copy("growth");
        Map<String, Map<Long, Range>> micros = new LinkedHashMap<>();
        long from = 0;
        for (long rows = 10_000; rows <= most; rows *= 10) {
            GrowthData.grow(file, from, rows);
            readIntoMemory(file);
            measure(file, rows, options, micros);
            if (rows == Math.min(most, STREAMED)) {
                stream(file, rows, outcomes);
            }
            from = rows;
        }
        if (!options.quick()) {
            Plot.write(Path.of("docs", "growth.svg"), "µs per call", micros);
        }
        report(micros, most, outcomes);
        Fixture.deleteDatabase(file);
    }

    /** What waits for the disk says nothing of the library. The operating system keeps what was read, where it has the memory. */
    private static void readIntoMemory(Path file) throws IOException {
        try (InputStream bytes = Files.newInputStream(file)) {
            bytes.transferTo(OutputStream.nullOutputStream());
        }
    }

    private void measure(Path file, long rows, Options options, Map<String, Map<Long, Range>> micros) throws Exception {
        Optional<NativeProgram> program = NativeProgram.start(options.directory(), file);
        try (Database database = Database.open(file)) {
            List<Contender> contenders = contenders(database, rows);
            program.ifPresent(
                    c -> contenders.add(new Contender(IN_C, nanos -> c.run("task", Math.toIntExact(rows), nanos))));
            Contest contest = Contest.run(
                    String.format(Locale.ROOT, "growth, %,d rows", rows), contenders, 2, ROUNDS, options.sliceNanos());
            for (String name : contest.names()) {
                Range rate = contest.rate(name);
                Range time = new Range(1e6 / rate.median(), 1e6 / rate.high(), 1e6 / rate.low());
                micros.computeIfAbsent(name, key -> new LinkedHashMap<>()).put(rows, time);
            }
        } finally {
            if (program.isPresent()) {
                program.get().close();
            }
        }
    }

    private List<Contender> contenders(Database database, long rows) {
        ThreadLocalRandom random = ThreadLocalRandom.current();
        List<Contender> contenders = new ArrayList<>();
        contenders.add(Contender.computing(
                "task by id, of all", () -> database.tasks().get(GrowthData.task(random.nextLong(rows)))));
        contenders.add(Contender.computing("task by id, of the latest 10,000", () -> database.tasks()
                .get(GrowthData.task(rows - 1 - random.nextInt(LATEST)))));
        contenders.add(Contender.computing(
                "last page of a conversation",
                () -> full(database.messages().listLatest(GrowthData.conversation(random.nextInt(100)), PAGE))));
        contenders.add(Contender.computing(
                "pending tasks of an agent",
                () -> full(database.tasks()
                        .listByAgent(
                                agents[random.nextInt(GrowthData.AGENTS)], TaskStatus.PENDING, PageRequest.first(PAGE))
                        .items())));
        return contenders;
    }

    private static List<?> full(List<?> page) {
        if (page.size() != PAGE) {
            throw new IllegalStateException("a page has " + page.size() + " rows");
        }
        return page;
    }

    /** All messages, one after the other. */
    private static void stream(Path file, long rows, Outcomes outcomes) throws Exception {
        Map<SystemKind, StorageSystem> systems = new LinkedHashMap<>();
        try {
            for (SystemKind kind : List.of(SystemKind.LIBRARY, SystemKind.JDBC, SystemKind.JDBC_BYTES)) {
                systems.put(kind, kind.open(file, Durability.FULL, 1));
            }
            List<Contender> contenders = new ArrayList<>();
            systems.forEach((kind, system) -> contenders.add(Contender.computing(kind.label(), system::allMessages)));
            Contest contest = Contest.run("stream of all messages", contenders, 1, 3, 0);
            String title = String.format(Locale.ROOT, "stream of %,d messages, against one cursor", rows);
            Goal goal = Goal.atLeast(0.95);
            Comparison.add(
                    outcomes, title, contest, Map.of(SystemKind.JDBC_BYTES.label(), goal), Math.toIntExact(rows));
        } finally {
            systems.values().forEach(StorageSystem::close);
        }
    }

    private static void report(Map<String, Map<Long, Range>> micros, long most, Outcomes outcomes) throws Exception {
        for (Map.Entry<String, Map<Long, Range>> entry : micros.entrySet()) {
            Range ratio = ratio(entry.getValue(), most);
            StringBuilder detail = new StringBuilder();
            entry.getValue()
                    .forEach((rows, time) ->
                            detail.append(String.format(Locale.ROOT, "%,d rows: %.1f µs; ", rows, time.median())));
            detail.setLength(detail.length() - 2);
            outcomes.add(Outcome.of(
                    "growth, " + entry.getKey(),
                    String.format(Locale.ROOT, "cost at %,d rows over that at %,d", most, BASE),
                    ratio,
                    most == GOAL_ROWS ? goal(entry.getKey(), micros.get(IN_C)) : null,
                    detail.toString()));
        }
    }

    private static Range ratio(Map<Long, Range> micros, long most) {
        Range base = micros.get(BASE);
        Range last = micros.get(most);
        return new Range(last.median() / base.median(), last.low() / base.high(), last.high() / base.low());
    }

    /** What C pays for the same rows is SQLite's share, so it is no fault of the library. */
    private static Goal goal(String row, Map<Long, Range> inC) {
        if (row.equals(IN_C)) {
            return null;
        }
        boolean sameRows = inC != null && IN_C.equals(row + ", in C");
        return Goal.atMost(sameRows ? Math.max(MOST, ratio(inC, GOAL_ROWS).median()) : MOST);
    }
}
