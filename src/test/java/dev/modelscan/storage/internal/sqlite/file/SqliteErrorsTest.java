package dev.modelscan.storage.internal.sqlite.file;

import static org.assertj.core.api.Assertions.assertThat;

import dev.modelscan.storage.internal.engine.EngineText;
import dev.modelscan.storage.internal.engine.Failure;
import dev.modelscan.storage.internal.engine.Failure.Kind;
import java.sql.SQLException;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteException;

/** Codes whose meaning differs from that of their family. Also tests that no code is missing. */
class SqliteErrorsTest {

    /** Codes that are not errors, or are never returned. */
    private static final Set<String> NO_ERRORS =
            Set.of("UNKNOWN_ERROR", "SQLITE_OK", "SQLITE_OK_LOAD_PERMANENTLY", "SQLITE_ROW", "SQLITE_DONE");

    private static final Set<String> MEAN_NOTHING_ELSE = Set.of(
            "SQLITE_ERROR",
            "SQLITE_ERROR_MISSING_COLLSEQ",
            "SQLITE_ERROR_RETRY",
            "SQLITE_ERROR_SNAPSHOT",
            "SQLITE_INTERNAL",
            "SQLITE_ABORT",
            "SQLITE_ABORT_ROLLBACK",
            "SQLITE_NOTFOUND",
            "SQLITE_EMPTY",
            "SQLITE_MISUSE",
            "SQLITE_FORMAT",
            "SQLITE_RANGE",
            "SQLITE_NOTICE",
            "SQLITE_NOTICE_RECOVER_ROLLBACK",
            "SQLITE_NOTICE_RECOVER_WAL",
            "SQLITE_WARNING",
            "SQLITE_WARNING_AUTOINDEX",
            "SQLITE_CONSTRAINT_COMMITHOOK",
            "SQLITE_CONSTRAINT_PINNED");

    @ParameterizedTest
    @EnumSource(SQLiteErrorCode.class)
    void everyCodeOfTheDriverHasAMeaning(SQLiteErrorCode code) {
        boolean other = NO_ERRORS.contains(code.name()) || MEAN_NOTHING_ELSE.contains(code.name());
        assertThat(SqliteErrors.kind(code.code) == Kind.OTHER).isEqualTo(other);
    }

    @ParameterizedTest
    @CsvSource({
        "SQLITE_FULL, FULL",
        "SQLITE_NOLFS, FULL",
        "SQLITE_IOERR_READ, UNAVAILABLE",
        "SQLITE_IOERR_SHORT_READ, UNAVAILABLE",
        "SQLITE_IOERR_CORRUPTFS, UNAVAILABLE",
        "SQLITE_IOERR_WRITE, UNAVAILABLE",
        "SQLITE_IOERR_FSYNC, UNAVAILABLE",
        "SQLITE_IOERR_DATA, CORRUPT",
        "SQLITE_CORRUPT_INDEX, CORRUPT",
        "SQLITE_NOTADB, CORRUPT",
        "SQLITE_CANTOPEN_ISDIR, UNAVAILABLE",
        "SQLITE_PERM, UNAVAILABLE",
        "SQLITE_AUTH, UNAVAILABLE",
        "SQLITE_NOMEM, UNAVAILABLE",
        "SQLITE_READONLY, READ_ONLY",
        "SQLITE_READONLY_DIRECTORY, UNAVAILABLE",
        "SQLITE_READONLY_ROLLBACK, UNAVAILABLE",
        "SQLITE_READONLY_DBMOVED, UNAVAILABLE",
        "SQLITE_BUSY_SNAPSHOT, BUSY",
        "SQLITE_BUSY_RECOVERY, BUSY",
        "SQLITE_BUSY_TIMEOUT, BUSY",
        "SQLITE_LOCKED_SHAREDCACHE, BUSY",
        "SQLITE_PROTOCOL, BUSY",
        "SQLITE_SCHEMA, BUSY",
        "SQLITE_INTERRUPT, CANCELLED",
        "SQLITE_TOOBIG, TOO_LARGE",
        "SQLITE_CONSTRAINT_UNIQUE, UNIQUE",
        "SQLITE_CONSTRAINT_ROWID, PRIMARY_KEY",
        "SQLITE_CONSTRAINT_FOREIGNKEY, FOREIGN_KEY",
        "SQLITE_CONSTRAINT_CHECK, INVALID",
        "SQLITE_CONSTRAINT_DATATYPE, INVALID",
    })
    void codesMean(SQLiteErrorCode code, Kind kind) {
        assertThat(SqliteErrors.classify(new SQLiteException("[X] x (x)", code)).kind())
                .isEqualTo(kind);
    }

    @Test
    void aCodeThatTheDriverDoesNotKnowMeansWhatItsFamilyMeans() {
        SQLException unknown = new SQLiteException(
                "[UNKNOWN_ERROR] unknown error:8714 (disk I/O error)", SQLiteErrorCode.UNKNOWN_ERROR);
        assertThat(SqliteErrors.classify(unknown).kind()).isEqualTo(Kind.UNAVAILABLE);
    }

    @Test
    void onlyTheTextTellsARestrictedDeleteFromATrigger() {
        SQLException restricted = new SQLiteException(
                "[SQLITE_CONSTRAINT_TRIGGER] A RAISE function fired (FOREIGN KEY constraint failed)",
                SQLiteErrorCode.SQLITE_CONSTRAINT_TRIGGER);
        assertThat(SqliteErrors.classify(restricted).kind()).isEqualTo(Kind.FOREIGN_KEY);
        SQLException raised = new SQLiteException(
                "[SQLITE_CONSTRAINT_TRIGGER] A RAISE function fired (not (on) Sundays)",
                SQLiteErrorCode.SQLITE_CONSTRAINT_TRIGGER);
        assertThat(SqliteErrors.classify(raised))
                .extracting(Failure::kind, Failure::detail)
                .containsExactly(Kind.REJECTED, "not (on) Sundays");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "[SQLITE_BUSY] The database file is locked (database is locked) | database is locked",
                "[SQLITE_NOMEM] A malloc() failed (out of memory) | out of memory",
                "ERROR: relation \"x\" does not exist\\n  Position: 15 | relation \"x\" does not exist",
                "org.postgresql.util.PSQLException: FATAL: no | FATAL: no",
                "Error opening connection | Error opening connection",
            })
    void theEnginesOwnWordsAreQuotedAlone(String message, String said) {
        assertThat(EngineText.of(new SQLException(message.replace("\\n", "\n"))))
                .isEqualTo(said);
    }
}
