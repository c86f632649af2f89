package dev.modelscan.storage.internal.postgres;

import dev.modelscan.storage.DatabaseOptions;
import dev.modelscan.storage.Isolation;
import dev.modelscan.storage.backups.Backup;
import dev.modelscan.storage.backups.BackupProgress;
import dev.modelscan.storage.doctor.DoctorProgress;
import dev.modelscan.storage.doctor.Finding;
import dev.modelscan.storage.doctor.RepairResult;
import dev.modelscan.storage.errors.StorageException;
import dev.modelscan.storage.errors.UnavailableException;
import dev.modelscan.storage.internal.engine.Failure;
import dev.modelscan.storage.internal.engine.Failure.Kind;
import dev.modelscan.storage.internal.engine.Store;
import dev.modelscan.storage.internal.engine.TransactionGuard;
import dev.modelscan.storage.internal.engine.Work;
import dev.modelscan.storage.internal.postgres.PostgresPool.Lease;
import dev.modelscan.storage.internal.query.Dialect;
import dev.modelscan.storage.internal.query.Session;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A schema on a PostgreSQL server. {@link PostgresLeases} lends its connections, {@link PostgresRetry} says
 * what is retried, {@link PostgresTransactions} begins and commits, {@link TransactionRunner} runs callers'
 * functions, and {@link PostgresInsert} the inserts that need no transaction.
 */
public final class PostgresStore implements Store {

    private final PostgresPools pools;
    private final boolean closesPools;
    private final @Nullable String workspace;
    private final @Nullable PostgresSchema schema;
    private final PostgresLeases leases;
    private final PostgresRetry retrying;
    private final PostgresTransactions transactions;
    private final TransactionRunner runner;
    private final Map<Session, Lease> lent = new ConcurrentHashMap<>();
    private final CallersConnections callers = new CallersConnections();
    private volatile boolean readable;

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
        this.leases = new PostgresLeases(pools, schema, name());
        this.retrying = new PostgresRetry(pools.server().busyTimeout(), this::classify);
        this.transactions = new PostgresTransactions(pools.server(), schema, name());
        this.runner = new TransactionRunner(pools, leases, transactions, retrying);
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
                        failure.detail() + "; the owner of the library's tables may, or lets it use them: "
                                + pools.server().grantsToUse(schema == null ? workspace : schema.name()),
                        e);
            default -> failure;
        };
    }

    /** Each statement is its own transaction. */
    @Override
    public <T extends @Nullable Object> T read(@Nullable String entity, @Nullable String id, Work<T> work) {
        return retrying.run(entity, id, () -> leases.run(work));
    }

    @Override
    public <T extends @Nullable Object> T write(@Nullable String entity, @Nullable String id, Work<T> work) {
        runner.requireNone();
        return retrying.run(entity, id, () -> {
            Lease lease = leases.acquire();
            return leases.run(lease, session -> transactions.transact(lease, entity, id, work));
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

    @Override
    public <T> T insert(
            @Nullable String entity, @Nullable String id, T record, Work<T> insert, Work<Optional<T>> stored) {
        runner.requireNone();
        return new PostgresInsert<T>(leases, transactions, entity, id).run(retrying, record, insert, stored);
    }

    @Override
    public <T extends @Nullable Object, X extends Exception> T transaction(
            Isolation isolation, TransactionBody<T, X> body) throws X {
        return runner.run(isolation, body);
    }

    @Override
    public boolean isInTransaction() {
        return runner.isInTransaction();
    }

    @Override
    public TransactionGuard guard(Session session) throws SQLException {
        return transactions.guard(session.connection());
    }

    @Override
    public Session join(Connection connection) throws SQLException {
        leases.requireOpen();
        Session session = callers.session(connection, schema, name());
        pools.watch(session);
        return session;
    }

    @Override
    public Session acquireReader() {
        String place = pools.server().hasReadUrl() ? "readUrl" : null;
        Lease lease = retrying.run(place, null, () -> leases.begin(pools.reading(), transactions::snapshot));
        lent.put(lease.session(), lease);
        requireReadable(lease.session());
        return lease.session();
    }

    /** Without the right to use a schema, or in another database, a name without a schema is only unknown. */
    private void requireReadable(Session session) {
        if (readable || !pools.server().hasReadUrl()) {
            return;
        }
        String grants = pools.server().grantsToRead(schema == null ? null : schema.name());
        String problem;
        try {
            problem = PostgresState.unreadable(session, schema, name(), grants);
        } catch (SQLException e) {
            releaseReader(session);
            throw classify(e).toException(null, null);
        }
        if (problem != null) {
            releaseReader(session);
            throw new UnavailableException(problem, null);
        }
        readable = true;
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
            List<String> problems = read(
                    null,
                    null,
                    session -> PostgresState.problems(
                            session, schema, name(), pools.server().name()));
            if (pools.server().hasReadUrl()) {
                readable = false;
                releaseReader(acquireReader());
            }
            return problems;
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
    public List<Finding> findings() {
        PostgresSchema own = Objects.requireNonNull(schema);
        return read(null, null, session -> PostgresDoctor.examine(session, own.name()));
    }

    @Override
    public List<String> repairable() {
        throw unsupported();
    }

    @Override
    public RepairResult repair(Consumer<? super DoctorProgress> listener) {
        throw unsupported();
    }

    private static UnsupportedOperationException unsupported() {
        return new UnsupportedOperationException(
                "repair is for SQLite files; on a server run what each finding names, after pg_dump");
    }

    @Override
    public long compact() {
        throw new UnsupportedOperationException(
                "compact is for SQLite files; a server vacuums by itself, as docs/operations.md says");
    }

    /** On a connection without a time limit, each table by itself, since VACUUM cannot run in a transaction. */
    @Override
    public @Nullable String scrub() {
        runner.requireNone();
        leases.requireOpen();
        PostgresSchema own = Objects.requireNonNull(schema);
        Optional<String> problem = retrying.run(null, null, () -> {
            try (Connection connection = pools.server().connect()) {
                if (pools.server().dataSource() == null
                        && ServerSession.of(connection).direct()) {
                    ServerSession.unlimited(connection);
                }
                Session session = PostgresDialect.session(connection, own);
                return Optional.ofNullable(PostgresState.vacuum(session, own, name()));
            }
        });
        return problem.orElse(null);
    }

    @Override
    public Backup backup(Path target, Consumer<? super BackupProgress> listener) {
        throw new UnsupportedOperationException(
                "backup writes a SQLite file; back up a workspace on a server with pg_dump, as docs/operations.md says, or"
                        + " write an archive with export --format native");
    }

    @Override
    public void close() {
        if (isInTransaction()) {
            throw new IllegalStateException("the database cannot be closed inside withTx");
        }
        leases.close();
        if (closesPools) {
            pools.close();
        }
    }
}
