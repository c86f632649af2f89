package dev.modelscan.storage.migrations;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.modelscan.storage.Database;
import dev.modelscan.storage.DatabaseBuilder;
import dev.modelscan.storage.errors.SchemaException;
import dev.modelscan.storage.errors.UnavailableException;
import dev.modelscan.storage.support.MigratedSchema;
import dev.modelscan.storage.support.PostgresServer;
import dev.modelscan.storage.transfer.LeftBehind;
import dev.modelscan.storage.transfer.LeftBehindException;
import dev.modelscan.storage.workspaces.WorkspaceMigration;
import dev.modelscan.storage.workspaces.Workspaces;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Supplier;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.zip.CRC32;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Migrations of the application's own, in new databases, old ones and workspaces. */
class OwnMigrationsTest {

    private static final String NOTES = "CREATE TABLE notes (id text NOT NULL PRIMARY KEY REFERENCES tasks (id));";

    @TempDir
    private Path directory;

    private Path file;
    private String schema;

    @BeforeEach
    void namePlaces() {
        file = directory.resolve("test.db");
        schema = PostgresServer.newSchemaName();
    }

    private void write(String name, String sql) throws IOException {
        Path path = directory.resolve("app").resolve(name);
        Files.createDirectories(path.getParent());
        Files.writeString(path, sql);
    }

    private String folder() {
        return "filesystem:" + directory.resolve("app");
    }

    private DatabaseBuilder at(MigratedSchema.Engine engine) {
        return engine == MigratedSchema.Engine.SQLITE
                ? Database.builder().path(file)
                : Database.builder().url(PostgresServer.url()).workspace(schema);
    }

    private DatabaseBuilder workspaces(MigratedSchema.Engine engine) {
        return engine == MigratedSchema.Engine.SQLITE
                ? Database.builder().path(directory.resolve("workspaces"))
                : Database.builder().url(PostgresServer.url()).poolSize(2);
    }

    @ParameterizedTest
    @EnumSource
    void aFailedSetLeavesNeitherItsTablesNorTheLibrarys(MigratedSchema.Engine engine) throws IOException {
        write("V1__notes.sql", NOTES);
        write("V2__broken.sql", "INSERT INTO notes (id) VALUES (NULL);");
        assertThatThrownBy(() -> at(engine).migrations(folder()).open())
                .isExactlyInstanceOf(SchemaException.class)
                .hasMessageContaining("app/V2__broken.sql, line 1")
                .hasMessageContaining("All migrations of this start were rolled back");
        try (Database db = at(engine).open()) {
            assertThat(db.appliedMigrations()).hasSize(db.schemaVersion());
            assertThat(db.stats().sets()).isEmpty();
        }
    }

    @Test
    void aRowThatLosesWhatItRefersToFailsItsSetOnSqlite() throws IOException {
        write("V1__notes.sql", NOTES + "INSERT INTO notes VALUES ('no such task');");
        assertThatThrownBy(
                        () -> Database.builder().path(file).migrations(folder()).open())
                .isExactlyInstanceOf(SchemaException.class)
                .hasMessageContaining("V1__notes.sql")
                .hasMessageContaining("of notes without the row of tasks");
    }

    /** PostgreSQL takes a comment in a comment for one, and SQLite does not. */
    @Test
    void nothingBehindACommentIsLeftOut() throws IOException {
        write("V1__notes.sql", "/* Like db/* */\n" + NOTES + "\n/* The end. */\nCREATE TABLE more (id text);");
        try (Database db = at(MigratedSchema.Engine.SQLITE).migrations(folder()).open()) {
            assertThat(db.dsl().fetch("SELECT * FROM notes, more")).isEmpty();
        }
        assertThatThrownBy(() -> at(MigratedSchema.Engine.POSTGRESQL)
                        .migrations(folder())
                        .open())
                .isExactlyInstanceOf(SchemaException.class)
                .hasMessageContaining("app/V1__notes.sql, line 1: the comment that begins there does not end");
        write("V1__notes.sql", NOTES + "/* a /* b */ c */ COMMIT;");
        assertThatThrownBy(() -> at(MigratedSchema.Engine.POSTGRESQL)
                        .migrations(folder())
                        .open())
                .isExactlyInstanceOf(SchemaException.class)
                .hasMessageContaining("line 1: COMMIT cannot run");
    }

    @Test
    void whatFlywayCannotReadIsToldInOurWords() throws IOException {
        String table = "CREATE TABLE spans (\"begin\" text, \"end\" text);\n";
        for (String column : List.of("begin", "end")) {
            write("V1__spans.sql", table + "UPDATE spans SET " + column + " = 'x';");
            assertThatThrownBy(() -> at(MigratedSchema.Engine.SQLITE)
                            .migrations(folder())
                            .open())
                    .isExactlyInstanceOf(SchemaException.class)
                    .hasMessageContaining("migration app/V1__spans.sql, line 2: ")
                    .hasMessageContaining("in double quotes")
                    .hasMessageNotContainingAny("http", "Flyway", "pars");
        }
        write(
                "V1__spans.sql",
                "BEGIN;\n" + table
                        + "CREATE TRIGGER spans_end AFTER INSERT ON spans BEGIN UPDATE spans SET \"end\" = CASE"
                        + " \"end\" WHEN 'x' THEN 'y' ELSE 'z' END; END;\nCOMMIT;\n");
        try (Database db = at(MigratedSchema.Engine.SQLITE).migrations(folder()).open()) {
            assertThat(db.stats().sets()).isEqualTo(Map.of("app", 1L));
        }
    }

    @Test
    void theRowsOfACopyAreNoStatements() throws IOException {
        String copy = "COPY notes (id, text) FROM STDIN WITH (NULL ';');\n1\tsrc/*.java\n2\tit's; commit;\n"
                + "3\tstop; end of run; commit\n\\.\n";
        write("V1__notes.sql", "CREATE TABLE notes (id bigint, text text);\n" + copy + copy + "SELECT 1;\n");
        try (Database db =
                at(MigratedSchema.Engine.POSTGRESQL).migrations(folder()).open()) {
            assertThat(db.dsl().fetchValues("SELECT DISTINCT text FROM notes ORDER BY 1"))
                    .asString()
                    .isEqualTo("[it's; commit;, src/*.java, stop; end of run; commit]");
        }
        write("V2__more.sql", copy + "COMMIT;\n");
        assertThatThrownBy(() -> at(MigratedSchema.Engine.POSTGRESQL)
                        .migrations(folder())
                        .open())
                .isExactlyInstanceOf(SchemaException.class)
                .hasMessageContaining("app/V2__more.sql, line 6: COMMIT cannot run");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "CREATE TRIGGER t BEFORE UPDATE ON spans FOR EACH ROW WHEN (NEW.begin > NEW.finish) EXECUTE FUNCTION f();",
                "CREATE FUNCTION g(begin timestamptz) RETURNS integer LANGUAGE sql AS 'SELECT 1';",
                "CREATE FUNCTION g(a text, begin text) RETURNS integer LANGUAGE sql AS 'SELECT 1';",
                "CREATE PROCEDURE p() BEGIN ATOMIC END;",
                "CREATE PROCEDURE p() BEGIN ATOMIC SELECT CASE WHEN true THEN 1 END; DELETE FROM spans; END;"
            })
    void aColumnCalledBeginHidesNoCommit(String statement) throws IOException {
        String sql = """
                CREATE TABLE spans (begin bigint, finish bigint);
                CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
                """ + statement + "\n";
        write("V1__spans.sql", sql + "COMMIT;\n");
        assertThatThrownBy(() -> at(MigratedSchema.Engine.POSTGRESQL)
                        .migrations(folder())
                        .open())
                .isExactlyInstanceOf(SchemaException.class)
                .hasMessageContaining("app/V1__spans.sql, line 4: COMMIT cannot run");
    }

    /** An older release ran it. */
    @ParameterizedTest
    @EnumSource
    void whatWasAppliedIsNotRefused(MigratedSchema.Engine engine) throws Exception {
        write("V1__notes.sql", NOTES);
        at(engine).migrations(folder()).open().close();
        String changed = NOTES + "\nCOMMIT;\nBEGIN;\n";
        write("V1__notes.sql", changed);
        CRC32 checksum = new CRC32();
        changed.lines().forEach(line -> checksum.update(line.getBytes(StandardCharsets.UTF_8)));
        try (Connection connection = engine == MigratedSchema.Engine.SQLITE
                        ? DriverManager.getConnection("jdbc:sqlite:" + file)
                        : PostgresServer.connect(schema);
                Statement statement = connection.createStatement()) {
            statement.execute("UPDATE modelscan_app_schema_history SET checksum = " + (int) checksum.getValue()
                    + " WHERE version = '1'");
        }
        write("V2__more.sql", "CREATE TABLE more (id text NOT NULL PRIMARY KEY);");
        try (Database db = at(engine).migrations(folder()).open()) {
            assertThat(db.appliedMigrations()).containsExactly("app/V2__more.sql");
        }
    }

    @ParameterizedTest
    @EnumSource
    void eachWorkspaceGetsTheSets(MigratedSchema.Engine engine) throws IOException {
        write("V1__notes.sql", NOTES);
        try (Workspaces without = workspaces(engine).openWorkspaces()) {
            without.create(schema);
        }
        write("V2__more.sql", "CREATE TABLE more (id text NOT NULL PRIMARY KEY);");
        String other = schema + "_b";
        try (Workspaces all = workspaces(engine).migrations(folder()).openWorkspaces()) {
            try (Database db = all.open(other)) {
                assertThat(db.appliedMigrations()).endsWith("app/V1__notes.sql", "app/V2__more.sql");
                assertThat(db.stats().sets()).isEqualTo(Map.of("app", 2L));
            }
            Map<String, List<String>> applied = new java.util.TreeMap<>();
            for (WorkspaceMigration migration : all.migrateAll(2, progress -> {})) {
                if (migration.name().startsWith(schema)) {
                    applied.put(migration.name(), migration.appliedMigrations());
                }
            }
            assertThat(applied)
                    .isEqualTo(Map.of(schema, List.of("app/V1__notes.sql", "app/V2__more.sql"), other, List.of()));
        }
        try (Workspaces checked =
                workspaces(engine).migrations(folder()).validateOnly().openWorkspaces()) {
            checked.open(schema).close();
            assertThatThrownBy(() -> checked.create(schema + "_c"))
                    .isExactlyInstanceOf(SchemaException.class)
                    .hasMessageContaining("validateOnly()");
            assertThatThrownBy(() -> checked.migrateAll(1, progress -> {}))
                    .isExactlyInstanceOf(SchemaException.class)
                    .hasMessageContaining("validateOnly()");
            assertThat(checked.exists(schema + "_c")).isFalse();
            checked.drop(other, other);
            checked.drop(schema, schema);
        }
    }

    @Test
    void validateOnlyCreatesNothing() {
        assertThatThrownBy(() -> Database.builder().path(file).validateOnly().open())
                .isExactlyInstanceOf(UnavailableException.class)
                .hasMessageContaining("does not exist");
        assertThatThrownBy(() ->
                        at(MigratedSchema.Engine.POSTGRESQL).validateOnly().open())
                .isExactlyInstanceOf(SchemaException.class)
                .hasMessageContaining("V1__core_schema.sql")
                .hasMessageContaining("validateOnly()");
        assertThat(file).doesNotExist();
    }

    @Test
    void aSetIsReadFromAJarThatHasNoEntriesOfFoldersIfItHasAnIndex() throws Exception {
        for (boolean index : new boolean[] {true, false}) {
            Path jar = directory.resolve(index + ".jar");
            try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(jar))) {
                put(out, "db/packed/V1__notes.sql", NOTES);
                put(out, "db/packed/README.md", "not a migration");
                if (index) {
                    put(out, "db/packed/index", "V1__notes.sql\n");
                } else {
                    out.putNextEntry(new JarEntry("db/packed/"));
                }
            }
            Thread thread = Thread.currentThread();
            ClassLoader before = thread.getContextClassLoader();
            try (URLClassLoader loader =
                    new URLClassLoader(new URL[] {jar.toUri().toURL()}, before)) {
                thread.setContextClassLoader(loader);
                try (Database db = Database.builder()
                        .inMemory()
                        .migrations("classpath:/db/packed/")
                        .open()) {
                    assertThat(db.appliedMigrations()).endsWith("app/V1__notes.sql");
                }
            } finally {
                thread.setContextClassLoader(before);
            }
        }
    }

    private static void put(JarOutputStream out, String name, String content) throws IOException {
        out.putNextEntry(new JarEntry(name));
        out.write(content.getBytes(StandardCharsets.UTF_8));
    }

    @ParameterizedTest
    @EnumSource
    void ofSeveralThatOpenAtOnceOneMigrates(MigratedSchema.Engine engine) throws Exception {
        write("V1__notes.sql", NOTES);
        ExecutorService threads = Executors.newFixedThreadPool(3);
        CountDownLatch together = new CountDownLatch(3);
        List<Future<List<String>>> opened = new ArrayList<>();
        Supplier<DatabaseBuilder> builder = () -> at(engine).migrations(folder());
        for (int i = 0; i < 3; i++) {
            opened.add(threads.submit(() -> {
                together.countDown();
                together.await();
                try (Database db = builder.get().open()) {
                    assertThat(db.stats().sets()).isEqualTo(Map.of("app", 1L));
                    return db.appliedMigrations();
                }
            }));
        }
        List<String> all = new ArrayList<>();
        for (Future<List<String>> each : opened) {
            all.addAll(each.get());
        }
        threads.shutdown();
        assertThat(all).doesNotHaveDuplicates().contains("V1__core_schema.sql", "app/V1__notes.sql");
    }

    @Test
    void aTransferWithoutTheSetsNamesTheirTablesAndTheTargetGetsThemLater() throws IOException {
        write("V1__notes.sql", NOTES);
        Database.builder().path(file).migrations(folder()).open().close();
        DatabaseBuilder target = at(MigratedSchema.Engine.POSTGRESQL);
        assertThatThrownBy(() -> target.transferFrom(file).run())
                .isInstanceOfSatisfying(LeftBehindException.class, e -> assertThat(e.leftBehind())
                        .extracting(LeftBehind::name)
                        .containsExactly("notes"));
        target.transferFrom(file).leaveBehind("notes").run();
        try (Database db = target.migrations(folder()).open()) {
            assertThat(db.appliedMigrations()).containsExactly("app/V1__notes.sql");
        }
    }

    @Test
    void aHistoryOfFlywaysOwnIsLeftAlone() throws Exception {
        Database.open(file).close();
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file);
                Statement statement = connection.createStatement()) {
            statement.execute("CREATE TABLE flyway_schema_history (version TEXT)");
        }
        write("V1__notes.sql", NOTES);
        try (Database db = Database.builder().path(file).migrations(folder()).open()) {
            assertThat(db.appliedMigrations()).containsExactly("app/V1__notes.sql");
        }
    }
}
