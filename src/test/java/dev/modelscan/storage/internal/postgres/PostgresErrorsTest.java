package dev.modelscan.storage.internal.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import dev.modelscan.storage.errors.OutcomeUnknownException;
import dev.modelscan.storage.errors.StorageException;
import dev.modelscan.storage.internal.engine.Failure;
import dev.modelscan.storage.internal.engine.Failure.Kind;
import java.sql.SQLException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.postgresql.util.PSQLException;
import org.postgresql.util.PSQLState;
import org.postgresql.util.ServerErrorMessage;

/** Errors of a worker as a coordinator reports them: with a text, and without the fields for names. */
class PostgresErrorsTest {

    private static Failure classify(String state, String message, String detail) {
        return PostgresErrors.classify(new PSQLException(new ServerErrorMessage(
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

    private static Failure sent(String severity, String state, String where) {
        return PostgresErrors.classify(new PSQLException(new ServerErrorMessage("S" + severity + "\0C" + state
                + "\0Mby the test\0" + (where == null ? "" : "W" + where + "\0") + "\0")));
    }

    @ParameterizedTest
    @CsvSource({
        "FATAL, 57P01, , CONNECTION_LOST",
        "FATAL, 57P05, , CONNECTION_LOST",
        "FATAL, 25P03, , CONNECTION_LOST",
        "FATAL, 25P04, , CONNECTION_LOST",
        "FATAL, 53300, , NO_CONNECTION_LEFT",
        "FATAL, 3D000, , UNAVAILABLE",
        "ERROR, 57P01, while executing command on w1:5432, NODE_AWAY",
        // The word for an error is in the server's language.
        "FEHLER, 57P01, while executing command on w1:5432, NODE_AWAY",
        "ERROR, 08006, , NODE_AWAY",
        "ERROR, 40001, , SERIALIZATION",
        // A conflict with replication may end the connection.
        "FATAL, 40001, , CONNECTION_LOST",
        "ERROR, 0A000, , OTHER",
    })
    void whatEndsTheConnectionIsToldFromWhatEndsAnothers(String severity, String state, String where, Kind kind) {
        Failure failure = sent(severity, state, where);
        assertThat(failure.kind()).isEqualTo(kind);
        assertThat(failure.breaksConnection()).isEqualTo(severity.equals("FATAL"));
        if (where != null) {
            assertThat(failure.detail()).isEqualTo("w1:5432");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "08001, false",
        "08006, true",
        "57P01, true",
        "40003, true",
        "23505, false",
        "57014, false",
        "25006, false"
    })
    void whatMayHaveTakenEffectIsNotSaidToHaveNone(String state, boolean expected) {
        assertThat(PostgresErrors.mayHaveTakenEffect(PostgresErrors.classify(new SQLException("by the test", state))))
                .isEqualTo(expected);
    }

    /** The driver has one code for all of them, and its words are in the language of the JVM. */
    @ParameterizedTest
    @CsvSource({
        "No value specified for parameter 1., the SQL has a parameter without a value; give a value for each ?: No value",
        "Zero bytes may not occur in string parameters., query: Zero bytes may not occur",
        "Für den Parameter 1 wurde kein Wert angegeben., query: Für den Parameter 1"
    })
    void whatTheDriverRefusesIsNotTakenForAnotherMistake(String message, String told) {
        Failure failure = PostgresErrors.classify(new PSQLException(message, PSQLState.INVALID_PARAMETER_VALUE));
        assertThat(failure.kind()).isEqualTo(Kind.OTHER);
        assertThat(failure.toException(null, null)).hasMessageContaining(told);
    }

    private static StorageException behind(String state) {
        SQLException e = new SQLException("by the test", state);
        return PostgresErrors.classify(e).whileWriting().toException(null, null);
    }

    @Test
    void aSessionThatOnlyReadsIsSeenBehindWhatACallerIsTold() {
        assertThat(PostgresErrors.isOf(Kind.READ_ONLY, behind("25006"))).isTrue();
        assertThat(PostgresErrors.isOf(Kind.READ_ONLY, behind("23505"))).isFalse();
    }

    @Test
    void whatMayBeStoredIsNotRunAgain() {
        StorageException conflict = behind("40001");
        assertThat(PostgresErrors.wasRolledBack(conflict)).isTrue();
        assertThat(PostgresErrors.wasRolledBack(new OutcomeUnknownException("by the test", conflict)))
                .isFalse();
    }

    @Test
    void anErrorOfTheMachineBreaksTheConnectionWhateverItIsWrappedIn() {
        assertThat(PostgresErrors.breaksConnection(new IllegalStateException(new StackOverflowError())))
                .isTrue();
        assertThat(PostgresErrors.breaksConnection(new IllegalStateException(new AssertionError())))
                .isFalse();
    }
}
