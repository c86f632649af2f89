package dev.modelscan.storage.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.modelscan.storage.support.OlderSchema;
import dev.modelscan.storage.support.PostgresServer;
import java.io.FileWriter;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.Statement;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MainTest {

    @TempDir
    Path directory;

    @ParameterizedTest
    @ValueSource(
            strings = {
                "import",
                "show",
                "list",
                "report",
                "status",
                "migrate",
                "transfer",
                "backup",
                "restore",
                "doctor",
                "retention",
                "audit verify",
                "demo",
                "workspaces list"
            })
    void everyCommandHasTheCommonOptionsAndExplainsThem(String command) {
        Run run = run((command + " --help").split(" "));

        assertThat(run.code).isZero();
        assertThat(run.out).contains("--db", "--json", "--help");
        assertThat(run.err).isEmpty();
    }

    @Test
    void whatIsNoDatabaseIsSaidAsItIs() throws IOException {
        Path text = Files.writeString(directory.resolve("text"), "no database, but a text of some length\n".repeat(9));
        for (String command :
                List.of("list tasks", "status", "doctor", "backup --to b.db", "export x --format openai")) {
            assertThat(of(command, directory)).contains(directory + " is a directory; name the file of a database");
            assertThat(of(command, directory.resolve("a/b.db")))
                    .contains("b.db does not exist: the directory " + directory.resolve("a"));
            assertThat(of(command, directory.resolve("b.db"))).contains("b.db does not exist; name the file");
            assertThat(of(command, text)).contains("text is not a SQLite database");
        }
    }

    private static String of(String command, Path database) {
        Run run = run((command + " --db " + database).split(" "));
        assertThat(run.code).isNotZero();
        return run.out + run.err;
    }

    @Test
    void wrongArgumentsAreTwo() {
        assertThat(run().code).isEqualTo(2);
        assertThat(run("nonsense").code).isEqualTo(2);
        assertThat(run("import").code).isEqualTo(2);
        assertThat(run("report", "--top", "0", "--db", database()).code).isEqualTo(2);
        assertThat(Path.of(database())).doesNotExist();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "status",
                "list tasks",
                "show c",
                "search words",
                "search --enable",
                "query select(1)",
                "report",
                "migrate",
                "retention --tasks 1d",
                "audit enable",
                "audit disable",
                "audit head",
                "audit verify",
                "erase agent a",
                "erase scrub",
                "doctor",
                "doctor --repair",
                "archive list",
                "archive restore d",
                "archive purge d",
                "archive purge --older-than 1d",
                "archive purge --older-than 1d --dry-run",
                "shell",
                "shell --write",
                "export runs.json --format openai",
            })
    void onlyImportsMakeADatabase(String command) {
        Run run = run((command + " --db " + database()).split(" "));

        assertThat(run.code).as(run.out).isEqualTo(1);
        assertThat(run.err).contains(database());
        assertThat(Path.of(database())).doesNotExist();
    }

    @Test
    void demoLeavesNothingBehindAndNamesTheNextCommand() {
        Run run = run("demo");

        assertThat(run.code).isZero();
        assertThat(run.out)
                .contains("5 transcripts imported", "Schema version", "get_price", "import transcripts.json");
        assertThat(run.err).isEmpty();
        Matcher database = Pattern.compile("\\S+modelscan-\\S+demo\\.db").matcher(run.out);
        assertThat(run.out.lines().filter(line -> line.contains("V1__") || line.contains("V10__")))
                .hasSize(2)
                .allMatch(line -> line.length() <= Screen.COLUMNS && line.indexOf("V1") == 16);
        assertThat(run.out).containsPattern("get_price +2 +0 +0\\.0 +- +- ");
        assertThat(database.find()).as(run.out).isTrue();
        assertThat(Path.of(database.group()).getParent()).doesNotExist();
    }

    @Test
    void jsonIsOneDocument() throws IOException {
        JsonNode demo = new ObjectMapper().readTree(run("demo", "--json", "--db", database()).out);
        JsonNode status = new ObjectMapper().readTree(run("status", "--json", "--db", database()).out);
        JsonNode report = new ObjectMapper().readTree(run("report", "--json", "--top", "1", "--db", database()).out);

        assertThat(demo.path("imported").path("messages").asInt()).isEqualTo(25);
        assertThat(demo.path("status").path("appliedMigrations")).isNotEmpty();
        assertThat(status.path("appliedMigrations")).isEmpty();
        assertThat(status.path("rows").path("tasks").asInt()).isEqualTo(5);
        assertThat(report.path("tools")).hasSize(1);
        assertThat(report.path("tools").path(0).path("failureRate").isNumber()).isTrue();
        assertThat(report.path("tasks").path(0).path("status").asText()).isEqualTo("pending");
        assertThat(report.path("busiestAgents").path(0).path("agentId").isTextual())
                .isTrue();
    }

    @Test
    void whatAUserCanActUponIsOneLine() throws IOException {
        Path noDatabase = Files.writeString(directory.resolve("notes.txt"), "not a database, ".repeat(500));
        Run missing = run("import", directory.resolve("missing.json").toString(), "--db", database());
        Files.createDirectory(directory.resolve("empty"));
        Run empty = run("import", directory.resolve("empty").toString(), "--db", database());
        Run folder = run("import", directory.toString(), "--db", database());
        Run foreign = run("status", "--db", noDatabase.toString());
        Run json = run("status", "--json", "--db", noDatabase.toString());

        for (Run run : List.of(missing, empty, folder, foreign, json)) {
            assertThat(run.code).isEqualTo(1);
            assertThat(run.err.lines()).hasSize(1).allMatch(line -> line.startsWith("error: "));
        }
        assertThat(missing.err).contains("missing.json does not exist").doesNotContain("no such file");
        assertThat(empty.err).contains("nothing to import in " + directory.resolve("empty"));
        assertThat(missing.out).isEmpty();
        assertThat(new ObjectMapper().readTree(json.out).path("error").asText()).isNotBlank();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "status --db postgres://u:hush@host/db, --db begins with postgres:",
                "status --db jdbc:postgresql://host:port/db?password=hush, --db cannot be read by the driver",
                "status --db x.db --user u, --user can only be used with the URL of a server",
                "status --db x.db --workspace Acme, workspace Acme: its name is not",
                "workspaces migrate --all --db . --parallel 101, --parallel is 101; it has to be 1 to 100",
            })
    void aWrongOptionIsOneLineAndTheExitCodeOfAWrongCommand(String commandAndMessage) {
        String[] parts = commandAndMessage.split(", ");
        Run run = run(parts[0].split(" "));
        assertThat(run.code).isEqualTo(2);
        assertThat(run.out).isEmpty();
        assertThat(run.err.lines()).hasSize(2).first().asString().startsWith("error: " + parts[1]);
        assertThat(run.err.lines()).last().asString().matches("See modelscan-storage .* --help");
        assertThat(run.err).doesNotContain("hush");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "status",
                "report",
                "show x",
                "list tasks",
                "migrate",
                "workspaces list",
                "status --workspace acme"
            })
    void commandsThatReadMakeNothing(String command) throws IOException {
        String missing = directory.resolve("mistyped/place").toString();
        Run run = run((command + " --db " + missing).split(" "));
        assertThat(run.code).isEqualTo(1);
        assertThat(run.out).isEmpty();
        assertThat(run.err.lines()).hasSize(1).allMatch(line -> line.startsWith("error: " + missing));
        assertThat(run.err).contains("does not exist");
        try (var children = Files.list(directory)) {
            assertThat(children).isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"status", "report", "show x", "list tools", "migrate", "status --workspace acme"})
    void commandsThatReadMakeNothingOnAServer(String command) throws Exception {
        String url = PostgresServer.newDatabase("");
        Run run = run((command + " --db " + url).split(" "));
        assertThat(run.code).isEqualTo(1);
        assertThat(run.out).isEmpty();
        assertThat(run.err.lines()).hasSize(1);
        assertThat(run.err).startsWith("error: ").contains("does not exist");
        try (Connection connection = DriverManager.getConnection(url);
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("SELECT count(*) FROM pg_catalog.pg_class c"
                        + " JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace"
                        + " WHERE n.nspname IN ('public', 'acme')")) {
            rows.next();
            assertThat(rows.getInt(1)).isZero();
        }
    }

    @Test
    void anOlderDatabaseIsReportedAndMigratedByItsCommand() throws Exception {
        OlderSchema.of("sqlite", "jdbc:sqlite:" + database(), 5).load().migrate();
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + database());
                Statement statement = connection.createStatement()) {
            statement.execute("PRAGMA application_id = " + 0x4D536353);
        }
        for (String command : List.of("status", "report")) {
            Run behind = run(command, "--db", database());
            assertThat(behind.code).isEqualTo(1);
            assertThat(behind.err).contains("version 5", "migrate");
        }
        Run dry = run("migrate", "--dry-run", "--db", database());
        assertThat(dry.code).as(dry.err).isZero();
        assertThat(dry.out).contains("V6__list_indexes.sql", "CREATE INDEX").doesNotContain("V5__");
        JsonNode document = json("migrate", "--dry-run", "--json", "--db", database());
        assertThat(document.get("schemaVersion").asLong()).isEqualTo(5);
        assertThat(document.get("sql").asText()).isEqualTo(dry.out);
        Run migrated = run("migrate", "--db", database());
        assertThat(migrated.code).as(migrated.err).isZero();
        assertThat(migrated.out).contains("applied V6__list_indexes.sql");
        assertThat(run("migrate", "--db", database()).out).doesNotContain("applied");
        assertThat(run("migrate", "--dry-run", "--db", database()).out).startsWith("-- ");
        assertThat(json("migrate", "--dry-run", "--json", "--db", database())
                        .get("sql")
                        .asText())
                .isEmpty();
        assertThat(run("status", "--db", database()).code).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"status --db", "export - --format native --db", "list tasks --json --db"})
    @EnabledOnOs(OS.LINUX)
    void anOutputThatCannotBeWrittenIsAFailure(String command) throws IOException {
        assertThat(run("demo", "--db", database()).code).isZero();
        StringWriter err = new StringWriter();
        String words = command + " " + database();

        int code;
        try (PrintWriter full = new PrintWriter(new FileWriter("/dev/full", StandardCharsets.UTF_8))) {
            code = Main.run(words.split(" "), full, new PrintWriter(err));
        }

        assertThat(code).isEqualTo(1);
        assertThat(err.toString().lines())
                .containsExactly("error: the output could not be written; it is not complete");
    }

    private String database() {
        return directory.resolve("cli.db").toString();
    }

    private static JsonNode json(String... args) throws JsonProcessingException {
        return new ObjectMapper().readTree(run(args).out);
    }

    static Run run(String... args) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int code = Main.run(args, new PrintWriter(out), new PrintWriter(err));
        return new Run(code, out.toString(), err.toString());
    }

    record Run(int code, String out, String err) {}
}
