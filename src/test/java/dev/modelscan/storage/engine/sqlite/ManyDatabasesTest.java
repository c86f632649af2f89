package dev.modelscan.storage.engine.sqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.modelscan.storage.Database;
import dev.modelscan.storage.Durability;
import dev.modelscan.storage.Json;
import dev.modelscan.storage.agents.Agent;
import dev.modelscan.storage.errors.CancelledException;
import dev.modelscan.storage.tasks.Task;
import dev.modelscan.storage.workspaces.Workspaces;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The cost of each open database for the process. */
@Timeout(180)
class ManyDatabasesTest {

    private static final int DATABASES = 200;

    @TempDir
    Path directory;

    /** Databases that other tests left open may have threads. */
    private final Set<Thread> before = libraryThreads();

    private static Set<Thread> libraryThreads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith("modelscan-storage"))
                .collect(Collectors.toSet());
    }

    private Set<Thread> newThreads() {
        Set<Thread> threads = libraryThreads();
        threads.removeAll(before);
        return threads;
    }

    @Test
    void allTogetherHaveAFewThreads() throws Exception {
        String endless = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 300000000)"
                + " SELECT count(*) FROM n";
        Json large = Json.parse("\"" + "x".repeat(500_000) + "\"");
        try (Workspaces workspaces = Database.builder()
                .path(directory)
                .durability(Durability.NORMAL)
                .readers(1)
                .queryTimeout(Duration.ofMillis(300))
                .openWorkspaces()) {
            List<Database> open = new ArrayList<>();
            for (int i = 0; i < DATABASES; i++) {
                Database db = workspaces.open("w" + i);
                db.agents().create(Agent.builder().name("a").mode("llm").build());
                db.agents().list(10, 0);
                open.add(db);
            }
            for (int i = 0; i < 10; i++) {
                for (int task = 0; task < 10; task++) {
                    open.get(i)
                            .tasks()
                            .create(Task.builder().type("large").input(large).build());
                }
            }
            // Checkpoint threads end by themselves after some time.
            long deadline = System.nanoTime() + Duration.ofSeconds(60).toNanos();
            while (newThreads().size() > 2 && System.nanoTime() < deadline) {
                Thread.sleep(50);
            }
            assertThat(newThreads()).hasSizeLessThanOrEqualTo(2);
            for (Database db : List.of(open.get(0), open.get(DATABASES - 1))) {
                assertThat(catchThrowable(() -> db.dsl().fetch(endless))).isInstanceOf(CancelledException.class);
            }
            open.get(3).tasks().create(Task.builder().type("large").input(large).build());
        }
    }
}
