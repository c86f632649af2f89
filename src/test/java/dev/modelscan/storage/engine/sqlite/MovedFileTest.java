package dev.modelscan.storage.engine.sqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.modelscan.storage.Database;
import dev.modelscan.storage.Durability;
import dev.modelscan.storage.agents.Agent;
import dev.modelscan.storage.conversations.ConversationId;
import dev.modelscan.storage.errors.CorruptDatabaseException;
import dev.modelscan.storage.errors.OutcomeUnknownException;
import dev.modelscan.storage.errors.UnavailableException;
import dev.modelscan.storage.support.ChildProcess;
import dev.modelscan.storage.tasks.Task;
import dev.modelscan.storage.tasks.TaskId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.Statement;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Somebody moves, deletes, replaces or truncates the files of an open database. */
@ParameterizedClass
@EnumSource(names = {"FULL", "SHARED_FLUSH"})
class MovedFileTest {

    private static final Agent AGENT = Agent.builder().name("kept").mode("llm").build();

    @Parameter
    private Durability durability;

    @TempDir
    private Path temporary;

    private Path directory;
    private Path file;
    private Path log;

    @BeforeEach
    void nameFiles() throws IOException {
        directory = Files.createDirectory(temporary.resolve("data"));
        file = directory.resolve("app.db");
        log = directory.resolve("app.db-wal");
    }

    private Database open(Path path) {
        return Database.builder().path(path).durability(durability).open();
    }

    private List<String> names() throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.map(path -> path.getFileName().toString())
                    .filter(name -> !name.endsWith("-migration.lock"))
                    .sorted()
                    .toList();
        }
    }

    /** A database with that many tasks, in its own file, which nobody has open. */
    private Path backup(int tasks) {
        Path backup = temporary.resolve("backup.db");
        try (Database db = Database.open(backup)) {
            db.tasks()
                    .createAll(IntStream.range(0, tasks)
                            .mapToObj(i -> Task.builder().type("restored").build())
                            .toList());
        }
        return backup;
    }

    private static Task write(Database db) {
        return db.tasks().create(Task.builder().type("late").build());
    }

    /** Writes fail at once and reads soon after; nothing is created; the health check says why. */
    private void assertUnusable(Database db, String reason) throws Exception {
        List<String> before = names();
        for (int i = 0; i < 3; i++) {
            assertThatThrownBy(() -> write(db))
                    .isExactlyInstanceOf(UnavailableException.class)
                    .hasMessageContaining(reason);
        }
        assertThatThrownBy(() -> db.useTx(tx -> tx.agents().find(AGENT.id())))
                .isExactlyInstanceOf(UnavailableException.class);
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(150));
        assertThatThrownBy(() -> db.agents().list(10, 0))
                .isExactlyInstanceOf(UnavailableException.class)
                .hasMessageContaining(reason);
        assertThatThrownBy(() -> db.dsl().fetchValue("SELECT count(*) FROM agents"))
                .hasStackTraceContaining(reason);
        assertThat(db.healthCheck().problems()).hasSize(1).allMatch(problem -> problem.contains(reason));
        assertThat(names()).isEqualTo(before);
    }

    @Test
    void aFileThatIsMovedAwayIsNotMadeAnewAndItsLogStays() throws Exception {
        Path moved = directory.resolve("moved.db");
        try (Database db = open(file)) {
            db.agents().create(AGENT);
            Files.move(file, moved);
            assertUnusable(db, "moved or deleted");
        }
        assertThat(names()).contains("app.db-wal").doesNotContain("app.db");
        assertThatThrownBy(() -> Database.open(file))
                .isExactlyInstanceOf(CorruptDatabaseException.class)
                .hasMessageContaining("app.db-wal");
        Files.move(log, directory.resolve("moved.db-wal"));
        try (Database db = open(moved)) {
            assertThat(db.agents().get(AGENT.id())).isNotNull();
        }
    }

    @Test
    void aFileThatIsMovedBackIsUsedAgain() throws Exception {
        try (Database db = open(file)) {
            db.agents().create(AGENT);
            Files.move(file, directory.resolve("moved.db"));
            assertUnusable(db, "moved or deleted");
            Files.move(directory.resolve("moved.db"), file);
            Task task = write(db);
            assertThat(db.tasks().get(task.id())).isEqualTo(task);
            assertThat(db.healthCheck().problems()).isEmpty();
        }
        try (Database db = open(file)) {
            assertThat(db.agents().get(AGENT.id())).isNotNull();
        }
    }

    @Test
    void aFileThatIsDeletedIsNotMadeAnew() throws Exception {
        try (Database db = open(file)) {
            db.agents().create(AGENT);
            Files.delete(file);
            assertUnusable(db, "moved or deleted");
        }
        assertThat(file).doesNotExist();
        assertThat(log).isNotEmptyFile();
    }

    @Test
    void aDirectoryThatIsMovedIsNoticed() throws Exception {
        Path moved = temporary.resolve("moved");
        try (Database db = open(file)) {
            db.agents().create(AGENT);
            Files.move(directory, moved);
            assertThatThrownBy(() -> write(db)).isExactlyInstanceOf(UnavailableException.class);
            assertThat(directory).doesNotExist();
        }
        try (Database db = open(moved.resolve("app.db"))) {
            assertThat(db.agents().get(AGENT.id())).isNotNull();
        }
    }

    @Test
    void aRestoreByARenameIsNoticedAndTheRestoredRowsAreThere() throws Exception {
        Path backup = backup(7);
        try (Database db = open(file)) {
            db.agents().create(AGENT);
            assertThat(db.agents().list(10, 0)).hasSize(1);
            Files.move(backup, file, StandardCopyOption.REPLACE_EXISTING);
            assertUnusable(db, "another file");
        }
        assertThat(names()).anyMatch(name -> name.startsWith("app.db-wal-orphaned-"));
        try (Database db = open(file)) {
            assertThat(db.tasks().list(10, 0)).hasSize(7);
            assertThat(db.agents().list(10, 0)).isEmpty();
            assertThat(db.dsl().fetchValue("PRAGMA integrity_check")).isEqualTo("ok");
        }
    }

    /** The system gives the next log the inode of the one that is gone, so the test does. */
    @Test
    void closingASecondTimeLeavesTheFilesOfWhoeverHasThePathNow() throws Exception {
        Path backup = backup(7);
        Database db = open(file);
        db.agents().create(AGENT);
        Path kept = Files.createLink(temporary.resolve("kept"), log);
        db.close();
        Files.write(kept, new byte[0]);
        Files.move(backup, file, StandardCopyOption.REPLACE_EXISTING);
        Files.move(kept, log);
        try (Database next = open(file)) {
            write(next);
            db.close();
            write(next);
            assertThat(next.healthCheck().problems()).isEmpty();
        }
        assertThat(names()).containsExactly("app.db");
    }

    @Test
    void aDatabaseThatWasOnlyReadNoticesARestoreToo() throws Exception {
        Database.open(file).close();
        Path backup = backup(7);
        try (Database db = open(file)) {
            assertThat(db.tasks().list(10, 0)).isEmpty();
            Files.move(backup, file, StandardCopyOption.REPLACE_EXISTING);
            assertUnusable(db, "another file");
        }
        try (Database db = open(file)) {
            assertThat(db.tasks().list(10, 0)).hasSize(7);
        }
    }

    @Test
    void aRestoreIsOpenedBesideTheDatabaseThatLostItsFile() throws Exception {
        Path backup = backup(7);
        try (Database db = open(file)) {
            db.agents().create(AGENT);
            Files.move(backup, file, StandardCopyOption.REPLACE_EXISTING);
            assertThatThrownBy(() -> Database.open(file))
                    .isExactlyInstanceOf(CorruptDatabaseException.class)
                    .hasMessageContaining("app.db-wal");
        }
        try (Database db = open(file)) {
            assertThat(db.tasks().list(10, 0)).hasSize(7);
        }
    }

    @Test
    void theLogOfAKilledProcessIsNotLaidOverARestoredFile() throws Exception {
        assumeTrue(durability == Durability.FULL, "the durability of the next process does not matter");
        Path backup = backup(7);
        ChildProcess child = ChildProcess.start(
                directory, List.of(), "hold", "app.db", ConversationId.next().value());
        child.awaitReady();
        child.kill();
        try (Database db = open(file)) {
            db.agents().create(AGENT);
        }
        ChildProcess another = ChildProcess.start(directory, List.of(), "leave", "app.db");
        another.awaitReady();
        another.kill();
        assertThat(log).isNotEmptyFile();
        Files.move(backup, file, StandardCopyOption.REPLACE_EXISTING);
        assertThatThrownBy(() -> Database.open(file))
                .isExactlyInstanceOf(CorruptDatabaseException.class)
                .hasMessageContaining("app.db-wal");
        Files.delete(log);
        try (Database db = open(file)) {
            assertThat(db.tasks().list(10, 0)).hasSize(7);
        }
    }

    @Test
    void aDirectoryThatIsCopiedWithItsLogOpensAsBefore() throws Exception {
        Path copies = Files.createDirectory(temporary.resolve("copies"));
        try (Database db = open(file)) {
            db.agents().create(AGENT);
            for (Path path : List.of(file, log)) {
                Files.copy(path, copies.resolve(path.getFileName()), StandardCopyOption.COPY_ATTRIBUTES);
            }
        }
        try (Database db = open(copies.resolve("app.db"))) {
            assertThat(db.agents().get(AGENT.id())).isNotNull();
        }
    }

    @Test
    void aFileThatIsCutToNothingIsNoticedAndItsLogIsKept() throws Exception {
        try (Database db = open(file)) {
            db.agents().create(AGENT);
            cut(0);
            assertUnusable(db, "truncated");
        }
        assertThat(file).isEmptyFile();
        assertThat(log).isNotEmptyFile();
        assertThatThrownBy(() -> Database.open(file)).isExactlyInstanceOf(CorruptDatabaseException.class);
    }

    @Test
    void aFileThatIsCutInTheMiddleIsNoticed() throws Exception {
        try (Database db = open(file)) {
            db.agents().create(AGENT);
            cut(8_192);
            assertUnusable(db, "truncated");
        }
        assertThat(Files.size(file)).isEqualTo(8_192);
        assertThat(log).isNotEmptyFile();
    }

    private void cut(long bytes) throws Exception {
        // In another process: closing a channel in this one would drop SQLite's locks.
        assertThat(new ProcessBuilder("truncate", "-s", String.valueOf(bytes), file.toString())
                        .start()
                        .waitFor())
                .isZero();
    }

    @Test
    void aFileThatGetsShorterByVacuumIsAsGoodAsBefore() throws Exception {
        try (Database db = open(file)) {
            List<Agent> agents = db.agents()
                    .createAll(IntStream.range(0, 3_000)
                            .mapToObj(i -> Agent.builder()
                                    .name("agent " + i)
                                    .mode("llm")
                                    .build())
                            .toList());
            checkpoint();
            long before = Files.size(file);
            write(db);
            db.useTx(tx -> agents.forEach(agent -> tx.agents().delete(agent.id())));
            execute("VACUUM");
            checkpoint();
            assertThat(Files.size(file)).isLessThan(before);
            write(db);
            assertThat(db.healthCheck().problems()).isEmpty();
        }
    }

    /** The library may run a checkpoint, which makes this one end without an error. */
    private void checkpoint() throws Exception {
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file);
                Statement statement = connection.createStatement()) {
            // A connection detects the log with its first read.
            statement.execute("SELECT count(*) FROM agents");
            for (int attempt = 0; attempt < 200; attempt++) {
                try (ResultSet row = statement.executeQuery("PRAGMA wal_checkpoint(TRUNCATE)")) {
                    if (row.getInt(1) == 0) {
                        return;
                    }
                }
                Thread.sleep(50);
            }
            throw new AssertionError("the log could not be copied");
        }
    }

    private void execute(String... statements) throws Exception {
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file);
                Statement statement = connection.createStatement()) {
            for (String sql : statements) {
                statement.execute(sql);
            }
        }
    }

    @Test
    void aLogThatIsDeletedIsNoticedAndClosingSavesWhatItHeld() throws Exception {
        try (Database db = open(file)) {
            db.agents().create(AGENT);
            Files.delete(log);
            assertUnusable(db, "app.db-wal");
            assertThat(log).doesNotExist();
        }
        try (Database db = open(file)) {
            assertThat(db.agents().get(AGENT.id())).isNotNull();
        }
    }

    @Test
    void aLogThatIsReplacedIsNoticedAndKept() throws Exception {
        try (Database db = open(file)) {
            db.agents().create(AGENT);
            Path other = Files.writeString(directory.resolve("other"), "somebody's");
            Files.move(other, log, StandardCopyOption.REPLACE_EXISTING);
            assertUnusable(db, "app.db-wal");
        }
        assertThat(names()).anyMatch(name -> name.startsWith("app.db-wal-orphaned-"));
        try (Database db = open(file)) {
            assertThat(db.agents().get(AGENT.id())).isNotNull();
        }
    }

    /** A reading connection of this process keeps the log, so nobody else may have deleted it. */
    @Test
    void aDatabaseThatWasOnlyReadNoticesThatItsLogIsDeletedOrReplaced() throws Exception {
        for (boolean replaced : List.of(false, true)) {
            try (Database db = open(file)) {
                assertThat(db.agents().list(10, 0)).isEmpty();
                takeLog(replaced);
                assertUnusable(db, "app.db-wal");
            }
        }
    }

    @Test
    void aReadOnlyDatabaseNoticesThatItsLogIsDeletedOrReplaced() throws Exception {
        Database.open(file).close();
        for (boolean replaced : List.of(false, true)) {
            try (Database db = Database.builder().path(file).readOnly().open()) {
                assertThat(db.agents().list(10, 0)).isEmpty();
                takeLog(replaced);
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(150));
                assertThatThrownBy(() -> db.agents().list(10, 0))
                        .isExactlyInstanceOf(UnavailableException.class)
                        .hasMessageContaining("app.db-wal");
            }
        }
    }

    /** The log belongs to another process, which still writes to it. */
    @Test
    void aDatabaseThatWasOnlyOpenedNoticesThatTheLogIsDeletedOrReplaced() throws Exception {
        for (boolean replaced : List.of(false, true)) {
            ChildProcess child = ChildProcess.start(directory, List.of(), "leave", "app.db");
            child.awaitReady();
            try (Database db = open(file)) {
                assertThat(log).isNotEmptyFile();
                takeLog(replaced);
                assertUnusable(db, "app.db-wal");
            } finally {
                child.kill();
            }
            Files.deleteIfExists(log);
            Files.deleteIfExists(directory.resolve("app.db-shm"));
        }
    }

    /** SQL that leaves something behind costs the writing connection; the next transaction opens another. */
    @Test
    void anotherWritingConnectionDoesNotTakeAnyLogForItsOwn() throws Exception {
        for (boolean replaced : List.of(false, true)) {
            try (Database db = open(file)) {
                db.useTx(tx -> {
                    tx.tasks().create(Task.builder().type("first").build());
                    tx.dsl().execute("CREATE TEMP TABLE left_behind (x)");
                });
                takeLog(replaced);
                assertUnusable(db, "app.db-wal");
            }
        }
        try (Database db = open(file)) {
            assertThat(db.tasks().list(10, 0)).hasSize(2);
        }
    }

    @Test
    void aLogThatIsReplacedInATransactionThatCostsItsConnectionIsNotTakenForItsOwn() throws Exception {
        try (Database db = open(file)) {
            assertThatThrownBy(() -> db.useTx(tx -> {
                        tx.agents().create(AGENT);
                        tx.dsl().execute("CREATE TEMP TABLE left_behind (x)");
                        takeLog(true);
                    }))
                    .isExactlyInstanceOf(OutcomeUnknownException.class);
            assertUnusable(db, "app.db-wal");
        }
        assertThat(names()).anyMatch(name -> name.startsWith("app.db-wal-orphaned-"));
    }

    private void takeLog(boolean replace) throws IOException {
        Files.delete(log);
        if (replace) {
            Files.writeString(log, "somebody's");
        }
    }

    @Test
    void aDeletedIndexIsNoticed() throws Exception {
        try (Database db = open(file)) {
            db.agents().create(AGENT);
            Files.delete(directory.resolve("app.db-shm"));
            assertUnusable(db, "its index");
        }
        try (Database db = open(file)) {
            assertThat(db.agents().get(AGENT.id())).isNotNull();
        }
    }

    @Test
    void whatIsCommittedWhileTheFileIsMovedIsNotAcknowledged() throws Exception {
        try (Database db = open(file)) {
            assertThatThrownBy(() -> db.useTx(tx -> {
                        tx.agents().create(AGENT);
                        Files.move(file, directory.resolve("moved.db"));
                    }))
                    .isExactlyInstanceOf(OutcomeUnknownException.class)
                    .hasStackTraceContaining("moved or deleted");
            assertUnusable(db, "moved or deleted");
            Files.move(directory.resolve("moved.db"), file);
            Task task = write(db);
            assertThat(db.tasks().get(task.id())).isEqualTo(task);
            assertThat(db.agents().get(AGENT.id())).isNotNull();
        }
    }

    @Test
    void otherFilesOfTheDirectoryMayComeAndGo() throws Exception {
        try (Database db = open(file)) {
            for (int i = 0; i < 20; i++) {
                Path other = Files.createFile(directory.resolve("other-" + i));
                write(db);
                Files.delete(other);
                write(db);
            }
            assertThat(db.healthCheck().problems()).isEmpty();
        }
    }

    @Test
    void aLinkIsFollowedOnceAndLeadsElsewhereLater() throws Exception {
        Path link = Files.createSymbolicLink(temporary.resolve("link.db"), file);
        Path backup = backup(7);
        try (Database db = open(link)) {
            assertThat(db.file()).isEqualTo(file);
            db.agents().create(AGENT);
            assertThat(names()).contains("app.db", "app.db-wal");
            assertThat(temporary.resolve("link.db-wal")).doesNotExist();
            assertThat(temporary.resolve("link.db-migration.lock")).doesNotExist();
            Files.delete(link);
            Files.createSymbolicLink(link, backup);
            assertUnusable(db, "another file");
        }
        try (Database db = open(file)) {
            assertThat(db.agents().get(AGENT.id())).isNotNull();
        }
        try (Database db = open(link)) {
            assertThat(db.tasks().list(10, 0)).hasSize(7);
        }
    }

    @Test
    void linksInTheMiddleOfThePathAndThoseThatDangleAreFollowed() throws Exception {
        Files.createSymbolicLink(temporary.resolve("folder"), directory);
        Path dangling = Files.createSymbolicLink(temporary.resolve("new.db"), Path.of("folder", "made", "app.db"));
        try (Database db = open(dangling)) {
            assertThat(db.file()).isEqualTo(directory.resolve("made").resolve("app.db"));
            write(db);
        }
        try (Database db = open(temporary.resolve("folder/../data/made/app.db"))) {
            assertThat(db.tasks().list(10, 0)).hasSize(1);
        }
        Path circle = Files.createSymbolicLink(temporary.resolve("circle.db"), Path.of("circle.db"));
        assertThatThrownBy(() -> Database.open(circle))
                .isExactlyInstanceOf(UnavailableException.class)
                .hasMessageContaining("loop of symbolic links");
    }

    @Test
    void aBusyDatabaseNoticesBetweenTwoCommits() throws Exception {
        try (Database db = open(file)) {
            Thread mover = new Thread(() -> {
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(50));
                try {
                    Files.move(file, directory.resolve("moved.db"));
                } catch (IOException e) {
                    throw new IllegalStateException(e);
                }
            });
            mover.start();
            assertThatThrownBy(() -> {
                        while (true) {
                            write(db);
                        }
                    })
                    .isInstanceOfAny(UnavailableException.class, OutcomeUnknownException.class);
            mover.join();
        }
        assertThat(file).doesNotExist();
    }

    private enum Interference {
        LOG_DELETED,
        LOG_MOVED,
        LOG_REPLACED,
        FILE_MOVED,
        FILE_REPLACED
    }

    /** What a call has returned is in the files that the database had, whatever their names are now. */
    @ParameterizedTest
    @EnumSource
    void whatBusyThreadsWereToldIsStored(Interference interference) throws Exception {
        Path moved = directory.resolve("moved.db");
        Set<TaskId> told = ConcurrentHashMap.newKeySet();
        try (Database db = open(file)) {
            CountDownLatch some = new CountDownLatch(50);
            List<CompletableFuture<Void>> writers = IntStream.range(0, 6)
                    .mapToObj(i -> CompletableFuture.runAsync(
                            () -> writeUntilRefused(db, i % 3 == 0, told, some),
                            command -> new Thread(command).start()))
                    .toList();
            assertThat(some.await(20, TimeUnit.SECONDS)).isTrue();
            interfere(interference, moved);
            for (CompletableFuture<Void> writer : writers) {
                writer.get(20, TimeUnit.SECONDS);
            }
        }
        boolean ofFile = Files.exists(moved);
        if (ofFile) {
            try (Stream<Path> files = Files.list(directory)) {
                Path orphan = files.filter(path -> path.getFileName().toString().startsWith("app.db-wal"))
                        .max(Comparator.naturalOrder())
                        .orElseThrow();
                Files.move(orphan, directory.resolve("moved.db-wal"));
            }
        }
        try (Database db = open(ofFile ? moved : file)) {
            assertThat(db.tasks().stream().map(Task::id)).containsAll(told);
        }
    }

    private static void writeUntilRefused(Database db, boolean single, Set<TaskId> told, CountDownLatch some) {
        try {
            while (true) {
                Task task = single
                        ? write(db)
                        : db.withTx(tx ->
                                tx.tasks().create(Task.builder().type("step").build()));
                told.add(task.id());
                some.countDown();
            }
        } catch (UnavailableException | OutcomeUnknownException refused) {
            // What it was told until then is checked.
        }
    }

    private void interfere(Interference interference, Path moved) throws Exception {
        Path copy = directory.resolve("copy");
        switch (interference) {
            case LOG_DELETED -> Files.delete(log);
            case LOG_MOVED -> Files.move(log, copy);
            case LOG_REPLACED -> {
                Files.copy(log, copy);
                Files.move(copy, log, StandardCopyOption.REPLACE_EXISTING);
            }
            case FILE_MOVED -> Files.move(file, moved);
            case FILE_REPLACED -> {
                // In another process: closing a channel in this one would drop SQLite's locks.
                assertThat(new ProcessBuilder("cp", file.toString(), copy.toString())
                                .start()
                                .waitFor())
                        .isZero();
                Files.move(file, moved);
                Files.move(copy, file);
            }
        }
    }
}
