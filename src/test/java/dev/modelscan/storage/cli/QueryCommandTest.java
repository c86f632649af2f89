package dev.modelscan.storage.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.modelscan.storage.cli.MainTest.Run;
import dev.modelscan.storage.support.PostgresServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class QueryCommandTest {

    @TempDir
    static Path directory;

    private static String database;

    @BeforeAll
    static void fill() {
        database = directory.resolve("runs.db").toString();
        assertThat(MainTest.run("import", "src/test/resources/inputs/tau-bench.json", "--db", database)
                        .code())
                .isZero();
    }

    private static Run query(String sql, String... more) {
        List<String> args = new ArrayList<>(List.of("query", sql, "--db", database));
        args.addAll(List.of(more));
        return MainTest.run(args.toArray(new String[0]));
    }

    @Test
    void rowsArePrintedInFourForms() throws IOException {
        String sql = "SELECT 7 AS n, 'a|b, \"c\" <i>' AS t, NULL AS empty";

        assertThat(query(sql).out().lines()).hasSize(2).first().asString().contains("n", "t", "empty");
        assertThat(query(sql, "--format", "csv").out()).isEqualToNormalizingNewlines("""
                n,t,empty
                7,"a|b, ""c"" <i>",
                """);
        assertThat(query(sql, "--format", "markdown").out()).isEqualToNormalizingNewlines("""
                | n | t | empty |
                |---|---|---|
                | 7 | a\\|b, "c" &lt;i> |  |
                """);
        assertThat(new ObjectMapper()
                        .readTree(query("SELECT 1 AS a, 2 AS a, 3 AS a_2", "--json")
                                .out()))
                .isEqualTo(new ObjectMapper().readTree("[{\"a\": 1, \"a_3\": 2, \"a_2\": 3}]"));
        for (String[] json : new String[][] {{"--json"}, {"--format", "json"}}) {
            assertThat(new ObjectMapper().readTree(query(sql, json).out()))
                    .isEqualTo(new ObjectMapper()
                            .readTree("[{\"n\": 7, \"t\": \"a|b, \\\"c\\\" <i>\", \"empty\": null}]"));
        }
    }

    @Test
    void rowsThatAreTooWideAreLines() {
        List<String> lines = query("SELECT * FROM messages ORDER BY id LIMIT 2")
                .out()
                .lines()
                .toList();

        assertThat(lines).allMatch(line -> line.length() <= Screen.COLUMNS);
        assertThat(lines).filteredOn(line -> line.startsWith("row ")).containsExactly("row 1", "row 2");
        assertThat(lines.get(1)).matches("  id {10,}\\S.*");
        assertThat(lines)
                .filteredOn(line -> line.startsWith("  conversation_id "))
                .hasSize(2);
    }

    @Test
    void aQueryThatWritesIsRefusedInWordsOfTheCommand() throws SQLException {
        String server = PostgresServer.newDatabase("");
        assertThat(MainTest.run("demo", "--db", server).code()).isZero();
        for (String sql : List.of("DELETE FROM tasks", "BEGIN", "SET x.y TO 'z'")) {
            for (String place : List.of(database, server)) {
                Run run = MainTest.run("query", sql, "--db", place);

                assertThat(run.code()).isOne();
                assertThat(run.err())
                        .isEqualToIgnoringNewLines(
                                "error: query: this SQL writes or sets something, and query only reads");
            }
        }
    }

    @Test
    void valuesAreBoundAndRowsAreBounded() {
        Run some = query(
                "WITH RECURSIVE n(i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n WHERE i < 9) SELECT i FROM n"
                        + " WHERE i > ? AND 'x' <> ?",
                "--param",
                "3",
                "--param",
                "y",
                "--limit",
                "2",
                "--format",
                "csv");

        assertThat(some.code()).isZero();
        assertThat(some.out().lines()).containsExactly("i", "4", "5");
        assertThat(some.err())
                .isEqualToIgnoringNewLines("There are more rows; only the first 2 rows are shown: raise --limit");
        assertThat(query("SELECT avg(i) > ? FROM (SELECT 1 AS i)", "--param", "0.5", "--format", "csv")
                        .out()
                        .lines())
                .last()
                .isEqualTo("1");
        assertThat(query("SELECT typeof(?) || typeof(?)", "--param", "007", "--param", "-7", "--format", "csv")
                        .out()
                        .lines())
                .last()
                .isEqualTo("textinteger");
        assertThat(query("SELECT 1", "--limit", "0").code()).isEqualTo(2);
    }

    @Test
    void eachParameterHasOneValue() throws SQLException {
        String server = PostgresServer.newDatabase("");
        assertThat(MainTest.run("workspaces", "create", "runs", "--db", server).code())
                .isZero();
        for (String[] place : new String[][] {{"--db", database}, {"--db", server, "--workspace", "runs"}}) {
            String sql = "SELECT count(*) AS n FROM tasks WHERE status = ? AND type <> ? AND type <> 'a?:b' -- ?";
            assertThat(valued(place, sql).err())
                    .startsWith("error: the query has 2 parameters (?), and 0 values; give a --param for each");
            assertThat(valued(place, sql, "--param", "x").code()).isEqualTo(2);
            assertThat(valued(place, sql, "--param", "x", "--param", "y").code())
                    .isZero();
            Run more = valued(place, "SELECT 1 AS n", "--param", "x", "--json");
            assertThat(more.code()).isEqualTo(2);
            assertThat(more.err()).startsWith("error: the query has no parameter (?), and 1 value; leave out --param");
        }
    }

    private static Run valued(String[] place, String sql, String... more) {
        List<String> args = new ArrayList<>(List.of("query", sql));
        args.addAll(List.of(place));
        args.addAll(List.of(more));
        return MainTest.run(args.toArray(new String[0]));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "DELETE FROM messages",
                "DROP TABLE messages",
                "WITH x AS (SELECT 1) INSERT INTO agents(id) SELECT 'x'",
                "INSERT INTO agents(id) VALUES ('x') RETURNING id",
                "ATTACH '%s/other.db' AS other"
            })
    void nothingIsWritten(String sql) throws IOException {
        Run run = query(sql.replace("%s", directory.toString()));

        assertThat(run.code()).as(run.out()).isOne();
        assertThat(run.err().lines()).hasSize(1).first().asString().startsWith("error: ");
        assertThat(query("SELECT count(*) FROM messages", "--format", "csv")
                        .out()
                        .lines())
                .last()
                .asString()
                .isNotEqualTo("0");
        try (Stream<Path> files = Files.list(directory)) {
            assertThat(files).noneMatch(file -> file.toString().contains("other"));
        }
    }

    @Test
    void aMistakeIsOneLineThatSaysWhere() throws SQLException {
        assertThat(query("SELECT id\n  FROM messages WHERE nothing_such = 1").err())
                .isEqualToIgnoringNewLines("error: query: no such column: nothing_such, at line 2, column 23");
        assertThat(query("SELEC 1").err()).contains("at line 1, column 1");
        String server = PostgresServer.newDatabase("");
        assertThat(MainTest.run("demo", "--db", server).code()).isZero();
        Run run = MainTest.run("query", "SELECT id\n  FROM messages WHERE nothing_such = 1", "--db", server);
        assertThat(run.code()).isOne();
        assertThat(run.err().lines()).hasSize(1).first().asString().endsWith(", at line 2, column 23");
        assertThat(MainTest.run("query", "DELETE FROM messages", "--db", server).code())
                .isOne();
    }

    @Test
    void aLongQueryIsStopped() {
        Run run = query(
                "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n",
                "--timeout",
                "1");

        assertThat(run.code()).isOne();
        assertThat(run.err().lines()).hasSize(1).first().asString().contains("stopped");
    }

    @Test
    void aWrongArgumentIsOneLineAndWhereToReadOn() {
        Run run = MainTest.run("query", "SELECT 1", "--colour");

        assertThat(run.code()).isEqualTo(2);
        assertThat(run.err().lines())
                .containsExactly("error: unknown option: '--colour'", "See modelscan-storage query --help");
    }

    @ParameterizedTest
    @ValueSource(strings = {"bash", "fish"})
    void aShellCompletesCommandsAndOptions(String shell) throws IOException, InterruptedException {
        Run run = MainTest.run("completion", shell);

        assertThat(run.code()).isZero();
        assertThat(run.out()).contains("modelscan-storage", "query", "param", "workspaces", "drop");
        assertThat(run.out()).containsPattern("tasks\"? \"?conversations\"? \"?agents\"? \"?tools\"? \"?workflows");
        if (shell.equals("bash") && Files.exists(Path.of("/bin/bash"))) {
            Path script = Files.writeString(directory.resolve("completion"), run.out());
            assertThat(new ProcessBuilder("/bin/bash", "-n", script.toString())
                            .inheritIO()
                            .start()
                            .waitFor())
                    .isZero();
        }
    }
}
