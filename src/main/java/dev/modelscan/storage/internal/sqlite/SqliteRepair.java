package dev.modelscan.storage.internal.sqlite;

import static dev.modelscan.storage.schema.Tables.CONVERSATIONS;
import static dev.modelscan.storage.schema.Tables.MESSAGES;

import dev.modelscan.storage.doctor.DoctorProgress;
import dev.modelscan.storage.doctor.Finding;
import dev.modelscan.storage.doctor.RepairResult;
import dev.modelscan.storage.doctor.Severity;
import dev.modelscan.storage.internal.engine.EngineText;
import dev.modelscan.storage.internal.query.PlainSql;
import dev.modelscan.storage.internal.query.SearchScripts;
import dev.modelscan.storage.internal.query.Session;
import dev.modelscan.storage.internal.sqlite.SqliteSchema.Entry;
import dev.modelscan.storage.internal.sqlite.file.SingleNumber;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.sqlite.SQLiteErrorCode;

/** Repairs what is safe to repair, step by step. What fails is undone, and hinders no other. */
final class SqliteRepair {

    private static final String NEWEST = "(SELECT max(" + MESSAGES.SEQUENCE_NUMBER.getName() + ") FROM "
            + MESSAGES.getName() + " WHERE " + MESSAGES.CONVERSATION_ID.getName() + " = " + CONVERSATIONS.getName()
            + "." + CONVERSATIONS.ID.getName() + ")";

    private static final String BEHIND =
            " WHERE " + CONVERSATIONS.LAST_SEQUENCE_NUMBER.getName() + " < coalesce(" + NEWEST + ", 0)";

    private static final String ALL_INDEXES = "SELECT l.name FROM sqlite_schema s JOIN pragma_index_list(s.name) l"
            + " WHERE s.type = 'table' ORDER BY 1";

    private static final int PERCENT = 100;
    private static final String SAVEPOINT = "repair_step";

    /** A name is taken, rows break a rule, a page is damaged. */
    private static final Set<Integer> FAILURES = Set.of(
            SQLiteErrorCode.SQLITE_ERROR.code,
            SQLiteErrorCode.SQLITE_CONSTRAINT.code,
            SQLiteErrorCode.SQLITE_CORRUPT.code);

    private final SqliteDoctor doctor;
    private final Consumer<? super DoctorProgress> listener;
    private final List<String> done = new ArrayList<>();
    private final List<Finding> failed = new ArrayList<>();

    SqliteRepair(SqliteDoctor doctor, Consumer<? super DoctorProgress> listener) {
        this.doctor = doctor;
        this.listener = listener;
    }

    /** Something that is repaired, in words, and how. */
    private record Step(String what, Action action) {

        Step(String what, String sql) {
            this(what, (session, progress) -> {
                try (Statement statement = session.connection().createStatement()) {
                    statement.executeUpdate(sql);
                }
            });
        }
    }

    private interface Action {
        void run(Session session, SearchScripts.Progress progress) throws SQLException;
    }

    /** Repairs all that it can. */
    RepairResult run(Session session) throws SQLException {
        Connection connection = session.connection();
        done.clear();
        failed.clear();
        listener.accept(new DoctorProgress("what to repair", 0, PERCENT));
        if (!doctor.isDrifted(connection)) {
            runAll(ofIndexes(connection), session);
            // Counted by an index that is whole by now.
            runAll(ofNumbers(connection), session);
        }
        return new RepairResult(done, failed);
    }

    private void runAll(List<Step> steps, Session session) throws SQLException {
        for (Step step : steps) {
            listener.accept(new DoctorProgress(step.what(), 0, PERCENT));
            String failure = failure(step, session);
            if (failure == null) {
                done.add(step.what());
            } else {
                failed.add(Finding.of(
                        Severity.ERROR,
                        "repair-failed",
                        "could not repair " + step.what() + ": " + failure,
                        List.of(),
                        "mend what the message names, then doctor --repair; or restore <backup>"));
            }
            listener.accept(new DoctorProgress(step.what(), PERCENT, PERCENT));
        }
    }

    /** Why a step failed; null if it did not. Of other failures, such as a full disk, the whole repair is undone. */
    private @Nullable String failure(Step step, Session session) throws SQLException {
        try (Statement statement = session.connection().createStatement()) {
            statement.executeUpdate("SAVEPOINT " + SAVEPOINT);
            try {
                step.action()
                        .run(
                                session,
                                (part, total) -> listener.accept(new DoctorProgress(
                                        step.what(), (int) (part * PERCENT / Math.max(1, total)), PERCENT)));
                statement.executeUpdate("RELEASE " + SAVEPOINT);
                return null;
            } catch (SQLException e) {
                if (!FAILURES.contains(e.getErrorCode() & 0xff)) {
                    throw e;
                }
                statement.executeUpdate("ROLLBACK TO " + SAVEPOINT);
                statement.executeUpdate("RELEASE " + SAVEPOINT);
                return EngineText.of(e);
            }
        }
    }

    /** What {@link #run} would repair. Writes nothing. */
    List<String> planned(Connection connection) throws SQLException {
        return doctor.isDrifted(connection)
                ? List.of()
                : Stream.concat(ofIndexes(connection).stream(), ofNumbers(connection).stream())
                        .map(Step::what)
                        .toList();
    }

    private List<Step> ofIndexes(Connection connection) throws SQLException {
        List<Step> steps = new ArrayList<>();
        for (Entry entry : doctor.missing(connection)) {
            steps.add(new Step("the missing " + entry.type() + " " + entry.name(), String.valueOf(entry.sql())));
        }
        if (doctor.hasDamagedIndex(connection)) {
            steps.add(ofDamage(connection));
        }
        if (doctor.hasBrokenSearch(connection)) {
            steps.add(new Step("the search index, by a rebuild", SearchScripts::make));
        }
        return steps;
    }

    private Step ofDamage(Connection connection) throws SQLException {
        Set<String> hindered = doctor.hindered();
        if (hindered.isEmpty()) {
            return new Step("all indexes, by a rebuild", "REINDEX");
        }
        String others = SqliteDoctor.keys(connection, ALL_INDEXES).stream()
                .filter(index -> !hindered.contains(index))
                .map(index -> "REINDEX " + PlainSql.quoted(index))
                .collect(Collectors.joining("; "));
        return new Step("all other indexes, by a rebuild", others);
    }

    private static List<Step> ofNumbers(Connection connection) throws SQLException {
        long wrong = SingleNumber.of(connection, "SELECT count(*) FROM " + CONVERSATIONS.getName() + BEHIND);
        return wrong == 0
                ? List.of()
                : List.of(new Step(
                        "the last number of " + wrong + (wrong == 1 ? " conversation" : " conversations"),
                        "UPDATE " + CONVERSATIONS.getName() + " SET " + CONVERSATIONS.LAST_SEQUENCE_NUMBER.getName()
                                + " = " + NEWEST + BEHIND));
    }
}
