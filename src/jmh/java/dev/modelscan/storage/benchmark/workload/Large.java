package dev.modelscan.storage.benchmark.workload;

import dev.modelscan.storage.Database;
import dev.modelscan.storage.Durability;
import dev.modelscan.storage.benchmark.harness.Contender;
import dev.modelscan.storage.benchmark.harness.Contest;
import dev.modelscan.storage.benchmark.harness.Fixture;
import dev.modelscan.storage.benchmark.harness.Goal;
import dev.modelscan.storage.benchmark.harness.Options;
import dev.modelscan.storage.benchmark.harness.Outcomes;
import dev.modelscan.storage.benchmark.system.StorageSystem;
import dev.modelscan.storage.benchmark.system.SystemKind;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** Large rows, on one thread: what counts is how often their bytes are copied and looked at. */
public final class Large implements Workload {

    private static final List<SystemKind> KINDS = List.of(SystemKind.LIBRARY, SystemKind.JDBC, SystemKind.JDBC_BYTES);
    private static final Map<String, Goal> GOALS = Map.of(SystemKind.JDBC_BYTES.label(), Goal.atLeast(0.95));

    /** A number of messages, each of so many characters. */
    private record Size(int count, int length, String name) {}

    private static final List<Size> SIZES = List.of(new Size(20, 200_000, "200 KB"), new Size(100, 10_000, "10 KB"));

    @Override
    public String name() {
        return "large";
    }

    @Override
    public void run(Options options, Fixture fixture, Outcomes outcomes) throws Exception {
        Path file = fixture.copy(name());
        Map<Size, LargeMessages> data = new LinkedHashMap<>();
        try (Database database = Database.open(file)) {
            SIZES.forEach(size -> data.put(size, new LargeMessages(database, size.count(), size.length())));
        }
        Map<String, StorageSystem> systems = new LinkedHashMap<>();
        try {
            KINDS.forEach(kind -> systems.put(kind.label(), kind.open(file, Durability.FULL, 1)));
            for (Size size : SIZES) {
                LargeMessages messages = data.get(size);
                String one = "message of " + size.name() + " by id";
                Contest byId = contest(one, options, systems, system -> system.message(messages.message()));
                Comparison.add(outcomes, one, byId, GOALS, 1);
                String many = "newest " + size.count() + " messages of " + size.name();
                Contest newest = contest(
                        many, options, systems, system -> system.newestMessages(messages.conversation(), size.count()));
                Comparison.add(outcomes, many, newest, GOALS, 1);
            }
        } finally {
            systems.values().forEach(StorageSystem::close);
        }
    }

    private static Contest contest(
            String title,
            Options options,
            Map<String, StorageSystem> systems,
            Function<StorageSystem, Object> operation)
            throws Exception {
        List<Contender> contenders = new ArrayList<>();
        systems.forEach((name, system) -> contenders.add(Contender.computing(name, () -> operation.apply(system))));
        return Contest.run(title, contenders, options);
    }
}
