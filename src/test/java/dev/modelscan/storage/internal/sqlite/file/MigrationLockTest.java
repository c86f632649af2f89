package dev.modelscan.storage.internal.sqlite.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.modelscan.storage.Durability;
import dev.modelscan.storage.errors.BusyException;
import dev.modelscan.storage.errors.CancelledException;
import dev.modelscan.storage.internal.sqlite.SqliteMigrator;
import java.io.File;
import java.io.StringWriter;
import java.lang.reflect.Method;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MigrationLockTest {

    private static final Duration PATIENCE = Duration.ofSeconds(20);

    @TempDir
    private Path directory;

    /** Otherwise it would hold a file that nobody else finds, and the next process would lock another. */
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

    /** Closing any channel of a file drops all locks of the process on it. */
    @Test
    void aThreadThatGivesUpLeavesTheLockToWhoeverHoldsIt() throws Exception {
        Path database = directory.resolve("acme.db");
        try (MigrationLock held = MigrationLock.acquire(database, PATIENCE)) {
            assertThatThrownBy(() -> MigrationLock.acquire(database, Duration.ofMillis(50)))
                    .isInstanceOf(BusyException.class);
            assertThat(otherProcess(database)).isEqualTo("busy");
            Thread interrupted = new Thread(() -> {
                Thread.currentThread().interrupt();
                assertThatThrownBy(() -> MigrationLock.acquire(database, PATIENCE))
                        .isInstanceOf(CancelledException.class);
            });
            interrupted.start();
            interrupted.join();
            assertThat(otherProcess(database)).isEqualTo("busy");
        }
        assertThat(otherProcess(database)).isEqualTo("locked");
    }

    /** Otherwise the second would open the file too, and closing it would drop the first one's lock. */
    @Test
    void aBackupThatIsNamedByALinkWaitsForTheSameTurn() throws Exception {
        Path link =
                Files.createSymbolicLink(directory.resolve("link"), Files.createDirectory(directory.resolve("data")));
        Path backup = directory.resolve("data/x.db");
        try (MigrationLock held = MigrationLock.acquireForBackup(backup, PATIENCE)) {
            assertThatThrownBy(() -> MigrationLock.acquireForBackup(link.resolve("x.db"), Duration.ofMillis(50)))
                    .isInstanceOf(BusyException.class)
                    .hasMessageContaining("another thread has been writing a backup for 50 ms");
            held.delete();
        }
    }

    @Test
    void aThreadThatOpensTheDatabaseElsewhereDoesNotLetAnotherProcessIn() throws Exception {
        Path database = directory.resolve("acme.db");
        SqliteConnections connections = SqliteConnections.toFile(database, Durability.FULL, Duration.ofMillis(50));
        try (MigrationLock held = MigrationLock.acquire(database, PATIENCE)) {
            assertThatThrownBy(() -> new SqliteMigrator(connections, Duration.ofMillis(50)).migrate())
                    .isInstanceOf(BusyException.class);
            assertThat(otherProcess(database)).isEqualTo("busy");
        }
    }

    /** As in an application server: each application loads the library, in one process. */
    @Test
    void classLoadersOfOneProcessShareTheLock() throws Exception {
        Path database = directory.resolve("acme.db");
        List<URL> classPath = new ArrayList<>();
        for (String entry : System.getProperty("java.class.path").split(File.pathSeparator)) {
            classPath.add(Path.of(entry).toUri().toURL());
        }
        try (URLClassLoader loader =
                        new URLClassLoader(classPath.toArray(URL[]::new), ClassLoader.getPlatformClassLoader());
                MigrationLock held = MigrationLock.acquire(database, PATIENCE)) {
            Class<?> other = loader.loadClass(MigrationLock.class.getName());
            assertThat(other).isNotSameAs(MigrationLock.class);
            Method acquire = other.getDeclaredMethod("acquire", Path.class, Duration.class);
            acquire.setAccessible(true);
            assertThatThrownBy(() -> acquire.invoke(null, database, Duration.ofMillis(50)))
                    .hasRootCauseInstanceOf(
                            loader.loadClass(BusyException.class.getName()).asSubclass(Throwable.class));
            assertThat(otherProcess(database)).isEqualTo("busy");
        }
    }

    @Test
    void systemPropertiesCanBeStored() throws Exception {
        Path database = directory.resolve("acme.db");
        try (MigrationLock held = MigrationLock.acquire(database, PATIENCE)) {
            System.getProperties().store(new StringWriter(), null);
        }
        System.getProperties().store(new StringWriter(), null);
        assertThat(System.getProperties().stringPropertyNames()).noneMatch(name -> name.contains("acme.db"));
    }

    private static String otherProcess(Path database) throws Exception {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        Other.class.getName(),
                        database.toString())
                .redirectErrorStream(true)
                .start();
        return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
    }

    /** The other process. */
    static final class Other {
        public static void main(String[] arguments) throws Exception {
            try (MigrationLock lock = MigrationLock.acquire(Path.of(arguments[0]), Duration.ofMillis(50))) {
                System.out.println("locked");
            } catch (BusyException e) {
                System.out.println("busy");
            }
        }
    }
}
