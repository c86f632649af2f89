package dev.modelscan.storage.engine.sqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.modelscan.storage.Backups;
import dev.modelscan.storage.Database;
import dev.modelscan.storage.Health;
import dev.modelscan.storage.agents.Agent;
import dev.modelscan.storage.backups.Backup;
import dev.modelscan.storage.backups.BackupProgress;
import dev.modelscan.storage.backups.Generation;
import dev.modelscan.storage.backups.Keep;
import dev.modelscan.storage.backups.Restored;
import dev.modelscan.storage.errors.BusyException;
import dev.modelscan.storage.errors.CancelledException;
import dev.modelscan.storage.errors.ConflictException;
import dev.modelscan.storage.errors.CorruptDatabaseException;
import dev.modelscan.storage.errors.SchemaException;
import dev.modelscan.storage.errors.StorageException;
import dev.modelscan.storage.errors.UnavailableException;
import dev.modelscan.storage.internal.sqlite.file.MigrationLock;
import dev.modelscan.storage.support.ChildProcess;
import dev.modelscan.storage.support.FilledDatabase;
import dev.modelscan.storage.testkit.ReleasedSchemas;
import dev.modelscan.storage.testkit.TableContents;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is restored is what was there, or nothing has happened. */
class BackupTest {

    private static final boolean LONG = Boolean.getBoolean("modelscan.test.long");

    @TempDir
    private Path directory;

    private Path file() {
        return directory.resolve("app.db");
    }

    private Path backup() {
        return directory.resolve("backups/app.db");
    }

    private void createAgents(String... names) {
        try (Database db = Database.open(file())) {
            for (String name : names) {
                db.agents().create(Agent.builder().name(name).mode("llm").build());
            }
        }
    }

    private List<String> agents(Path path) {
        try (Database db = Database.open(path)) {
            assertThat(db.healthCheck()).extracting(Health::problems).isEqualTo(List.of());
            return db.agents().stream().map(Agent::name).sorted().toList();
        }
    }

    private List<String> names(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(path -> path.getFileName().toString()).sorted().toList();
        }
    }

    @Test
    void aBackupHoldsAllRowsAndSaysSo() throws Exception {
        try (Database db = Database.open(file())) {
            new FilledDatabase(db);
            Backup backup = db.backup(backup());

            assertThat(backup.rows()).isEqualTo(Backups.verify(backup()).rows());
            assertThat(backup.schemaVersion()).isEqualTo(db.schemaVersion());
            db.stats().rows().forEach((table, rows) -> assertThat(
                            backup.tables().get(table).rows())
                    .isEqualTo(rows));
            assertThat(backup.bytes()).isEqualTo(Files.size(backup()));
        }
        assertThat(names(backup().getParent())).containsExactly("app.db", "app.db.manifest.json");
        for (String name : names(backup().getParent())) {
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(backup().resolveSibling(name))))
                    .isEqualTo("rw-------");
        }
        assertThat(Backups.list(backup().getParent())).containsExactly(Backups.verify(backup()));
    }

    /** Each transaction writes two rows, so a backup with an odd number would be of no moment. */
    @Test
    void aBackupIsOfOneMomentWhileOthersWrite() throws Exception {
        AtomicBoolean stop = new AtomicBoolean();
        try (Database db = Database.open(file())) {
            Thread writer = new Thread(() -> {
                for (int i = 0; !stop.get(); i++) {
                    int number = i;
                    db.useTx(tx -> {
                        tx.agents()
                                .create(Agent.builder()
                                        .name("a" + number)
                                        .mode("llm")
                                        .build());
                        tx.agents()
                                .create(Agent.builder()
                                        .name("b" + number)
                                        .mode("llm")
                                        .build());
                    });
                }
            });
            writer.start();
            try {
                long before = 0;
                for (int i = 0; i < 5; i++) {
                    Path each = directory.resolve("moment-" + i + ".db");
                    Backup backup = i % 2 == 0 ? db.backup(each) : Backups.create(file(), each);
                    long rows = backup.tables().get("agents").rows();
                    assertThat(rows).isGreaterThanOrEqualTo(before);
                    assertThat(rows % 2).isZero();
                    before = rows;
                    Backups.verify(each);
                }
            } finally {
                stop.set(true);
                writer.join();
            }
        }
    }

    @Test
    void backupDamageRestore() throws Exception {
        createAgents(IntStream.range(0, 50).mapToObj(i -> "agent " + i).toArray(String[]::new));
        Random random = new Random(14);
        Backup first = Backups.create(file(), backup());
        Set<String> seen = new TreeSet<>();
        for (int i = 0; i < (LONG ? 500 : 100); i++) {
            String kind = Damage.KINDS.get(i % Damage.KINDS.size());
            Damage.of(kind, file(), random);
            Restored restored = Backups.restore(backup(), file());

            assertThat(sha256(file())).as(kind).isEqualTo(first.sha256());
            seen.add(kind + (restored.kept() == null ? "" : " kept"));
            if (restored.kept() != null) {
                assertThat(restored.kept()).exists();
            }
        }
        assertThat(Backups.create(file(), directory.resolve("again.db")).tables())
                .isEqualTo(first.tables());
        assertThat(agents(file())).hasSize(50);
        assertThat(seen).contains("header kept", "log kept", "missing", "rows", "empty", "no database kept");
    }

    @Test
    void aRestoreThatWasKilledIsRunAgainToTheSameEnd() throws Exception {
        createAgents("a");
        Backups.create(file(), backup());
        Random random = new Random();
        for (int i = 0; i < (LONG ? 40 : 2); i++) {
            createAgents("b " + i);
            kill(random, "restores", backup().toString(), file().toString());
            assertThat(agents(file())).contains("a").hasSizeBetween(1, 2);

            Backups.restore(backup(), file());
            assertThat(agents(file())).containsExactly("a");
            assertThat(names(directory)).containsExactly("app.db", "app.db-migration.lock", "backups");
        }
    }

    @Test
    void aBackupThatWasKilledLeavesOnlyWholeOnes() throws Exception {
        createAgents("a");
        Path folder = directory.resolve("generations");
        Random random = new Random();
        for (int i = 0; i < (LONG ? 40 : 2); i++) {
            kill(random, "backups", file().toString(), folder.toString());
            for (Backup each : Backups.list(folder)) {
                Backups.verify(each.file());
            }
            Generation generation = Backups.add(file(), folder, new Keep(1, 0, 0));
            String name = generation.backup().file().getFileName().toString();
            assertThat(names(folder))
                    .contains(name, name + ".manifest.json")
                    .allMatch(each -> each.matches("backup-\\d{8}T\\d{9}Z\\.db(\\.manifest\\.json)?"));
        }
    }

    private void kill(Random random, String... arguments) throws Exception {
        ChildProcess child = ChildProcess.start(directory, List.of(), arguments);
        child.awaitReady();
        Thread.sleep(random.nextInt(300));
        child.kill();
    }

    /** What happens to files. */
    private static final class Damage {

        static final List<String> KINDS =
                List.of("rows", "header", "half", "empty", "missing", "middle", "log", "no database");

        static void of(String kind, Path file, Random random) throws IOException {
            switch (kind) {
                case "rows" -> {
                    try (Database db = Database.open(file)) {
                        db.agents()
                                .create(Agent.builder()
                                        .name("wrong")
                                        .mode("llm")
                                        .build());
                    }
                }
                case "header" -> overwrite(file, 0, 100, random);
                case "half" -> truncate(file, Files.size(file) / 2);
                case "empty" -> truncate(file, 0);
                case "missing" -> Files.delete(file);
                case "middle" -> overwrite(file, 4096 * (1 + random.nextInt(20)), 4096, random);
                case "log" -> {
                    Files.delete(file);
                    Files.write(file.resolveSibling(file.getFileName() + "-wal"), new byte[5_000]);
                }
                default -> Files.writeString(file, "once upon a time");
            }
        }

        private static void overwrite(Path file, long from, int length, Random random) throws IOException {
            byte[] bytes = new byte[length];
            random.nextBytes(bytes);
            try (RandomAccessFile out = new RandomAccessFile(file.toFile(), "rw")) {
                out.seek(from);
                out.write(bytes);
            }
        }

        private static void truncate(Path file, long size) throws IOException {
            try (RandomAccessFile out = new RandomAccessFile(file.toFile(), "rw")) {
                out.setLength(size);
            }
        }
    }

    @Test
    void whatIsNoWholeBackupIsRefusedBeforeAnythingIsTouched() throws Exception {
        createAgents("a");
        Backups.create(file(), backup());
        Path other = directory.resolve("backups/other.db");

        copyBackup(other);
        Damage.of("empty", other, new Random(1));
        assertRefused(other, CorruptDatabaseException.class, "is empty");

        copyBackup(other);
        Damage.of("half", other, new Random(1));
        assertRefused(other, CorruptDatabaseException.class, "its manifest says");

        copyBackup(other);
        Damage.overwrite(other, 5_000, 1, new Random(1));
        assertRefused(other, CorruptDatabaseException.class, "SHA-256");

        copyBackup(other);
        Files.delete(manifest(other));
        assertRefused(other, CorruptDatabaseException.class, "not a complete backup");

        copyBackup(other);
        Files.writeString(manifest(other), "{}");
        assertRefused(other, CorruptDatabaseException.class, "not the manifest of a backup");

        Files.delete(other);
        assertRefused(other, UnavailableException.class, "does not exist");
    }

    /** Their manifests are in order, so only the database itself says what it is. */
    @Test
    void aNewerOrAForeignBackupIsRefused() throws Exception {
        createAgents("a");
        Path newer = directory.resolve("newer.db");
        Backups.create(file(), newer);
        rewrite(newer, "UPDATE modelscan_schema_history SET version = '999' WHERE version = '8'");
        assertRefused(newer, SchemaException.class, "999");

        Path foreign = directory.resolve("foreign.db");
        Backups.create(file(), foreign);
        rewrite(foreign, "PRAGMA application_id = 7");
        assertRefused(foreign, SchemaException.class, "another program");
    }

    private static void rewrite(Path backup, String sql) throws Exception {
        String before = sha256(backup);
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + backup);
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
        String manifest = Files.readString(manifest(backup));
        Files.writeString(manifest(backup), manifest.replace(before, sha256(backup)));
    }

    private static String sha256(Path file) throws Exception {
        return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(file)));
    }

    private static Path manifest(Path backup) {
        return backup.resolveSibling(backup.getFileName() + ".manifest.json");
    }

    private void copyBackup(Path to) throws IOException {
        Files.copy(backup(), to, StandardCopyOption.REPLACE_EXISTING);
        Files.copy(manifest(backup()), manifest(to), StandardCopyOption.REPLACE_EXISTING);
    }

    private void assertRefused(Path backup, Class<? extends StorageException> type, String text) throws Exception {
        String before = sha256(file());
        List<String> files = names(directory);
        assertThatThrownBy(() -> Backups.restore(backup, file()))
                .isInstanceOf(type)
                .hasMessageContaining(text);
        assertThat(sha256(file())).isEqualTo(before);
        assertThat(names(directory)).isEqualTo(files);
    }

    @Test
    void nothingIsRestoredWhileAnybodyHasTheDatabaseOpen() throws Exception {
        createAgents("a");
        Backups.create(file(), backup());
        createAgents("b");
        try (Database db = Database.open(file())) {
            assertBusy();
            assertThat(db.agents().list(10, 0)).hasSize(2);
            db.agents().create(Agent.builder().name("c").mode("llm").build());
        }
        ChildProcess other = ChildProcess.start(directory, List.of(), "leave", file().toString());
        other.awaitReady();
        assertBusy();
        // It cannot be read as a database any more, and the other process still has it open.
        byte[] header = Files.readAllBytes(file());
        Damage.of("header", file(), new Random(1));
        assertBusy();
        Damage.overwrite(file(), 0, 1, new Random(1));
        Files.write(file(), header);
        other.kill();

        Backups.restore(backup(), file());
        assertThat(agents(file())).containsExactly("a");
    }

    private void assertBusy() {
        assertThatThrownBy(() -> Backups.restore(backup(), file()))
                .isInstanceOf(BusyException.class)
                .hasMessageContaining("is open");
    }

    @Test
    void nothingIsRestoredOrAddedBesideAnother() throws Exception {
        createAgents("a");
        Backups.create(file(), backup());
        Path folder = backup().getParent();
        Duration patience = Duration.ofSeconds(1);
        try (MigrationLock held = MigrationLock.acquire(file(), patience)) {
            assertThatThrownBy(() -> Backups.restore(backup(), file()))
                    .isInstanceOf(BusyException.class)
                    .hasMessageContaining("has been migrating or restoring");
        }
        try (MigrationLock held = MigrationLock.acquireForBackup(folder.resolve("backups"), patience)) {
            assertThatThrownBy(() -> Backups.add(file(), folder, new Keep(1, 0, 0)))
                    .isInstanceOf(BusyException.class)
                    .hasMessageContaining("has been writing a backup");
        }
        Path another = folder.resolve("another.db");
        try (MigrationLock held = MigrationLock.acquireForBackup(another, patience)) {
            assertThatThrownBy(() -> Backups.create(file(), another))
                    .isInstanceOf(BusyException.class)
                    .hasMessageContaining("has been writing a backup");
        }
    }

    /** Its log holds rows that are in no file yet; SQLite would write them into the restored one. */
    @Test
    void theLogOfAKilledProcessIsNotAppliedToWhatIsRestored() throws Exception {
        createAgents("a");
        Backups.create(file(), backup());
        ChildProcess child = ChildProcess.start(directory, List.of(), "leave", file().toString());
        child.awaitReady();
        child.kill();
        assertThat(directory.resolve("app.db-wal")).isNotEmptyFile();

        Restored restored = Backups.restore(backup(), file());

        assertThat(restored.kept()).isNull();
        assertThat(agents(file())).containsExactly("a");
        assertThat(names(directory)).containsExactly("app.db", "app.db-migration.lock", "backups");
    }

    @Test
    void everyReleasedSchemaIsRestoredAndThenMigrated() throws Exception {
        for (int version : ReleasedSchemas.versions()) {
            Path old = directory.resolve("v" + version + ".db");
            TableContents before;
            try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + old)) {
                ReleasedSchemas.create(connection, version);
                before = TableContents.of(connection);
            }
            Path target = directory.resolve("restored-" + version + ".db");
            Backup backup = Backups.create(old, directory.resolve("backup-" + version + ".db"));
            Backups.drill(backup.file());
            Backups.restore(backup.file(), target);

            assertThat(backup.schemaVersion()).isEqualTo(version);
            Database.open(target).close();
            try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + target)) {
                TableContents.of(connection).requireKept(before);
            }
        }
    }

    @Test
    void generationsAreDrilledAndPruned() throws Exception {
        createAgents("a");
        Path folder = directory.resolve("generations");
        Files.createDirectories(folder);
        String killed = "backup-20200101T000000000Z.db";
        Files.writeString(folder.resolve(killed + ".part"), "left by a killed process");
        Files.writeString(folder.resolve(killed + ".manifest.json"), "left too");
        Files.writeString(folder.resolve("notes.txt"), "not ours");

        Generation first = Backups.add(file(), folder, new Keep(1, 0, 0));
        Generation second = Backups.add(file(), folder, new Keep(1, 0, 0));

        assertThat(first.deleted()).isEmpty();
        assertThat(second.deleted()).containsExactly(first.backup().file());
        assertThat(second.backup().drilledAt()).isAfter(second.backup().takenAt());
        assertThat(Backups.list(folder)).containsExactly(second.backup());
        String name = second.backup().file().getFileName().toString();
        assertThat(names(folder)).containsExactly(name, name + ".manifest.json", "notes.txt");
    }

    @Test
    void filesThatAddDidNotNameStayInItsDirectory() throws Exception {
        createAgents("a");
        Path folder = directory.resolve("generations");
        List<String> own =
                List.of("backup-before-upgrade.sqlite", "backup-20200101T000000000Z.db.sqlite", "backup-1.db");
        for (String each : own) {
            Backups.create(file(), folder.resolve(each));
        }
        Path part = folder.resolve("backup-before-upgrade.part");
        Files.writeString(part, "not ours");

        Backups.add(file(), folder, new Keep(1, 0, 0));

        assertThat(names(folder)).containsAll(own).contains("backup-before-upgrade.part");
    }

    /** The clock ran ahead when the first was made, so it counts as the newest. */
    @Test
    void whatWasJustAddedStaysBesideOneOfALaterTime() throws Exception {
        createAgents("a");
        Path folder = directory.resolve("generations");
        Backup first = Backups.add(file(), folder, new Keep(1, 0, 0)).backup();
        Path manifest = Path.of(first.file() + ".manifest.json");
        Instant later = first.takenAt().plus(Duration.ofDays(1));
        Files.writeString(
                manifest, Files.readString(manifest).replace(first.takenAt().toString(), later.toString()));

        Generation second = Backups.add(file(), folder, new Keep(1, 0, 0));

        assertThat(second.deleted()).isEmpty();
        assertThat(Backups.list(folder))
                .extracting(Backup::file)
                .containsExactly(second.backup().file(), first.file());
    }

    @Test
    void backupsAreListedWhileOthersPrune() throws Exception {
        createAgents("a");
        Backups.create(file(), backup());
        byte[] manifest = Files.readAllBytes(Path.of(backup() + ".manifest.json"));
        AtomicBoolean ended = new AtomicBoolean();
        CompletableFuture<Void> pruning = CompletableFuture.runAsync(() -> {
            try {
                for (int i = 0; !ended.get(); i++) {
                    Path pruned = backup().resolveSibling("pruned-" + i + ".db");
                    Path beside = Path.of(pruned + ".manifest.json");
                    Files.write(beside, manifest);
                    Files.createFile(pruned);
                    Files.delete(pruned);
                    Files.delete(beside);
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
        try {
            for (int i = 0; i < 2_000; i++) {
                assertThat(Backups.list(backup().getParent()))
                        .extracting(Backup::file)
                        .contains(backup());
            }
        } finally {
            ended.set(true);
            pruning.get();
        }
    }

    @Test
    void aFileThatExistsIsNotReplaced() throws Exception {
        createAgents("a");
        Backups.create(file(), backup());
        String before = sha256(backup());

        assertThatThrownBy(() -> Backups.create(file(), backup()))
                .isInstanceOf(ConflictException.class)
                .hasMessageContaining("exists and is a whole backup");
        assertThatThrownBy(() -> Backups.create(file(), file())).isInstanceOf(ConflictException.class);
        assertThatThrownBy(() -> Backups.create(directory.resolve("none.db"), directory.resolve("x.db")))
                .isInstanceOf(UnavailableException.class)
                .hasMessageContaining("does not exist");
        assertThat(sha256(backup())).isEqualTo(before);
    }

    @Test
    void aRestoreReplacesNoDatabaseOfAnotherProgram() throws Exception {
        createAgents("a");
        Backups.create(file(), backup());
        Path foreign = directory.resolve("foreign.db");
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + foreign);
                Statement statement = connection.createStatement()) {
            statement.execute("CREATE TABLE theirs (x)");
        }
        String before = sha256(foreign);

        assertThatThrownBy(() -> Backups.restore(backup(), foreign))
                .isInstanceOf(SchemaException.class)
                .hasMessageContaining("another program");
        assertThat(sha256(foreign)).isEqualTo(before);
    }

    @Test
    void aDatabaseInMemoryIsBackedUpAndARestoreMakesItAFile() {
        try (Database db = Database.inMemory()) {
            db.agents().create(Agent.builder().name("a").mode("llm").build());
            db.backup(backup());
        }
        Backups.restore(backup(), file());
        assertThat(agents(file())).containsExactly("a");
    }

    @Test
    void anInterruptOrAListenerEndsABackupAndNothingIsLeft() throws Exception {
        createAgents(IntStream.range(0, 50).mapToObj(i -> "a" + i).toArray(String[]::new));
        fill();
        assertThatThrownBy(() -> Backups.create(file(), backup(), progress -> {
                    throw new IllegalStateException("enough");
                }))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("enough");
        assertThatThrownBy(() -> Backups.create(
                        file(), backup(), progress -> Thread.currentThread().interrupt()))
                .isInstanceOf(CancelledException.class);
        assertThat(Thread.interrupted()).isTrue();
        assertThat(names(backup().getParent())).doesNotContain("app.db", "app.db.part", "app.db.manifest.json");
    }

    @Test
    void anInterruptWhileABackupIsCheckedEndsIt() throws Exception {
        createAgents("a");
        Consumer<BackupProgress> interrupting = progress -> {
            if (progress.phase() == BackupProgress.Phase.CHECK) {
                Thread.currentThread().interrupt();
            }
        };
        assertCancelled(() -> Backups.create(file(), backup(), interrupting));
        assertThat(names(backup().getParent())).doesNotContain("app.db", "app.db.part", "app.db.manifest.json");

        Path folder = directory.resolve("generations");
        assertCancelled(() -> Backups.add(file(), folder, new Keep(1, 0, 0), interrupting));
        assertThat(Backups.list(folder)).isEmpty();

        Backups.create(file(), backup());
        assertCancelled(() -> Backups.verify(backup(), interrupting));
        assertCancelled(() -> Backups.drill(backup(), interrupting));
        Path restored = directory.resolve("restored.db");
        assertCancelled(() -> Backups.restore(backup(), restored, interrupting));
        assertThat(restored).doesNotExist();
        assertThat(names(backup().getParent())).containsExactly("app.db", "app.db.manifest.json");
        Backups.restore(backup(), restored);
        assertThat(agents(restored)).containsExactly("a");
    }

    private static void assertCancelled(ThrowingCallable call) {
        assertThatThrownBy(call)
                .isExactlyInstanceOf(CancelledException.class)
                .hasMessageEndingWith(": the thread was interrupted");
        assertThat(Thread.interrupted()).isTrue();
    }

    /** Large enough for the pace. */
    private void fill() throws SQLException {
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file());
                Statement statement = connection.createStatement()) {
            statement.execute("CREATE TABLE filler (x)");
            statement.execute("INSERT INTO filler WITH RECURSIVE c (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c"
                    + " WHERE n < 100000) SELECT n || 'some text' FROM c");
        }
    }
}
