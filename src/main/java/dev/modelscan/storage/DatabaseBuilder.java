package dev.modelscan.storage;

import dev.modelscan.storage.errors.BusyException;
import dev.modelscan.storage.errors.CancelledException;
import dev.modelscan.storage.errors.ReadOnlyException;
import dev.modelscan.storage.errors.SchemaException;
import dev.modelscan.storage.errors.UnavailableException;
import dev.modelscan.storage.internal.engine.DatabaseLocation;
import dev.modelscan.storage.internal.engine.DatabaseLocation.Kind;
import dev.modelscan.storage.internal.engines.Engines;
import dev.modelscan.storage.internal.engines.GivenOptions;
import dev.modelscan.storage.internal.engines.Locations;
import dev.modelscan.storage.internal.observation.SlowOperationLog;
import dev.modelscan.storage.internal.transfer.FileTransfer;
import dev.modelscan.storage.internal.values.Ranges;
import dev.modelscan.storage.metrics.OperationListener;
import dev.modelscan.storage.transfer.Transfer;
import dev.modelscan.storage.workspaces.Workspaces;
import java.nio.file.Path;
import java.sql.Connection;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Supplier;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * Collects how a database is opened. Not thread-safe.
 *
 * <p>An option that is out of its range is an {@link IllegalArgumentException}, at the latest when it is opened; so is
 * one that would have no effect. A null option is a {@link NullPointerException} with the option's name.
 *
 * @since 0.1.0
 */
public final class DatabaseBuilder {

    private final GivenOptions given = new GivenOptions();
    private @Nullable Path path;
    private @Nullable String url;
    private @Nullable String readUrl;
    private @Nullable DataSource dataSource;
    private @Nullable String user;
    private @Nullable String password;
    private @Nullable String workspace;
    private int readers = DatabaseOptions.defaults().readers();
    private long cacheSize = DatabaseOptions.defaults().cacheSize();
    private int maxConnectedWorkspaces = DatabaseOptions.defaults().maxConnectedWorkspaces();
    private int poolSize = DatabaseOptions.defaults().poolSize();
    private Duration busyTimeout = DatabaseOptions.defaults().busyTimeout();
    private Duration connectTimeout = DatabaseOptions.defaults().connectTimeout();
    private Duration queryTimeout = DatabaseOptions.defaults().queryTimeout();
    private Durability durability = DatabaseOptions.defaults().durability();
    private Isolation isolation = DatabaseOptions.defaults().isolation();
    private int maxJsonDepth = DatabaseOptions.defaults().maxJsonDepth();
    private int maxValueBytes = DatabaseOptions.defaults().maxValueBytes();
    private Clock clock = DatabaseOptions.defaults().clock();
    private Duration keepDeleted = DatabaseOptions.defaults().keepDeleted();
    private @Nullable Supplier<? extends @Nullable Connection> joined;
    private boolean readOnly;
    private final Map<String, MigrationSet> migrations = new LinkedHashMap<>();
    private final List<OperationListener> listeners = new ArrayList<>();
    private boolean validateOnly;

    DatabaseBuilder() {}

    private DatabaseBuilder given(String option) {
        given.add(option);
        return this;
    }

    /**
     * The file; with {@link #workspace} or {@link #openWorkspaces} the directory of the files.
     *
     * @throws IllegalArgumentException if it is the beginning of a URL
     */
    public DatabaseBuilder path(Path path) {
        this.path = Locations.requirePath(path);
        return given("path");
    }

    /**
     * The file, as text. A leading {@code ~} is the user's home directory.
     *
     * @throws IllegalArgumentException if the text is blank, a URL or no path, or if its {@code ~} has no home
     *     directory
     */
    public DatabaseBuilder path(String path) {
        return path(Locations.toPath(path));
    }

    /** A new, empty database in memory. */
    public DatabaseBuilder inMemory() {
        return given("inMemory");
    }

    /**
     * A database on a PostgreSQL server: {@code jdbc:postgresql://host/database}, with parameters of its driver.
     *
     * @throws IllegalArgumentException if it is not such a URL
     */
    public DatabaseBuilder url(String url) {
        this.url = Locations.requireUrl("url", url);
        return given("url");
    }

    /**
     * Where {@link Database#dsl()} reads, such as a replica; by default the same server. Only with {@link #url}.
     *
     * @throws IllegalArgumentException if it is not such a URL
     */
    public DatabaseBuilder readUrl(String readUrl) {
        this.readUrl = Locations.requireUrl("readUrl", readUrl);
        return given("readUrl");
    }

    /** The role to connect as. Only with {@link #url}. */
    public DatabaseBuilder user(String user) {
        this.user = Objects.requireNonNull(user, "user");
        return given("user");
    }

    /** The role's password. Only with {@link #url}. */
    public DatabaseBuilder password(String password) {
        this.password = Objects.requireNonNull(password, "password");
        return given("password");
    }

    /**
     * A PostgreSQL server, through a data source of the caller's, which the caller closes. What the library sets in a
     * session ends with its transaction. A transaction that writes takes one round trip more than with the library's
     * own pool. Opening uses one connection at a time. If {@link java.sql.Connection#unwrap} does not find the driver's
     * connection, neither an interrupt nor {@link #queryTimeout} stops a statement, and a pooler is not detected: then
     * add {@code prepareThreshold=0} to the driver's URL.
     */
    public DatabaseBuilder dataSource(DataSource dataSource) {
        this.dataSource = Objects.requireNonNull(dataSource, "dataSource");
        return given("dataSource");
    }

    /**
     * A workspace, which is created if it is missing: on PostgreSQL its own schema; on SQLite the file
     * {@code <name>.db} in the directory that {@link #path(Path)} names. {@link Workspaces} says what a name may be,
     * and serves more than one.
     *
     * @throws IllegalArgumentException if the name is not allowed
     */
    public DatabaseBuilder workspace(String workspace) {
        this.workspace = Locations.requireWorkspace(Objects.requireNonNull(workspace, "workspace"));
        return given("workspace");
    }

    /**
     * The maximum number of connections to a PostgreSQL server in each of two pools: 1 to 1,000. Repositories and
     * transactions use one pool. {@link Database#dsl()} uses the other, which is created with its first query. Only
     * with {@link #url}.
     */
    public DatabaseBuilder poolSize(int poolSize) {
        this.poolSize = poolSize;
        return given("poolSize");
    }

    /** How long connecting to a server may take: 1 second to 1 hour. Only with {@link #url}. */
    public DatabaseBuilder connectTimeout(Duration connectTimeout) {
        this.connectTimeout = Objects.requireNonNull(connectTimeout, "connectTimeout");
        return given("connectTimeout");
    }

    /** How long a statement may take: up to 24 hours; 0 for no limit. Else {@link CancelledException}. */
    public DatabaseBuilder queryTimeout(Duration queryTimeout) {
        this.queryTimeout = Objects.requireNonNull(queryTimeout, "queryTimeout");
        return given("queryTimeout");
    }

    /** The default isolation of transactions. Only on PostgreSQL; on SQLite every transaction is serializable. */
    public DatabaseBuilder isolation(Isolation isolation) {
        this.isolation = Objects.requireNonNull(isolation, "isolation");
        return given("isolation");
    }

    /** How many connections read SQLite at once: 1 to 1,000, up to 16 MB each. More than cores delay the writer. */
    public DatabaseBuilder readers(int readers) {
        this.readers = readers;
        return given("readers");
    }

    /** The most bytes of SQLite files that connections cache: up to 1 TiB; see {@link DatabaseOptions#cacheSize()}. */
    public DatabaseBuilder cacheSize(long bytes) {
        this.cacheSize = bytes;
        return given("cacheSize");
    }

    /** Idle workspaces that stay connected: up to 1,000,000; see {@link DatabaseOptions#maxConnectedWorkspaces()}. */
    public DatabaseBuilder maxConnectedWorkspaces(int maxConnectedWorkspaces) {
        this.maxConnectedWorkspaces = maxConnectedWorkspaces;
        return given("maxConnectedWorkspaces");
    }

    /**
     * How long a call waits for others before it gives up: 0 to 1 hour. It bounds each of these waits by itself:
     *
     * <ul>
     *   <li>SQLite, to write: the process's queue and the file's write lock, together. {@link BusyException}
     *   <li>SQLite, to read: one of the {@link #readers}, or a lock of the file. {@link BusyException}
     *   <li>PostgreSQL: a connection of the pool, at least 250 ms. {@link BusyException} if all are in use,
     *       {@link UnavailableException} if none could be made
     *   <li>PostgreSQL: a row or table that another transaction or a migration has locked, and retries of a transaction
     *       that the server rolled back because of others. {@link BusyException}
     *   <li>PostgreSQL: a server that is away, as in a fail-over. {@link UnavailableException}
     * </ul>
     *
     * <p>It does not bound the wait for another process that migrates the same database: that is 10 minutes.
     */
    public DatabaseBuilder busyTimeout(Duration busyTimeout) {
        this.busyTimeout = Objects.requireNonNull(busyTimeout, "busyTimeout");
        return given("busyTimeout");
    }

    /** What a commit to a SQLite file survives. Only with a path. */
    public DatabaseBuilder durability(Durability durability) {
        this.durability = Objects.requireNonNull(durability, "durability");
        return given("durability");
    }

    /** The deepest nesting of JSON that is stored: 1 to {@link Json#MAX_DEPTH}. */
    public DatabaseBuilder maxJsonDepth(int maxJsonDepth) {
        this.maxJsonDepth = maxJsonDepth;
        return given("maxJsonDepth");
    }

    /** The longest text or JSON that is stored, in bytes of UTF-8: 1,024 to 1,000,000,000. */
    public DatabaseBuilder maxValueBytes(int maxValueBytes) {
        this.maxValueBytes = maxValueBytes;
        return given("maxValueBytes");
    }

    /**
     * The clock for times that the library sets when it writes, such as {@code updatedAt}; {@code build()} does not use
     * it for {@code createdAt}. SQLite reads it while the write lock is held, perhaps on another writer's thread: it
     * must be fast, the same for every thread, and must not use the database.
     */
    public DatabaseBuilder clock(Clock clock) {
        this.clock = Objects.requireNonNull(clock, "clock");
        return given("clock");
    }

    /**
     * How long records are kept that a repository's {@code delete} deletes: up to 36,500 days; 0, the default, keeps
     * none. {@link dev.modelscan.storage.deleted.DeletedRecords} restores them, and says what is kept.
     */
    public DatabaseBuilder keepDeleted(Duration keepDeleted) {
        this.keepDeleted = Objects.requireNonNull(keepDeleted, "keepDeleted");
        return given("keepDeleted");
    }

    /** Adds a listener, which is called after each operation. Several are called in the order of their addition. */
    public DatabaseBuilder listener(OperationListener listener) {
        listeners.add(Objects.requireNonNull(listener, "listener"));
        return given("listener");
    }

    /**
     * Logs each operation that takes that long or longer, with its first statement and without its values, as a warning
     * of the logger {@code dev.modelscan.storage.slow}: 0 to 24 hours.
     */
    public DatabaseBuilder slowOperations(Duration threshold) {
        Ranges.require("slowOperations", threshold, Duration.ZERO, Duration.ofHours(24));
        return listener(new SlowOperationLog(threshold));
    }

    /**
     * Lets the repositories, {@link Database#withTx} and {@link Database#cancelRunning} take part in transactions of
     * the application's framework. The supplier returns the connection of the transaction that the calling thread is
     * in; the call runs in it, as in {@link Database#on}, and {@code withTx} is a savepoint there. If the supplier
     * returns null, the call is its own transaction. {@link Database#dsl()} does not take part, and reads what is
     * committed. Not with {@link #inMemory} or {@link #readOnly}.
     */
    public DatabaseBuilder joinTransactions(Supplier<? extends @Nullable Connection> joinTransactions) {
        this.joined = Objects.requireNonNull(joinTransactions, "joinTransactions");
        return given("joinTransactions");
    }

    /**
     * Opens an existing database, and writes nothing: creates no file, schema or table, and migrates none. Calls that
     * write throw {@link ReadOnlyException} at once, {@link Database#withTx} too; use
     * {@code dsl().transactionResult(...)} for a snapshot. Opening throws {@link UnavailableException} if the database
     * does not exist, and {@link SchemaException}, which names the versions, if its schema is older.
     *
     * <p>A SQLite file may be on a file system that is mounted read-only. If there is a log with rows beside it, its
     * {@code -shm} file has to be there too. A file without a log that this process may not write is read without
     * locks: if somebody writes to it, calls throw {@link UnavailableException} within 100 ms, and you have to open it
     * again. Not with {@link #inMemory}, or a transfer.
     */
    public DatabaseBuilder readOnly() {
        this.readOnly = true;
        return given("readOnly");
    }

    /** {@link #migrations(String, String)} for the set {@link MigrationSet#DEFAULT_NAME}. Throws what that throws. */
    public DatabaseBuilder migrations(String location) {
        Objects.requireNonNull(location, "migrations");
        return migrations(MigrationSet.DEFAULT_NAME, location);
    }

    /**
     * Adds a set of migrations of the application's own tables. Opening applies those that the database lacks: the
     * library's first, then each set's, in the order in which the sets were added.
     *
     * <p>A location is {@code classpath:<folder>}, seen by the thread's context class loader, or
     * {@code filesystem:<folder>}. It holds a folder {@code sqlite} and a folder {@code postgresql}, of which the
     * engine's is used, or the migrations themselves, if their SQL serves both. A migration is a UTF-8 file
     * {@code V<number>__<words>.sql}. Placeholders are not replaced. A file {@code index} may name the files.
     *
     * <p>All migrations of one opening, the library's included, are one transaction: if one fails, the database is as
     * it was before, and the exception names the set, the file and the statement. So a migration cannot contain what no
     * transaction can, such as {@code VACUUM} or {@code CREATE INDEX CONCURRENTLY}. On SQLite foreign keys are checked
     * at the end of each migration.
     *
     * <p>Each set has its own history, the table {@code modelscan_<name>_schema_history}. Opening throws
     * {@link SchemaException} if the file of an applied migration was changed or removed, if a new file comes before an
     * applied one, or if the database has newer migrations. A database opens without sets that it holds;
     * {@link Database#healthCheck} then notes them.
     *
     * @param name of the set, which never changes: 1 to 30 of a to z, 0 to 9 and _, beginning with a letter
     * @throws IllegalArgumentException if name or location is malformed, or a set of that name was added
     */
    public DatabaseBuilder migrations(String name, String location) {
        MigrationSet set = new MigrationSet(name, location);
        if (migrations.putIfAbsent(name, set) != null) {
            throw new IllegalArgumentException(
                    "migrations " + name + " were added already; give each set its own name");
        }
        return given("migrations");
    }

    /**
     * Applies no migration, neither the library's nor the application's, for teams that apply them by hand. Opening
     * compares the histories, with their checksums, and throws {@link SchemaException}, which names the missing
     * migrations, if the database is behind, and {@link UnavailableException} if there is none. Not with
     * {@link #inMemory}, {@link #readOnly}, or a transfer.
     */
    public DatabaseBuilder validateOnly() {
        this.validateOnly = true;
        return given("validateOnly");
    }

    /**
     * Opens the database. Also throws what {@link Database#open(Path)} throws.
     *
     * @throws IllegalArgumentException if an option is out of its range, has no effect on what is opened, or not
     *     exactly one of a path, {@link #inMemory}, a URL and a data source was given
     */
    public Database open() {
        given.requireOne();
        DatabaseLocation location = location();
        DatabaseOptions options = options();
        return new Database(Engines.at(location).open(location, options), options, joined, db -> {}, null);
    }

    /**
     * Opens a place that holds any number of workspaces: the server, or the directory that {@link #path(Path)} names.
     * The directory need not exist yet, unless {@link #readOnly} was given.
     *
     * @throws IllegalArgumentException if an option is out of its range, has no effect on what is opened, not exactly
     *     one of a path, a URL and a data source was given, or a {@link #workspace} was
     * @throws SchemaException if the server or the database on it cannot be used
     * @throws UnavailableException if the server cannot be reached, or the path is a file
     */
    public Workspaces openWorkspaces() {
        given.requireMany();
        DatabaseLocation location = location();
        DatabaseOptions options = options();
        return new HostedWorkspaces(Engines.at(location).openWorkspaces(location, options), options, joined);
    }

    private DatabaseLocation location() {
        Kind kind = given.kind();
        DatabaseLocation location =
                new DatabaseLocation(kind, path, url, readUrl, user, password, dataSource, workspace);
        given.requireEffect(Engines.at(location), kind);
        return location;
    }

    private DatabaseOptions options() {
        return new CheckedOptions(
                /* readers= */ readers,
                /* cacheSize= */ cacheSize,
                /* maxConnectedWorkspaces= */ maxConnectedWorkspaces,
                /* poolSize= */ poolSize,
                /* busyTimeout= */ busyTimeout,
                /* connectTimeout= */ connectTimeout,
                /* queryTimeout= */ queryTimeout,
                /* durability= */ durability,
                /* isolation= */ isolation,
                /* maxJsonDepth= */ maxJsonDepth,
                /* maxValueBytes= */ maxValueBytes,
                /* clock= */ clock,
                /* keepDeleted= */ keepDeleted,
                /* readOnly= */ readOnly,
                /* migrations= */ List.copyOf(migrations.values()),
                /* listeners= */ listeners,
                /* validateOnly= */ validateOnly);
    }

    /**
     * Copies a SQLite file into the server's database that this builder names, into its {@link #workspace} if one was
     * given. The tables that the {@link #migrations(String)} made in the source are copied, too.
     *
     * @throws IllegalArgumentException if the source is the beginning of a URL, an option is out of its range or not
     *     one of {@link #user}, {@link #password}, {@link #workspace}, {@link #connectTimeout}, {@link #busyTimeout}
     *     and {@link #migrations(String)}, or not exactly one of a URL and a data source was given
     */
    public Transfer transferFrom(Path source) {
        Locations.requirePath(source);
        given.requireServer();
        return new FileTransfer(source, location(), options());
    }

    /** {@link #transferFrom(Path)} of a file that text names. A leading {@code ~} is the user's home directory. */
    public Transfer transferFrom(String source) {
        return transferFrom(Locations.toPath(source));
    }
}
