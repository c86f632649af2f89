package dev.modelscan.storage;

import dev.modelscan.storage.agents.AgentId;
import dev.modelscan.storage.audit.AuditLog;
import dev.modelscan.storage.backups.Backup;
import dev.modelscan.storage.doctor.Diagnosis;
import dev.modelscan.storage.doctor.DoctorProgress;
import dev.modelscan.storage.doctor.RepairResult;
import dev.modelscan.storage.erasure.Erasure;
import dev.modelscan.storage.errors.BusyException;
import dev.modelscan.storage.errors.ConflictException;
import dev.modelscan.storage.errors.CorruptDatabaseException;
import dev.modelscan.storage.errors.InvalidDataException;
import dev.modelscan.storage.errors.OutcomeUnknownException;
import dev.modelscan.storage.errors.ReadOnlyException;
import dev.modelscan.storage.errors.SchemaException;
import dev.modelscan.storage.errors.UnavailableException;
import dev.modelscan.storage.internal.database.StoreRepositories;
import dev.modelscan.storage.internal.doctor.Examination;
import dev.modelscan.storage.internal.engine.OpenedStore;
import dev.modelscan.storage.internal.engines.Locations;
import dev.modelscan.storage.internal.values.Checks;
import dev.modelscan.storage.queries.MappedTable;
import dev.modelscan.storage.queries.QueryRun;
import dev.modelscan.storage.queries.StoredQuery;
import dev.modelscan.storage.queries.TableRows;
import dev.modelscan.storage.search.Search;
import java.nio.file.Path;
import java.sql.Connection;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jooq.DSLContext;
import org.jspecify.annotations.Nullable;

/**
 * An open database. Thread-safe: one serves a whole application, and any number of processes may have the same file
 * open.
 *
 * <p>Opening creates the file if it is missing, and applies the migrations that it lacks; see
 * {@link #appliedMigrations()}.
 *
 * @since 0.1.0
 */
public final class Database implements Repositories, AutoCloseable {

    private final OpenedStore opened;
    private final DatabaseOptions options;
    private final Consumer<Database> onClose;
    private final @Nullable Supplier<? extends @Nullable Connection> joined;
    private final StoreRepositories repositories;
    private final @Nullable Database base; // what this is a view of; null if it is none
    private volatile boolean open = true;

    Database(
            OpenedStore opened,
            DatabaseOptions options,
            @Nullable Supplier<? extends @Nullable Connection> joined,
            Consumer<Database> onClose,
            @Nullable Database base) {
        this.base = base;
        this.opened = opened;
        this.options = options;
        this.onClose = onClose;
        this.joined = joined;
        this.repositories =
                joined == null ? new StoreRepositories(opened.store()) : new StoreRepositories(opened.store(), joined);
    }

    /**
     * Opens the database in a file, with the defaults of {@link DatabaseOptions}.
     *
     * @throws SchemaException if the file is another program's, has a newer schema, or cannot be migrated
     * @throws CorruptDatabaseException if the file is no database, or is damaged
     * @throws UnavailableException if the file cannot be created or opened
     * @throws BusyException if another process holds the file's lock for too long
     */
    public static Database open(Path file) {
        return builder().path(file).open();
    }

    /**
     * Opens a PostgreSQL database if the text begins with {@code jdbc:postgresql:}, as {@link DatabaseBuilder#url}
     * does. Otherwise the text is the path of a file, as in {@link #open(Path)}. A leading {@code ~} is the user's home
     * directory. A path takes no parameters.
     *
     * @throws IllegalArgumentException if the text is neither such a URL nor a path
     */
    public static Database open(String location) {
        return (Locations.isUrl(Objects.requireNonNull(location, "location"))
                        ? builder().url(location)
                        : builder().path(location))
                .open();
    }

    /**
     * Opens a new, empty database in memory, for tests. It is gone when it is closed. Reading and writing exclude each
     * other there: while a cursor of {@link #dsl()} is open, a write waits; inside {@code withTx}, a read through this
     * database waits. Both then fail with {@link BusyException}.
     */
    public static Database inMemory() {
        return builder().inMemory().open();
    }

    /** A builder with the defaults of {@link DatabaseOptions}. */
    public static DatabaseBuilder builder() {
        return new DatabaseBuilder();
    }

    @Override
    public <R> R repository(Class<R> type) {
        return repositories.repository(type);
    }

    /** Full-text search, and the index that it needs. */
    public Search search() {
        return repositories.search();
    }

    /** The audit log: what changed, when, and by whom. It records nothing until it is switched on. */
    public AuditLog audit() {
        return repositories.audit();
    }

    /** Erases a participant or a conversation from all that the database holds. */
    public Erasure erasure() {
        return repositories.erasure();
    }

    /**
     * {@inheritDoc}
     *
     * <p>This one only reads. Streams and cursors hold a connection until they are closed. Several queries that must
     * see one state go into {@code dsl().transactionResult(...)}, which is a snapshot.
     */
    @Override
    public DSLContext dsl() {
        return repositories.dsl();
    }

    @Override
    public <R> QueryRun<R> query(StoredQuery<R> query) {
        return repositories.query(query);
    }

    @Override
    public <K, R> TableRows<K, R> table(MappedTable<K, R> table) {
        return repositories.table(table);
    }

    /**
     * Runs a function in a transaction, on this thread. Commits if the function returns. Rolls back if it throws
     * anything, and passes that on unchanged. On SQLite no other transaction can write meanwhile: keep it short, and do
     * not wait for anything in it.
     *
     * <p>On PostgreSQL the function may run more than once. If the server rolls the transaction back because of others
     * (a deadlock or a serialization failure), it runs again, until {@link DatabaseOptions#busyTimeout()} has passed.
     * Do nothing in it that must not happen twice.
     *
     * @return what the function returned
     * @throws BusyException if it got no write lock or connection in time, or if all retries failed
     * @throws OutcomeUnknownException if the commit failed and may have taken effect
     * @throws ReadOnlyException if the database was opened read-only
     * @throws IllegalStateException if this thread is inside {@code withTx} already: nest with {@link Tx#withTx}
     */
    public <T extends @Nullable Object, X extends Exception> T withTx(TxFunction<T, X> function) throws X {
        return withTx(options.isolation(), function);
    }

    /** {@link #withTx(TxFunction)} with an isolation other than the database's. */
    public <T extends @Nullable Object, X extends Exception> T withTx(Isolation isolation, TxFunction<T, X> function)
            throws X {
        Objects.requireNonNull(isolation, "isolation");
        Objects.requireNonNull(function, "function");
        return repositories.withTx(isolation, function);
    }

    /**
     * The repositories and {@link Tx#dsl()} over a connection of the caller's, in a transaction that the caller begins
     * and ends. The library's records and the application's own rows are then stored together, or not at all:
     *
     * <pre>{@code
     * connection.setAutoCommit(false);
     * insertOrder(connection);
     * db.on(connection).agents().create(agent);
     * connection.commit();
     * }</pre>
     *
     * <p>The library does not commit, roll back, close or configure the connection, and leaves no statement of a
     * repository open on it. {@link Tx#withTx} sets savepoints. {@link DatabaseOptions#queryTimeout()} and interrupts
     * stop statements as elsewhere. Isolation and lock timeouts are the connection's own. Calls throw the library's
     * exceptions; the caller's {@code commit()} throws the driver's.
     *
     * <p>Call this method in each transaction, on the thread that uses the result. If the database has refused a
     * statement, roll back to a savepoint of your own, and call this method again.
     *
     * <p>On SQLite the connection must be to this database's {@link #file()}, by the driver of this library, and
     * enforce foreign keys ({@code SQLiteConfig.enforceForeignKeys}); begin with {@code BEGIN IMMEDIATE} (the driver's
     * {@code transaction_mode=IMMEDIATE}), or a transaction that reads first may fail with {@link BusyException} when
     * it writes. While it has written and not ended, other writers wait, {@link #withTx} and the repositories of this
     * database on the same thread among them. On PostgreSQL it must be of a role that may use the tables; the first
     * use of a connection costs two round trips more.
     *
     * @throws IllegalArgumentException if it is no connection to this database; the message says why
     * @throws IllegalStateException if it is in auto-commit mode, or closed
     * @throws ReadOnlyException if the database was opened read-only
     */
    public Tx on(Connection connection) {
        return repositories.on(Objects.requireNonNull(connection, "connection"));
    }

    /** {@link #withTx(TxFunction)} without a result. */
    public <X extends Exception> void useTx(TxAction<X> action) throws X {
        useTx(options.isolation(), action);
    }

    /** {@link #withTx(Isolation, TxFunction)} without a result. */
    public <X extends Exception> void useTx(Isolation isolation, TxAction<X> action) throws X {
        Objects.requireNonNull(isolation, "isolation");
        Objects.requireNonNull(action, "action");
        this.<Boolean, X>withTx(isolation, tx -> {
            action.accept(tx);
            return true;
        });
    }

    /** What the database holds. Counts every row of the library's tables, so its cost grows with the database. */
    public DatabaseStats stats() {
        return new DatabaseStats(
                opened.schemaVersion(),
                opened.sets(),
                repositories.rowCounts(),
                opened.store().sizeBytes());
    }

    /**
     * Checks that the database can be read and written, and that its file is still in its place. Writes nothing. A
     * database that was opened read-only is only read.
     *
     * @throws IllegalStateException inside {@code withTx}
     */
    public Health healthCheck() {
        if (opened.store().isInTransaction()) {
            throw new IllegalStateException("the database cannot be checked inside withTx");
        }
        List<String> problems = opened.store().problems();
        return new Health(problems, problems.isEmpty() ? opened.notes(options.migrations()) : List.of());
    }

    /**
     * Writes a backup of this database into a file, as {@link Backups#create(Path, Path)} does; see there for what it
     * throws.
     *
     * @throws UnsupportedOperationException on PostgreSQL, where {@code pg_dump} does it
     * @throws ConflictException if a file of that name exists; it is left as it is
     */
    public Backup backup(Path file) {
        return opened.store().backup(Objects.requireNonNull(file, "file"), progress -> {});
    }

    /**
     * Looks for what is wrong with the schema, the storage and the rows. Reads the whole database, and writes nothing.
     * Also works on a database that was opened read-only.
     */
    public Diagnosis doctor() {
        return doctor(null, progress -> {});
    }

    /**
     * {@link #doctor()}, and a check of a directory of backups: whether the newest one that was ever
     * {@linkplain Backups#drill drilled} is less than 7 days old.
     */
    public Diagnosis doctor(Path backups) {
        return doctor(Objects.requireNonNull(backups, "backups"), progress -> {});
    }

    /**
     * {@link #doctor(Path)}, or {@link #doctor()} if {@code backups} is null, with a listener. It is called on this
     * thread, before each check and at the end.
     */
    public Diagnosis doctor(@Nullable Path backups, Consumer<? super DoctorProgress> progress) {
        return Examination.run(
                opened.store()::findings, this::dsl, repositories::auditFindings, backups, options.clock(), progress);
    }

    /**
     * Repairs what is safe to repair in a SQLite database: recreates missing indexes and triggers, rebuilds damaged
     * indexes and a broken search index, and raises the last number of a conversation that is lower than that of its
     * newest message. Deletes nothing. Back up the database before.
     *
     * <p>If a step fails, it is undone, and the others go on. But if the disk is full, for example, the call throws and
     * undoes everything. A unique index is not created while there are duplicate rows, which {@link #doctor()} finds.
     * If a table or column is missing, nothing is repaired.
     *
     * @return what was repaired, in order; empty if nothing was
     * @throws IllegalStateException inside {@code withTx}
     * @throws ReadOnlyException if the database was opened read-only
     * @throws UnsupportedOperationException on PostgreSQL
     */
    public List<String> repair() {
        return repair(progress -> {}).repaired();
    }

    /**
     * {@link #repair()} with a listener. The result also says what failed. The listener is called on this thread with
     * what is being repaired, and how much of it is done, in percent.
     */
    public RepairResult repair(Consumer<? super DoctorProgress> progress) {
        return opened.store().repair(Objects.requireNonNull(progress, "progress"));
    }

    /**
     * What {@link #repair} would repair now, in the same words. Writes nothing. Also works on a database that was
     * opened read-only.
     *
     * @throws UnsupportedOperationException on PostgreSQL
     */
    public List<String> repairable() {
        return opened.store().repairable();
    }

    /**
     * Gives the free pages of a SQLite file back to the file system. Rewrites the whole file ({@code VACUUM}), which
     * needs as much space again, and takes about as long as a backup. Nobody can write meanwhile. A file with
     * {@code auto_vacuum = INCREMENTAL} shrinks in small steps instead, between which others write.
     *
     * @return how many bytes smaller the file is, together with its log
     * @throws BusyException if a transaction or a reader that does not end is in the way
     * @throws IllegalStateException inside {@code withTx}
     * @throws ReadOnlyException if the database was opened read-only
     * @throws UnsupportedOperationException on PostgreSQL, which vacuums by itself
     */
    public long compact() {
        return opened.store().compact();
    }

    /** False after {@link #close}. */
    public boolean isOpen() {
        return base == null ? open : base.isOpen();
    }

    /**
     * For the start of an application: cancels what its last run left unfinished. In one transaction, sets those of the
     * given agents that are {@code active} to {@code idle}, and cancels all {@code running} tasks of the given agents.
     * Pending tasks, and other agents and their tasks, stay as they are. Ids of agents that do not exist have no
     * effect.
     *
     * @param agentIds the agents that this application alone runs
     * @return how many tasks were cancelled
     */
    public int cancelRunning(Collection<AgentId> agentIds) {
        Objects.requireNonNull(agentIds, "agentIds");
        return repositories.cancelRunning(agentIds);
    }

    /** The version of the library's last migration; {@link DatabaseStats#sets} has the application's. */
    public int schemaVersion() {
        return opened.schemaVersion();
    }

    /**
     * The names of the migrations that opening this database applied, in order; empty if it was up to date. A
     * migration of a set is {@code <set>/<file>}.
     */
    public List<String> appliedMigrations() {
        return opened.appliedMigrations();
    }

    /**
     * This database, used in somebody's name. The name is stored in
     * {@link dev.modelscan.storage.deleted.DeletedRecord#deletedBy} of what it deletes and keeps, and in the
     * {@linkplain #audit() audit log}. It costs nothing to create, and shares all connections. It is closed when this
     * database is; its own {@link #close} does nothing. On PostgreSQL each of its writes takes one round trip more, and
     * a single insert two more.
     *
     * @param actor who: 1 to 255 characters, not blank
     * @throws InvalidDataException if it is not such a text
     */
    public Database as(String actor) {
        Objects.requireNonNull(actor, "actor");
        Checks.name("database", null, "actor", actor);
        return new Database(opened.as(actor), options, joined, view -> {}, this);
    }

    /** What it was opened with. */
    public DatabaseOptions options() {
        return options;
    }

    /** The file, absolute; null if the database is in memory, or on a server. */
    public @Nullable Path file() {
        return opened.file();
    }

    /** The workspace's name; null if the database is none. */
    public @Nullable String workspace() {
        return opened.workspace();
    }

    /**
     * Waits for the running transaction, and closes all connections. Closing again does nothing. Afterwards, what reads
     * or writes throws {@link UnavailableException}, and {@link #healthCheck} reports it. A database that {@link #as}
     * returned closes nothing.
     *
     * @throws IllegalStateException inside {@code withTx}
     */
    @Override
    public void close() {
        // First, so that whoever works in the background does not take the end of the connections for a failure.
        open = false;
        try {
            opened.store().close();
        } catch (IllegalStateException e) {
            open = true;
            throw e;
        }
        onClose.accept(this);
    }
}
