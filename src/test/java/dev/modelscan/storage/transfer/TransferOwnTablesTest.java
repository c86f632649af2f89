package dev.modelscan.storage.transfer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.modelscan.storage.Database;
import dev.modelscan.storage.DatabaseBuilder;
import dev.modelscan.storage.agents.Agent;
import dev.modelscan.storage.errors.ConflictException;
import dev.modelscan.storage.errors.InvalidDataException;
import dev.modelscan.storage.errors.ReferenceException;
import dev.modelscan.storage.errors.SchemaException;
import dev.modelscan.storage.errors.StorageException;
import dev.modelscan.storage.support.PostgresServer;
import dev.modelscan.storage.tasks.Task;
import dev.modelscan.storage.tasks.TaskId;
import dev.modelscan.storage.transfer.TransferProgress.Phase;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A transfer carries the tables that the application's migrations made, or says which it cannot. */
class TransferOwnTablesTest {

    private static final String SQLITE = """
            CREATE TABLE verdicts (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT;
            INSERT INTO verdicts (name) VALUES ('good'), ('bad');
            CREATE TABLE reviews (
                id TEXT NOT NULL PRIMARY KEY,
                task_id TEXT NOT NULL REFERENCES tasks (id) ON DELETE CASCADE,
                verdict_id INTEGER REFERENCES verdicts,
                score REAL,
                final INTEGER,
                metadata TEXT,
                created_at TEXT,
                image BLOB,
                small INTEGER,
                first_note INTEGER REFERENCES "Notes" (number)
            ) STRICT;
            CREATE INDEX reviews_by_task ON reviews (task_id);
            CREATE TABLE "Notes" (
                number INTEGER PRIMARY KEY,
                review_id VARCHAR(20) COLLATE NOCASE REFERENCES reviews (id),
                "order" DOUBLE,
                kind TEXT DEFAULT 'plain'
            );
            CREATE TABLE marks (review_id TEXT REFERENCES reviews, at TEXT, PRIMARY KEY (review_id, at)) WITHOUT ROWID;
            CREATE VIEW good AS SELECT * FROM reviews;
            CREATE TRIGGER marked AFTER INSERT ON marks BEGIN SELECT 1;END;
            """;

    private static final String POSTGRESQL = """
            CREATE TABLE verdicts (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text NOT NULL UNIQUE);
            INSERT INTO verdicts (name) VALUES ('good'), ('bad');
            CREATE TYPE kind AS ENUM ('odd', 'plain');
            CREATE TABLE notes (number bigserial PRIMARY KEY, review_id varchar(20), "order" double precision, kind kind);
            CREATE TABLE reviews (
                id text NOT NULL PRIMARY KEY,
                created_at timestamptz,
                task_id text COLLATE "C" NOT NULL REFERENCES tasks (id) ON DELETE CASCADE,
                verdict_id bigint REFERENCES verdicts,
                score double precision,
                final boolean,
                metadata jsonb,
                image bytea,
                small smallint,
                first_note bigint REFERENCES notes (number)
            );
            ALTER TABLE notes ADD FOREIGN KEY (review_id) REFERENCES reviews (id);
            CREATE INDEX reviews_by_task ON reviews (task_id);
            CREATE TABLE marks (review_id text REFERENCES reviews, at timestamptz, PRIMARY KEY (review_id, at));
            CREATE VIEW good AS SELECT * FROM reviews;
            """;

    /** Two rows whose keys a locale sorts the other way, and values at the edges of the types. */
    private static final String ROWS = """
            INSERT INTO verdicts VALUES (7, 'so\tso\\');
            UPDATE verdicts SET name = 'very bad' WHERE name = 'bad';
            INSERT INTO reviews (id, task_id) VALUES ('a', 't1');
            INSERT INTO reviews VALUES ('B', 't1', 7, 0.1, 1, '{"a": 1.50}', '2025-01-02T03:04:05.678901Z', x'00ff5c', -32768, NULL);
            INSERT INTO reviews VALUES ('c', 't1', 1, -1e300, 0, 'null', '0000-01-01T00:00:00.000000Z', x'', 32767, NULL);
            INSERT INTO "Notes" VALUES (9, 'a', 1, 'odd'), (-9223372036854775808, 'B', 9e999, NULL), (1, NULL, NULL, 'plain');
            UPDATE reviews SET first_note = 9 WHERE id = 'a';
            INSERT INTO marks VALUES ('a', '2025-01-02T03:04:05.678901Z'), ('a', '2025-01-02T03:04:05.678902Z');
            """;

    @TempDir
    private Path directory;

    private Path file;
    private String workspace;

    @BeforeEach
    void fill() throws IOException, SQLException {
        file = directory.resolve("source.db");
        workspace = PostgresServer.newSchemaName();
        write("sqlite/V1__reviews.sql", SQLITE);
        write("postgresql/V1__reviews.sql", POSTGRESQL);
        try (Database db = source()) {
            db.agents().create(Agent.builder().name("alice").mode("llm").build());
            db.tasks().create(Task.builder().id(new TaskId("t1")).type("x").build());
        }
        inSource(ROWS);
    }

    private Database source() {
        return Database.builder().path(file).migrations(folder()).open();
    }

    private String folder() {
        return "filesystem:" + directory.resolve("app");
    }

    private void write(String name, String sql) throws IOException {
        Path path = directory.resolve("app").resolve(name);
        Files.createDirectories(path.getParent());
        Files.writeString(path, sql);
    }

    private DatabaseBuilder target() {
        return Database.builder().url(PostgresServer.url()).workspace(workspace).migrations(folder());
    }

    private Transfer transfer() {
        return target().transferFrom(file);
    }

    private void inSource(String script) throws SQLException {
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file)) {
            // The driver passes on the whole text.
            connection.createStatement().executeUpdate(script);
        }
    }

    private List<String> inTarget(String sql) throws SQLException {
        try (Connection connection = PostgresServer.connect(workspace)) {
            return TransferFixture.run(connection, sql);
        }
    }

    private boolean schemaExists() throws SQLException {
        return !inTarget("SELECT 1 FROM pg_namespace WHERE nspname = '" + workspace + "'")
                .isEmpty();
    }

    private void requireCarried(TransferResult result) throws SQLException {
        assertThat(result.tables())
                .filteredOn(table ->
                        List.of("verdicts", "reviews", "notes", "marks").contains(table.name()))
                .extracting(TransferredTable::rows)
                .containsExactlyInAnyOrder(3L, 3L, 3L, 2L);
        assertThat(inTarget("SELECT id || ' ' || name FROM verdicts ORDER BY id"))
                .containsExactly("1 good", "2 very bad", "7 so\tso\\");
        assertThat(inTarget("SELECT row_to_json(r)::text FROM (SELECT *, 'x' FROM reviews WHERE id = 'B') r")
                        .get(0))
                .contains("\"verdict_id\":7", "\"score\":0.1", "\"final\":true", "{\"a\": 1.50}", "\\\\x00ff5c")
                .contains("\"small\":-32768");
        assertThat(inTarget("SELECT count(*) FROM reviews JOIN notes ON number = first_note"))
                .containsExactly("1");
        assertThat(
                        inTarget(
                                "SELECT count(*) FROM pg_constraint WHERE contype = 'f' AND connamespace ="
                                        + " current_schema()::regnamespace AND conrelid::regclass::text IN ('reviews', 'notes', 'marks')"))
                .containsExactly("5");
    }

    @Test
    void theTablesOfTheSetsComeAlong() throws SQLException {
        assertThat(transfer().dryRun().rows()).containsEntry("reviews", 3L).containsEntry("marks", 2L);
        assertThat(schemaExists()).isFalse();

        TransferResult result = transfer().run();

        requireCarried(result);
        assertThat(result.leftBehind()).isEmpty();
        // The next number is that after the highest.
        inTarget("INSERT INTO verdicts (name) VALUES ('new'); INSERT INTO notes DEFAULT VALUES");
        assertThat(inTarget("SELECT max(id) FROM verdicts")).containsExactly("8");
        assertThat(inTarget("SELECT max(number) FROM notes")).containsExactly("10");
        try (Database db = target().open()) {
            assertThat(db.appliedMigrations()).isEmpty();
            assertThat(db.stats().sets()).containsEntry("app", 1L);
        }
    }

    @Test
    void anInterruptedTransferGoesOnWithTheSameTablesAlone() throws SQLException {
        Transfer stopped = transfer().onProgress(progress -> {
            if (progress.phase() == Phase.COPY && progress.done() == progress.total() - 2) {
                throw new IllegalStateException("stopped");
            }
        });
        assertThatThrownBy(stopped::run).hasMessage("stopped");
        inSource("DELETE FROM marks");

        assertThatThrownBy(() -> transfer().leaveBehind("marks").run())
                .isInstanceOf(ConflictException.class)
                .hasMessageContaining("marks")
                .hasMessageContaining("--restart");
        TransferResult result = transfer().run();

        assertThat(result.resumed()).isTrue();
        assertThat(result.copiedRows()).isEqualTo(2);
        requireCarried(result);
    }

    @Test
    void aRestartRemovesTheRowsOfTheApplicationToo() throws SQLException {
        assertThatThrownBy(() -> transfer()
                        .onProgress(progress -> {
                            if (progress.phase() == Phase.INDEX && progress.done() == 3) {
                                throw new IllegalStateException("stopped");
                            }
                        })
                        .run())
                .hasMessage("stopped");

        TransferResult result = transfer().restart().run();

        assertThat(result.resumed()).isFalse();
        requireCarried(result);
    }

    /** SQLite took each, and the target cannot hold it. */
    @Test
    void aValueThatTheTargetCannotHoldIsNamed() throws SQLException {
        inSource("""
                UPDATE reviews SET small = 32768 WHERE id = 'a';
                UPDATE reviews SET final = 2 WHERE id = 'B';
                UPDATE reviews SET created_at = 'today' WHERE id = 'c';
                INSERT INTO reviews (id, task_id, metadata) VALUES ('d', 't1', '{'), ('e', 't1', char(97, 0));
                UPDATE "Notes" SET "order" = 'x' WHERE number = 9;
                UPDATE "Notes" SET "order" = x'00' WHERE number = 1;
                """);

        StorageException first =
                catchThrowableOfType(StorageException.class, () -> transfer().dryRun());
        assertThat(first).isNotNull();
        assertThat(Stream.concat(Stream.of(first), Arrays.stream(first.getSuppressed()))
                        .map(InvalidDataException.class::cast)
                        .map(e -> e.entity() + " " + e.id() + " " + e.field() + " " + e.reason()))
                .satisfiesExactlyInAnyOrder(
                        problem -> assertThat(problem)
                                .startsWith("reviews a small is 32768, and")
                                .contains("32767"),
                        problem -> assertThat(problem)
                                .startsWith("reviews B final is 2, but")
                                .contains("true or false"),
                        problem -> assertThat(problem).startsWith("reviews c created_at is not a time"),
                        problem -> assertThat(problem)
                                .startsWith("reviews d metadata")
                                .contains("JSON"),
                        problem -> assertThat(problem).startsWith("reviews e metadata has a NUL"),
                        problem -> assertThat(problem).startsWith("notes 9 order holds text"),
                        problem -> assertThat(problem).startsWith("notes 1 order holds bytes"));

        assertThatThrownBy(() -> transfer().run())
                .isInstanceOfSatisfying(
                        InvalidDataException.class, e -> assertThat(e.entity()).isIn("reviews", "notes"));
        try (Database db = target().open()) {
            assertThat(db.stats().rows().values()).containsOnly(0L);
        }
    }

    @Test
    void aRowThatTheTargetRefusesAndOneWithoutItsParentAreNamed() throws SQLException {
        inSource("UPDATE \"Notes\" SET review_id = NULL; PRAGMA foreign_keys = OFF; UPDATE \"Notes\" SET review_id ="
                + " 'longer than twenty characters' WHERE number = 9");
        InvalidDataException refused = catchThrowableOfType(
                InvalidDataException.class, () -> transfer().run());
        assertThat(refused).isNotNull();
        assertThat(List.of(refused.entity(), refused.id())).containsExactly("notes", "9");

        inSource("PRAGMA foreign_keys = OFF; UPDATE \"Notes\" SET review_id = 'none' WHERE number = 9");
        ReferenceException orphan =
                catchThrowableOfType(ReferenceException.class, () -> transfer().run());
        assertThat(orphan).isNotNull().hasMessageContaining("review_id");
        assertThat(List.of(orphan.entity(), orphan.id())).containsExactly("notes", "9");
        assertThat(inTarget("SELECT count(*) FROM reviews")).containsExactly("0");
    }

    /** All at once, and before anything is written. */
    @Test
    void tablesThatDifferAreNamed() throws IOException, SQLException {
        write("sqlite/V2__odd.sql", """
                CREATE TABLE one (id TEXT PRIMARY KEY, price NUMERIC, twice INTEGER AS (2), mine TEXT);
                CREATE TABLE two (a TEXT, b TEXT, PRIMARY KEY (a, b));
                CREATE TABLE three (a TEXT);
                CREATE TABLE four (a TEXT PRIMARY KEY);
                CREATE TABLE five (at REAL PRIMARY KEY, day TEXT, wrong TEXT, one TEXT, rounded TEXT, exact TEXT);
                CREATE VIRTUAL TABLE found USING fts5(text);
                """);
        write("postgresql/V2__odd.sql", """
                CREATE TABLE one (id text PRIMARY KEY, price numeric, twice bigint, yours text);
                CREATE TABLE two (a text, b text, PRIMARY KEY (b, a));
                CREATE TABLE three (a text);
                CREATE TABLE five (at double precision PRIMARY KEY, day date, wrong bigint, one text REFERENCES one,
                    rounded timestamptz(3), exact timestamptz(6));
                CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
                CREATE TRIGGER noted AFTER INSERT ON tasks FOR EACH ROW EXECUTE FUNCTION note();
                CREATE TRIGGER copied AFTER INSERT ON tasks FOR EACH ROW EXECUTE FUNCTION note();
                ALTER TABLE tasks ENABLE REPLICA TRIGGER copied;
                """);
        source().close();

        assertThatThrownBy(() -> transfer().run())
                .isInstanceOf(LeftBehindException.class)
                .hasMessageContaining("virtual table found");
        for (boolean dry : List.of(true, false)) {
            SchemaException refused = catchThrowableOfType(SchemaException.class, () -> {
                if (dry) {
                    transfer().leaveBehind("found").dryRun();
                } else {
                    transfer().leaveBehind("found").run();
                }
            });
            assertThat(refused)
                    .isNotNull()
                    .hasMessageContaining("one.price is NUMERIC in the source, and numeric in the target")
                    .hasMessageContaining("one.twice is computed from other columns")
                    .hasMessageContaining("one.yours is only in the target")
                    .hasMessageContaining("one.mine is only in the source")
                    .hasMessageContaining("two has the primary key [a, b] in the source, and [b, a] in the target")
                    .hasMessageContaining("three has no primary key")
                    .hasMessageContaining("the target has no table four")
                    .hasMessageContaining("five.at is part of the primary key")
                    .hasMessageContaining("five.day is TEXT in the source, and date in the target")
                    .hasMessageContaining("five.wrong is TEXT in the source, and bigint in the target")
                    .hasMessageContaining("five.rounded is TEXT in the source, and timestamp(3) with time zone in the")
                    .hasMessageNotContaining("five.exact")
                    .hasMessageContaining("the foreign key of five (one) to one is only in the target")
                    .hasMessageContaining("trigger noted")
                    .hasMessageNotContaining("trigger copied")
                    .hasMessageContaining("leaveBehind");
            assertThat(schemaExists()).isFalse();
        }
        // With the tables left behind, and the trigger disabled, the rest is carried.
        target().open().close();
        inTarget("ALTER TABLE tasks DISABLE TRIGGER noted; DELETE FROM verdicts");
        TransferResult result = transfer()
                .leaveBehind("found", "one", "two", "three", "four", "five")
                .run();
        requireCarried(result);
        assertThat(result.leftBehind())
                .extracting(LeftBehind::name)
                .containsExactly("five", "four", "one", "three", "two", "found");
    }

    @Test
    void whatNoSetMadeIsStillNamed() throws SQLException {
        inSource("CREATE TABLE own (id); ALTER TABLE reviews ADD COLUMN colour TEXT; ALTER TABLE agents ADD COLUMN age"
                + " INTEGER; CREATE INDEX extra ON reviews (score)");
        assertThatThrownBy(() -> transfer().run())
                .isInstanceOfSatisfying(LeftBehindException.class, e -> assertThat(e.leftBehind())
                        .extracting(LeftBehind::name)
                        .containsExactly("own", "agents.age", "reviews.colour", "extra"));
    }

    @Test
    void aTargetWithRowsOfTheApplicationIsRefused() throws SQLException {
        target().open().close();
        assertThatThrownBy(() -> transfer().run())
                .isInstanceOf(ConflictException.class)
                .hasMessageContaining("has rows in verdicts");
    }
}
