package dev.modelscan.storage;

import dev.modelscan.storage.internal.engine.Limits;
import dev.modelscan.storage.internal.engine.SqliteConnections;
import dev.modelscan.storage.internal.engine.SqliteStore;
import dev.modelscan.storage.internal.migrate.Migrator;
import dev.modelscan.storage.internal.sql.Maintenance;
import dev.modelscan.storage.internal.sql.StoreRepositories;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import org.jooq.DSLContext;
import org.jspecify.annotations.Nullable;

/**
 * An open database. Thread-safe: one serves a whole application, and any number of processes may have the same file open.
 *
 * <p>Opening makes the file where it is missing, and applies the migrations that it lacks; see {@link #appliedMigrations()}.
 *
 * @since 0.1
 */
public final class Database implements Repositories, AutoCloseable {

    private final @Nullable Path file;
    private final DatabaseOptions options;
    private final SqliteStore store;
    private final StoreRepositories repositories;
    private final int schemaVersion;
    private final List<String> appliedMigrations;

    private Database(SqliteConnections connections, SqliteStore store, DatabaseOptions options, Migrator migrator) {
        this.file = connections.file();
        this.options = options;
        this.store = store;
        if (connections.file() == null) {
            // A database in memory lives as long as a connection to it: this one, from before the first migration.
            store.openWriter();
        }
        this.appliedMigrations = migrator.migrate();
        store.rememberFile();
        this.schemaVersion = migrator.latestVersion();
        this.repositories = new StoreRepositories(
                store, new Limits(options.maxJsonDepth(), options.maxValueBytes()), options.clock());
    }

    /**
     * Opens the database in a file, with the defaults of {@link DatabaseOptions}.
     *
     * @throws SchemaException where the file is another program's, has a newer schema, or cannot be migrated
     * @throws CorruptDatabaseException where the file is no database, or is damaged
     * @throws UnavailableException where the file cannot be made or opened
     * @throws BusyException where another process holds the file's lock for too long
     */
    public static Database open(Path file) {
        return builder().path(file).open();
    }

    /**
     * Opens the database in a file, as {@link #open(Path)} does. A leading {@code ~} is the user's home directory. The text
     * is a path and nothing else: URLs and their parameters have no meaning in it.
     *
     * @throws InvalidDataException where the text is not a path
     */
    public static Database open(String file) {
        return builder().path(file).open();
    }

    /**
     * Opens a new, empty database in memory, which is gone when it is closed. Meant for tests: reading and writing exclude
     * each other there, so an open cursor of {@link #dsl()}, or a read through this database inside {@code withTx}, makes the other
     * wait, and fail with {@link BusyException}.
     */
    public static Database inMemory() {
        return builder().inMemory().open();
    }

    /** A builder with the defaults of {@link DatabaseOptions}. */
    public static Builder builder() {
        return new Builder();
    }

    @Override
    public AgentRepository agents() {
        return repositories.agents();
    }

    @Override
    public WorkflowRepository workflows() {
        return repositories.workflows();
    }

    @Override
    public TaskRepository tasks() {
        return repositories.tasks();
    }

    @Override
    public MessageRepository messages() {
        return repositories.messages();
    }

    @Override
    public TeamRepository teams() {
        return repositories.teams();
    }

    @Override
    public ToolExecutionRepository toolExecutions() {
        return repositories.toolExecutions();
    }

    /**
     * {@inheritDoc}
     *
     * <p>This one reads. Streams and cursors hold a connection until they are closed. Several queries that must see one state
     * go into {@code dsl().transactionResult(...)}, which is a snapshot.
     */
    @Override
    public DSLContext dsl() {
        return repositories.dsl();
    }

    /**
     * Runs a function in a transaction, on this thread. It is committed where the function returns, and rolled back where the
     * function throws anything, which is passed on as it is. Meanwhile no other transaction writes: keep it short, and do not
     * wait for anything in it.
     *
     * @return what the function returned
     * @throws BusyException where the write lock could not be had in time
     * @throws OutcomeUnknownException where the commit failed and may have taken effect
     * @throws IllegalStateException where this thread is inside {@code withTx} already: nest with {@link Tx#withTx}
     */
    public <T extends @Nullable Object, X extends Exception> T withTx(TxFunction<T, X> function) throws X {
        return repositories.withTx(function);
    }

    /** {@link #withTx} without a result. */
    public <X extends Exception> void useTx(TxAction<X> action) throws X {
        repositories.useTx(action);
    }

    /** What the database holds. Counts every row, so its cost grows with the database. */
    public DatabaseStats stats() {
        return new DatabaseStats(schemaVersion, Maintenance.rowCounts(repositories.dsl()), store.sizeBytes());
    }

    /**
     * Checks that the database can be read and written, and that its file is still where it was opened. Writes nothing.
     *
     * @throws IllegalStateException inside {@code withTx}
     */
    public Health healthCheck() {
        return new Health(store.problems());
    }

    /**
     * For the start of an application: sets every agent {@code idle}, and cancels the tasks that a run before left {@code
     * pending} or {@code running}, in one transaction.
     *
     * @return how many tasks were cancelled
     */
    public int resetToIdle() {
        return repositories.resetToIdle();
    }

    /** The version of the schema, which is that of the last migration. */
    public int schemaVersion() {
        return schemaVersion;
    }

    /** The names of the migrations that opening this database applied, in order; empty where it was up to date. */
    public List<String> appliedMigrations() {
        return appliedMigrations;
    }

    /** What it was opened with. */
    public DatabaseOptions options() {
        return options;
    }

    /** The file, absolute; null where the database is in memory. */
    public @Nullable Path file() {
        return file;
    }

    /**
     * Closes all connections, after the transaction that is under way. Closing twice is no error; other calls after it throw
     * {@link UnavailableException}.
     *
     * @throws IllegalStateException inside {@code withTx}
     */
    @Override
    public void close() {
        store.close();
    }

    /**
     * Collects how a database is opened. Not thread-safe.
     *
     * @since 0.1
     */
    public static final class Builder {

        // Another process may be migrating a large file; its lock goes with it, however it ends.
        private static final Duration MIGRATION_TIMEOUT = Duration.ofMinutes(10);

        private @Nullable Path path;
        private boolean inMemory;
        private int readers = DatabaseOptions.defaults().readers();
        private Duration busyTimeout = DatabaseOptions.defaults().busyTimeout();
        private Durability durability = DatabaseOptions.defaults().durability();
        private int maxJsonDepth = DatabaseOptions.defaults().maxJsonDepth();
        private int maxValueBytes = DatabaseOptions.defaults().maxValueBytes();
        private Clock clock = DatabaseOptions.defaults().clock();

        private Builder() {}

        /** The file. */
        public Builder path(Path path) {
            this.path = path;
            this.inMemory = false;
            return this;
        }

        /**
         * The file, as text. A leading {@code ~} is the user's home directory.
         *
         * @throws InvalidDataException where the text is blank, or not a path
         */
        public Builder path(String path) {
            return path(toPath(path));
        }

        /** A new, empty database in memory. */
        public Builder inMemory() {
            this.inMemory = true;
            return this;
        }

        /** How many connections read at the same time: 1 to 1,000. More than cores make the writer wait. */
        public Builder readers(int readers) {
            this.readers = readers;
            return this;
        }

        /** How long a call waits for a lock before it throws {@link BusyException}: up to 1 hour. */
        public Builder busyTimeout(Duration busyTimeout) {
            this.busyTimeout = busyTimeout;
            return this;
        }

        /** What a commit survives. */
        public Builder durability(Durability durability) {
            this.durability = durability;
            return this;
        }

        /** The deepest nesting of JSON that is stored: 1 to {@link Json#MAX_DEPTH}. */
        public Builder maxJsonDepth(int maxJsonDepth) {
            this.maxJsonDepth = maxJsonDepth;
            return this;
        }

        /** The longest text or JSON that is stored, in bytes of UTF-8: 1,024 to 1,000,000,000. */
        public Builder maxValueBytes(int maxValueBytes) {
            this.maxValueBytes = maxValueBytes;
            return this;
        }

        /** Where {@code updatedAt} and the times of a status come from. */
        public Builder clock(Clock clock) {
            this.clock = clock;
            return this;
        }

        /**
         * Opens the database. What it throws is said at {@link Database#open(Path)}.
         *
         * @throws InvalidDataException where an option is out of its range, or neither a path nor {@link #inMemory} was given
         */
        public Database open() {
            DatabaseOptions options =
                    new DatabaseOptions(readers, busyTimeout, durability, maxJsonDepth, maxValueBytes, clock);
            SqliteConnections connections = connections(options);
            SqliteStore store = new SqliteStore(connections, options.readers(), options.busyTimeout());
            try {
                return new Database(connections, store, options, new Migrator(connections, MIGRATION_TIMEOUT));
            } catch (RuntimeException | Error e) {
                store.close();
                throw e;
            }
        }

        private SqliteConnections connections(DatabaseOptions options) {
            if (inMemory) {
                return SqliteConnections.toMemory(options.busyTimeout());
            }
            Path file = path;
            if (file == null) {
                throw new InvalidDataException("database", null, "path", "is required, or inMemory()");
            }
            return SqliteConnections.toFile(file, options.durability() == Durability.FULL, options.busyTimeout());
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
}
