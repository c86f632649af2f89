package dev.modelscan.storage.internal.migrate;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MigrationLockTest {

    private static final Duration PATIENCE = Duration.ofSeconds(20);

    @TempDir
    private Path directory;

    /** Else it would hold a file that nobody else finds, and the next to come would hold another. */
    @Test
    void whoeverWaitedForAFileThatIsDeletedLocksTheNewOne() throws Exception {
        Path database = directory.resolve("acme.db");
        Path file = directory.resolve("acme.db-migration.lock");
        FutureTask<MigrationLock> second = new FutureTask<>(() -> MigrationLock.acquire(database, PATIENCE));
        try (MigrationLock first = MigrationLock.acquire(database, PATIENCE)) {
            Thread waiting = new Thread(second);
            waiting.start();
            while (waiting.getState() != Thread.State.TIMED_WAITING) {
                Thread.onSpinWait();
            }
            first.delete();
            assertThat(file).doesNotExist();
        }
        try (MigrationLock held = second.get(20, TimeUnit.SECONDS)) {
            assertThat(file).exists();
            held.delete();
        }
        assertThat(file).doesNotExist();
    }
}
