package dev.modelscan.storage.benchmark.workload;

import dev.modelscan.storage.Database;
import dev.modelscan.storage.agents.AgentId;
import dev.modelscan.storage.benchmark.harness.Contender;
import dev.modelscan.storage.benchmark.harness.Contest;
import dev.modelscan.storage.benchmark.harness.Conversations;
import dev.modelscan.storage.benchmark.harness.Fixture;
import dev.modelscan.storage.benchmark.harness.Goal;
import dev.modelscan.storage.benchmark.harness.Options;
import dev.modelscan.storage.benchmark.harness.Outcomes;
import dev.modelscan.storage.benchmark.harness.PostgresInstance;
import dev.modelscan.storage.benchmark.system.PostgresSystems;
import dev.modelscan.storage.benchmark.system.StorageSystem;
import dev.modelscan.storage.benchmark.system.SystemKind;
import dev.modelscan.storage.conversations.Message;
import dev.modelscan.storage.teams.TeamId;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Function;

/**
 * The library on PostgreSQL beside JDBC by hand and plain jOOQ, one server, one schema. The server's work counts, so what is
 * measured is the clock on the wall. A single thread mostly waits for the server and for being woken; more threads than
 * cores show what a call costs.
 */
public final class OnPostgres implements Workload {

    private static final int PAGE = 100;
    private static final int THREADS = 4;
    private static final String SCHEMA = "modelscan_benchmark";

    private static final Map<String, Goal> READS =
            Map.of(PostgresSystems.JDBC, Goal.atLeast(0.95), SystemKind.JOOQ.label(), Goal.atLeast(1.3));
    private static final Map<String, Goal> WRITES = Map.of(PostgresSystems.JDBC, Goal.atLeast(0.95));

    private static final Goal STORED = Goal.atLeast(0.95);

    private final AgentId[] agents = Fixture.agentIds();

    @Override
    public String name() {
        return "postgresql";
    }

    @Override
    public void run(Options options, Fixture fixture, Outcomes outcomes) throws Exception {
        try (PostgresInstance server = new PostgresInstance(options.postgres())) {
            String title = "PostgreSQL " + server.version().replaceFirst(" .*", "") + ", ";
            server.execute("DROP SCHEMA IF EXISTS " + SCHEMA + " CASCADE");
            try (Database database =
                    Database.builder().url(server.url()).workspace(SCHEMA).open()) {
                Fixture.fill(database);
            }
            server.execute("VACUUM ANALYZE");
            Map<String, StorageSystem> systems = PostgresSystems.open(server.url(), SCHEMA);
            try {
                checkThatAllAgree(systems);
                reads(title, options, systems, outcomes);
                Map<String, StorageSystem> byHand = new LinkedHashMap<>(systems);
                byHand.remove(SystemKind.JOOQ.label());
                byHand.remove(SystemKind.STORED_QUERY.label());
                Contest newest = contest(
                        "newest 20 messages of 200 KB",
                        options,
                        byHand,
                        1,
                        system -> system.newestMessages(
                                Conversations.HUGE.id(
                                        ThreadLocalRandom.current().nextInt(Conversations.COUNT)),
                                Conversations.HUGE.size()));
                Comparison.add(outcomes, title + "newest 20 messages of 200 KB", newest, WRITES, 1);
                Map<String, StorageSystem> writing = new LinkedHashMap<>(systems);
                writing.remove(SystemKind.STORED_QUERY.label());
                writes(title, options, writing, outcomes);
            } finally {
                systems.values().forEach(StorageSystem::close);
                server.execute("DROP SCHEMA IF EXISTS " + SCHEMA + " CASCADE");
            }
        }
    }

    private void reads(String title, Options options, Map<String, StorageSystem> systems, Outcomes outcomes)
            throws Exception {
        for (int threads : new int[] {1, THREADS}) {
            String by = threads == 1 ? ", 1 thread" : ", " + threads + " threads";
            Contest byId = contest("agent by id" + by, options, systems, threads, system -> system.agent(agent()));
            Comparison.add(outcomes, title + "agent by id" + by, byId, READS, 1);
            Comparison.addStored(outcomes, title + "agent by id" + by, byId, PostgresSystems.JDBC, STORED);
            Contest page = contest(
                    "page of 100 tasks" + by,
                    options,
                    systems,
                    threads,
                    system -> system.completedTasks(busyAgent(), PAGE));
            Comparison.add(outcomes, title + "page of 100 tasks by agent and status" + by, page, READS, 1);
            Comparison.addStored(
                    outcomes, title + "page of 100 tasks by agent and status" + by, page, PostgresSystems.JDBC, STORED);
            Contest members = contest("team of 100" + by, options, systems, threads, system -> system.members(team()));
            Comparison.add(outcomes, title + "team with 100 members" + by, members, READS, 1);
            Comparison.addStored(outcomes, title + "team with 100 members" + by, members, PostgresSystems.JDBC, STORED);
        }
    }

    private AgentId agent() {
        return agents[ThreadLocalRandom.current().nextInt(Fixture.AGENTS)];
    }

    private AgentId busyAgent() {
        return agents[ThreadLocalRandom.current().nextInt(Fixture.BUSY_AGENTS)];
    }

    private static TeamId team() {
        return Fixture.team(100, ThreadLocalRandom.current().nextInt());
    }

    private void writes(String title, Options options, Map<String, StorageSystem> systems, Outcomes outcomes)
            throws Exception {
        Contest create = contest("create task", options, systems, 1, system -> {
            system.createTask(Fixture.newTask(agents[7]));
            return null;
        });
        Comparison.add(outcomes, title + "create task, 1 thread", create, WRITES, 1);
        int count = options.quick() ? 10_000 : 100_000;
        List<Contender> contenders = new ArrayList<>();
        systems.forEach((name, system) -> contenders.add(new Contender(name, nanos -> {
            List<Message> messages = Fixture.newMessages(agents, count);
            long start = System.nanoTime();
            system.createMessages(messages);
            return 1e9 / (System.nanoTime() - start);
        })));
        Contest bulk = Contest.run("bulk insert on PostgreSQL", contenders, 1, options.threadedRounds(), 0);
        String workload = String.format(Locale.ROOT, "%sbulk insert of %,d messages", title, count);
        Comparison.add(outcomes, workload, bulk, WRITES, count);
    }

    private static Contest contest(
            String title,
            Options options,
            Map<String, StorageSystem> systems,
            int threads,
            Function<StorageSystem, Object> operation)
            throws Exception {
        List<Contender> contenders = new ArrayList<>();
        List<Crowd> crowds = new ArrayList<>();
        for (Map.Entry<String, StorageSystem> entry : systems.entrySet()) {
            StorageSystem system = entry.getValue();
            if (threads == 1) {
                contenders.add(Contender.repeating(entry.getKey(), () -> operation.apply(system)));
            } else {
                Crowd crowd = new Crowd(threads, () -> operation.apply(system));
                crowds.add(crowd);
                contenders.add(new Contender(entry.getKey(), crowd::run));
            }
        }
        try {
            return Contest.run(title + " on PostgreSQL", contenders, options);
        } finally {
            crowds.forEach(Crowd::close);
        }
    }

    /** JDBC reads the same records; jOOQ as many of its own. */
    private void checkThatAllAgree(Map<String, StorageSystem> systems) {
        StorageSystem library = systems.get(SystemKind.LIBRARY.label());
        StorageSystem jdbc = systems.get(PostgresSystems.JDBC);
        StorageSystem jooq = systems.get(SystemKind.JOOQ.label());
        TeamId team = Fixture.team(100, 0);
        StorageSystem stored = systems.get(SystemKind.STORED_QUERY.label());
        boolean agree = library.agent(agents[5]).equals(jdbc.agent(agents[5]))
                && library.completedTasks(agents[5], PAGE).equals(jdbc.completedTasks(agents[5], PAGE))
                && library.members(team).equals(jdbc.members(team))
                && library.agent(agents[5]).equals(stored.agent(agents[5]))
                && library.completedTasks(agents[5], PAGE).equals(stored.completedTasks(agents[5], PAGE))
                && library.members(team).equals(stored.members(team))
                && jooq.completedTasks(agents[5], PAGE).size() == PAGE
                && jooq.members(team).size() == 100;
        if (!agree) {
            throw new IllegalStateException("the systems do not read the same");
        }
    }
}
