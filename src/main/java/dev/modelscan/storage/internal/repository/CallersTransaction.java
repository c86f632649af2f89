package dev.modelscan.storage.internal.repository;

import dev.modelscan.storage.errors.OutcomeUnknownException;
import dev.modelscan.storage.internal.engine.Failure;
import dev.modelscan.storage.internal.engine.Store;
import dev.modelscan.storage.internal.engine.TransactionGuard;
import dev.modelscan.storage.internal.engine.TransactionGuard.Fate;
import dev.modelscan.storage.internal.query.Session;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/**
 * What has become of the transaction of {@code withTx}, which SQL of its function may have ended. From the first use of {@code dsl()} on
 * the engine is asked. Once the transaction has ended, nothing more is done on its connection.
 */
final class CallersTransaction {

    static final String HINT =
            "the tx begins and ends its transaction itself; to take a part back, throw out of tx.withTx";

    private final Store store;
    private final Session session;
    private @Nullable TransactionGuard guard;
    /** The outermost part whose end undoes what the guard set; zero for the transaction itself. */
    private int guardedPart;

    private Fate fate = Fate.OPEN;

    CallersTransaction(Store store, Session session) {
        this.store = store;
        this.session = session;
    }

    /** Called before a caller's own SQL may run in the transaction, or in a part of it that many levels down. */
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

    /** A part inside this one went through: what the guard set there lasts as long as this one. */
    void kept(int part) {
        guardedPart = Math.min(guardedPart, part);
    }

    /** A part inside this one was rolled back to its savepoint, and what the guard set there with it. */
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

    /** A savepoint of the library's is gone, and so is its transaction. */
    void lost() {
        fate = Fate.ENDED;
    }

    boolean isOpen() {
        return fate() == Fate.OPEN;
    }

    /**
     * Called before anything is sent.
     *
     * @throws OutcomeUnknownException if the transaction has ended, and may have been committed
     * @throws IllegalStateException if it is rolled back
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

    /** Called before the library commits. */
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
     * Called when a function has thrown, which means that nothing is stored: throws if that cannot be said.
     *
     * @param last whether the transaction ends with it, and not a part alone
     */
    void requireKnown(Throwable thrown, boolean last) {
        TransactionGuard watching = guard;
        if (watching != null && fate == Fate.OPEN) {
            try {
                // After an Error of the machine's the next answer may be to another question.
                if (Failure.isOfMachine(thrown)) {
                    fate = watching.fate();
                } else {
                    fate = last ? watching.askAtEnd() : watching.ask();
                }
            } catch (SQLException e) {
                // The connection is lost, and whatever was open on it is rolled back.
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
