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
import java.sql.Statement;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
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
    private static final Set<Kind> MAY_PASS = EnumSet.of(
            Kind.CONNECTION_LOST, Kind.NODE_AWAY, Kind.NO_CONNECTION_LEFT, Kind.UNUSABLE, Kind.SERIALIZATION);

    private final PostgresPools pools;
    private final boolean closesPools;
    private final @Nullable String schema;
    private final Map<Session, Lease> lent = new ConcurrentHashMap<>();
    private final ConflictGate gate = new ConflictGate();
    private final ThreadLocal<Boolean> inTransaction = ThreadLocal.withInitial(() -> false);
    private volatile boolean closed;

    /**
     * A schema, or where it is null, what the server chooses.
     *
     * @param closesPools whether nobody else uses the pools
     */
    public PostgresStore(PostgresPools pools, boolean closesPools, @Nullable String schema) {
        this.pools = pools;
        this.closesPools = closesPools;
        this.schema = schema;
    }

    @Override
    public Dialect dialect() {
        return PostgresDialect.INSTANCE;
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
                        Kind.DENIED, failure.detail() + "; " + pools.server().grantsToUse(schema), e);
            default -> failure;
        };
    }

    /** Each statement is a transaction of its own. */
    @Override
    public <T extends @Nullable Object> T read(@Nullable String entity, @Nullable String id, Work<T> work) {
        return retrying(entity, id, () -> leased(pools.writing(), work));
    }

    @Override
    public <T extends @Nullable Object> T write(@Nullable String entity, @Nullable String id, Work<T> work) {
        requireNoTransaction();
        return retrying(entity, id, () -> leased(pools.writing(), session -> transact(session, entity, id, work)));
    }

    @Override
    public <T extends @Nullable Object> T writeMany(@Nullable String entity, @Nullable String id, Work<T> work) {
        return write(entity, id, work);
    }

    /** The lock ends with the transaction, so that a pooler may give its session to somebody else. */
    @Override
    public void takeTurn(Session session, String name) throws SQLException {
        PostgresState.takeTurn(session, (schema == null ? "" : schema) + " " + name);
    }

    /**
     * The statement commits by itself. So once its reply was lost, it may have taken effect, and whatever fails after that says so; only
     * the server can tell, by what is stored under the key.
     */
    @Override
    public <T> T insert(
            @Nullable String entity, @Nullable String id, T record, Work<T> insert, Work<Optional<T>> stored) {
        requireNoTransaction();
        AtomicBoolean lost = new AtomicBoolean();
        try {
            return retrying(entity, id, () -> insertOnce(lost, record, insert, stored));
        } catch (StorageException e) {
            if (!lost.get()) {
                throw e;
            }
            throw PostgresErrors.unknown(entity + " " + id + ": the reply to its insert on " + name(), entity, id, e);
        }
    }

    private <T> T insertOnce(AtomicBoolean lost, T record, Work<T> insert, Work<Optional<T>> stored)
            throws SQLException {
        Lease lease = acquire(pools.writing());
        try {
            return over(lease, pools.writing(), insert);
        } catch (SQLException | StorageException e) {
            Failure failure = failureBehind(e);
            if (failure != null && failure.refusesData() && lost.get()) {
                Optional<T> found = leased(pools.writing(), stored);
                if (found.isPresent() && found.get().equals(record)) {
                    return record;
                }
                // Where there is another one, it may be this one, which somebody has changed since.
                lost.set(found.isPresent());
            } else if (failure != null && PostgresErrors.mayHaveTakenEffect(failure)) {
                lost.set(true);
            }
            throw e;
        }
    }

    private static boolean isOf(Kind kind, Throwable t) {
        Failure failure = failureBehind(t);
        return failure != null && failure.kind() == kind;
    }

    @Override
    public <T extends @Nullable Object, X extends Exception> T transaction(
            Isolation isolation, TransactionBody<T, X> body) throws X {
        requireNoTransaction();
        Retry retry = new Retry(pools.server().busyTimeout());
        while (true) {
            boolean mayConflict = isolation != Isolation.READ_COMMITTED;
            ConflictGate.Outcome outcome = ConflictGate.Outcome.NEITHER;
            if (mayConflict) {
                gate.enter();
            }
            try {
                T result = transactOnce(retry, isolation, body);
                outcome = ConflictGate.Outcome.COMMITTED;
                return result;
            } catch (Throwable t) {
                if (!wasTakenBack(t)) {
                    throw t;
                }
                outcome = ConflictGate.Outcome.TAKEN_BACK;
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
        Lease lease = retrying(retry, null, null, () -> begin(isolation));
        boolean broken = false;
        inTransaction.set(true);
        try {
            T result = body.run(lease.session());
            commitOrExplain(lease.session().connection());
            return result;
        } catch (Throwable t) {
            broken = breaksConnection(t);
            throw t;
        } finally {
            inTransaction.remove();
            pools.writing().release(lease, broken);
        }
    }

    /** Asks the server, so that a connection that was lost while idle is found before the caller's function runs. */
    private Lease begin(Isolation isolation) throws SQLException {
        Lease lease = acquire(pools.writing());
        try {
            begin(lease.session().connection(), isolation);
            return lease;
        } catch (Throwable t) {
            pools.writing().release(lease, breaksConnection(t));
            throw t;
        }
    }

    private void begin(Connection connection, Isolation isolation) throws SQLException {
        connection.setAutoCommit(false);
        execute(
                connection,
                "SET TRANSACTION ISOLATION LEVEL " + isolation.name().replace('_', ' ')
                        + (pools.writing().isOnCitus() ? "; " + limitOnWorkers() : ""));
    }

    /** Rows are locked on a worker, which does not know the session's settings. */
    private String limitOnWorkers() {
        return "SET LOCAL lock_timeout = "
                + Math.max(1, pools.server().busyTimeout().toMillis());
    }

    private void requireNoTransaction() {
        if (inTransaction.get()) {
            throw new IllegalStateException(
                    "this thread is inside withTx; write through its tx, not through the database, or use tx.withTx to nest");
        }
    }

    /** Begins, runs and commits; if anything is thrown, whoever takes the connection back rolls back. */
    private <T extends @Nullable Object> T transact(
            Session session, @Nullable String entity, @Nullable String id, Work<T> work) throws SQLException {
        // The session's default isolation; the driver sends BEGIN along with the first statement.
        session.connection().setAutoCommit(false);
        if (pools.writing().isOnCitus()) {
            execute(session.connection(), limitOnWorkers());
        }
        T result = work.run(session);
        commit(session.connection(), entity, id);
        return result;
    }

    /** So that a failure of the commit is not taken for one that the function threw. */
    private void commitOrExplain(Connection connection) {
        try {
            commit(connection, null, null);
        } catch (SQLException e) {
            throw classify(e).whileWriting().toException(null, null);
        }
    }

    /**
     * An answer that is an error means that the server rolled back; no answer, or one without a reason, means nothing. Nothing that
     * could fail comes after it: what is committed is done.
     */
    private void commit(Connection connection, @Nullable String entity, @Nullable String id) throws SQLException {
        connection.clearWarnings();
        try {
            connection.commit();
        } catch (SQLException e) {
            Failure failure = PostgresErrors.classifyCommit(e, connection);
            if (failure == null || failure.kind() == Kind.CONNECTION_LOST || failure.kind() == Kind.NODE_AWAY) {
                String subject = entity == null ? "" : (id == null ? entity : entity + " " + id) + ": ";
                throw new OutcomeUnknownException(
                        subject + "what became of a commit on " + name() + " is not known ("
                                + PostgresErrors.said(e)
                                + "); it may have taken effect; read back before trying again",
                        entity,
                        id,
                        e);
            }
            throw failure.cause();
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
        return e == null ? null : PostgresErrors.classify(e).whileWriting();
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
                            ? classify(driver).whileWriting().toException(entity, id)
                            : (StorageException) e;
                }
            }
        }
    }

    @Override
    public Session acquireReader() {
        Lease lease = retrying(null, null, () -> acquire(pools.reading()));
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
                            session, name(), pools.server().name()));
        } catch (StorageException e) {
            return List.of(String.valueOf(e.getMessage()));
        }
    }

    @Override
    public long sizeBytes() {
        return read(null, null, PostgresState::sizeBytes);
    }

    private static void execute(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private String name() {
        String server = pools.server().name();
        return schema == null ? server : "workspace " + schema + " of " + server;
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
