package dev.modelscan.storage.internal.postgres;

import dev.modelscan.storage.DatabaseOptions;
import dev.modelscan.storage.Isolation;
import dev.modelscan.storage.errors.OutcomeUnknownException;
import dev.modelscan.storage.errors.StorageException;
import dev.modelscan.storage.errors.UnavailableException;
import dev.modelscan.storage.internal.engine.Failure;
import dev.modelscan.storage.internal.engine.Failure.Kind;
import dev.modelscan.storage.internal.engine.Retry;
import dev.modelscan.storage.internal.engine.StackReserve;
import dev.modelscan.storage.internal.engine.Store;
import dev.modelscan.storage.internal.engine.TransactionGuard;
import dev.modelscan.storage.internal.engine.Work;
import dev.modelscan.storage.internal.postgres.PostgresPool.Lease;
import dev.modelscan.storage.internal.query.Dialect;
import dev.modelscan.storage.internal.query.Session;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * A schema on a PostgreSQL server. Each call holds a connection only while it needs one.
 *
 * <p>The library's own statements are retried until a deadline if the server's error says that a retry may
 * help, or if the connection was lost before the commit was sent. A commit whose reply is lost may have taken
 * effect.
 */
public final class PostgresStore implements Store {

    /** Failures after which a retry may succeed. */
    private static final Set<Kind> MAY_PASS = EnumSet.of(
            Kind.CONNECTION_LOST, Kind.NODE_AWAY, Kind.NO_CONNECTION_LEFT, Kind.UNUSABLE, Kind.SERIALIZATION);

    /** A statement that does not wait for a lock may take this long on a busy machine. */
    private static final long SHORTEST_WAIT_NANOS = Duration.ofMillis(250).toNanos();

    private final PostgresPools pools;
    private final boolean closesPools;
    private final @Nullable String workspace;
    private final @Nullable PostgresSchema schema;
    private final PostgresTransactions transactions;
    private final Map<Session, Lease> lent = new ConcurrentHashMap<>();
    private final CallersConnections callers = new CallersConnections();
    private final ConflictGate gate = new ConflictGate();
    private final ThreadLocal<Boolean> inTransaction = ThreadLocal.withInitial(() -> false);
    private volatile boolean closed;

    /**
     * A schema of the server.
     *
     * @param closesPools whether no other store uses the pools
     * @param workspace the workspace's name in messages; null to name only the server
     * @param schema the schema of the tables; null if statements name their schema themselves
     */
    public PostgresStore(
            PostgresPools pools, boolean closesPools, @Nullable String workspace, @Nullable PostgresSchema schema) {
        this.pools = pools;
        this.closesPools = closesPools;
        this.workspace = workspace;
        this.schema = schema;
        this.transactions = new PostgresTransactions(pools.server(), schema);
    }

    @Override
    public Dialect dialect() {
        return PostgresDialect.INSTANCE;
    }

    @Override
    public DatabaseOptions options() {
        return pools.server().options();
    }

    @Override
    public Failure classify(SQLException e) {
        Failure failure = PostgresErrors.classify(e);
        return switch (failure.kind()) {
            case CANCELLED ->
                failure.detail() == null
                        ? PostgresErrors.cancelled(e, pools.server().queryTimeout())
                        : failure;
            case DENIED ->
                new Failure(
                        Kind.DENIED,
                        failure.detail() + "; "
                                + pools.server().grantsToUse(schema == null ? workspace : schema.name()),
                        e);
            default -> failure;
        };
    }

    /** Each statement is its own transaction. */
    @Override
    public <T extends @Nullable Object> T read(@Nullable String entity, @Nullable String id, Work<T> work) {
        return retrying(entity, id, () -> leased(pools.writing(), work));
    }

    @Override
    public <T extends @Nullable Object> T write(@Nullable String entity, @Nullable String id, Work<T> work) {
        requireNoTransaction();
        return retrying(entity, id, () -> {
            Lease lease = acquire(pools.writing());
            return over(lease, pools.writing(), session -> transact(lease, entity, id, work));
        });
    }

    @Override
    public <T extends @Nullable Object> T writeMany(@Nullable String entity, @Nullable String id, Work<T> work) {
        return write(entity, id, work);
    }

    /** The lock ends with the transaction, so a pooler can pass the session on. */
    @Override
    public void takeTurn(Session session, String name) throws SQLException {
        PostgresState.takeTurn(session, (schema == null ? "" : schema.name()) + " " + name);
    }

    /**
     * The statement commits by itself. If its reply is lost, it may have taken effect, and every later
     * failure says so. Only a row stored under the key can tell.
     */
    @Override
    public <T> T insert(
            @Nullable String entity, @Nullable String id, T record, Work<T> insert, Work<Optional<T>> stored) {
        requireNoTransaction();
        AtomicBoolean lost = new AtomicBoolean();
        try {
            return retrying(entity, id, () -> insertOnce(lost, entity, id, record, insert, stored));
        } catch (StorageException e) {
            if (!lost.get()) {
                throw e;
            }
            throw PostgresErrors.unknown(entity + " " + id + ": the reply to its insert on " + name(), entity, id, e);
        }
    }

    private <T> T insertOnce(
            AtomicBoolean lost,
            @Nullable String entity,
            @Nullable String id,
            T record,
            Work<T> insert,
            Work<Optional<T>> stored)
            throws SQLException {
        Lease lease = acquire(pools.writing());
        try {
            return over(lease, pools.writing(), session -> insert(lease, entity, id, insert));
        } catch (SQLException | StorageException e) {
            Failure failure = PostgresErrors.behind(e);
            if (failure != null && failure.refusesData() && lost.get()) {
                Optional<T> found = leased(pools.writing(), stored);
                if (found.isPresent() && found.get().equals(record)) {
                    return record;
                }
                // Another row under the key may be this one, changed since by others.
                lost.set(found.isPresent());
            } else if (failure != null && PostgresErrors.mayHaveTakenEffect(failure)) {
                lost.set(true);
            }
            throw e;
        }
    }

    /**
     * Inserts without a transaction, in one round trip. In a session that may be shared, lock_timeout cannot
     * be set, so the watchdog limits the wait; and another client may have made the session read-only.
     */
    private <T> T insert(Lease lease, @Nullable String entity, @Nullable String id, Work<T> insert)
            throws SQLException {
        Session session = lease.session();
        if (lease.isSetUp()) {
            return insert.run(session);
        }
        session.running()
                .waitAtMost(Math.max(
                        SHORTEST_WAIT_NANOS, pools.server().busyTimeout().toNanos()));
        try {
            return insert.run(session);
        } catch (SQLException | StorageException e) {
            if (!PostgresErrors.isOf(Kind.READ_ONLY, e)) {
                throw e;
            }
        } finally {
            session.running().waitAtMost(Long.MAX_VALUE);
        }
        return transact(lease, entity, id, insert);
    }

    @Override
    public <T extends @Nullable Object, X extends Exception> T transaction(
            Isolation isolation, TransactionBody<T, X> body) throws X {
        StackReserve.require();
        requireNoTransaction();
        Retry retry = new Retry(pools.server().busyTimeout());
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
        Lease lease = retrying(retry, null, null, () -> begin(pools.writing(), isolation));
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

    /**
     * Begins a caller's transaction, or a read-only one if the isolation is null. The round trip finds a
     * connection that was lost while idle before the caller's code runs.
     */
    private Lease begin(PostgresPool pool, @Nullable Isolation isolation) throws SQLException {
        Lease lease = acquire(pool);
        try {
            if (isolation == null) {
                transactions.snapshot(lease);
            } else {
                transactions.callers(lease, isolation);
            }
            return lease;
        } catch (Throwable t) {
            pool.release(lease, PostgresErrors.breaksConnection(t));
            throw t;
        }
    }

    private void requireNoTransaction() {
        if (inTransaction.get()) {
            throw new IllegalStateException(
                    "this thread is inside withTx; write through its tx, not through the database, or use tx.withTx to nest");
        }
    }

    /** Begins, runs and commits. If anything is thrown, releasing the connection rolls back. */
    private <T extends @Nullable Object> T transact(
            Lease lease, @Nullable String entity, @Nullable String id, Work<T> work) throws SQLException {
        transactions.own(lease, Isolation.READ_COMMITTED);
        T result = work.run(lease.session());
        PostgresTransactions.commit(lease.connection(), name(), entity, id);
        return result;
    }

    /**
     * Converts a commit's failure here, so that it is not taken for an exception of the caller's function.
     */
    private void commitOrExplain(Lease lease) {
        try {
            if (lease.session().isShared() && lease.session().ranCallersSql()) {
                ServerSession.cleanBeforeCommit(lease.connection());
            }
            PostgresTransactions.commit(lease.connection(), name(), null, null);
        } catch (SQLException e) {
            throw classify(e).whileWriting().toException(null, null);
        }
    }

    private <T extends @Nullable Object> T leased(PostgresPool pool, Work<T> work) throws SQLException {
        return over(acquire(pool), pool, work);
    }

    private static <T extends @Nullable Object> T over(Lease lease, PostgresPool pool, Work<T> work)
            throws SQLException {
        boolean broken = false;
        try {
            return work.run(lease.session());
        } catch (Throwable t) {
            broken = PostgresErrors.breaksConnection(t);
            throw t;
        } finally {
            pool.release(lease, broken);
        }
    }

    private Lease acquire(PostgresPool pool) throws SQLException {
        if (closed) {
            throw new UnavailableException(name() + " is closed", null);
        }
        return pool.acquire(schema);
    }

    private interface Attempt<T extends @Nullable Object> {
        T run() throws SQLException;
    }

    private <T extends @Nullable Object> T retrying(@Nullable String entity, @Nullable String id, Attempt<T> attempt) {
        return retrying(new Retry(pools.server().busyTimeout()), entity, id, attempt);
    }

    /** The deadline starts with the call, so the first attempt's waits count. */
    private <T extends @Nullable Object> T retrying(
            Retry retry, @Nullable String entity, @Nullable String id, Attempt<T> attempt) {
        while (true) {
            try {
                return attempt.run();
            } catch (OutcomeUnknownException e) {
                throw e;
            } catch (SQLException | StorageException e) {
                Failure failure = PostgresErrors.behind(e);
                boolean mayHelp = failure != null && MAY_PASS.contains(failure.kind());
                if (!mayHelp || !retry.pause()) {
                    throw e instanceof SQLException driver
                            ? classify(driver).whileWriting().toException(entity, id)
                            : (StorageException) e;
                }
            }
        }
    }

    @Override
    public TransactionGuard guard(Session session) throws SQLException {
        return transactions.guard(session.connection());
    }

    @Override
    public Session join(Connection connection) throws SQLException {
        if (closed) {
            throw new UnavailableException(name() + " is closed", null);
        }
        Session session = callers.session(connection, schema, name());
        pools.watch(session);
        return session;
    }

    @Override
    public Session acquireReader() {
        Lease lease = retrying(null, null, () -> begin(pools.reading(), null));
        lent.put(lease.session(), lease);
        return lease.session();
    }

    @Override
    public void releaseReader(Session session) {
        Lease lease = lent.remove(session);
        if (lease != null) {
            pools.reading().release(lease, false);
        }
    }

    @Override
    public List<String> problems() {
        try {
            return read(
                    null,
                    null,
                    session -> PostgresState.problems(
                            session, schema, name(), pools.server().name()));
        } catch (StorageException e) {
            return List.of(String.valueOf(e.getMessage()));
        }
    }

    @Override
    public List<String> notes() {
        return workspace == null ? List.of() : read(null, null, session -> PostgresState.notes(session, workspace));
    }

    @Override
    public long sizeBytes() {
        PostgresSchema own = Objects.requireNonNull(schema);
        return read(null, null, session -> PostgresState.sizeBytes(session, own.name()));
    }

    private String name() {
        String server = pools.server().name();
        return workspace == null ? server : "workspace " + workspace + " of " + server;
    }

    @Override
    public void close() {
        if (inTransaction.get()) {
            throw new IllegalStateException("the database cannot be closed inside withTx");
        }
        closed = true;
        if (closesPools) {
            pools.close();
        }
    }
}
