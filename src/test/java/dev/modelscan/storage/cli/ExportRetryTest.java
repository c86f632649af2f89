package dev.modelscan.storage.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.modelscan.storage.Database;
import dev.modelscan.storage.agents.Agent;
import dev.modelscan.storage.cli.MainTest.Run;
import dev.modelscan.storage.support.PostgresServer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The server rolls back the transaction that an export reads, behind its first rows, and the export is run again. */
class ExportRetryTest {

    private static final String WORKSPACE = "team_a";

    @TempDir
    Path directory;

    private String url;

    @BeforeEach
    void fill() throws SQLException {
        url = PostgresServer.newDatabase("");
        try (Database db = Database.builder().url(url).workspace(WORKSPACE).open()) {
            db.agents().create(Agent.builder().name("first").mode("chat").build());
        }
        try (Connection connection =
                        DriverManager.getConnection(PostgresServer.with("currentSchema=" + WORKSPACE, url));
                Statement statement = connection.createStatement()) {
            statement.execute("CREATE SEQUENCE tries");
            // A sequence counts on when a transaction is rolled back.
            statement.execute("CREATE FUNCTION second_try() RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN"
                    + " IF nextval('" + WORKSPACE
                    + ".tries') = 1 THEN RAISE EXCEPTION 'by the test' USING ERRCODE = '40001';"
                    + " END IF; RETURN true; END $$");
            statement.execute("ALTER TABLE tool_executions RENAME TO executions");
            statement.execute("CREATE VIEW tool_executions AS SELECT * FROM executions WHERE (SELECT second_try())");
        }
    }

    private Run export(String file, String form) {
        return MainTest.run("export", file, "--format", form, "--workspace", WORKSPACE, "--db", url);
    }

    private void wasRunAgain() throws SQLException {
        try (Connection connection = DriverManager.getConnection(url);
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("SELECT last_value FROM " + WORKSPACE + ".tries")) {
            assertThat(row.next() && row.getLong(1) == 2).isTrue();
        }
    }

    @Test
    void anArchiveHoldsTheSecondTryAlone() throws Exception {
        Path archive = directory.resolve("all.jsonl");

        Run run = export(archive.toString(), "native");

        assertThat(run.code()).as(run.err()).isZero();
        wasRunAgain();
        assertThat(Files.readAllLines(archive))
                .filteredOn(line -> line.startsWith("{\"archive\""))
                .hasSize(1);
        Run stored = MainTest.run(
                "import",
                archive.toString(),
                "--db",
                directory.resolve("copy.db").toString());
        assertThat(stored.code()).as(stored.err()).isZero();
    }

    @Test
    void parquetFilesAreOfTheSecondTry() throws Exception {
        Path files = directory.resolve("files");

        Run run = export(files.toString(), "parquet");

        assertThat(run.code()).as(run.err()).isZero();
        wasRunAgain();
        try (Stream<Path> found = Files.walk(files.resolve("agents"))) {
            assertThat(found.filter(Files::isRegularFile)).hasSize(1);
        }
    }

    @Test
    void standardOutputCannotBeTakenBack() {
        Run run = export("-", "native");

        assertThat(run.code()).isEqualTo(1);
        assertThat(run.err()).contains("the standard output has a part of it").hasLineCount(1);
        assertThat(run.out()).startsWith("{\"archive\"").doesNotContain("\"rows\"");
    }
}
