package dev.modelscan.storage.internal.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.modelscan.storage.internal.engine.Failure.Kind;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.postgresql.util.PSQLException;
import org.postgresql.util.ServerErrorMessage;

/** Errors as a coordinator passes them on from a worker: with a text, and without the fields that name things. */
class PostgresDialectTest {

    private static Failure classify(String state, String message, String detail) {
        return PostgresDialect.classify(new PSQLException(new ServerErrorMessage(
                "SERROR\0C" + state + "\0M" + message + "\0" + (detail == null ? "" : "D" + detail + "\0") + "\0")));
    }

    @ParameterizedTest
    @CsvSource({
        "agents_pkey_102008, PRIMARY_KEY",
        "agents_name_key_102008, UNIQUE",
        "agents_pkey, PRIMARY_KEY",
    })
    void aKeyIsKnownByTheNameInTheText(String constraint, Kind kind) {
        Failure failure = classify(
                "23505",
                "duplicate key value violates unique constraint \"" + constraint + "\"",
                "Key (name)=(a) already exists.");
        assertThat(failure.kind()).isEqualTo(kind);
        assertThat(classify("23505", "doppelter Schlüsselwert verletzt Unique-Constraint »" + constraint + "«", null)
                        .kind())
                .isEqualTo(kind);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "23514 | new row for relation \"tasks_102010\" violates check constraint \"tasks_priority_check_102010\" | priority",
                "23514 | new row for relation \"tool_executions_102010\" violates check constraint \"tool_executions_tool_name_check_102010\" | toolName",
                "23502 | null value in column \"agent_id\" of relation \"tasks_102010\" violates not-null constraint | agentId",
                "22P02 | invalid input syntax for type json: \"tasks_check\" |",
            })
    void aFieldIsKnownByTheNameInTheText(String state, String message, String field) {
        Failure failure = classify(state, message, null);
        assertThat(failure.kind()).isEqualTo(Kind.INVALID);
        assertThat(failure.detail()).isEqualTo(field);
    }
}
