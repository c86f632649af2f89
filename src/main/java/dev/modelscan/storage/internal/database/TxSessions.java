package dev.modelscan.storage.internal.database;

import dev.modelscan.storage.DatabaseOptions;
import dev.modelscan.storage.errors.ReadOnlyException;
import dev.modelscan.storage.errors.StorageException;
import dev.modelscan.storage.internal.engine.ActingStore;
import dev.modelscan.storage.internal.engine.Failure;
import dev.modelscan.storage.internal.engine.Sessions;
import dev.modelscan.storage.internal.engine.StackReserve;
import dev.modelscan.storage.internal.engine.Store;
import dev.modelscan.storage.internal.engine.Work;
import dev.modelscan.storage.internal.query.Dialect;
import dev.modelscan.storage.internal.query.Session;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The sessions of one transaction, or of a part of it that begins with a savepoint. All of them are the same session. */
final class TxSessions implements Sessions {

    /** Random, so that the caller's SQL cannot use the same name. */
    private static final String SAVEPOINT = " level_" + Long.toHexString(new SecureRandom().nextLong()) + "_";

    static final String ROLLBACK = "ROLLBACK TO";

    private static final Logger LOG = LoggerFactory.getLogger(TxSessions.class);

    final Store store;
    final Session session;
    private final Instant now;
    final int depth;
    final CallersTransaction transaction;
    final boolean joined;
    private final Thread owner = Thread.currentThread();
    private boolean ended;
    boolean suspended;

    @Nullable
    Throwable refused;

    TxSessions(Store store, Session session, Instant now, int depth, CallersTransaction transaction, boolean joined) {
        this.store = store;
        this.session = session;
        this.now = now;
        this.depth = depth;
        this.transaction = transaction;
        this.joined = joined;
    }

    TxSessions nested() {
        return new TxSessions(store, session, now, depth + 1, transaction, joined);
    }

    void requireUsable() {
        if (owner != Thread.currentThread()) {
            throw new IllegalStateException("this tx belongs to thread " + owner.getName()
                    + "; do the work there, or open a transaction of this thread's own");
        }
        if (ended) {
            throw new IllegalStateException(
                    "this tx has ended with the function that it was handed to; do not keep it");
        }
        if (suspended) {
            throw new IllegalStateException("inside tx.withTx, use the tx that it hands out, not the outer one");
        }
        requireNotRefused();
        if (joined) {
            requireJoined();
        } else {
            transaction.requireOpen();
        }
    }

    private void requireJoined() {
        try {
            requireTransaction(session.connection());
        } catch (SQLException e) {
            throw classify(e).toException(null, null);
        }
    }

    /** On a caller's connection, no statement of the library stays open. */
    private void left() {
        if (joined) {
            try {
                session.closeStatements();
            } catch (SQLException e) {
                LOG.debug("closing a statement failed", e);
            }
        }
    }

    void requireNotRefused() {
        if (refused != null) {
            throw new IllegalStateException(
                    "a call of this transaction was refused, so it can only roll back; put what may be refused into"
                            + " tx.withTx",
                    refused);
        }
    }

    @Override
    public <T extends @Nullable Object> T read(@Nullable String entity, @Nullable String id, Work<T> work) {
        return run(entity, id, work);
    }

    @Override
    public <T extends @Nullable Object> T write(@Nullable String entity, @Nullable String id, Work<T> work) {
        return runWrite(entity, id, work);
    }

    @Override
    public <T extends @Nullable Object> T writeMany(@Nullable String entity, @Nullable String id, Work<T> work) {
        return runWrite(entity, id, work);
    }

    @Override
    public <T> T insert(
            @Nullable String entity, @Nullable String id, T record, Work<T> insert, Work<Optional<T>> stored) {
        return runWrite(entity, id, insert);
    }

    /** If a call fails after it has written something, the transaction can only roll back. */
    private <T extends @Nullable Object> T runWrite(@Nullable String entity, @Nullable String id, Work<T> work) {
        // Inside of what says who writes: that is no part of the call.
        return run(entity, id, acting(own -> {
            long written = own.written();
            try {
                return work.run(own);
            } catch (RuntimeException e) {
                if (own.written() != written) {
                    refused = e;
                }
                throw e;
            }
        }));
    }

    /** On a caller's connection, the actor is set for this call alone: the caller's own statements are in nobody's name. */
    private <T extends @Nullable Object> Work<T> acting(Work<T> work) {
        return joined ? ActingStore.acting(store, work) : work;
    }

    @Override
    public void takeTurn(Session own, String name) throws SQLException {
        store.takeTurn(own, name);
    }

    private <T extends @Nullable Object> T run(@Nullable String entity, @Nullable String id, Work<T> work) {
        requireUsable();
        try {
            // The driver cannot recover if the stack overflows inside it: a database in memory stayed locked.
            StackReserve.require();
            return work.run(session);
        } catch (SQLException e) {
            refused = e;
            requireWritable(e, entity, id);
            throw store.classify(e).whileWriting().toException(entity, id);
        } catch (StorageException e) {
            noteRefusal(e);
            SQLException driver = Failure.driverException(e);
            if (driver != null) {
                requireWritable(driver, entity, id);
            }
            throw e;
        } catch (Error e) {
            // Nobody knows how far the statement got.
            refused = e;
            throw e;
        } finally {
            left();
        }
    }

    /** Says so if the write was refused because the caller began his transaction as read-only. */
    private void requireWritable(SQLException refusal, @Nullable String entity, @Nullable String id) {
        if (joined && store.classify(refusal).kind() == Failure.Kind.READ_ONLY && isReadOnly()) {
            throw new ReadOnlyException(
                    (id == null ? "a write" : entity + " " + id)
                            + " was refused: the transaction of the caller's connection only reads; write in one that was"
                            + " not begun as read-only",
                    id == null ? null : entity,
                    id,
                    refusal);
        }
    }

    private boolean isReadOnly() {
        try {
            return session.connection().isReadOnly();
        } catch (SQLException e) {
            LOG.debug("it is not known whether the connection only reads", e);
            return false;
        }
    }

    /** Remembers an exception of the database. Most of the library's own checks throw before anything is written. */
    void noteRefusal(StorageException e) {
        if (e.getCause() instanceof SQLException) {
            refused = e;
        }
    }

    /** Must run before the commit, or before the end of a nested part. */
    void requireCommittable() {
        requireNotRefused();
        if (depth == 0) {
            transaction.requireSame();
        } else {
            transaction.requireOpen();
        }
    }

    void end() {
        ended = true;
        if (depth == 0) {
            transaction.close();
        }
    }

    @Override
    public @Nullable String actor() {
        return store.actor();
    }

    @Override
    public Instant now() {
        return now;
    }

    @Override
    public boolean readsAfterRefusal() {
        return false;
    }

    @Override
    public Dialect dialect() {
        return store.dialect();
    }

    @Override
    public Failure classify(SQLException e) {
        return store.classify(e);
    }

    @Override
    public DatabaseOptions options() {
        return store.options();
    }

    void savepoint(String command) {
        try (Statement statement = session.connection().createStatement()) {
            statement.execute(command + SAVEPOINT + depth);
            if (command.equals(ROLLBACK)) {
                transaction.rolledBack(depth);
            }
        } catch (SQLException e) {
            refused = e;
            Failure failure = classify(e).whileWriting();
            if (failure.kind() == Failure.Kind.NO_SAVEPOINT) {
                transaction.lost();
                transaction.requireOpen();
            }
            throw failure.toException(null, null);
        } catch (Error e) {
            refused = e;
            throw e;
        }
    }

    static void requireTransaction(Connection connection) throws SQLException {
        if (connection.isClosed()) {
            throw new IllegalStateException("the connection is closed, and so its transaction has ended");
        }
        if (connection.getAutoCommit()) {
            throw new IllegalStateException(
                    "the connection commits each statement by itself; call setAutoCommit(false) first");
        }
    }
}
