package dev.modelscan.storage.migrations;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.modelscan.storage.Database;
import dev.modelscan.storage.DatabaseBuilder;
import dev.modelscan.storage.MigrationSet;
import dev.modelscan.storage.SchemaExport;
import dev.modelscan.storage.cli.Main;
import dev.modelscan.storage.errors.SchemaException;
import dev.modelscan.storage.support.MigratedSchema.Engine;
import dev.modelscan.storage.support.PostgresServer;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Migrations that somebody runs by hand. */
class SchemaExportTest {

    private static final MigrationSet APP = new MigrationSet("app", "classpath:db/app");

    @TempDir
    private Path directory;

    private Path file;
    private String schema;

    @BeforeEach
    void namePlaces() throws SQLException {
        file = directory.resolve("test.db");
        schema = PostgresServer.newSchema();
    }

    private DatabaseBuilder at(Engine engine) {
        return engine == Engine.SQLITE
                ? Database.builder().path(file)
                : Database.builder().url(PostgresServer.url()).workspace(schema);
    }

    private void run(Engine engine, String script) throws SQLException {
        try (Connection connection = engine == Engine.SQLITE
                        ? DriverManager.getConnection("jdbc:sqlite:" + file)
                        : PostgresServer.connect(schema);
                Statement statement = connection.createStatement()) {
            statement.executeUpdate(script);
        }
    }

    private static String name(Engine engine) {
        return engine.name().toLowerCase(java.util.Locale.ROOT);
    }

    @ParameterizedTest
    @EnumSource
    void whatIsRunByHandIsWhatOpeningWouldHaveApplied(Engine engine) throws SQLException {
        int newest = engine.scripts().size();
        run(engine, SchemaExport.sql(name(engine), 0, 4));
        assertThatThrownBy(() -> at(engine).validateOnly().open())
                .isExactlyInstanceOf(SchemaException.class)
                .hasMessageContaining("version 4, and not " + newest)
                .hasMessageContaining("V5__conversation_order.sql, V6__list_indexes.sql");
        run(engine, SchemaExport.sql(name(engine), 4, SchemaExport.NEWEST));
        try (Database db = at(engine).validateOnly().open()) {
            assertThat(db.schemaVersion()).isEqualTo(newest);
            assertThat(db.agents().list(1, 0)).isEmpty();
        }
        run(engine, SchemaExport.sql(name(engine), APP, 0, 1));
        // Flyway continues the history.
        try (Database db = at(engine).migrations(APP.location()).open()) {
            assertThat(db.appliedMigrations()).containsExactly("app/V20250102030405__score.sql");
            assertThat(db.stats().sets()).isEqualTo(Map.of("app", 20250102030405L));
        }
    }

    @ParameterizedTest
    @EnumSource
    void openingContinuesAfterWhatWasRunByHand(Engine engine) throws SQLException {
        run(engine, SchemaExport.sql(name(engine), 0, 4));
        try (Database db = at(engine).open()) {
            assertThat(db.appliedMigrations()).startsWith("V5__conversation_order.sql");
        }
    }

    /** Flyway takes the last statement without its semicolon. */
    @ParameterizedTest
    @EnumSource
    void aMigrationMayEndWithoutASemicolon(Engine engine) throws Exception {
        Files.writeString(directory.resolve("V1__one.sql"), "CREATE TABLE one (id integer)");
        Files.writeString(directory.resolve("V2__two.sql"), "CREATE TABLE two (id integer) -- the end;");
        Files.writeString(directory.resolve("V3__three.sql"), "-- nothing");
        MigrationSet set = new MigrationSet("open", "filesystem:" + directory);
        at(engine).open().close();
        run(engine, SchemaExport.sql(name(engine), set, 0, SchemaExport.NEWEST));
        try (Database db =
                at(engine).migrations(set.name(), set.location()).validateOnly().open()) {
            assertThat(db.stats().sets()).isEqualTo(Map.of("open", 3L));
            assertThat(db.dsl().fetch("SELECT * FROM one, two")).isEmpty();
        }
    }

    /** The script is one transaction, too. */
    @ParameterizedTest
    @EnumSource
    void aMigrationThatEndsTheTransactionIsNotPrinted(Engine engine) throws Exception {
        MigrationSet set = new MigrationSet("open", "filesystem:" + directory);
        Files.writeString(directory.resolve("V1__one.sql"), "CREATE TABLE one (id integer);\n\nCOMMIT;\n");
        assertThatThrownBy(() -> SchemaExport.sql(name(engine), set, 0, SchemaExport.NEWEST))
                .isExactlyInstanceOf(SchemaException.class)
                .hasMessageContaining("migration open/V1__one.sql, line 3: COMMIT cannot run");
        Files.writeString(directory.resolve("V1__one.sql"), "CREATE TABLE one (id integer); /* the end");
        assertThatThrownBy(() -> SchemaExport.sql(name(engine), set, 0, SchemaExport.NEWEST))
                .isExactlyInstanceOf(SchemaException.class)
                .hasMessageContaining("line 1: the comment");
        Files.writeString(directory.resolve("V1__one.sql"), "BEGIN;\nCREATE TABLE one (id integer);\nCOMMIT;\n");
        at(engine).open().close();
        run(engine, SchemaExport.sql(name(engine), set, 0, SchemaExport.NEWEST));
        try (Database db =
                at(engine).migrations(set.name(), set.location()).validateOnly().open()) {
            assertThat(db.stats().sets()).isEqualTo(Map.of("open", 1L));
        }
    }

    @Test
    void aVersionThatDoesNotExistIsRejected() {
        assertThatThrownBy(() -> SchemaExport.sql("oracle", 0, 1))
                .isExactlyInstanceOf(IllegalArgumentException.class)
                .hasMessage("engine oracle is unknown; write sqlite or postgresql");
        assertThatThrownBy(() -> SchemaExport.sql("sqlite", 99, SchemaExport.NEWEST))
                .isExactlyInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("from 99 is not a version of the library's schema; its versions are 1, 2");
        assertThatThrownBy(() -> SchemaExport.sql("sqlite", 3, 2))
                .isExactlyInstanceOf(IllegalArgumentException.class)
                .hasMessage("from 3 has to be less than to 2");
    }

    @Test
    void theCommandPrintsIt() {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int code = Main.run(
                new String[] {"schema", "export", "--engine", "postgresql", "--from", "4", "--to", "6"},
                new PrintWriter(out),
                new PrintWriter(err));
        assertThat(err.toString()).isEmpty();
        assertThat(code).isZero();
        assertThat(out.toString()).isEqualTo(SchemaExport.sql("postgresql", 4, 6));
        assertThat(out.toString())
                .startsWith("-- modelscan-storage for PostgreSQL, in the schema that is first in search_path: from"
                        + " version 4 to 6\nBEGIN;\n")
                .contains("-- V5__conversation_order.sql\n", "-- V6__list_indexes.sql\n")
                .doesNotContain("V4__", "CREATE TABLE modelscan_schema_history")
                .endsWith("COMMIT;\n");
    }

    @Test
    void theCommandRejectsASetWithoutAName() {
        StringWriter err = new StringWriter();
        int code = Main.run(
                new String[] {"schema", "export", "--engine", "sqlite", "--set", "folder"},
                new PrintWriter(new StringWriter()),
                new PrintWriter(err));
        assertThat(code).isEqualTo(2);
        assertThat(err.toString()).contains("--set folder has no =");
    }
}
