package dev.modelscan.storage;

import static org.assertj.core.api.Assertions.assertThat;

import dev.modelscan.storage.SnippetCompiler.CompileError;
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
        return SnippetCompiler.errors(statements, output, System.getProperty("java.class.path"), List.of());
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
}
