package dev.modelscan.storage.benchmark.workload;

import dev.modelscan.storage.Database;
import dev.modelscan.storage.Durability;
import dev.modelscan.storage.benchmark.harness.Contender;
import dev.modelscan.storage.benchmark.harness.Contest;
import dev.modelscan.storage.benchmark.harness.Fixture;
import dev.modelscan.storage.benchmark.harness.Goal;
import dev.modelscan.storage.benchmark.harness.Options;
import dev.modelscan.storage.benchmark.harness.Outcomes;
import dev.modelscan.storage.benchmark.harness.Samples;
import dev.modelscan.storage.benchmark.system.StorageSystem;
import dev.modelscan.storage.benchmark.system.SystemKind;
import dev.modelscan.storage.conversations.ConversationId;
import dev.modelscan.storage.conversations.Message;
import dev.modelscan.storage.conversations.MessageId;
import dev.modelscan.storage.tasks.Task;
import dev.modelscan.storage.tasks.TaskId;
import dev.modelscan.storage.tasks.TaskStatus;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.stream.IntStream;

/** One thread marks messages as read, and starts tasks; each is durable when the call returns the row. */
public final class Updates implements Workload {

    private static final List<SystemKind> KINDS = List.of(SystemKind.LIBRARY, SystemKind.JDBC_BYTES);
    private static final Map<String, Goal> GOALS = Map.of(SystemKind.JDBC_BYTES.label(), Goal.atLeast(0.95));

    /** How many rows a system may change in all of its turns, {@link #QUICK} of them with short turns. */
    private static final int ROWS = 50_000;

    private static final int QUICK = 5_000;

    private static final int CHUNK = 5_000;

    private static final int FIRST = 1_000_000;

    @Override
    public String name() {
        return "updates";
    }

    @Override
    public void run(Options options, Fixture fixture, Outcomes outcomes) throws Exception {
        Map<SystemKind, StorageSystem> systems = new LinkedHashMap<>();
        try {
            for (SystemKind kind : KINDS) {
                Path file = fixture.copy("updates-" + kind);
                addRows(file, options.quick() ? QUICK : ROWS);
                systems.put(kind, kind.open(file, Durability.FULL, 1));
            }
            run(
                    "markRead",
                    systems,
                    options,
                    outcomes,
                    (system, turn) -> system.markRead(new MessageId(Fixture.id('m', FIRST + turn))));
            run(
                    "updateStatus",
                    systems,
                    options,
                    outcomes,
                    (system, turn) -> system.start(new TaskId(Fixture.id('k', FIRST + turn))));
        } finally {
            systems.values().forEach(StorageSystem::close);
        }
    }

    private static void run(
            String title,
            Map<SystemKind, StorageSystem> systems,
            Options options,
            Outcomes outcomes,
            BiFunction<StorageSystem, Integer, Object> call)
            throws Exception {
        List<Contender> contenders = new ArrayList<>();
        systems.forEach((kind, system) -> {
            int[] turn = new int[1];
            contenders.add(options.writing(kind.label(), () -> call.apply(system, turn[0]++)));
        });
        Comparison.add(outcomes, title + ", 1 thread, FULL", Contest.run(title, contenders, options), GOALS, 1);
    }

    private static void addRows(Path file, int count) {
        try (Database database =
                Database.builder().path(file).durability(Durability.NORMAL).open()) {
            ConversationId conversation = new ConversationId(Fixture.id('c', FIRST));
            for (int from = FIRST; from < FIRST + count; from += CHUNK) {
                List<Message> messages = IntStream.range(from, from + CHUNK)
                        .mapToObj(number -> Samples.message(conversation, number, 200).toBuilder()
                                .readAt(null)
                                .build())
                        .toList();
                database.messages().createAll(messages);
                List<Task> tasks = IntStream.range(from, from + CHUNK)
                        .mapToObj(number -> Samples.task(number, Fixture.agentIds()[7], TaskStatus.PENDING, null))
                        .toList();
                database.tasks().createAll(tasks);
            }
        }
    }
}
