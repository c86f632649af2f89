package dev.modelscan.storage.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.modelscan.storage.Database;
import dev.modelscan.storage.DatabaseBuilder;
import dev.modelscan.storage.errors.ReferenceException;
import dev.modelscan.storage.errors.SchemaException;
import dev.modelscan.storage.tasks.Task;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Migrations of the application's own. Each test has its own database, which no other test uses afterwards. */
abstract class OwnMigrationsContract extends Suite {

    private static final String REVIEWS = """
            CREATE TABLE reviews (
                id text NOT NULL PRIMARY KEY,
                task_id text NOT NULL REFERENCES tasks (id)
            );
            """;

    private static final String NOTES = """
            -- ${no} placeholder; a $5 note
            CREATE TABLE notes (review_id text NOT NULL PRIMARY KEY REFERENCES reviews (id));
            """;

    private static final String BROKEN = "CREATE TABLE half (id text NOT NULL PRIMARY KEY);\n\nDROP TABLE missing;\n";

    @TempDir
    private Path directory;

    private Database first;

    @BeforeEach
    final void openDatabase() {
        first = engine().builder().open();
    }

    @AfterEach
    final void closeDatabase() {
        first.close();
    }

    /** The database that {@link #first} has open, or a new one if the engine opens none twice. */
    private DatabaseBuilder again() {
        return engine().beside(first).orElseGet(engine()::builder);
    }

    private DatabaseBuilder beside() {
        Optional<DatabaseBuilder> beside = engine().beside(first);
        assumeTrue(beside.isPresent());
        return beside.get();
    }

    private String folder(String name) {
        return "filesystem:" + directory.resolve(name);
    }

    private void write(String file, String sql) throws IOException {
        Path path = directory.resolve(file);
        Files.createDirectories(path.getParent());
        Files.writeString(path, sql);
    }

    private static int rows(Database db, String table) {
        return db.dsl().fetchCount(org.jooq.impl.DSL.table(table));
    }

    private void assertRefused(DatabaseBuilder builder, String... says) {
        assertThatThrownBy(() -> builder.open().close())
                .isExactlyInstanceOf(SchemaException.class)
                .hasMessageContainingAll(says);
    }

    @Test
    void aSetIsAppliedAfterTheLibrarysAndItsTablesCanBeUsed() {
        try (Database db = again().migrations("classpath:db/app").open()) {
            assertThat(db.appliedMigrations()).endsWith("app/V1__reviews.sql", "app/V20250102030405__score.sql");
            assertThat(db.stats().sets()).isEqualTo(Map.of("app", 20250102030405L));
            assertThat(db.schemaVersion()).isEqualTo(first.schemaVersion());
            assertThat(db.healthCheck().notes()).isEmpty();
            Task task = db.tasks().create(Task.builder().type("t").build());
            db.useTx(tx -> tx.dsl()
                    .execute(
                            "INSERT INTO reviews (id, task_id, score) VALUES ('r', ?, 3)",
                            task.id().value()));
            assertThat(rows(db, "reviews")).isEqualTo(1);
            assertThatThrownBy(() -> db.tasks().delete(task.id())).isExactlyInstanceOf(ReferenceException.class);
        }
    }

    @Test
    void setsAreAppliedInTheirOrderAndOnce() throws IOException {
        write("z/V1__reviews.sql", REVIEWS);
        write("a/V1__notes.sql", NOTES);
        DatabaseBuilder builder = beside().migrations("reviews", folder("z")).migrations("notes", folder("a"));
        try (Database db = builder.open()) {
            assertThat(db.appliedMigrations()).containsExactly("reviews/V1__reviews.sql", "notes/V1__notes.sql");
            assertThat(db.stats().sets()).isEqualTo(Map.of("notes", 1L, "reviews", 1L));
        }
        try (Database db = builder.open()) {
            assertThat(db.appliedMigrations()).isEmpty();
        }
        write("a/V3__more.sql", "CREATE TABLE more (id text NOT NULL PRIMARY KEY);");
        try (Database db = builder.open()) {
            assertThat(db.appliedMigrations()).containsExactly("notes/V3__more.sql");
            assertThat(db.stats().sets()).isEqualTo(Map.of("notes", 3L, "reviews", 1L));
        }
    }

    @Test
    void aFailureIsNamedWithItsSetAndUndoesAllOfTheStart() throws IOException {
        write("app/V1__reviews.sql", REVIEWS);
        write("app/V2__broken.sql", BROKEN);
        assertRefused(
                beside().migrations(folder("app")),
                "migration app/V2__broken.sql, line 3, failed",
                "missing",
                "Statement: DROP TABLE missing",
                "All migrations of this start were rolled back");
        try (Database db = beside().open()) {
            assertThat(db.stats().sets()).isEmpty();
            assertThatThrownBy(() -> rows(db, "reviews")).hasMessageContaining("reviews");
        }
        write("app/V2__broken.sql", NOTES);
        try (Database db = beside().migrations(folder("app")).open()) {
            assertThat(db.appliedMigrations()).containsExactly("app/V1__reviews.sql", "app/V2__broken.sql");
        }
    }

    /** A part of the migrations would stay, or be lost. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "COMMIT",
                "END",
                "BEGIN",
                "rollback",
                "Prepare Transaction 'a'",
                "-- all\n/* of it */ Commit Transaction"
            })
    void aMigrationThatEndsTheTransactionIsRefused(String statement) throws IOException {
        write("app/V1__reviews.sql", REVIEWS + statement + ";\n" + NOTES);
        assertRefused(
                beside().migrations(folder("app")),
                "app/V1__reviews.sql, line " + (statement.startsWith("--") ? 6 : 5),
                "all migrations are one transaction",
                "Remove the statement");
        write("app/V1__reviews.sql", "SAVEPOINT s;\n" + REVIEWS + "ROLLBACK TO s;\nRELEASE s;\n" + REVIEWS + NOTES);
        try (Database db = beside().migrations(folder("app")).open()) {
            assertThat(db.appliedMigrations()).containsExactly("app/V1__reviews.sql");
            assertThat(rows(db, "notes")).isZero();
        }
    }

    /** Programs that run such files one by one need both; here they would only be in the way. */
    @ParameterizedTest
    @ValueSource(strings = {"BEGIN;%s COMMIT;\n", "-- ours\nbegin transaction;\n%s;\n/* all */ END -- of it"})
    void aTransactionAroundAFileIsLeftOut(String around) throws IOException {
        String body = REVIEWS + "CREATE TABLE other (id text DEFAULT '; COMMIT; it''s');\n";
        write("app/V1__reviews.sql", around.formatted(body));
        write("app/V2__broken.sql", BROKEN);
        assertRefused(beside().migrations(folder("app")), "app/V2__broken.sql, line 3, failed");
        try (Database db = beside().open()) {
            assertThat(db.stats().sets()).isEmpty();
        }
        write("app/V2__broken.sql", NOTES);
        try (Database db = beside().migrations(folder("app")).open()) {
            assertThat(db.appliedMigrations()).containsExactly("app/V1__reviews.sql", "app/V2__broken.sql");
        }
        write("app/V3__more.sql", "CREATE TABLE more (id text NOT NULL PRIMARY KEY);");
        try (Database db = beside().migrations(folder("app")).open()) {
            assertThat(db.appliedMigrations()).containsExactly("app/V3__more.sql");
            assertThat(rows(db, "reviews")).isZero();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", REVIEWS})
    void aStatementThatNoTransactionTakesIsNamed(String before) throws IOException {
        write("app/V1__reviews.sql", before + "VACUUM;\n");
        assertRefused(beside().migrations(folder("app")), "app/V1__reviews.sql, line ", "Statement: VACUUM");
        try (Database db = beside().open()) {
            assertThat(db.stats().sets()).isEmpty();
        }
    }

    @Test
    void anAppliedMigrationThatIsNotTheSameAnyMoreIsRefused() throws IOException {
        write("app/V2__reviews.sql", REVIEWS);
        write("app/V3__notes.sql", NOTES);
        beside().migrations(folder("app")).open().close();

        write("app/V2__reviews.sql", REVIEWS + "-- changed\n");
        assertRefused(
                beside().migrations(folder("app")), "migrations app: V2__reviews.sql was applied", "as they were");
        write("app/V2__reviews.sql", REVIEWS.replace("\n", "\r\n"));
        beside().migrations(folder("app")).open().close();

        write("app/V1__before.sql", "CREATE TABLE before (id text);");
        assertRefused(beside().migrations(folder("app")), "V2__reviews.sql was applied", "before it that was never");
        Files.delete(directory.resolve("app/V1__before.sql"));

        Files.delete(directory.resolve("app/V2__reviews.sql"));
        assertRefused(beside().migrations(folder("app")), "V2__reviews.sql was applied", "lacks it");
        write("app/V2__reviews.sql", REVIEWS);

        Files.delete(directory.resolve("app/V3__notes.sql"));
        assertRefused(beside().migrations(folder("app")), "version 3 was applied", "up to 2", "newer release");
    }

    @Test
    void aFolderThatCannotBeUsedIsNamed() throws IOException {
        assertRefused(again().migrations("classpath:db/none"), "migrations app", "classpath:db/none/");
        write("both/V1__a.sql", REVIEWS);
        write("both/sqlite/V1__a.sql", REVIEWS);
        write("both/postgresql/V1__a.sql", REVIEWS);
        assertRefused(again().migrations(folder("both")), "hold some", "a folder for each engine");
        write("named/V1_a.sql", REVIEWS);
        assertRefused(again().migrations(folder("named")), "V1_a.sql", "V<number>__<words>.sql");
        write("repeatable/R__a.sql", REVIEWS);
        assertRefused(again().migrations(folder("repeatable")), "R__a.sql", "Repeatable");
        write("twice/V1__a.sql", REVIEWS);
        write("twice/V1__b.sql", NOTES);
        assertRefused(again().migrations(folder("twice")), "V1__a.sql", "V1__b.sql", "one version");
        write("latin/V1__a.sql", REVIEWS);
        Files.write(directory.resolve("latin/V1__a.sql"), new byte[] {'-', '-', (byte) 0xE4});
        assertRefused(again().migrations(folder("latin")), "V1__a.sql", "UTF-8");
    }

    @Test
    void readOnlyAndValidateOnlyApplyNothingAndNameWhatIsMissing() throws IOException {
        write("app/V1__reviews.sql", REVIEWS);
        write("app/V2__notes.sql", NOTES);
        assertRefused(beside().migrations(folder("app")).readOnly(), "lacks", "app/V1__reviews.sql, app/V2__notes.sql");
        assertRefused(
                beside().migrations(folder("app")).validateOnly(),
                "app/V1__reviews.sql, app/V2__notes.sql",
                "validateOnly() applies none",
                "schema export");
        try (Database db = beside().validateOnly().open()) {
            assertThat(db.stats().sets()).isEmpty();
        }
        beside().migrations(folder("app")).open().close();
        try (Database db = beside().migrations(folder("app")).readOnly().open()) {
            assertThat(db.stats().sets()).isEqualTo(Map.of("app", 2L));
            assertThat(rows(db, "notes")).isZero();
        }
        try (Database db = beside().migrations(folder("app")).validateOnly().open()) {
            assertThat(db.tasks().create(Task.builder().type("t").build()).version())
                    .isEqualTo(1);
            assertThat(db.stats().sets()).isEqualTo(Map.of("app", 2L));
        }
    }

    @Test
    void aSetThatIsNotAskedForIsToldAndNotTouched() throws IOException {
        write("app/V1__reviews.sql", REVIEWS);
        beside().migrations(folder("app")).open().close();
        try (Database db = beside().open()) {
            assertThat(db.stats().sets()).isEqualTo(Map.of("app", 1L));
            assertThat(db.healthCheck().isHealthy()).isTrue();
            assertThat(db.healthCheck().notes()).singleElement().asString().contains("set app", "version 1");
        }
    }
}
