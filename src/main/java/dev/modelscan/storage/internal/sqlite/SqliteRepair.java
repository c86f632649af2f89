package dev.modelscan.storage.internal.sqlite;

import static dev.modelscan.storage.schema.Tables.CONVERSATIONS;
import static dev.modelscan.storage.schema.Tables.MESSAGES;

import dev.modelscan.storage.doctor.DoctorProgress;
import dev.modelscan.storage.internal.query.SearchScripts;
import dev.modelscan.storage.internal.query.Session;
import dev.modelscan.storage.internal.sqlite.SqliteSchema.Entry;
import dev.modelscan.storage.internal.sqlite.file.SingleNumber;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** Repairs what is safe to repair, step by step. */
final class SqliteRepair {

    private static final String NEWEST = "(SELECT max(" + MESSAGES.SEQUENCE_NUMBER.getName() + ") FROM "
            + MESSAGES.getName() + " WHERE " + MESSAGES.CONVERSATION_ID.getName() + " = " + CONVERSATIONS.getName()
            + "." + CONVERSATIONS.ID.getName() + ")";

    private static final String BEHIND =
            " WHERE " + CONVERSATIONS.LAST_SEQUENCE_NUMBER.getName() + " < coalesce(" + NEWEST + ", 0)";

    private static final int PERCENT = 100;

    private final SqliteDoctor doctor;
    private final Consumer<? super DoctorProgress> listener;

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

    /** Repairs all, and returns what it was. */
    List<String> run(Session session) throws SQLException {
        List<String> done = new ArrayList<>();
        Connection connection = session.connection();
        listener.accept(new DoctorProgress("what to repair", 0, PERCENT));
        if (doctor.isDrifted(connection)) {
            return done;
        }
        for (Step step : ofIndexes(connection)) {
            done.add(run(step, session));
        }
        // Counted by an index that is whole by now.
        for (Step step : ofNumbers(connection)) {
            done.add(run(step, session));
        }
        return done;
    }

    private String run(Step step, Session session) throws SQLException {
        listener.accept(new DoctorProgress(step.what(), 0, PERCENT));
        step.action()
                .run(
                        session,
                        (done, total) -> listener.accept(
                                new DoctorProgress(step.what(), (int) (done * PERCENT / Math.max(1, total)), PERCENT)));
        listener.accept(new DoctorProgress(step.what(), PERCENT, PERCENT));
        return step.what();
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
            steps.add(new Step("all indexes, by a rebuild", "REINDEX"));
        }
        if (doctor.hasBrokenSearch(connection)) {
            steps.add(new Step("the search index, by a rebuild", SearchScripts::make));
        }
        return steps;
    }

    private static List<Step> ofNumbers(Connection connection) throws SQLException {
        long wrong = SingleNumber.of(connection, "SELECT count(*) FROM " + CONVERSATIONS.getName() + BEHIND);
        return wrong == 0
                ? List.of()
                : List.of(new Step(
                        "the last number of " + wrong + " conversations",
                        "UPDATE " + CONVERSATIONS.getName() + " SET " + CONVERSATIONS.LAST_SEQUENCE_NUMBER.getName()
                                + " = " + NEWEST + BEHIND));
    }
}
