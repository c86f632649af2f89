package dev.modelscan.storage.internal.engine;

import dev.modelscan.storage.Isolation;
import dev.modelscan.storage.OutcomeUnknownException;
import dev.modelscan.storage.StorageException;
import dev.modelscan.storage.UnavailableException;
import dev.modelscan.storage.internal.engine.Failure.Kind;
import dev.modelscan.storage.internal.engine.PostgresPool.Lease;
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
 * A schema on a PostgreSQL server. Each call takes a connection for as long as it needs one.
 *
 * <p>What the library does by itself is tried again, up to a deadline, where the server says that this may help or the
 * connection was lost before the commit was sent. A commit whose reply is lost may have taken effect.
 */
public final class PostgresStore implements Store {

    /** After these another attempt may succeed. */
    private static final Set<Kind> MAY_PASS = EnumSet.of(Kind.CONNECTION_LOST, Kind.NODE_AWAY, Kind.SERIALIZATION);

    /** A statement that only does its work may take that long on a busy machine. */
    private static final long SHORTEST_WAIT_NANOS = Duration.ofMillis(250).toNanos();

    private final PostgresPools pools;
    private final boolean closesPools;
    private final @Nullable String workspace;
    private final @Nullable PostgresSchema schema;
    private final PostgresBegin begin;
    private final Map<Session, Lease> lent = new ConcurrentHashMap<>();
    private final ThreadLocal<Boolean> inTransaction = ThreadLocal.withInitial(() -> false);
    private volatile boolean closed;

    /**
     * A schema of the server.
     *
     * @param closesPools whether nobody else uses the pools
     * @param workspace what messages call it; null to name the server alone
     * @param schema where the tables are; null for work that says so itself
     */
    public PostgresStore(
            PostgresPools pools, boolean closesPools, @Nullable String workspace, @Nullable PostgresSchema schema) {
        this.pools = pools;
        this.closesPools = closesPools;
        this.workspace = workspace;
        this.schema = schema;
        this.begin = new PostgresBegin(pools.server(), schema);
    }

    @Override
    public Dialect dialect() {
        return PostgresDialect.INSTANCE;
    }

    @Override
    public Failure classify(SQLException e) {
        if (ServerSession.isOfAnotherSession(e)) {
            return new Failure(Kind.OTHER, ServerSession.HIDDEN_POOLER, e);
        }
        Failure failure = PostgresDialect.classify(e);
        Duration limit = pools.server().queryTimeout();
        boolean byServer = failure.kind() == Kind.CANCELLED && failure.detail() == null && !limit.isZero();
        return byServer ? new Failure(Kind.CANCELLED, PostgresDialect.whyCancelled(e, limit), e) : failure;
    }

    /** Each statement is a transaction of its own. */
    @Override
    public <T extends @Nullable Object> T read(@Nullable String entity, @Nullable String id, Work<T> work) {
        return retrying(entity, id, () -> leased(pools.writing(), work));
    }

    @Override
    public <T extends @Nullable Object> T write(@Nullable String entity, @Nullable String id, Work<T> work) {
        return write(entity, id, Isolation.READ_COMMITTED, work);
    }

    @Override
    public <T extends @Nullable Object> T writeMany(@Nullable String entity, @Nullable String id, Work<T> work) {
        return write(entity, id, work);
    }

    @Override
    public <T extends @Nullable Object> T writeSerializable(
            @Nullable String entity, @Nullable String id, Work<T> work) {
        return write(entity, id, Isolation.SERIALIZABLE, work);
    }

    /** Where the connection was lost the statement may have committed; the next attempt finds the record then. */
    @Override
    public <T> T insert(@Nullable String entity, @Nullable String id, Work<T> insert, Work<Optional<T>> stored) {
        requireNoTransaction();
        AtomicBoolean lost = new AtomicBoolean();
        try {
            return retrying(entity, id, () -> insertOnce(lost, insert, stored));
        } catch (UnavailableException e) {
            if (!lost.get()) {
                throw e;
            }
            throw new OutcomeUnknownException(
                    entity + " " + id + ": the reply to its insert on " + name()
                            + " was lost, and it may have been stored; read it back before trying again. "
                            + (e.getCause() == null ? "" : e.getCause().getMessage()),
                    entity,
                    id,
                    e.getCause());
        }
    }

    /** Notes where the statement may have taken effect, and looks for the record where an earlier one may have. */
    private <T> T insertOnce(AtomicBoolean lost, Work<T> insert, Work<Optional<T>> stored) throws SQLException {
        Lease lease = acquire(pools.writing());
        try {
            return over(lease, pools.writing(), session -> insert(lease, insert));
        } catch (SQLException | StorageException e) {
            // A record that is there conflicts in all that is unique, and the server names any one of it.
            Optional<T> found = lost.get() && (isOf(Kind.PRIMARY_KEY, e) || isOf(Kind.UNIQUE, e))
                    ? leased(pools.writing(), stored)
                    : Optional.empty();
            Failure failure = failureBehind(e);
            if (failure != null && PostgresDialect.mayHaveTakenEffect(failure)) {
                lost.set(true);
            }
            if (found.isEmpty()) {
                throw e;
            }
            return found.get();
        }
    }

    /**
     * A statement by itself, which costs one round trip. In a session that may be shared it cannot tell the server how long to
     * wait for a lock, so it is stopped from here; and another client may have made the session's transactions read only.
     */
    private <T> T insert(Lease lease, Work<T> insert) throws SQLException {
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
            if (!isOf(Kind.READ_ONLY, e)) {
                throw e;
            }
        } finally {
            session.running().waitAtMost(Long.MAX_VALUE);
        }
        return transact(lease, Isolation.READ_COMMITTED, insert);
    }

    private static boolean isOf(Kind kind, Throwable t) {
        Failure failure = failureBehind(t);
        return failure != null && failure.kind() == kind;
    }

    private <T extends @Nullable Object> T write(
            @Nullable String entity, @Nullable String id, Isolation isolation, Work<T> work) {
        requireNoTransaction();
        return retrying(entity, id, () -> {
            Lease lease = acquire(pools.writing());
            return over(lease, pools.writing(), session -> transact(lease, isolation, work));
        });
    }

    @Override
    public <T extends @Nullable Object, X extends Exception> T transaction(
            Isolation isolation, TransactionBody<T, X> body) throws X {
        requireNoTransaction();
        Retry retry = new Retry(pools.server().busyTimeout());
        while (true) {
            try {
                return transactOnce(retry, isolation, body);
            } catch (Throwable t) {
                if (!wasTakenBack(t) || !retry.pause()) {
                    throw t;
                }
            }
        }
    }

    /** By this server: a driver's exception that the function has from elsewhere is not the library's to judge. */
    private static boolean wasTakenBack(Throwable thrown) {
        for (Throwable t = thrown; t != null; t = t.getCause()) {
            if (t instanceof StorageException) {
                return isOf(Kind.SERIALIZATION, t);
            }
        }
        return false;
    }

    private <T extends @Nullable Object, X extends Exception> T transactOnce(
            Retry retry, Isolation isolation, TransactionBody<T, X> body) throws X {
        Lease lease = retrying(retry, null, null, () -> begin(pools.writing(), isolation));
        boolean broken = false;
        inTransaction.set(true);
        try {
            T result = body.run(lease.session());
            commitOrExplain(lease);
            return result;
        } catch (Throwable t) {
            broken = breaksConnection(t);
            throw t;
        } finally {
            inTransaction.remove();
            pools.writing().release(lease, broken);
        }
    }

    /**
     * Begins a caller's transaction, or if the isolation is null, one that reads. Asks the server, so that a connection that was
     * lost while idle is found before anything of the caller's runs.
     */
    private Lease begin(PostgresPool pool, @Nullable Isolation isolation) throws SQLException {
        Lease lease = acquire(pool);
        try {
            begin.callers(lease, isolation);
            return lease;
        } catch (Throwable t) {
            pool.release(lease, breaksConnection(t));
            throw t;
        }
    }

    private void requireNoTransaction() {
        if (inTransaction.get()) {
            throw new IllegalStateException(
                    "this thread is inside withTx; write through its tx, not through the database, or use tx.withTx to nest");
        }
    }

    /** Begins, runs and commits; where anything is thrown, whoever takes the connection back rolls back. */
    private <T extends @Nullable Object> T transact(Lease lease, Isolation isolation, Work<T> work)
            throws SQLException {
        begin.own(lease, isolation);
        T result = work.run(lease.session());
        commit(lease.connection());
        return result;
    }

    /** So that a failure of the commit is not taken for one that the function threw. */
    private void commitOrExplain(Lease lease) {
        try {
            if (lease.session().isShared() && lease.session().ranCallersSql()) {
                ServerSession.leaveNothing(lease.connection());
            }
            commit(lease.connection());
        } catch (SQLException e) {
            throw classify(e).toException(null, null);
        }
    }

    /** An answer that is an error means that the server rolled back; no answer, or one without a reason, means nothing. */
    private void commit(Connection connection) throws SQLException {
        try {
            connection.clearWarnings();
            connection.commit();
        } catch (SQLException e) {
            Failure failure = PostgresDialect.classifyCommit(e, connection);
            if (failure == null || failure.kind() == Kind.CONNECTION_LOST || failure.kind() == Kind.NODE_AWAY) {
                throw new OutcomeUnknownException(
                        "what became of a commit on " + name() + " is not known: " + e.getMessage()
                                + "; it may have taken effect; read back before trying again",
                        e);
            }
            throw failure.cause();
        }
        connection.setAutoCommit(true);
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
            broken = breaksConnection(t);
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

    private static boolean breaksConnection(Throwable t) {
        Failure failure = failureBehind(t);
        return failure != null && failure.breaksConnection();
    }

    private static @Nullable Failure failureBehind(Throwable t) {
        SQLException e = Failure.driverException(t);
        return e == null ? null : PostgresDialect.classify(e);
    }

    /** What one attempt does. */
    private interface Attempt<T extends @Nullable Object> {
        T run() throws SQLException;
    }

    private <T extends @Nullable Object> T retrying(@Nullable String entity, @Nullable String id, Attempt<T> attempt) {
        return retrying(new Retry(pools.server().busyTimeout()), entity, id, attempt);
    }

    /** The deadline began with the call, so that what the first attempt has waited counts. */
    private <T extends @Nullable Object> T retrying(
            Retry retry, @Nullable String entity, @Nullable String id, Attempt<T> attempt) {
        while (true) {
            try {
                return attempt.run();
            } catch (OutcomeUnknownException e) {
                throw e;
            } catch (SQLException | StorageException e) {
                Failure failure = failureBehind(e);
                boolean mayHelp = failure != null && MAY_PASS.contains(failure.kind());
                if (!mayHelp || !retry.pause()) {
                    throw e instanceof SQLException driver
                            ? classify(driver).toException(entity, id)
                            : (StorageException) e;
                }
            }
        }
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
