package dev.modelscan.storage.migrations;

import static org.assertj.core.api.Assertions.assertThat;

import dev.modelscan.storage.support.SnippetCompiler;
import dev.modelscan.storage.support.SnippetCompiler.CompileError;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the compiler accepts, and what it rejects. */
class SchemaTypeSafetyTest {

    @TempDir
    private Path output;

    private List<CompileError> errors(String statements) throws IOException {
        return SnippetCompiler.errors(statements, output, List.of());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "List<String> names = dsl.select(AGENTS.NAME).from(AGENTS).fetch(AGENTS.NAME);",
                "dsl.select(TASKS.ID).from(TASKS).join(AGENTS).on(TASKS.AGENT_ID.eq(AGENTS.ID)).fetch();",
                "List<TaskId> ids = dsl.select(TASKS.ID).from(TASKS).where(TASKS.STATUS.eq(TaskStatus.PENDING))"
                        + ".fetch(TASKS.ID);",
                "java.time.Instant last = dsl.select(TASKS.CREATED_AT).from(TASKS).fetchAny(TASKS.CREATED_AT);",
                "Json metadata = dsl.select(AGENTS.METADATA).from(AGENTS).fetchAny(AGENTS.METADATA);",
                "List<String> able = dsl.select(AGENTS.CAPABILITIES).from(AGENTS).fetchAny(AGENTS.CAPABILITIES);",
                "dsl.select(MESSAGES.ID).from(MESSAGES).join(AGENTS).on(MESSAGES.SENDER_ID.eq(AGENTS.ID)).fetch();",
                "long number = dsl.select(MESSAGES.SEQUENCE_NUMBER).from(MESSAGES).fetchAny(MESSAGES.SEQUENCE_NUMBER);"
            })
    void rightQueriesCompile(String statement) throws IOException {
        assertThat(errors(statement)).isEmpty();
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
            a misspelt column                         | dsl.select(AGENTS.NAMES).from(AGENTS).fetch();   | compiler.err.cant.resolve.location | NAMES
            a column of another table                 | dsl.select(AGENTS.PRIORITY).from(AGENTS).fetch(); | compiler.err.cant.resolve.location | PRIORITY
            an unknown table                          | dsl.selectFrom(ROBOTS).fetch();                  | compiler.err.cant.resolve.location | ROBOTS
            a task's id compared with an agent's      | Condition c = TASKS.AGENT_ID.eq(TASKS.ID);       | compiler.err.cant.apply.symbols    | TaskId
            a join of the wrong keys                  | Condition c = MESSAGES.TASK_ID.eq(TEAMS.ID);     | compiler.err.cant.apply.symbols    | TeamId
            text where a status belongs               | Condition c = TASKS.STATUS.eq("pending");        | compiler.err.cant.apply.symbols    | String
            the status of another kind of record      | Condition c = TASKS.STATUS.eq(AgentStatus.IDLE); | compiler.err.cant.apply.symbols    | AgentStatus
            text where an id belongs                  | Condition c = TASKS.ID.eq("42");                 | compiler.err.cant.apply.symbols    | String
            text where a time belongs                 | Condition c = TASKS.CREATED_AT.gt("2025-12-18"); | compiler.err.cant.apply.symbols    | String
            a column read as another type             | AgentId id = dsl.fetchAny(TASKS).get(TASKS.ID);  | compiler.err.prob.found.req        | TaskId
            """)
    void wrongQueriesDoNotCompile(String what, String statement, String code, String mentioned) throws IOException {
        List<CompileError> errors = errors(statement);
        assertThat(errors).singleElement().satisfies(error -> {
            assertThat(error.line()).isEqualTo(statement);
            assertThat(error.code()).startsWith(code);
            assertThat(error.message()).contains(mentioned);
        });
    }

    @Test
    void insertsTakeValuesOfTheColumnsTypes() throws IOException {
        assertThat(errors("dsl.insertInto(TASKS, TASKS.ID, TASKS.AGENT_ID).values(TaskId.next(), AgentId.next());"))
                .isEmpty();
        assertThat(errors("dsl.insertInto(TASKS, TASKS.ID, TASKS.AGENT_ID).values(AgentId.next(), TaskId.next());"))
                .singleElement()
                .satisfies(error -> assertThat(error.message()).contains("TaskId"));
    }

    /** A query of a name and a count, with a parameter for a status, and a record for its rows. */
    private static String stored(String select, String use) {
        return "record Backlog(String agent, int tasks) {}"
                + " QueryParameter<TaskStatus> status = StoredQueries.parameter(\"status\", TASKS.STATUS);"
                + " StoredQuery<Backlog> backlog = StoredQueries.query(() -> " + select
                + ".where(TASKS.STATUS.eq(status.param())), into(Backlog::new));" + use;
    }

    private static final String NAME_AND_COUNT =
            "org.jooq.impl.DSL.select(AGENTS.NAME, org.jooq.impl.DSL.count()).from(AGENTS, TASKS)";

    private static final String USE = " List<Backlog> rows = ((Database) null).query(backlog).set(status, %s).list(1);";

    @Test
    void aStoredQueryIsCheckedAgainstItsRecordAndItsParameters() throws IOException {
        assertThat(errors(stored(NAME_AND_COUNT, USE.formatted("TaskStatus.PENDING"))))
                .isEmpty();
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
            a parameter of the wrong type      | NAME, org.jooq.impl.DSL.count() | AgentStatus.IDLE
            text where a status belongs        | NAME, org.jooq.impl.DSL.count() | "pending"
            a column of another type           | ID, org.jooq.impl.DSL.count()   | TaskStatus.PENDING
            columns in another order           | VERSION, AGENTS.NAME            | TaskStatus.PENDING
            a column that was not selected     | NAME                            | TaskStatus.PENDING
            a column that the record lacks     | NAME, AGENTS.VERSION, AGENTS.ID | TaskStatus.PENDING
            """)
    void wrongStoredQueriesDoNotCompile(String what, String columns, String value) throws IOException {
        String select = "org.jooq.impl.DSL.select(AGENTS." + columns + ").from(AGENTS, TASKS)";
        assertThat(errors(stored(select, USE.formatted(value)))).isNotEmpty();
    }

    @Test
    void aDatabaseHasNoCommands() throws IOException {
        assertThat(errors("((Database) null).command((StoredCommand) null);"))
                .singleElement()
                .satisfies(error -> assertThat(error.message()).contains("command"));
    }
}
