package dev.modelscan.storage.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.modelscan.storage.cli.MainTest.Run;
import dev.modelscan.storage.errors.StorageException;
import dev.modelscan.storage.support.PostgresServer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;

/** The command line with workspaces, on each engine. */
class WorkspacesCommandTest {

    @Nested
    class OnSqlite extends Suite {
        @Override
        String place() {
            return directory.resolve("workspaces").toString();
        }

        @Override
        void tamper(String sql) throws Exception {
            execute("jdbc:sqlite:" + Path.of(place, "broken.db"), sql);
        }
    }

    @Nested
    class OnPostgres extends Suite {
        @Override
        String place() throws Exception {
            return PostgresServer.newDatabase("");
        }

        @Override
        void tamper(String sql) throws Exception {
            execute(PostgresServer.with("currentSchema=broken", place), sql);
        }
    }

    /** Needs no right to create a database, and on a cluster has distributed schemas. */
    @Nested
    @EnabledIf("dev.modelscan.storage.support.PostgresServer#mayBeAnothers")
    class OnPostgresAmongOthers extends Suite {

        private final String prefix = PostgresServer.newSchemaName() + "_";

        @Override
        String place() {
            return PostgresServer.url();
        }

        @Override
        String name(String plain) {
            return prefix + plain;
        }

        @Override
        void tamper(String sql) throws Exception {
            execute(PostgresServer.with("currentSchema=" + name("broken"), place), sql);
        }

        @AfterEach
        void dropAll() throws Exception {
            for (String plain : List.of("acme", "broken", "globex")) {
                execute(place, "DROP SCHEMA IF EXISTS " + name(plain) + " CASCADE");
            }
        }
    }

    private static void execute(String url, String sql) throws Exception {
        try (Connection connection = DriverManager.getConnection(url);
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    abstract static class Suite {

        @TempDir
        Path directory;

        String place;

        /** The place of the workspaces; there are none yet. */
        abstract String place() throws Exception;

        /** The name of a workspace in a place that may have others. */
        String name(String plain) {
            return plain;
        }

        /** The workspaces of the test, by their plain names, as the command lists them. */
        private List<String> listed() {
            return run("workspaces", "list")
                    .out()
                    .lines()
                    .filter(line -> line.startsWith(name("")))
                    .map(line -> line.substring(name("").length()))
                    .toList();
        }

        /** Runs a statement in the workspace {@code broken}, without the library. */
        abstract void tamper(String sql) throws Exception;

        @BeforeEach
        void choosePlace() throws Exception {
            place = place();
        }

        private Run run(String... args) {
            List<String> all = new ArrayList<>(List.of(args));
            all.addAll(List.of("--db", place));
            return MainTest.run(all.toArray(String[]::new));
        }

        private JsonNode json(String... args) throws Exception {
            List<String> all = new ArrayList<>(List.of(args));
            all.add("--json");
            return new ObjectMapper().readTree(run(all.toArray(String[]::new)).out());
        }

        @Test
        void aWorkspaceIsMadeListedAndDropped() throws Exception {
            assertThat(listed()).isEmpty();
            assertThat(run("workspaces", "create", name("globex")).out())
                    .isEqualTo("created " + name("globex") + System.lineSeparator());
            assertThat(run("workspaces", "create", name("acme")).code()).isZero();
            assertThat(listed()).containsExactly("acme", "globex");
            List<String> inJson = new ArrayList<>();
            json("workspaces", "list").path("workspaces").forEach(workspace -> inJson.add(workspace.asText()));
            assertThat(inJson).contains(name("acme"), name("globex"));

            Run again = run("workspaces", "create", name("acme"));
            assertThat(again.code()).isEqualTo(1);
            assertThat(again.err().strip()).isEqualTo("error: workspace " + name("acme") + " exists already");
            assertThat(run("workspaces", "drop", name("acme")).code()).isEqualTo(2);
            Run mistaken = run("workspaces", "drop", name("acme"), "--confirm", name("globex"));
            assertThat(mistaken.code()).isEqualTo(2);
            assertThat(mistaken.err()).startsWith("error: ").contains("confirmation");
            assertThat(run("workspaces", "drop", name("acme"), "--confirm", name("acme"))
                            .code())
                    .isZero();
            assertThat(listed()).containsExactly("globex");
            Run missing = run("workspaces", "drop", name("acme"), "--confirm", name("acme"));
            assertThat(missing.code()).isEqualTo(1);
            assertThat(missing.err()).contains("workspace " + name("acme") + " does not exist");
        }

        @Test
        void everyCommandWorksInAWorkspace() throws Exception {
            assertThat(run("demo", "--workspace", name("acme")).code()).isZero();
            Path file = Files.writeString(
                    directory.resolve("one.jsonl"), "{\"messages\": [{\"role\": \"user\", \"content\": \"hello\"}]}\n");
            assertThat(run("import", file.toString(), "--workspace", name("globex"))
                            .code())
                    .isZero();
            assertThat(json("status", "--workspace", name("acme"))
                            .path("rows")
                            .path("tasks")
                            .asInt())
                    .isEqualTo(5);
            JsonNode globex = json("status", "--workspace", name("globex"));
            assertThat(globex.path("rows").path("tasks").asInt()).isEqualTo(1);
            assertThat(globex.path("workspace").asText()).isEqualTo(name("globex"));
            assertThat(globex.path("sizeBytes").asLong()).isPositive();
            assertThat(run("status", "--workspace", name("acme")).out()).contains("Workspace       " + name("acme"));
            assertThat(json("report", "--workspace", name("acme")).path("busiestAgents"))
                    .isNotEmpty();
            assertThat(listed()).containsExactly("acme", "globex");
            Run wrong = run("status", "--workspace", "Acme");
            assertThat(wrong.code()).isEqualTo(2);
            assertThat(wrong.err()).startsWith("error: workspace Acme");
        }

        @Test
        void migratingAllReportsTheOneThatFails() throws Exception {
            run("workspaces", "create", name("acme"));
            run("workspaces", "create", name("broken"));
            tamper("UPDATE modelscan_schema_history SET checksum = checksum + 1 WHERE version = '2'");

            assertThat(run("workspaces", "migrate").code()).isEqualTo(2);
            assertThat(run("workspaces", "migrate", "--all", "--parallel", "0").code())
                    .isEqualTo(2);
            Run run = run("workspaces", "migrate", "--all", "--parallel", "2");
            assertThat(run.code()).isEqualTo(1);
            if (name("").isEmpty()) {
                assertThat(run.out()).contains("2 workspaces: 0 migrated, 1 up to date, 1 failed");
                assertThat(run.err().lines()).hasSize(1);
            }
            assertThat(run.err().lines()).anyMatch(line -> line.startsWith("error: " + name("broken") + ": "));
            JsonNode json = json("workspaces", "migrate", "--all");
            assertThat(json.path("current").asInt()).isPositive();
            assertThat(json.path("failed").findValuesAsText("workspace"))
                    .contains(name("broken"))
                    .doesNotContain(name("acme"));

            tamper("UPDATE modelscan_schema_history SET checksum = checksum - 1 WHERE version = '2'");
            tamper("DELETE FROM modelscan_schema_history WHERE CAST(version AS INTEGER) >= 6");
            Run dry = run("workspaces", "migrate", "--all", "--dry-run");
            assertThat(dry.code()).as(dry.err()).isZero();
            assertThat(dry.out()).containsPattern(name("broken") + " +5").contains("1 would be migrated");
            assertThat(json("workspaces", "migrate", "--all", "--dry-run")
                            .at("/behind/" + name("broken"))
                            .asInt())
                    .isEqualTo(5);
            Run failing = run("workspaces", "migrate", "--all");
            assertThat(failing.code()).isEqualTo(1);
            assertThat(failing.err()).contains("V6__list_indexes.sql");
        }
    }

    @Test
    void aCommandIsNeededAndHelpIsThere() {
        assertThat(MainTest.run("workspaces").code()).isEqualTo(2);
        assertThat(MainTest.run("workspaces", "--help").out()).contains("list", "create", "drop", "migrate");
        assertThat(MainTest.run("workspaces", "drop", "--help").out()).contains("--db", "--confirm", "--json");
    }

    @Test
    void aServersNameIsShownWithoutWhatIsSecret() throws Exception {
        String url = PostgresServer.with("ApplicationName=secret", PostgresServer.url());
        String workspace = PostgresServer.newSchemaName();
        assertThat(MainTest.run("workspaces", "create", workspace, "--db", url).code())
                .isZero();
        Run run = MainTest.run("status", "--db", url, "--workspace", workspace);
        assertThat(run.code()).as(run.err()).isZero();
        assertThat(run.out()).contains("jdbc:postgresql://").doesNotContain("secret");
        assertThat(Location.shown("jdbc:postgresql://me:secret@host/db?password=x"))
                .isEqualTo("jdbc:postgresql://host/db");
    }

    @Test
    void theRoleAndItsPasswordComeFromTheEnvironmentOrAFile(@TempDir Path directory) throws Exception {
        String role = PostgresServer.newRole();
        Location location = new Location();
        location.database = PostgresServer.newDatabase("").replaceFirst("\\?.*", "");
        Map<String, String> environment = Map.of("PGUSER", role, "PGPASSWORD", role);
        assertThatThrownBy(() -> location.builder("unused", environment)
                        .workspace("acme")
                        .open())
                .isInstanceOf(StorageException.class)
                .hasMessageContaining("permission denied");
        location.user = role;
        location.passwordFile = Files.writeString(directory.resolve("password"), role + "\n");
        assertThatThrownBy(() ->
                        location.builder("unused", Map.of()).workspace("acme").open())
                .hasMessageContaining("permission denied");
        location.passwordFile = directory.resolve("missing");
        assertThatThrownBy(() -> location.builder("unused", Map.of())).hasMessageContaining("missing");
    }
}
