package dev.modelscan.storage.internal.database;

import dev.modelscan.storage.Tx;
import dev.modelscan.storage.TxAction;
import dev.modelscan.storage.TxFunction;
import dev.modelscan.storage.errors.StorageException;
import dev.modelscan.storage.internal.dsl.CallersCommand;
import dev.modelscan.storage.internal.dsl.DslContexts;
import dev.modelscan.storage.internal.dsl.OpenStatements;
import dev.modelscan.storage.internal.dsl.SqlCommandRun;
import dev.modelscan.storage.internal.engine.Failure;
import dev.modelscan.storage.internal.engine.Sessions;
import dev.modelscan.storage.internal.engine.Store;
import dev.modelscan.storage.internal.observation.Observed;
import dev.modelscan.storage.internal.query.Session;
import dev.modelscan.storage.internal.repository.RecordReader;
import dev.modelscan.storage.queries.CommandRun;
import dev.modelscan.storage.queries.StoredCommand;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Objects;
import org.jooq.DSLContext;
import org.jspecify.annotations.Nullable;

/** The repositories of a transaction, and the rules for its use. */
final class SqlTx extends SqlRepositories implements Tx {

    private final TxSessions sessions;
    private final OpenStatements open = new OpenStatements();
    private @Nullable DSLContext dsl;

    SqlTx(Store store, Session session) {
        this(new TxSessions(store, session, store.now(), 0, new CallersTransaction(store, session), false));
    }

    /**
     * The repositories in the transaction of a caller's connection, which the caller ends.
     *
     * @throws IllegalArgumentException if it is no connection to this database
     * @throws IllegalStateException if it commits each statement by itself
     */
    static SqlTx joined(Store store, Connection connection) {
        try {
            TxSessions.requireTransaction(connection);
            Session session = store.join(connection);
            return new SqlTx(
                    new TxSessions(store, session, store.now(), 0, new CallersTransaction(store, session), true));
        } catch (SQLException e) {
            throw store.classify(e).toException(null, null);
        }
    }

    private SqlTx(TxSessions sessions) {
        super(sessions);
        this.sessions = sessions;
    }

    Sessions sessions() {
        return sessions;
    }

    Session session() {
        return sessions.session;
    }

    /** To be called after the last use of one that was {@link #joined}, if that is known. */
    void leave() {
        sessions.session.end();
    }

    /** Calls the function, and ends this tx. */
    <T extends @Nullable Object, X extends Exception> T run(TxFunction<T, X> function) throws X {
        try {
            T result = function.apply(this);
            open.requireNone();
            sessions.requireCommittable();
            return result;
        } catch (Throwable t) {
            sessions.transaction.requireKnown(t, sessions.depth == 0);
            throw t;
        } finally {
            if (sessions.refused instanceof Error) {
                // The driver may also have been interrupted between two statements.
                sessions.session.running().neverIdle();
            }
            sessions.end();
            open.close();
        }
    }

    @Override
    public <T extends @Nullable Object, X extends Exception> T withTx(TxFunction<T, X> function) throws X {
        Objects.requireNonNull(function, "function");
        sessions.requireUsable();
        sessions.savepoint("SAVEPOINT");
        sessions.suspended = true;
        T result;
        try {
            result = new SqlTx(sessions.nested()).run(function);
        } catch (Throwable t) {
            sessions.suspended = false;
            // First, since any call may run out of stack. The next answer of the connection may belong to the statement
            // that an Error interrupted.
            sessions.refused = t;
            if (!Failure.isOfMachine(t)) {
                sessions.refused = null;
                rollBackToSavepoint(t);
            }
            throw t;
        }
        sessions.suspended = false;
        sessions.savepoint("RELEASE");
        sessions.transaction.kept(sessions.depth);
        return result;
    }

    private void rollBackToSavepoint(Throwable cause) {
        if (!sessions.transaction.isOpen()) {
            return;
        }
        try {
            sessions.savepoint(TxSessions.ROLLBACK);
            sessions.savepoint("RELEASE");
        } catch (StorageException e) {
            cause.addSuppressed(e);
        }
    }

    @Override
    public <X extends Exception> void useTx(TxAction<X> action) throws X {
        Objects.requireNonNull(action, "action");
        this.<Boolean, X>withTx(tx -> {
            action.accept(tx);
            return true;
        });
    }

    @Override
    boolean mayWrite() {
        return true;
    }

    @Override
    public CommandRun command(StoredCommand command) {
        Objects.requireNonNull(command, "command");
        return new SqlCommandRun(Observed.by(sessions), (CallersCommand) command);
    }

    @Override
    public DSLContext dsl() {
        sessions.requireUsable();
        DSLContext made = dsl;
        if (made == null) {
            Connection connection = new TransactionConnection(sessions.session, sessions.transaction);
            if (sessions.joined) {
                made = DslContexts.joined(
                        sessions.store,
                        sessions.session,
                        connection,
                        sessions::requireUsable,
                        sessions::noteRefusal,
                        open);
            } else {
                sessions.session.keepGeneratedKeys();
                sessions.transaction.watch(sessions.depth);
                made = DslContexts.writing(
                        sessions.store,
                        sessions.session,
                        connection,
                        sessions::requireUsable,
                        sessions::noteRefusal,
                        open);
            }
            made = RecordReader.over(made);
            dsl = made;
        }
        return made;
    }
}
