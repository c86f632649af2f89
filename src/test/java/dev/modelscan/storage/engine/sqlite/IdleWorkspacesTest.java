package dev.modelscan.storage.engine.sqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.modelscan.storage.Database;
import dev.modelscan.storage.DatabaseBuilder;
import dev.modelscan.storage.Durability;
import dev.modelscan.storage.agents.Agent;
import dev.modelscan.storage.errors.UnavailableException;
import dev.modelscan.storage.schema.Tables;
import dev.modelscan.storage.workspaces.Workspaces;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.jooq.Cursor;
import org.jooq.DSLContext;
import org.jooq.Record;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Workspaces that close the connections that they do not use, and what their caches may take. */
@Timeout(120)
class IdleWorkspacesTest {

    @TempDir
    Path directory;

    private DatabaseBuilder builder() {
        return Database.builder().path(directory).durability(Durability.NORMAL).readers(2);
    }

    private static void use(Database db) {
        Agent agent = db.agents()
                .create(Agent.builder()
                        .name("agent " + System.nanoTime())
                        .mode("llm")
                        .build());
        assertThat(db.agents().get(agent.id())).isEqualTo(agent);
    }

    private static List<Database> open(Workspaces workspaces, int count) {
        List<Database> open = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            open.add(workspaces.open("w" + i));
            use(open.get(i));
        }
        return open;
    }

    /** How many connections a workspace has besides the one that stays, told by the log: SQLite uses descriptors of the file again. */
    private int connections(int workspace) throws IOException {
        Path descriptors = Path.of("/proc/self/fd");
        assumeTrue(Files.isDirectory(descriptors));
        AtomicInteger found = new AtomicInteger(-1);
        try (Stream<Path> all = Files.list(descriptors)) {
            all.forEach(each -> {
                try {
                    if (Files.readSymbolicLink(each).endsWith("w" + workspace + ".db-wal")) {
                        found.incrementAndGet();
                    }
                } catch (IOException e) {
                    // It was closed meanwhile.
                }
            });
        }
        return found.get();
    }

    @Test
    void withoutALimitAllStayConnected() throws Exception {
        try (Workspaces workspaces = builder().openWorkspaces()) {
            open(workspaces, 4);
            for (int i = 0; i < 4; i++) {
                assertThat(connections(i)).isEqualTo(2);
            }
        }
    }

    @Test
    void thoseThatWereNotUsedForTheLongestTimeCloseTheirs() throws Exception {
        try (Workspaces workspaces = builder().maxConnectedWorkspaces(2).openWorkspaces()) {
            List<Database> open = open(workspaces, 3);
            assertThat(connections(0)).isZero();
            assertThat(connections(1)).isEqualTo(2);
            assertThat(open.get(1).agents().list(10, 0)).hasSize(1);
            use(open.get(0));
            assertThat(connections(0)).isEqualTo(2);
            assertThat(connections(1)).isEqualTo(2);
            assertThat(connections(2)).isZero();
            assertThat(open.get(2).healthCheck().problems()).isEmpty();
            open.get(1).close();
            assertThatThrownBy(() -> use(open.get(1)))
                    .isExactlyInstanceOf(UnavailableException.class)
                    .hasMessageContaining("closed");
        }
    }

    @Test
    void transactionsAndCursorsKeepTheirs() throws Exception {
        try (Workspaces workspaces = builder().maxConnectedWorkspaces(1).openWorkspaces()) {
            List<Database> open = open(workspaces, 3);
            use(open.get(0));
            try (Cursor<? extends Record> cursor =
                    open.get(0).dsl().selectFrom(Tables.AGENTS).fetchLazy()) {
                assertThat(cursor.fetchNext()).isNotNull();
                open.get(1).useTx(tx -> {
                    tx.agents()
                            .create(Agent.builder()
                                    .name("in a transaction")
                                    .mode("llm")
                                    .build());
                    use(open.get(2));
                    use(open.get(0));
                });
                use(open.get(2));
                assertThat(cursor.fetchNext()).isNotNull();
            }
            assertThat(open.get(1).agents().list(10, 0)).hasSize(2);
            use(open.get(2));
            assertThat(connections(0)).isZero();
            assertThat(connections(1)).isZero();
        }
    }

    @Test
    void whatHappenedToTheFileMeanwhileIsToldAsEver() throws Exception {
        try (Workspaces workspaces = builder().maxConnectedWorkspaces(1).openWorkspaces()) {
            List<Database> open = open(workspaces, 4);
            Path moved = directory.resolve("moved");
            Files.move(directory.resolve("w0.db"), moved);
            assertThatThrownBy(() -> open.get(0).agents().list(10, 0))
                    .isExactlyInstanceOf(UnavailableException.class)
                    .hasMessageContaining("was moved or deleted while open");
            Files.move(moved, directory.resolve("w0.db"));
            use(open.get(0));

            Files.copy(directory.resolve("w1.db"), moved);
            Files.delete(directory.resolve("w1.db"));
            Files.copy(moved, directory.resolve("w1.db"));
            assertThatThrownBy(() -> use(open.get(1)))
                    .isExactlyInstanceOf(UnavailableException.class)
                    .hasMessageContaining("now names another file");

            Files.delete(directory.resolve("w2.db-wal"));
            assertThatThrownBy(() -> use(open.get(2)))
                    .isExactlyInstanceOf(UnavailableException.class)
                    .hasMessageContaining("or its index was moved or deleted");
            use(open.get(3));
        }
    }

    @Test
    void manyThreadsUseMoreWorkspacesThanAreConnected() throws Exception {
        int threads = 8;
        int rounds = 60;
        try (Workspaces workspaces =
                builder().maxConnectedWorkspaces(3).cacheSize(1 << 20).openWorkspaces()) {
            List<Database> open = open(workspaces, 12);
            ExecutorService pool = Executors.newFixedThreadPool(threads);
            try {
                List<Future<?>> all = new ArrayList<>();
                for (int thread = 0; thread < threads; thread++) {
                    int first = thread;
                    all.add(pool.submit(() -> {
                        List<Database> order = new ArrayList<>(open);
                        Collections.rotate(order, first);
                        for (int i = 0; i < rounds; i++) {
                            use(order.get(i * (first + 1) % order.size()));
                        }
                    }));
                }
                for (Future<?> each : all) {
                    each.get();
                }
            } finally {
                pool.shutdownNow();
            }
            long rows = open.stream()
                    .mapToLong(db -> db.agents().list(1_000, 0).size())
                    .sum();
            assertThat(rows).isEqualTo(open.size() + (long) threads * rounds);
        }
    }

    private static int cacheSize(DSLContext dsl) {
        return dsl.fetchSingle("PRAGMA cache_size").get(0, Integer.class);
    }

    @Test
    void allConnectionsHaveEqualPartsOfTheCache() {
        try (Workspaces workspaces = builder().cacheSize(1 << 20).openWorkspaces()) {
            Database first = workspaces.open("w0");
            assertThat(cacheSize(first.dsl())).isEqualTo(-1_000);
            use(first);
            assertThat(cacheSize(first.dsl())).isEqualTo(-500);
            Database second = workspaces.open("w1");
            use(second);
            assertThat(cacheSize(second.dsl())).isEqualTo(-250);
            assertThat(cacheSize(first.dsl())).isEqualTo(-250);
            assertThat(first.<Integer, RuntimeException>withTx(tx -> cacheSize(tx.dsl())))
                    .isEqualTo(-250);
            second.close();
            first.agents().list(10, 0);
            assertThat(cacheSize(first.dsl())).isIn(-500, -1_000);
        }
        try (Database db = Database.builder().path(directory.resolve("w0.db")).open()) {
            assertThat(cacheSize(db.dsl())).isEqualTo(-16_000);
        }
    }
}
