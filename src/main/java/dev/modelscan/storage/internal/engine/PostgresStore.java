package dev.modelscan.storage.internal.engine;

import dev.modelscan.storage.Isolation;
import dev.modelscan.storage.OutcomeUnknownException;
import dev.modelscan.storage.StorageException;
import dev.modelscan.storage.UnavailableException;
import dev.modelscan.storage.internal.engine.Failure.Kind;
import dev.modelscan.storage.internal.engine.PostgresPool.Lease;
import dev.modelscan.storage.internal.query.Dialect;
import dev.modelscan.storage.internal.query.Session;
import dev.modelscan.storage.internal.query.Watchdog;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
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
    private static final Set<Kind> MAY_PASS = EnumSet.of(Kind.CONNECTION_LOST, Kind.NODE_AWAY, Kind.SERIALIZATION);

    private final PostgresPools pools;
    private final boolean closesPools;
    private final @Nullable String schema;
    private final Map<Session, Lease> lent = new ConcurrentHashMap<>();
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
        Failure failure = PostgresDialect.classify(e);
        Duration limit = pools.server().queryTimeout();
        boolean byServer = failure.kind() == Kind.CANCELLED && failure.detail() == null && !limit.isZero();
        return byServer ? new Failure(Kind.CANCELLED, whyCancelled(e, limit), e) : failure;
    }

    /** The limit and an administrator's request have one state, and are told apart by a text that has the server's language. */
    private static @Nullable String whyCancelled(SQLException e, Duration limit) {
        String text = String.valueOf(e.getMessage());
        if (text.contains("user request")) {
            return null;
        }
        String tooLong = Watchdog.tooLong(limit);
        return text.contains("statement timeout") ? tooLong : tooLong + ", or it was cancelled from outside";
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
            return over(lease, pools.writing(), insert);
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

    private static boolean isOf(Kind kind, Throwable t) {
        Failure failure = failureBehind(t);
        return failure != null && failure.kind() == kind;
    }

    private <T extends @Nullable Object> T write(
            @Nullable String entity, @Nullable String id, Isolation isolation, Work<T> work) {
        requireNoTransaction();
        return retrying(entity, id, () -> leased(pools.writing(), session -> transact(session, isolation, work)));
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

    /** Begins, runs and commits; where anything is thrown, whoever takes the connection back rolls back. */
    private <T extends @Nullable Object> T transact(Session session, Isolation isolation, Work<T> work)
            throws SQLException {
        if (isolation == Isolation.READ_COMMITTED) {
            // The session's default; the driver sends BEGIN along with the first statement.
            session.connection().setAutoCommit(false);
            if (pools.writing().isOnCitus()) {
                execute(session.connection(), limitOnWorkers());
            }
        } else {
            begin(session.connection(), isolation);
        }
        T result = work.run(session);
        commit(session.connection());
        return result;
    }

    /** So that a failure of the commit is not taken for one that the function threw. */
    private void commitOrExplain(Connection connection) {
        try {
            commit(connection);
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
    public List<String> notes() {
        return schema == null ? List.of() : read(null, null, session -> PostgresState.notes(session, schema));
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
