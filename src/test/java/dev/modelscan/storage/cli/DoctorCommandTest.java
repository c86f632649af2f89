package dev.modelscan.storage.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.modelscan.storage.Backups;
import dev.modelscan.storage.Database;
import dev.modelscan.storage.agents.Agent;
import dev.modelscan.storage.cli.MainTest.Run;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The exit code says how bad it is, and the output how to fix it. */
class DoctorCommandTest {

    @TempDir
    private Path directory;

    private String database;

    @BeforeEach
    void createDatabase() {
        database = directory.resolve("app.db").toString();
        try (Database db = Database.open(database)) {
            db.agents().create(Agent.builder().name("a").mode("llm").build());
        }
    }

    private void plant(String sql) throws SQLException {
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + database);
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    @Test
    void theExitCodeIsTheSeverity() throws Exception {
        Run healthy = MainTest.run("doctor", "--db", database);
        assertThat(healthy.code()).as(healthy.err()).isZero();
        assertThat(healthy.out()).isEqualTo("nothing is wrong" + System.lineSeparator());

        Run noBackup = MainTest.run(
                "doctor",
                "--db",
                database,
                "--backups",
                directory.resolve("none").toString());
        assertThat(noBackup.code()).isEqualTo(3);
        assertThat(noBackup.out()).contains("warning  backup-missing", "fix: backup --to ");

        plant("DROP TRIGGER agents_touch");
        Run error = MainTest.run("doctor", "--db", database, "--json");
        assertThat(error.code()).isEqualTo(4);
        JsonNode finding = new ObjectMapper().readTree(error.out()).at("/findings/0");
        assertThat(finding.get("code").asText()).isEqualTo("trigger-missing");
        assertThat(finding.get("severity").asText()).isEqualTo("ERROR");
        assertThat(finding.at("/ids/0").asText()).isEqualTo("agents_touch");
        assertThat(finding.get("fix").asText()).isEqualTo("doctor --repair");

        Files.writeString(Path.of(database), "no database any more");
        Run unreadable = MainTest.run("doctor", "--db", database);
        assertThat(unreadable.code()).isEqualTo(4);
        assertThat(unreadable.out()).contains("error  cannot-open", "not a SQLite database");
        assertThat(MainTest.run(
                                "doctor",
                                "--db",
                                directory.resolve("missing.db").toString())
                        .code())
                .isEqualTo(1);
    }

    @Test
    void anOlderSchemaIsToBeMigratedAndNoRepairDoesIt() throws Exception {
        plant("DELETE FROM modelscan_schema_history WHERE installed_rank = (SELECT max(installed_rank)"
                + " FROM modelscan_schema_history)");

        for (List<String> options : List.of(List.<String>of(), List.of("--repair"))) {
            List<String> command = new ArrayList<>(List.of("doctor", "--db", database));
            command.addAll(options);
            Run behind = MainTest.run(command.toArray(String[]::new));

            assertThat(behind.code()).isEqualTo(4);
            assertThat(behind.out())
                    .contains("error  cannot-open", "fix: migrate")
                    .doesNotContain("restore");
        }
        assertThat(Backups.list(directory)).isEmpty();
    }

    @Test
    void aRepairMakesABackupFirst() throws Exception {
        plant("DROP TRIGGER agents_touch");

        Run repaired = MainTest.run("doctor", "--db", database, "--repair");

        assertThat(repaired.code()).as(repaired.err()).isZero();
        assertThat(repaired.out())
                .contains("backed up to " + database + ".before-repair-", "repaired: the missing trigger agents_touch")
                .endsWith("nothing is wrong" + System.lineSeparator());
        assertThat(Backups.list(directory)).hasSize(1);
    }

    @Test
    void whatCannotBeRepairedIsAFinding() throws Exception {
        plant("DROP TRIGGER agents_touch");
        plant("DROP INDEX messages_by_sender");
        plant("CREATE TABLE messages_by_sender (mine)");

        Run repaired = MainTest.run("doctor", "--db", database, "--repair");

        assertThat(repaired.code()).as(repaired.err()).isEqualTo(4);
        assertThat(repaired.out())
                .contains(
                        "repaired: the missing trigger agents_touch", "error  repair-failed", "warning  index-missing")
                .doesNotContain("repaired: the missing index");
    }

    @Test
    void aRepairShowsBars() throws Exception {
        plant("DROP TRIGGER agents_touch");
        try (Database db = Database.open(Path.of(database))) {
            db.search().enable();
        }
        plant("DROP TRIGGER messages_search_insert");

        assertThat(TerminalRun.bars("doctor", "--db", database, "--repair"))
                .contains(
                        "Copying", "Repairing the missing trigger agents_touch", "the search index, by a rebuild 100%");
    }

    @Test
    void aDryRunSaysWhatARepairWouldDoAndWritesNothing() throws Exception {
        plant("DROP TRIGGER agents_touch");
        byte[] before = Files.readAllBytes(Path.of(database));

        Run dry = MainTest.run("doctor", "--db", database, "--repair", "--dry-run");

        assertThat(dry.code()).as(dry.err()).isEqualTo(4);
        assertThat(dry.out())
                .startsWith("would repair: the missing trigger agents_touch")
                .contains("trigger-missing");
        assertThat(Files.readAllBytes(Path.of(database))).isEqualTo(before);
        assertThat(Backups.list(directory)).isEmpty();
        assertThat(MainTest.run("doctor", "--db", database, "--dry-run").code()).isEqualTo(2);
    }
}
