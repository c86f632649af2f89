package dev.modelscan.storage.internal.postgres;

import dev.modelscan.storage.Isolation;
import dev.modelscan.storage.internal.engine.Retry;
import dev.modelscan.storage.internal.engine.StackReserve;
import dev.modelscan.storage.internal.engine.Store;
import dev.modelscan.storage.internal.engine.Store.TransactionBody;
import dev.modelscan.storage.internal.postgres.PostgresPool.Lease;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/** Runs callers' functions in transactions, again if the server rolled one back because of a conflict. */
final class TransactionRunner {

    private final PostgresPools pools;
    private final PostgresLeases leases;
    private final PostgresTransactions transactions;
    private final PostgresRetry retrying;
    private final ConflictGate gate = new ConflictGate();
    private final ThreadLocal<Boolean> inTransaction = ThreadLocal.withInitial(() -> false);

    TransactionRunner(
            PostgresPools pools, PostgresLeases leases, PostgresTransactions transactions, PostgresRetry retrying) {
        this.pools = pools;
        this.leases = leases;
        this.transactions = transactions;
        this.retrying = retrying;
    }

    <T extends @Nullable Object, X extends Exception> T run(Isolation isolation, TransactionBody<T, X> body) throws X {
        StackReserve.require();
        requireNone();
        Retry retry = new Retry(transactions.busyTimeout());
        while (true) {
            boolean mayConflict = isolation != Isolation.READ_COMMITTED;
            ConflictGate.Outcome outcome = ConflictGate.Outcome.FAILED;
            if (mayConflict) {
                gate.enter();
            }
            try {
                T result = transactOnce(retry, isolation, body);
                outcome = ConflictGate.Outcome.COMMITTED;
                return result;
            } catch (Throwable t) {
                if (!PostgresErrors.wasRolledBack(t)) {
                    throw t;
                }
                outcome = ConflictGate.Outcome.ROLLED_BACK;
                if (!retry.mayGoOn()) {
                    throw t;
                }
            } finally {
                if (mayConflict) {
                    gate.leave(outcome);
                }
            }
            retry.pause();
        }
    }

    private <T extends @Nullable Object, X extends Exception> T transactOnce(
            Retry retry, Isolation isolation, TransactionBody<T, X> body) throws X {
        Lease lease = retrying.run(
                retry,
                null,
                null,
                () -> leases.begin(pools.writing(), begun -> transactions.callers(begun, isolation)));
        boolean broken = false;
        try {
            inTransaction.set(true);
            T result = body.run(lease.session());
            commitOrExplain(lease);
            return result;
        } catch (Throwable t) {
            broken = PostgresErrors.breaksConnection(t);
            throw t;
        } finally {
            inTransaction.remove();
            pools.writing().release(lease, broken);
        }
    }

    /** Converts a commit's failure here, so that it is not taken for an exception of the caller's function. */
    private void commitOrExplain(Lease lease) {
        try {
            if (lease.session().isShared() && lease.session().ranCallersSql()) {
                ServerSession.cleanBeforeCommit(lease.connection());
            }
            transactions.commit(lease.connection(), null, null);
        } catch (SQLException e) {
            throw retrying.failed(e, null, null);
        }
    }

    void requireNone() {
        if (inTransaction.get()) {
            throw new IllegalStateException(Store.INSIDE_TRANSACTION);
        }
    }

    boolean isInTransaction() {
        return inTransaction.get();
    }
}
