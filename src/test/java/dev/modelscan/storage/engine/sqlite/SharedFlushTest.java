package dev.modelscan.storage.engine.sqlite;

import static org.assertj.core.api.Assertions.assertThat;

import dev.modelscan.storage.Database;
import dev.modelscan.storage.Durability;
import dev.modelscan.storage.Json;
import dev.modelscan.storage.agents.Agent;
import dev.modelscan.storage.errors.UnavailableException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Transactions that return after a flush they share. What a loss of power leaves is in {@link PowerLossTest}. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class SharedFlushTest {

    @TempDir
    private Path directory;

    private final ExecutorService threads = Executors.newCachedThreadPool();

    @AfterEach
    void end() {
        threads.shutdownNow();
    }

    private Database open() {
        return Database.builder()
                .path(directory.resolve("app.db"))
                .durability(Durability.SHARED_FLUSH)
                .open();
    }

    private static Agent create(Database db, String name) {
        return db.withTx(
                tx -> tx.agents().create(Agent.builder().name(name).mode("llm").build()));
    }

    /** An interrupt would close an ordinary channel for all. */
    @Test
    void anInterruptedThreadCommitsAndSoDoTheOthersAfterIt() {
        try (Database db = open()) {
            Agent first = db.withTx(tx -> {
                Agent made = tx.agents()
                        .create(Agent.builder().name("first").mode("llm").build());
                Thread.currentThread().interrupt();
                return made;
            });
            assertThat(Thread.interrupted()).isTrue();
            Agent second = create(db, "second");
            assertThat(db.agents().get(first.id())).isEqualTo(first);
            assertThat(db.agents().get(second.id())).isEqualTo(second);
        }
    }

    @Test
    void interruptsWhileTheFirstWriteWritesTheLogAgainChangeNothing() throws Exception {
        Path file = directory.resolve("app.db");
        try (Database large = Database.builder()
                        .path(file)
                        .durability(Durability.NORMAL)
                        .open();
                Database db = open()) {
            Json text = Json.of(Map.of("text", "x".repeat(16_000_000)));
            large.agents()
                    .create(Agent.builder()
                            .name("large")
                            .mode("llm")
                            .metadata(text)
                            .build());
            AtomicReference<Throwable> failure = new AtomicReference<>();
            Thread writer = new Thread(() -> {
                try {
                    create(db, "second");
                } catch (Throwable t) {
                    failure.set(t);
                }
            });
            writer.start();
            for (int i = 0; i < 40 && writer.isAlive(); i++) {
                writer.join(1);
                writer.interrupt();
            }
            writer.join();

            assertThat(failure.get()).isNull();
            assertThat(db.agents().findByName("second")).isPresent();
        }
    }

    @Test
    void closingAcknowledgesWhatIsCommittedAndRefusesTheRest() throws Exception {
        Database db = open();
        CountDownLatch begun = new CountDownLatch(8);
        List<Future<List<Agent>>> writers = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            String name = "a" + i + "-";
            writers.add(threads.submit(() -> {
                List<Agent> stored = new ArrayList<>();
                try {
                    while (true) {
                        stored.add(create(db, name + stored.size()));
                        begun.countDown();
                    }
                } catch (UnavailableException closed) {
                    assertThat(closed).hasMessageContaining("is closed");
                    return stored;
                }
            }));
        }
        begun.await();
        db.close();
        List<Agent> acknowledged = new ArrayList<>();
        for (Future<List<Agent>> writer : writers) {
            acknowledged.addAll(writer.get());
        }
        try (Database again = open()) {
            assertThat(again.agents().stream()).containsExactlyInAnyOrderElementsOf(acknowledged);
        }
    }

    /** The settings of a caller's SQL make the library replace its connection. */
    @Test
    void aReplacedConnectionGoesOn() {
        try (Database db = open()) {
            create(db, "first");
            db.useTx(tx -> tx.dsl().execute("PRAGMA cache_size = 10"));
            Agent second = create(db, "second");
            assertThat(db.agents().get(second.id())).isEqualTo(second);
        }
    }

    /** A group of single writes and a transaction wait for the same flushes. */
    @Test
    void singleWritesAndTransactionsMix() throws Exception {
        try (Database db = open()) {
            List<Future<?>> writers = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                int writer = i;
                writers.add(threads.submit(() -> {
                    for (int each = 0; each < 25; each++) {
                        String name = writer + "-" + each;
                        if (writer % 2 == 0) {
                            create(db, name);
                        } else {
                            db.agents()
                                    .create(Agent.builder()
                                            .name(name)
                                            .mode("llm")
                                            .build());
                        }
                    }
                }));
            }
            for (Future<?> writer : writers) {
                writer.get();
            }
            assertThat(db.agents().stream()).hasSize(200);
        }
    }
}
