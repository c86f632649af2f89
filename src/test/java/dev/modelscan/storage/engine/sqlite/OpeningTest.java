package dev.modelscan.storage.engine.sqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.modelscan.storage.Database;
import dev.modelscan.storage.Durability;
import dev.modelscan.storage.errors.CorruptDatabaseException;
import dev.modelscan.storage.errors.SchemaException;
import dev.modelscan.storage.errors.StorageException;
import dev.modelscan.storage.errors.UnavailableException;
import dev.modelscan.storage.internal.sqlite.file.SqliteConnections;
import dev.modelscan.storage.support.ChildProcess;
import dev.modelscan.storage.support.OlderSchema;
import dev.modelscan.storage.teams.Team;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.jooq.DSLContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;

/** What opening a file creates, accepts and rejects. */
class OpeningTest {

    @TempDir
    private Path directory;

    private Path file() {
        return directory.resolve("test.db");
    }

    private static void execute(Path file, String... statements) throws SQLException {
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file);
                Statement statement = connection.createStatement()) {
            for (String sql : statements) {
                statement.execute(sql);
            }
        }
    }

    @Test
    void nothingIsLoggedAsAFailureWhenAllGoesWell() {
        Logger logger = (Logger) LoggerFactory.getLogger("dev.modelscan.storage");
        ListAppender<ILoggingEvent> logged = new ListAppender<>();
        logged.start();
        logger.addAppender(logged);
        logger.setLevel(Level.DEBUG);
        logger.setAdditive(false);
        try (Database db = Database.open(file())) {
            db.teams().create(Team.builder().name("a").build());
        } finally {
            logger.detachAppender(logged);
            logger.setLevel(null);
            logger.setAdditive(true);
        }
        assertThat(logged.list).isNotEmpty().noneMatch(event -> event.getThrowableProxy() != null);
    }

    /** Name and content of each file, without the migration lock, which opening may leave. */
    private Map<String, String> contents() throws IOException {
        Map<String, String> contents = new TreeMap<>();
        try (Stream<Path> files = Files.list(directory)) {
            for (Path path : files.toList()) {
                contents.put(
                        path.getFileName().toString(),
                        Files.isDirectory(path) ? "" : HexFormat.of().formatHex(Files.readAllBytes(path)));
            }
        }
        return contents;
    }

    /** Opening fails with that exception and message, and changes no file. */
    private void assertRefused(Class<? extends StorageException> error, String... messages) throws IOException {
        Map<String, String> before = contents();
        assertThatThrownBy(() -> Database.open(file()))
                .isExactlyInstanceOf(error)
                .hasMessageContaining(file().toString())
                .satisfies(refusal -> assertThat(messages)
                        .allSatisfy(message -> assertThat(refusal).hasMessageContaining(message)));
        // Compares names first: that difference is easier to read.
        assertThat(contents().keySet()).isEqualTo(before.keySet());
        assertThat(contents().equals(before)).as("every byte is as it was").isTrue();
    }

    @Test
    @DisabledOnOs(OS.WINDOWS)
    void refusesADevice() {
        assertThatThrownBy(() -> Database.open(Path.of("/dev/null")))
                .isInstanceOf(UnavailableException.class)
                .hasMessageContaining("/dev/null is a device");
        assertThat(Path.of("/dev/null-journal")).doesNotExist();
    }

    @Test
    void aFileThatAnotherThreadIsCreatingIsNeverTakenForAnotherPrograms() throws Exception {
        for (int i = 0; i < 60; i++) {
            Path file = directory.resolve("new" + i + ".db");
            AtomicBoolean created = new AtomicBoolean();
            Thread reader = new Thread(() -> readUntil(created, file));
            AtomicReference<Throwable> failure = new AtomicReference<>();
            reader.setUncaughtExceptionHandler((thread, e) -> failure.set(e));
            reader.start();
            try (Database db = Database.open(file)) {
                assertThat(db.stats().rows()).containsEntry("teams", 0L);
            } finally {
                created.set(true);
                reader.join();
            }
            assertThat(failure.get()).isNull();
        }
    }

    private static void readUntil(AtomicBoolean created, Path file) {
        while (!created.get()) {
            try (Database db = Database.builder().path(file).readOnly().open()) {
                assertThat(db.teams()).isNotNull();
            } catch (UnavailableException missing) {
                assertThat(missing).hasMessageContaining("does not exist");
            } catch (SchemaException empty) {
                assertThat(empty).hasMessageContaining("has no tables yet");
            }
        }
    }

    @Test
    void missingParentDirectoriesAreMade() {
        Path deep = directory.resolve("a/b/c/test.db");
        try (Database db = Database.open(deep)) {
            assertThat(deep).exists();
            assertThat(db.file()).isEqualTo(deep);
        }
    }

    @Test
    void allFilesAreTheOwnersAlone() throws IOException {
        try (Database db = Database.open(file())) {
            db.teams().create(Team.builder().name("one").build());
            assertThat(contents()).containsKeys("test.db", "test.db-wal", "test.db-shm");
            try (Stream<Path> files = Files.list(directory)) {
                assertThat(files).allSatisfy(path -> assertThat(
                                PosixFilePermissions.toString(Files.getPosixFilePermissions(path)))
                        .isEqualTo("rw-------"));
            }
        }
    }

    @Test
    void aLeadingTildeIsTheHomeDirectory() throws Exception {
        Path home = Files.createDirectory(directory.resolve("home"));
        ChildProcess.start(directory, List.of("-Duser.home=" + home), "names", "~/test.db", "~test.db")
                .output();
        assertThat(home.resolve("test.db")).exists();
        assertThat(directory.resolve("~test.db")).exists();
    }

    @Test
    void textIsAPathAndNothingElse() throws Exception {
        List<String> names = List.of(
                "a?synchronous=OFF",
                "b.db?mode=memory&cache=shared",
                ":memory:",
                ":resource:x.db",
                "file:c.db",
                "file:d.db?vfs=memdb",
                "with space.db",
                "Grüße 数据库 🚀.db",
                "100%.db",
                "%41.db",
                "#hash.db",
                "quote'\".db",
                "semi;colon&amp.db",
                "back\\slash.db");
        String[] arguments = Stream.concat(Stream.of("names"), names.stream()).toArray(String[]::new);
        String output = ChildProcess.start(directory, List.of("-Dsun.jnu.encoding=UTF-8"), arguments)
                .output();
        assertThat(output.lines()).hasSize(names.size()).allMatch(line -> line.startsWith("synchronous 2 of "));
        assertThat(contents().keySet().stream().filter(name -> !name.endsWith("-migration.lock")))
                .containsExactlyInAnyOrderElementsOf(names);
    }

    @Test
    void aUrlInTheNameIsAPathOfDirectories() {
        try (Database db = Database.open(directory + "/:resource:http://x/y.db")) {
            assertThat(directory.resolve(":resource:http:").resolve("x/y.db")).exists();
            assertThat(db.agents().list(1, 0)).isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "\t\n"})
    void aBlankPathIsRefused(String path) {
        assertThatThrownBy(() -> Database.open(path))
                .isExactlyInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("blank");
    }

    @Test
    void aNulInThePathIsRefused() throws IOException {
        assertThatThrownBy(() -> Database.open(file() + "\0.db"))
                .isExactlyInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("path");
        assertThat(contents()).isEmpty();
    }

    @Test
    void aDirectoryIsRefused() throws IOException {
        Files.createDirectory(file());
        assertRefused(UnavailableException.class, "is a directory");
    }

    @Test
    void aFileForAParentIsRefused() throws IOException {
        Path parent = Files.writeString(directory.resolve("parent"), "text");
        assertThatThrownBy(() -> Database.open(parent.resolve("test.db"))).isInstanceOf(UnavailableException.class);
        assertThat(parent).hasContent("text");
    }

    @Test
    void aDirectoryThatCannotBeWrittenIsRefused() throws IOException {
        Path closed = Files.createDirectory(
                directory.resolve("closed"),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("r-xr-xr-x")));
        assumeFalse(Files.isWritable(closed), "the superuser may write anywhere");
        assertThatThrownBy(() -> Database.open(closed.resolve("test.db"))).isInstanceOf(UnavailableException.class);
    }

    @Test
    void textIsNoDatabase() throws IOException {
        Files.writeString(file(), "Dear diary, ".repeat(1_000));
        assertRefused(CorruptDatabaseException.class, "not a SQLite database");
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 50, 99, 100, 4_096, 50_000})
    void noiseIsNoDatabase(int length) throws IOException {
        byte[] noise = new byte[length];
        new Random(42).nextBytes(noise);
        Files.write(file(), noise);
        assertRefused(CorruptDatabaseException.class);
    }

    @ParameterizedTest
    @ValueSource(ints = {100, 2_000, 4_096, 40_000, 100_000})
    void aDatabaseThatWasCutShortIsRefused(int length) throws IOException {
        Database.open(file()).close();
        byte[] whole = Files.readAllBytes(file());
        assertThat(whole.length).isGreaterThan(length);
        byte[] cut = Arrays.copyOf(whole, length);
        Files.write(file(), cut);
        assertThatThrownBy(() -> Database.open(file())).isExactlyInstanceOf(CorruptDatabaseException.class);
        assertThat(file()).hasBinaryContent(cut);
    }

    @Test
    void aLogWithoutItsDatabaseIsRefused() throws IOException {
        Files.createFile(file());
        Files.writeString(directory.resolve("test.db-wal"), "committed rows");
        assertRefused(CorruptDatabaseException.class, "empty", "test.db-wal");
    }

    @Test
    void anEmptyFileBecomesADatabase() throws IOException {
        Files.createFile(file());
        try (Database db = Database.open(file())) {
            assertThat(db.appliedMigrations()).isNotEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"DELETE", "WAL"})
    void anotherProgramsDatabaseIsRefusedAndLeftAlone(String mode) throws Exception {
        execute(
                file(),
                "PRAGMA journal_mode = " + mode,
                "CREATE TABLE notes (text TEXT)",
                "INSERT INTO notes VALUES (1)");
        assertRefused(SchemaException.class, "another program");
    }

    @ParameterizedTest
    @ValueSource(strings = {"DELETE", "WAL"})
    void aFileMarkedByAnotherProgramIsRefusedAndLeftAlone(String mode) throws Exception {
        execute(file(), "PRAGMA application_id = 42", "PRAGMA journal_mode = " + mode);
        assertRefused(SchemaException.class, "another program");
    }

    @Test
    void aFileThatWasMadeForAnotherEncodingIsRefused() throws Exception {
        execute(file(), "PRAGMA encoding = 'UTF-16le'", "CREATE TABLE notes (text TEXT)", "DROP TABLE notes");
        assertRefused(SchemaException.class, "UTF-16le");
    }

    @Test
    void anotherProgramsOpenDatabaseIsRefusedAndStaysUsable() throws Exception {
        try (Connection owner = DriverManager.getConnection("jdbc:sqlite:" + file());
                Statement statement = owner.createStatement()) {
            statement.execute("PRAGMA journal_mode = WAL");
            statement.execute("CREATE TABLE notes (text TEXT)");
            assertThatThrownBy(() -> Database.open(file())).isInstanceOf(SchemaException.class);
            statement.execute("INSERT INTO notes VALUES ('still here')");
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3})
    void theGoPackagesDatabaseIsRefusedWithTheCommandThatImportsIt(int version) throws Exception {
        execute(
                file(),
                "CREATE TABLE schema_migrations (version INTEGER PRIMARY KEY, applied_at DATETIME)",
                "CREATE TABLE agents (id TEXT PRIMARY KEY, name TEXT, capabilities TEXT)",
                "CREATE TABLE tasks (id TEXT PRIMARY KEY, agent_id TEXT, workflow_id TEXT)",
                "CREATE TABLE messages (id TEXT PRIMARY KEY, from_agent TEXT, to_agent TEXT, content TEXT)");
        for (int applied = 1; applied <= version; applied++) {
            execute(file(), "INSERT INTO schema_migrations (version) VALUES (" + applied + ")");
        }
        assertRefused(SchemaException.class, "modelscan-storage import ", " --db <new file>");
    }

    @Test
    void aNewerSchemaIsRefused() throws Exception {
        Database.open(file()).close();
        execute(
                file(),
                "INSERT INTO modelscan_schema_history (installed_rank, version, description, type, script, checksum,"
                        + " installed_by, execution_time, success)"
                        + " VALUES (99, '99', 'future', 'SQL', 'V99__future.sql', 1, '', 1, 1)");
        assertRefused(SchemaException.class, "version 99", "newer release");
    }

    @Test
    void aMigrationThatWasChangedAfterItRanIsRefused() throws Exception {
        Database.open(file()).close();
        execute(file(), "UPDATE modelscan_schema_history SET checksum = checksum + 1 WHERE version = '3'");
        assertRefused(SchemaException.class, "migration 3", "V3__tool_executions.sql");
    }

    @Test
    void reopeningAppliesNothingAndKeepsTheRows() {
        Team team = Team.builder().name("one").build();
        try (Database db = Database.open(file())) {
            assertThat(db.appliedMigrations()).hasSize(db.schemaVersion());
            team = db.teams().create(team);
        }
        try (Database db = Database.open(file())) {
            assertThat(db.appliedMigrations()).isEmpty();
            assertThat(db.teams().get(team.id())).isEqualTo(team);
        }
    }

    @Test
    void onlyADatabaseThatIsBehindLoadsFlyway() throws Exception {
        List<String> verbose = List.of("-Xlog:class+load", "-Xshare:off");
        String first = ChildProcess.start(directory, verbose, "open", "test.db").output();
        String second =
                ChildProcess.start(directory, verbose, "open", "test.db").output();
        Path old = directory.resolve("behind.db");
        execute(old, "PRAGMA application_id = " + SqliteConnections.APPLICATION_ID);
        OlderSchema.of("sqlite", "jdbc:sqlite:" + old, 1).load().migrate();
        String behind =
                ChildProcess.start(directory, verbose, "open", "behind.db").output();
        assertThat(List.of(first, second)).allSatisfy(each -> assertThat(each)
                .contains("dev.modelscan.storage.Database ")
                .doesNotContain(" org.flywaydb."));
        assertThat(behind).contains("org.flywaydb.core.Flyway ");
    }

    @Test
    void theModeIsSetAgainWhereAnotherProgramChangedIt() throws Exception {
        Database.open(file()).close();
        execute(file(), "PRAGMA journal_mode = DELETE");
        try (Database db = Database.open(file())) {
            assertThat(db.dsl().fetchValue("PRAGMA journal_mode")).isEqualTo("wal");
        }
    }

    @ParameterizedTest
    @EnumSource(Durability.class)
    void everyConnectionHasItsSettings(Durability durability) {
        try (Database db = Database.builder()
                .path(file())
                .durability(durability)
                .readers(3)
                .open()) {
            assertSettings(db.dsl(), durability, 1);
            // Both are held at once, so each query uses another connection.
            db.dsl().transaction(one -> {
                assertSettings(one.dsl(), durability, 1);
                db.dsl().transaction(two -> assertSettings(two.dsl(), durability, 1));
            });
            // The writer's commits are flushed by the library.
            Durability writers = durability == Durability.SHARED_FLUSH ? Durability.NORMAL : durability;
            db.useTx(tx -> assertSettings(tx.dsl(), writers, 0));
        }
    }

    private static void assertSettings(DSLContext dsl, Durability durability, int queryOnly) {
        assertThat(pragma(dsl, "foreign_keys")).isEqualTo("1");
        assertThat(pragma(dsl, "trusted_schema")).isEqualTo("0");
        assertThat(pragma(dsl, "journal_mode")).isEqualTo("wal");
        assertThat(pragma(dsl, "synchronous")).isEqualTo(durability == Durability.NORMAL ? "1" : "2");
        assertThat(pragma(dsl, "query_only")).isEqualTo(String.valueOf(queryOnly));
    }

    private static String pragma(DSLContext dsl, String name) {
        return String.valueOf(dsl.fetchValue("PRAGMA " + name));
    }

    @Test
    void aDatabaseInMemoryHasItsSettingsToo() {
        try (Database db = Database.inMemory()) {
            assertThat(pragma(db.dsl(), "foreign_keys")).isEqualTo("1");
            assertThat(pragma(db.dsl(), "query_only")).isEqualTo("1");
            db.useTx(tx -> assertThat(pragma(tx.dsl(), "foreign_keys")).isEqualTo("1"));
        }
    }

    @Test
    void aFileThatIsWholeIsHealthy() {
        try (Database db = Database.open(file())) {
            assertThat(db.healthCheck().problems()).isEmpty();
        }
    }

    @Test
    void aFileThatWasDeletedWhileOpenIsReported() throws IOException {
        try (Database db = Database.open(file())) {
            Files.delete(file());
            assertThat(db.healthCheck().problems()).anyMatch(problem -> problem.contains("moved or deleted"));
        }
    }

    @Test
    void aFileThatWasReplacedWhileOpenIsReported() throws IOException {
        try (Database db = Database.open(file())) {
            Files.move(file(), directory.resolve("moved.db"));
            Files.write(file(), "another".getBytes(StandardCharsets.UTF_8));
            assertThat(db.healthCheck().problems()).anyMatch(problem -> problem.contains("moved or deleted"));
        }
    }
}
