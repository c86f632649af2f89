package dev.modelscan.storage.internal.repository;

import dev.modelscan.storage.Id;
import dev.modelscan.storage.internal.engine.Sessions;
import dev.modelscan.storage.internal.query.CompiledQuery;
import dev.modelscan.storage.internal.query.Session;
import dev.modelscan.storage.internal.query.StatementCancelledException;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Inserts many records in chunks. If the database rejects one, finds out which: no driver says so.
 *
 * @param <I> the key
 * @param <R> the record
 */
final class BulkInsert<I extends Id, R> {

    private static final Logger LOG = LoggerFactory.getLogger(BulkInsert.class);

    private static final int CHUNK = 1_000;

    private final Sessions sessions;
    private final Mapping<I, R> mapping;
    private final Explanation<R> explanation;

    /** Turns a rejected write into the exception that names the record. */
    @FunctionalInterface
    interface Explanation<R> {
        /** Throws that exception, or returns the one that it cannot explain. */
        SQLException explain(Session session, R record, SQLException refusal) throws SQLException;
    }

    BulkInsert(Sessions sessions, Mapping<I, R> mapping, Explanation<R> explanation) {
        this.sessions = sessions;
        this.mapping = mapping;
        this.explanation = explanation;
    }

    /**
     * Inserts the records. Checks for an interrupt between chunks, because the watchdog does not see a single
     * chunk: each is too short.
     */
    void insert(Session session, CompiledQuery<Void> insert, List<R> records) throws SQLException {
        for (int from = 0; from < records.size(); from += CHUNK) {
            if (from > 0 && Thread.currentThread().isInterrupted()) {
                throw StatementCancelledException.interrupted();
            }
            insertChunk(session, insert, records.subList(from, Math.min(from + CHUNK, records.size())));
        }
    }

    private void insertChunk(Session session, CompiledQuery<Void> insert, List<R> records) throws SQLException {
        long before = session.dialect().lastRow(session.connection(), mapping.table.get());
        if (before < 0) {
            insertChunkBehindSavepoint(session, insert, records);
            return;
        }
        try {
            insertInRows(session, insert, records);
        } catch (SQLException e) {
            if (!sessions.classify(e).mayBeOneRows()) {
                throw e;
            }
            R refused = refused(session, insert, records, before, e);
            throw refused == null ? e : explanation.explain(session, refused, e);
        }
    }

    /** Several rows in a statement if that is cheaper; those that are left one by one. */
    private void insertInRows(Session session, CompiledQuery<Void> insert, List<R> records) throws SQLException {
        int together = insert == mapping.insert
                        && records.size() >= Mapping.ROWS
                        && session.dialect().insertsInRows(session.connection(), mapping.table.get())
                ? records.size() - records.size() % Mapping.ROWS
                : 0;
        if (together > 0) {
            session.query(mapping.insertRows).updateAll(mapping.columns, records.subList(0, together));
        }
        if (together < records.size()) {
            session.query(insert).updateAll(mapping.columns, records.subList(together, records.size()));
        }
    }

    /**
     * Finds the record that made a batch fail; null if none fails now. The records before it are stored, and
     * the engine knows the last one, even if triggers wrote others. This tries each later record, because a
     * trigger may have skipped some, and rolls back what it tried.
     */
    private @Nullable R refused(
            Session session, CompiledQuery<Void> insert, List<R> records, long lastRow, SQLException why)
            throws SQLException {
        int next = 1 + indexOfLastInserted(session, records, lastRow);
        try (Statement statement = session.connection().createStatement()) {
            statement.execute("SAVEPOINT refused");
            try {
                if (next > 0 && isRefusedAgain(session, insert, records.get(next - 1), why)) {
                    return records.get(next - 1);
                }
                for (R record : records.subList(next, records.size())) {
                    if (refusal(session, insert, record) != null) {
                        return record;
                    }
                }
                return null;
            } finally {
                rollBackTo(statement);
            }
        }
    }

    private @Nullable SQLException refusal(Session session, CompiledQuery<Void> insert, R record) throws SQLException {
        try {
            session.query(insert).setAll(mapping.columns, record).update();
            return null;
        } catch (SQLException e) {
            if (!sessions.classify(e).mayBeOneRows()) {
                throw e;
            }
            return e;
        }
    }

    /**
     * Whether the last stored record is the one that failed: {@code RAISE(FAIL)} of a trigger keeps its row.
     */
    private boolean isRefusedAgain(Session session, CompiledQuery<Void> insert, R record, SQLException why)
            throws SQLException {
        try {
            session.query(mapping.delete)
                    .set(mapping.id.parameter(), idOf(record))
                    .update();
        } catch (SQLException e) {
            return false;
        }
        SQLException again = refusal(session, insert, record);
        return again != null && Objects.equals(again.getMessage(), why.getMessage());
    }

    /** The savepoint is gone if a trigger has rolled the whole transaction back. */
    private static void rollBackTo(Statement statement) {
        try {
            statement.execute("ROLLBACK TO refused");
            statement.execute("RELEASE refused");
        } catch (SQLException e) {
            LOG.debug("nothing to roll back", e);
        }
    }

    /**
     * The last record of the batch that is stored, or -1. Skips rows that a trigger inserted into the same
     * table.
     */
    private int indexOfLastInserted(Session session, List<R> records, long lastRow) throws SQLException {
        Map<String, Integer> indexes = new HashMap<>();
        for (int i = 0; i < records.size(); i++) {
            indexes.putIfAbsent(idOf(records.get(i)).value(), i);
        }
        for (String key :
                session.dialect().keysAfter(session.connection(), mapping.table.get(), mapping.id.field(), lastRow)) {
            Integer index = indexes.get(key);
            if (index != null) {
                return index;
            }
        }
        return -1;
    }

    /**
     * For engines without row ids: rolls a failed batch back, and inserts its records one by one to find the
     * cause.
     */
    private void insertChunkBehindSavepoint(Session session, CompiledQuery<Void> insert, List<R> records)
            throws SQLException {
        try (Statement statement = session.connection().createStatement()) {
            statement.execute("SAVEPOINT chunk");
            try {
                session.query(insert).updateAll(mapping.columns, records);
            } catch (SQLException e) {
                if (!sessions.classify(e).mayBeOneRows()) {
                    throw e;
                }
                statement.execute("ROLLBACK TO SAVEPOINT chunk");
                for (R record : records) {
                    SQLException refusal = refusal(session, insert, record);
                    if (refusal != null) {
                        throw explanation.explain(session, record, refusal);
                    }
                }
            }
            statement.execute("RELEASE SAVEPOINT chunk");
        }
    }

    private I idOf(R record) {
        return Objects.requireNonNull(mapping.id.get(record));
    }
}
