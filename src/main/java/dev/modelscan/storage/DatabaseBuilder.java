package dev.modelscan.storage;

import dev.modelscan.storage.internal.engine.PostgresServer;
import dev.modelscan.storage.internal.open.OpenedStore;
import dev.modelscan.storage.internal.open.PostgresOpening;
import dev.modelscan.storage.internal.open.PostgresWorkspaces;
import dev.modelscan.storage.internal.open.SqliteOpening;
import dev.modelscan.storage.internal.open.SqliteWorkspaces;
import dev.modelscan.storage.internal.text.TextRules;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * Collects how a database is opened. Not thread-safe.
 *
 * @since 0.1
 */
public final class DatabaseBuilder {

    private static final String URL_PREFIX = "jdbc:postgresql:";

    private @Nullable Path path;
    private boolean inMemory;
    private @Nullable String url;
    private @Nullable String readUrl;
    private @Nullable DataSource dataSource;
    private @Nullable String user;
    private @Nullable String password;
    private @Nullable String workspace;
    private int readers = DatabaseOptions.defaults().readers();
    private int poolSize = DatabaseOptions.defaults().poolSize();
    private Duration busyTimeout = DatabaseOptions.defaults().busyTimeout();
    private Duration connectTimeout = DatabaseOptions.defaults().connectTimeout();
    private Duration queryTimeout = DatabaseOptions.defaults().queryTimeout();
    private Durability durability = DatabaseOptions.defaults().durability();
    private Isolation isolation = DatabaseOptions.defaults().isolation();
    private int maxJsonDepth = DatabaseOptions.defaults().maxJsonDepth();
    private int maxValueBytes = DatabaseOptions.defaults().maxValueBytes();
    private Clock clock = DatabaseOptions.defaults().clock();

    DatabaseBuilder() {}

    /** The file; with {@link #workspace} or {@link #openWorkspaces} the directory of the files. */
    public DatabaseBuilder path(Path path) {
        this.path = path;
        this.inMemory = false;
        return this;
    }

    /**
     * The file, as text. A leading {@code ~} is the user's home directory.
     *
     * @throws InvalidDataException where the text is blank, or not a path
     */
    public DatabaseBuilder path(String path) {
        return path(toPath(path));
    }

    /** A new, empty database in memory. */
    public DatabaseBuilder inMemory() {
        this.inMemory = true;
        return this;
    }

    /**
     * A database on a PostgreSQL server, as the driver's URL names it: {@code jdbc:postgresql://host/database}. Parameters
     * of the driver's may follow.
     *
     * @throws InvalidDataException where it is no such URL
     */
    public DatabaseBuilder url(String url) {
        this.url = requireUrl("url", url);
        return this;
    }

    /**
     * Where {@link Database#dsl()} reads, such as a replica of the server; by default the same server. Goes with {@link #url}
     * alone.
     *
     * @throws InvalidDataException where it is no such URL
     */
    public DatabaseBuilder readUrl(String readUrl) {
        this.readUrl = requireUrl("readUrl", readUrl);
        return this;
    }

    /** Shows nothing of the URL, which may hold a password. */
    private static String requireUrl(String option, String url) {
        if (!isUrl(url)) {
            throw new InvalidDataException("database", null, option, "does not begin with " + URL_PREFIX);
        }
        if (!PostgresServer.canRead(url)) {
            throw new InvalidDataException(
                    "database", null, option, "cannot be read by the driver; check its port and the signs after %");
        }
        return url;
    }

    /** The role to connect as. Goes with {@link #url} alone. */
    public DatabaseBuilder user(String user) {
        this.user = user;
        return this;
    }

    /** The role's password. Goes with {@link #url} alone. */
    public DatabaseBuilder password(String password) {
        this.password = password;
        return this;
    }

    /**
     * A PostgreSQL server, by connections of the caller's own, who closes the source. Their sessions' settings are left alone;
     * what the library sets ends with its transactions. A transaction that writes has one round trip more than over the library's
     * own pool, to begin. Opening takes one connection at a time. Where {@link java.sql.Connection#unwrap} does not find the driver's
     * connection, no statement is stopped by an interrupt or after {@link #queryTimeout}, and a pooler is not noticed: add {@code
     * prepareThreshold=0} to the driver's URL then.
     */
    public DatabaseBuilder dataSource(DataSource dataSource) {
        this.dataSource = dataSource;
        return this;
    }

    /**
     * A workspace, which is made where it is missing: on PostgreSQL a schema of its own; on SQLite the file {@code <name>.db} in
     * the directory that {@link #path(Path)} names. {@link Workspaces} says what a name may be, and serves more than one.
     *
     * @throws InvalidDataException where it is no such name
     */
    public DatabaseBuilder workspace(String workspace) {
        String problem = TextRules.workspaceProblem(workspace);
        if (problem != null) {
            throw new InvalidDataException("workspace", workspace, "name", problem);
        }
        this.workspace = workspace;
        return this;
    }

    /** How many connections to a PostgreSQL server there are at the most: 1 to 1,000. */
    public DatabaseBuilder poolSize(int poolSize) {
        this.poolSize = poolSize;
        return this;
    }

    /** How long connecting to a server may take: 1 second to 1 hour. */
    public DatabaseBuilder connectTimeout(Duration connectTimeout) {
        this.connectTimeout = connectTimeout;
        return this;
    }

    /** How long a statement may take before it is stopped with {@link CancelledException}: up to 24 hours; 0 for no limit. */
    public DatabaseBuilder queryTimeout(Duration queryTimeout) {
        this.queryTimeout = queryTimeout;
        return this;
    }

    /** How far transactions are kept apart where nothing else is said. */
    public DatabaseBuilder isolation(Isolation isolation) {
        this.isolation = isolation;
        return this;
    }

    /**
     * How many connections read at the same time: 1 to 1,000. More than cores make the writer wait; each keeps up to
     * 16 MB of the file in memory. SQLite only.
     */
    public DatabaseBuilder readers(int readers) {
        this.readers = readers;
        return this;
    }

    /**
     * How long a call waits for a lock or a connection before it throws {@link BusyException}, or for a server that is
     * away before it throws {@link UnavailableException}: up to 1 hour. A migration on PostgreSQL waits for a lock as long.
     */
    public DatabaseBuilder busyTimeout(Duration busyTimeout) {
        this.busyTimeout = busyTimeout;
        return this;
    }

    /** What a commit survives. */
    public DatabaseBuilder durability(Durability durability) {
        this.durability = durability;
        return this;
    }

    /** The deepest nesting of JSON that is stored: 1 to {@link Json#MAX_DEPTH}. */
    public DatabaseBuilder maxJsonDepth(int maxJsonDepth) {
        this.maxJsonDepth = maxJsonDepth;
        return this;
    }

    /** The longest text or JSON that is stored, in bytes of UTF-8: 1,024 to 1,000,000,000. */
    public DatabaseBuilder maxValueBytes(int maxValueBytes) {
        this.maxValueBytes = maxValueBytes;
        return this;
    }

    /**
     * Where {@code updatedAt} and the times of a status come from. On SQLite it is asked while the write lock is held, so that the
     * times of a record do not go back where writers queued, and perhaps by a thread that writes for others too: it has to be
     * fast, gives every thread the same time, and does not use the database.
     */
    public DatabaseBuilder clock(Clock clock) {
        this.clock = clock;
        return this;
    }

    /**
     * Opens the database. What it throws is said at {@link Database#open(Path)}.
     *
     * @throws InvalidDataException where an option is out of its range, or not exactly one of a path, {@link #inMemory}, a
     *     URL and a data source was given
     */
    public Database open() {
        DatabaseOptions options = options();
        return new Database(
                isOnServer() ? PostgresOpening.open(server(), workspace) : inFile(options), options, db -> {});
    }

    /**
     * Opens what holds any number of workspaces: the server, or the directory that {@link #path(Path)} names, which need not be
     * there yet.
     *
     * @throws InvalidDataException where an option is out of its range, not exactly one of a path, a URL and a data source was given,
     *     or a {@link #workspace} was
     * @throws SchemaException where the server or the database on it cannot be used
     * @throws UnavailableException where the server cannot be reached, or the path is a file
     */
    public Workspaces openWorkspaces() {
        if (workspace != null || inMemory) {
            throw new InvalidDataException(
                    "workspaces", null, inMemory ? "inMemory" : "workspace", "cannot go with openWorkspaces()");
        }
        DatabaseOptions options = options();
        return new Workspaces(isOnServer() ? new PostgresWorkspaces(server()) : inDirectory(options), options);
    }

    private DatabaseOptions options() {
        requireUrlForItsOptions();
        return new DatabaseOptions(
                readers,
                poolSize,
                busyTimeout,
                connectTimeout,
                queryTimeout,
                durability,
                isolation,
                maxJsonDepth,
                maxValueBytes,
                clock);
    }

    private boolean isOnServer() {
        return url != null || dataSource != null;
    }

    /** What would be passed over in silence. */
    private void requireUrlForItsOptions() {
        if (url == null && (readUrl != null || user != null || password != null)) {
            throw new InvalidDataException(
                    "database",
                    null,
                    readUrl != null ? "readUrl" : user != null ? "user" : "password",
                    "goes with a url alone");
        }
    }

    /**
     * How to reach the server.
     *
     * @throws InvalidDataException where an option is out of its range, or not exactly one of a URL and a data source was given
     */
    PostgresServer server() {
        DatabaseOptions options = options();
        if (!isOnServer()) {
            throw new InvalidDataException("database", null, "url", "is required, or a data source");
        }
        if (path != null || inMemory || (url != null && dataSource != null)) {
            throw new InvalidDataException(
                    "database", null, "url", "cannot go with a path, inMemory() or a data source; choose one");
        }
        return new PostgresServer(
                url,
                readUrl,
                user,
                password,
                dataSource,
                options.poolSize(),
                options.connectTimeout(),
                options.busyTimeout(),
                options.queryTimeout());
    }

    /** The workspace's name; null where none was given. */
    @Nullable
    String workspace() {
        return workspace;
    }

    private OpenedStore inFile(DatabaseOptions options) {
        if (inMemory && workspace != null) {
            throw new InvalidDataException("database", null, "workspace", "cannot go with inMemory()");
        }
        if (!inMemory && workspace != null) {
            return inDirectory(options).open(workspace);
        }
        return SqliteOpening.open(
                inMemory ? null : requirePath(),
                isFull(options),
                options.readers(),
                options.busyTimeout(),
                options.queryTimeout());
    }

    private SqliteWorkspaces inDirectory(DatabaseOptions options) {
        return new SqliteWorkspaces(
                requirePath(), isFull(options), options.readers(), options.busyTimeout(), options.queryTimeout());
    }

    private static boolean isFull(DatabaseOptions options) {
        return options.durability() == Durability.FULL;
    }

    private Path requirePath() {
        if (path == null) {
            throw new InvalidDataException("database", null, "path", "is required, or inMemory(), or a url");
        }
        return path;
    }

    static boolean isUrl(String location) {
        return location.startsWith(URL_PREFIX);
    }

    private static Path toPath(String text) {
        if (text.isBlank()) {
            throw new InvalidDataException("database", null, "path", "is blank");
        }
        try {
            boolean home = text.equals("~") || text.startsWith("~/");
            return home ? Path.of(System.getProperty("user.home"), text.substring(1)) : Path.of(text);
        } catch (InvalidPathException e) {
            throw new InvalidDataException("database", null, "path", "is not a path: " + e.getReason(), e);
        }
    }
}
