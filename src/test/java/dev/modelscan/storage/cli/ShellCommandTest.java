package dev.modelscan.storage.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.modelscan.storage.Database;
import dev.modelscan.storage.agents.Agent;
import dev.modelscan.storage.support.SnippetCompiler;
import dev.modelscan.storage.tasks.Task;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ShellCommandTest {

    @Test
    void whatIsEnteredRunsOnTheDatabaseAndResultsAreTables() throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        int code;
        try (Database db = Database.inMemory()) {
            Agent agent =
                    db.agents().create(Agent.builder().name("scout").mode("llm").build());
            db.tasks().create(Task.builder().type("look").agentId(agent.id()).build());
            code = Shell.run(
                    db,
                    new ByteArrayInputStream("""
                    var rows = db.dsl().select(AGENTS.NAME, count().as("n")).from(AGENTS).groupBy(AGENTS.NAME).fetch()
                    db.tasks().list(10, 0)
                    db.agents().find(new AgentId("none"))
                    db.agents().get(new AgentId("none"))
                    1 + 1
                    new Analytics(db).tasksByStatus()
                    /exit 3
                    """.getBytes(StandardCharsets.UTF_8)),
                    new PrintStream(out, true, StandardCharsets.UTF_8),
                    false);
        }

        assertThat(code).isEqualTo(3);
        assertThat(out.toString(StandardCharsets.UTF_8))
                .containsPattern("(?m)name +n$\\R +scout +1$")
                .contains("$2 ==> 1 row")
                .containsPattern("id +agentId +type .*\\R.* look ")
                .contains("Optional.empty")
                .contains("NotFoundException", "agent none")
                .contains("==> 2")
                .contains("PENDING");
    }

    @Test
    void anInputThatEndsInsideAStatementFails() throws IOException {
        assertThatThrownBy(() -> run("int n = 1;\ndb.tasks().list(10,\n"))
                .isInstanceOf(IOException.class)
                .hasMessage("the input ended inside a statement, which was not run: db.tasks().list(10,");
        assertThatThrownBy(() -> run("class A {\n  void f() {}\n")).hasMessageContaining("class A {");
        for (String whole : List.of(
                "",
                "1 + 1",
                "int f() {\n  return 1;\n}\nf(); f()\n// a comment\n",
                "int a =\n 2\n/vars\n\n",
                "/exit\ndb.tasks().list(",
                "nonsense nonsense;")) {
            assertThat(run(whole)).as(whole).isZero();
        }
    }

    /** Or else a second JShell looks for an open statement after each run. */
    @Test
    void theLastPromptTellsThatNoStatementIsOpen() throws IOException {
        for (String whole : List.of("1 + 1", "class A {\n}\n", "int a =\n 2\n/vars\n\n", "nonsense nonsense;")) {
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            run(whole, out);
            assertThat(endsAtNewStatement(out))
                    .as(out.toString(StandardCharsets.UTF_8))
                    .isTrue();
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        assertThatThrownBy(() -> run("class A {\n", out)).isInstanceOf(IOException.class);
        assertThat(endsAtNewStatement(out)).isFalse();
    }

    private static boolean endsAtNewStatement(ByteArrayOutputStream printed) throws IOException {
        try (ShellOutput again = new ShellOutput(OutputStream.nullOutputStream())) {
            printed.writeTo(again);
            return again.endsAtNewStatement();
        }
    }

    @Test
    void aLastLineNeedsNoEnd() throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        assertThat(run("var n = 1\n\"n is \" + n", out)).isZero();
        assertThat(out.toString(StandardCharsets.UTF_8)).contains("n is 1");
    }

    private static int run(String input) throws IOException {
        return run(input, new ByteArrayOutputStream());
    }

    private static int run(String input, ByteArrayOutputStream out) throws IOException {
        try (Database db = Database.inMemory();
                PrintStream print = new PrintStream(out, true, StandardCharsets.UTF_8)) {
            return Shell.run(db, new ByteArrayInputStream(input.getBytes(StandardCharsets.UTF_8)), print, false);
        }
    }

    /** As docs/queries.md shows it. */
    @Test
    void anApplicationsStoredQueryRunsIfItsClassesAreOnTheClassPath(@TempDir Path directory) throws Exception {
        Path file = directory.resolve("app.db");
        try (Database db = Database.open(file)) {
            db.agents().create(Agent.builder().name("scout").mode("llm").build());
        }
        Path classes = directory.resolve("app");
        assertThat(SnippetCompiler.compile("app/Queries", """
                package app;
                import static dev.modelscan.storage.queries.Into.into;
                import static dev.modelscan.storage.schema.Tables.AGENTS;
                import dev.modelscan.storage.StoredQueries;
                import dev.modelscan.storage.queries.StoredQuery;
                import org.jooq.impl.DSL;
                public class Queries {
                    public record Name(String name) {}
                    public static final StoredQuery<Name> NAMES = StoredQueries.query(
                            () -> DSL.select(AGENTS.NAME).from(AGENTS).orderBy(AGENTS.NAME), into(Name::new));
                }
                """, classes, List.of()))
                .isEmpty();
        Process shell = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path") + File.pathSeparator + classes,
                        Main.class.getName(),
                        "shell",
                        "--db",
                        file.toString())
                .redirectErrorStream(true)
                .start();
        try (OutputStream in = shell.getOutputStream()) {
            in.write("db.query(app.Queries.NAMES).list(10)\n".getBytes(StandardCharsets.UTF_8));
        }
        String out = new String(shell.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(shell.waitFor()).as(out).isZero();
        assertThat(out).containsPattern("name *\\R +scout");
    }

    @Test
    void aRefusedWriteNamesTheOptionThatAllowsIt(@TempDir Path directory) throws IOException {
        Path file = directory.resolve("a.db");
        Database.open(file).close();
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (Database db = Database.builder().path(file).readOnly().open()) {
            Shell.run(
                    db,
                    new ByteArrayInputStream("db.agents().create(Agent.builder().name(\"a\").mode(\"llm\").build())\n"
                            .getBytes(StandardCharsets.UTF_8)),
                    new PrintStream(out, true, StandardCharsets.UTF_8),
                    false);
        }

        assertThat(out.toString(StandardCharsets.UTF_8))
                .contains("was opened read-only; shell --write opens it for writing")
                .contains("at (#1:1)")
                .doesNotContain("readOnly()", "at ShellExecution", "at DirectExecutionControl", "at Sql");
    }
}
