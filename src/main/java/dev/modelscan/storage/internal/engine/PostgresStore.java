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
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
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
        boolean byLimit = failure.kind() == Kind.CANCELLED
                && failure.detail() == null
                && !limit.isZero()
                // An administrator's request has the same state, and only another text.
                && !String.valueOf(e.getMessage()).contains("user request");
        return byLimit ? new Failure(Kind.CANCELLED, Watchdog.tooLong(limit), e) : failure;
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

    /** Where the connection was lost the statement may have committed; the next attempt tells by the key. */
    @Override
    public <T> T insert(@Nullable String entity, @Nullable String id, Work<T> insert, Work<Optional<T>> stored) {
        requireNoTransaction();
        AtomicBoolean lost = new AtomicBoolean();
        try {
            return retrying(entity, id, () -> {
                Lease lease = acquire(pools.writing());
                try {
                    return over(lease, pools.writing(), insert);
                } catch (SQLException | StorageException e) {
                    Optional<T> found = lost.get() && isOf(Kind.PRIMARY_KEY, e)
                            ? leased(pools.writing(), stored)
                            : Optional.empty();
                    lost.compareAndSet(false, isOf(Kind.CONNECTION_LOST, e));
                    if (found.isEmpty()) {
                        throw e;
                    }
                    return found.get();
                }
            });
        } catch (UnavailableException e) {
            if (!lost.get()) {
                throw e;
            }
            throw new OutcomeUnknownException(
                    entity + " " + id + ": the reply to its insert on " + name()
                            + " was lost, and it may have been stored; read it back before trying again",
                    entity,
                    id,
                    e.getCause());
        }
    }

    private static boolean isOf(Kind kind, Throwable t) {
        Failure failure = failureBehind(t);
        return failure != null && failure.kind() == kind;
    }

    private <T extends @Nullable Object> T write(
            @Nullable String entity, @Nullable String id, Isolation isolation, Work<T> work) {
        requireNoTransaction();
        return retrying(
                entity,
                id,
                () -> leased(
                        pools.writing(), session -> this.<T, SQLException>transact(session, isolation, work::run)));
    }

    @Override
    public <T extends @Nullable Object, X extends Exception> T transaction(
            Isolation isolation, TransactionBody<T, X> body) throws X {
        requireNoTransaction();
        Retry retry = new Retry(pools.server().busyTimeout());
        while (true) {
            try {
                return transactOnce(isolation, body);
            } catch (SQLException e) {
                Failure failure = classify(e);
                if (failure.kind() != Kind.SERIALIZATION || !retry.pause()) {
                    throw failure.toException(null, null);
                }
            } catch (Throwable t) {
                Failure failure = failureBehind(t);
                if (failure == null || failure.kind() != Kind.SERIALIZATION || !retry.pause()) {
                    throw t;
                }
            }
        }
    }

    private <T extends @Nullable Object, X extends Exception> T transactOnce(
            Isolation isolation, TransactionBody<T, X> body) throws X, SQLException {
        Lease lease = retrying(null, null, () -> begin(isolation));
        boolean broken = false;
        inTransaction.set(true);
        try {
            return runAndCommit(lease.session(), body);
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

    private static void begin(Connection connection, Isolation isolation) throws SQLException {
        connection.setAutoCommit(false);
        execute(
                connection,
                "SET TRANSACTION ISOLATION LEVEL " + isolation.name().replace('_', ' '));
    }

    private void requireNoTransaction() {
        if (inTransaction.get()) {
            throw new IllegalStateException(
                    "this thread is inside withTx; write through its tx, not through the database, or use tx.withTx to nest");
        }
    }

    /** Begins, runs and commits; where anything is thrown, whoever takes the connection back rolls back. */
    private <T extends @Nullable Object, X extends Exception> T transact(
            Session session, Isolation isolation, TransactionBody<T, X> body) throws X, SQLException {
        if (isolation == Isolation.READ_COMMITTED) {
            // The session's default; the driver sends BEGIN along with the first statement.
            session.connection().setAutoCommit(false);
        } else {
            begin(session.connection(), isolation);
        }
        return runAndCommit(session, body);
    }

    private <T extends @Nullable Object, X extends Exception> T runAndCommit(
            Session session, TransactionBody<T, X> body) throws X, SQLException {
        T result = body.run(session);
        commit(session.connection());
        return result;
    }

    /** An answer of the server's that is an error means that it rolled back; no answer means nothing. */
    private void commit(Connection connection) throws SQLException {
        try {
            connection.commit();
        } catch (SQLException e) {
            if (classify(e).kind() == Kind.CONNECTION_LOST) {
                throw new OutcomeUnknownException(
                        "the reply to a commit on " + name()
                                + " was lost, and it may have taken effect; read back before trying again",
                        e);
            }
            throw e;
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
        Retry retry = null;
        while (true) {
            try {
                return attempt.run();
            } catch (OutcomeUnknownException e) {
                throw e;
            } catch (SQLException | StorageException e) {
                Failure failure = failureBehind(e);
                boolean mayHelp = failure != null && MAY_PASS.contains(failure.kind());
                retry = retry == null ? new Retry(pools.server().busyTimeout()) : retry;
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
            return read(null, null, this::problems);
        } catch (StorageException e) {
            return List.of(String.valueOf(e.getMessage()));
        }
    }

    private List<String> problems(Session session) throws SQLException {
        List<String> problems = new ArrayList<>();
        if (text(session, "SELECT to_regclass('agents')") == null) {
            problems.add("the tables are gone from " + name() + "; restore a backup");
        }
        if ("t".equals(text(session, "SELECT pg_is_in_recovery()"))) {
            problems.add(pools.server().name() + " is a replica, which only reads; connect to the primary");
        }
        return problems;
    }

    /** The tables of the schema with their indexes. On Citus their rows are on a worker, which is asked. */
    @Override
    public long sizeBytes() {
        return read(null, null, session -> {
            boolean citus = text(session, "SELECT to_regproc('citus_total_relation_size')") != null;
            // It refuses a table that is not distributed, such as one of a schema that was made before Citus was.
            String size = citus
                    ? "CASE WHEN oid IN (SELECT logicalrelid FROM pg_catalog.pg_dist_partition)"
                            + " THEN citus_total_relation_size(oid) ELSE pg_total_relation_size(oid) END"
                    : "pg_total_relation_size(oid)";
            String sum = text(
                    session,
                    "SELECT coalesce(sum(" + size + "), 0) FROM pg_class WHERE relkind = 'r'"
                            + " AND relnamespace = to_regnamespace(quote_ident(current_schema()))");
            return Long.parseLong(Objects.requireNonNull(sum));
        });
    }

    private static @Nullable String text(Session session, String sql) throws SQLException {
        try (Statement statement = session.connection().createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            rows.next();
            return rows.getString(1);
        }
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
