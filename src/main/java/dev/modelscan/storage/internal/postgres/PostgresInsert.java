package dev.modelscan.storage.internal.postgres;

import dev.modelscan.storage.errors.StorageException;
import dev.modelscan.storage.internal.engine.Failure;
import dev.modelscan.storage.internal.engine.Failure.Kind;
import dev.modelscan.storage.internal.engine.Work;
import dev.modelscan.storage.internal.postgres.PostgresPool.Lease;
import dev.modelscan.storage.internal.query.Session;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One insert that commits by itself, which saves a round trip. If its reply is lost, it may have taken effect,
 * and every later failure says so. Only a row stored under the key can tell.
 */
final class PostgresInsert<T> {

    /** A statement that does not wait for a lock may take this long on a busy machine. */
    private static final long SHORTEST_WAIT_NANOS = Duration.ofMillis(250).toNanos();

    private final PostgresLeases leases;
    private final PostgresTransactions transactions;
    private final @Nullable String entity;
    private final @Nullable String id;
    private boolean lost;

    PostgresInsert(
            PostgresLeases leases, PostgresTransactions transactions, @Nullable String entity, @Nullable String id) {
        this.leases = leases;
        this.transactions = transactions;
        this.entity = entity;
        this.id = id;
    }

    T run(PostgresRetry retry, T record, Work<T> insert, Work<Optional<T>> stored) {
        try {
            return retry.run(entity, id, () -> runOnce(record, insert, stored));
        } catch (StorageException e) {
            if (!lost) {
                throw e;
            }
            throw PostgresErrors.unknown(
                    entity + " " + id + ": the reply to its insert on " + transactions.name(), entity, id, e);
        }
    }

    private T runOnce(T record, Work<T> insert, Work<Optional<T>> stored) throws SQLException {
        Lease lease = leases.acquire();
        try {
            return leases.run(lease, session -> run(lease, insert));
        } catch (SQLException | StorageException e) {
            Failure failure = PostgresErrors.behind(e);
            if (failure != null && failure.refusesData() && lost) {
                Optional<T> found = leases.run(stored);
                if (found.isPresent() && found.get().equals(record)) {
                    return record;
                }
                // Another row under the key may be this one, changed since by others.
                lost = found.isPresent();
            } else if (failure != null && PostgresErrors.mayHaveTakenEffect(failure)) {
                lost = true;
            }
            throw e;
        }
    }

    /**
     * In a session that may be shared, lock_timeout cannot be set, so the watchdog limits the wait; and another
     * client may have made the session read-only.
     */
    private T run(Lease lease, Work<T> insert) throws SQLException {
        Session session = lease.session();
        if (lease.isSetUp()) {
            return insert.run(session);
        }
        session.running()
                .waitAtMost(
                        Math.max(SHORTEST_WAIT_NANOS, transactions.busyTimeout().toNanos()));
        try {
            return insert.run(session);
        } catch (SQLException | StorageException e) {
            if (!PostgresErrors.isOf(Kind.READ_ONLY, e)) {
                throw e;
            }
        } finally {
            session.running().waitAtMost(Long.MAX_VALUE);
        }
        return transactions.transact(lease, entity, id, insert);
    }
}
