package dev.modelscan.storage.engine.sqlite;

import static org.assertj.core.api.Assertions.assertThat;

import dev.modelscan.storage.Database;
import dev.modelscan.storage.agents.Agent;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Many threads read over few connections. */
class ReadersTest {

    @TempDir
    Path directory;

    @Test
    void nobodyStarvesWhereFarMoreThreadsReadThanThereAreConnections() throws Exception {
        ExecutorService threads = Executors.newCachedThreadPool();
        try (Database db = Database.builder()
                .path(directory.resolve("readers.db"))
                .readers(2)
                .busyTimeout(Duration.ofSeconds(2))
                .open()) {
            Agent agent =
                    db.agents().create(Agent.builder().name("a").mode("llm").build());
            AtomicBoolean stop = new AtomicBoolean();
            List<Future<Long>> reads = new ArrayList<>();
            for (int i = 0; i < 128; i++) {
                reads.add(threads.submit(() -> {
                    long count = 0;
                    while (!stop.get()) {
                        db.agents().get(agent.id());
                        count++;
                    }
                    return count;
                }));
            }
            Thread.sleep(5_000);
            stop.set(true);
            for (Future<Long> count : reads) {
                assertThat(count.get()).isPositive();
            }
        } finally {
            threads.shutdownNow();
        }
    }
}
