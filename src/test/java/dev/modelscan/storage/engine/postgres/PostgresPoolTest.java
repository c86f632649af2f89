package dev.modelscan.storage.engine.postgres;

import dev.modelscan.storage.Database;
import dev.modelscan.storage.support.EmptySchemas;
import dev.modelscan.storage.support.PostgresServer;
import java.util.Collections;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class PostgresPoolTest {

    private static final int CALLERS = 16;
    private static final int ROUNDS = 10;

    private final String workspace = EmptySchemas.take();
    private final ExecutorService threads = Executors.newFixedThreadPool(CALLERS);

    @AfterEach
    void end() throws Exception {
        threads.shutdownNow();
        EmptySchemas.giveBack(workspace);
    }

    /** All of them are in a transaction at the same time, and the pool has just begun to connect. */
    @Test
    void callersThatComeAtOnceGetAConnectionEach() throws Exception {
        for (int round = 0; round < ROUNDS; round++) {
            try (Database db = Database.builder()
                    .url(PostgresServer.url())
                    .workspace(workspace)
                    .poolSize(CALLERS)
                    .open()) {
                CyclicBarrier start = new CyclicBarrier(CALLERS);
                CyclicBarrier together = new CyclicBarrier(CALLERS);
                Callable<Integer> call = () -> {
                    start.await(60, TimeUnit.SECONDS);
                    return db.<Integer, Exception>withTx(tx -> together.await(60, TimeUnit.SECONDS));
                };
                for (Future<Integer> each :
                        threads.invokeAll(Collections.nCopies(CALLERS, call), 90, TimeUnit.SECONDS)) {
                    each.get();
                }
            }
        }
    }
}
