package dev.modelscan.storage.internal.database;

import dev.modelscan.storage.errors.OutcomeUnknownException;
import dev.modelscan.storage.internal.engine.Failure;
import dev.modelscan.storage.internal.engine.Store;
import dev.modelscan.storage.internal.engine.TransactionGuard;
import dev.modelscan.storage.internal.engine.TransactionGuard.Fate;
import dev.modelscan.storage.internal.query.Session;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/**
 * The state of the transaction of {@code withTx}, which SQL of the function may have ended. From the first
 * use of {@code dsl()} on, this asks the engine. After the end of the transaction nothing more runs on its
 * connection.
 */
final class CallersTransaction {

    static final String HINT =
            "the tx begins and ends its transaction itself; to take a part back, throw out of tx.withTx";

    private final Store store;
    private final Session session;
    private @Nullable TransactionGuard guard;
    /** The outermost part whose end undoes what the guard set; 0 for the transaction itself. */
    private int guardedPart;

    private Fate fate = Fate.OPEN;

    CallersTransaction(Store store, Session session) {
        this.store = store;
        this.session = session;
    }

    /** Must run before the caller's SQL runs in the transaction, or in a nested part of that depth. */
    void watch(int part) {
        if (guard == null) {
            try {
                guard = store.guard(session);
                guardedPart = part;
            } catch (SQLException e) {
                throw store.classify(e).toException(null, null);
            }
        }
    }

    /** A nested part was released. What the guard set in it now lasts as long as the outer part. */
    void kept(int part) {
        guardedPart = Math.min(guardedPart, part);
    }

    /** A nested part was rolled back to its savepoint, and with it what the guard set there. */
    void rolledBack(int part) throws SQLException {
        TransactionGuard watching = guard;
        if (watching != null && guardedPart > part) {
            watching.renew();
            guardedPart = part;
        }
    }

    private Fate fate() {
        TransactionGuard watching = guard;
        if (fate == Fate.OPEN && watching != null) {
            fate = watching.fate();
        }
        return fate;
    }

    /** A savepoint of the library is gone, so its transaction is gone too. */
    void lost() {
        fate = Fate.ENDED;
    }

    boolean isOpen() {
        return fate() == Fate.OPEN;
    }

    /**
     * Must run before each statement.
     *
     * @throws OutcomeUnknownException if the transaction has ended, and may have been committed
     * @throws IllegalStateException if it was rolled back
     */
    void requireOpen() {
        Fate now = fate();
        if (now == Fate.ENDED) {
            throw unknown(null);
        }
        if (now == Fate.ROLLED_BACK) {
            throw new IllegalStateException(
                    "SQL of the function failed, or rolled the transaction back; nothing of it is stored. " + HINT);
        }
    }

    /** Must run before the library commits. */
    void requireSame() {
        TransactionGuard watching = guard;
        if (watching != null && isOpen()) {
            try {
                fate = watching.askAtEnd();
            } catch (SQLException e) {
                throw store.classify(e).toException(null, null);
            }
        }
        requireOpen();
    }

    /**
     * Must run when a function has thrown, because then nothing may be stored. Throws if that is not certain.
     *
     * @param last whether the transaction ends here, and not only a nested part
     */
    void requireKnown(Throwable thrown, boolean last) {
        TransactionGuard watching = guard;
        if (watching != null && fate == Fate.OPEN) {
            try {
                // After such an Error, the next answer of the connection may belong to an earlier statement.
                if (Failure.isOfMachine(thrown)) {
                    fate = watching.fate();
                } else {
                    fate = last ? watching.askAtEnd() : watching.ask();
                }
            } catch (SQLException e) {
                // The connection is lost, so the server rolls its transaction back.
                thrown.addSuppressed(e);
            }
        }
        if (fate == Fate.ENDED && !(thrown instanceof OutcomeUnknownException)) {
            throw unknown(thrown);
        }
    }

    private static OutcomeUnknownException unknown(@Nullable Throwable thrown) {
        return new OutcomeUnknownException(
                "SQL of the function ended the transaction itself: what came before may be stored, and nothing after it is;"
                        + " read back before trying again. " + HINT,
                thrown);
    }

    void close() {
        TransactionGuard watching = guard;
        guard = null;
        if (watching != null) {
            watching.close();
        }
    }
}
