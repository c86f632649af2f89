package dev.modelscan.storage.internal.postgres;

import dev.modelscan.storage.DatabaseOptions;
import dev.modelscan.storage.MigrationSet;
import dev.modelscan.storage.errors.NotFoundException;
import dev.modelscan.storage.errors.SchemaException;
import dev.modelscan.storage.errors.StorageException;
import dev.modelscan.storage.errors.UnavailableException;
import dev.modelscan.storage.internal.engine.Retry;
import dev.modelscan.storage.internal.migrate.FlywayRun;
import dev.modelscan.storage.internal.migrate.MigrationPlan;
import dev.modelscan.storage.internal.migrate.PackagedMigrations;
import dev.modelscan.storage.internal.migrate.SchemaState;
import dev.modelscan.storage.internal.query.AuditTriggers;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Brings a schema on a PostgreSQL server to the library's version, or says why it cannot. A current schema is
 * only read. For any other, Flyway runs under a lock that other processes respect too.
 */
public final class PostgresMigrator {

    /** The table that exists in a schema while a transfer into it is unfinished. */
    public static final String TRANSFER_TABLE = "modelscan_transfer";

    private static final String LOCATION = "dev/modelscan/storage/migration/postgresql";
    private static final int OLDEST_SERVER = 14;

    private final PostgresServer server;
    private final @Nullable String workspace;
    private final MigrationPlan plan;
    private @Nullable PostgresSchema schema;
    private Map<String, Long> sets = Map.of();
    private @Nullable String otherOwner;

    /** For a workspace's schema, or for the one that the server chooses if it is null. */
    public PostgresMigrator(PostgresServer server, @Nullable String workspace) {
        this(server, workspace, plan(server.options()));
    }

    PostgresMigrator(PostgresServer server, @Nullable String workspace, MigrationPlan plan) {
        this.server = server;
        this.workspace = workspace;
        this.plan = plan;
        this.schema = workspace == null ? null : PostgresSchema.of(workspace);
    }

    /** A set's migrations; the library's if it is null. */
    static PackagedMigrations packaged(@Nullable MigrationSet set) {
        return MigrationPlan.packaged(LOCATION, set);
    }

    /** The library's migrations and the application's sets. */
    static MigrationPlan plan(DatabaseOptions options) {
        return MigrationPlan.of(LOCATION, options);
    }

    /** The schema. If the server chooses it, it is known after the first connection. */
    public PostgresSchema schema() {
        return Objects.requireNonNull(schema);
    }

    /** The library's version that {@link #migrate} migrates to. */
    public int latestVersion() {
        return plan.version();
    }

    /** The versions of the application's sets in the schema, as they were found. */
    Map<String, Long> sets() {
        return sets;
    }

    /**
     * Migrates if needed, and creates a named schema that is missing. Waits up to busyTimeout for a server
     * that is starting or failing over, but not for one that does not answer, since it may not exist.
     *
     * @return the names of the migrations that were applied, in order
     * @throws SchemaException if the schema is another program's, newer or different, or a migration fails
     * @throws UnavailableException if the server cannot be reached
     */
    public List<String> migrate() {
        return migrate(connection -> {}, true, true);
    }

    /**
     * Like {@link #migrate()}, for a workspace that has to be there.
     *
     * @throws NotFoundException if it is not, since somebody has dropped it
     */
    List<String> migrateExisting() {
        return migrate(connection -> {}, true, false);
    }

    /** A check of what migrations made, in their transaction. */
    public interface Check {

        void run(Connection connection) throws SQLException;
    }

    /**
     * Like {@link #migrate()}, with a check before the commit: what it throws rolls all migrations back. It does not
     * run if the schema is current.
     */
    public List<String> migrate(Check check) {
        return migrate(check, true, true);
    }

    /** Applies the migrations and runs the check, and rolls all back. Does nothing if the schema is current. */
    public void rehearse(Check check) {
        migrate(check, false, true);
    }

    private List<String> migrate(Check check, boolean keep, boolean creates) {
        Retry retry = new Retry(server.busyTimeout());
        while (true) {
            boolean behind = false;
            try (Connection connection = server.connect()) {
                ServerSession session = ServerSession.of(connection);
                session.requireTransactions(connection, server.name());
                PostgresSchema target = schema(connection);
                behind = !isCurrent(connection, target);
                otherOwner = behind ? PostgresSchemas.otherOwner(connection, target.name()) : null;
                return behind ? migrateLocked(connection, target, session.onCitus(), check, keep, creates) : List.of();
            } catch (SQLException e) {
                // A migration that has started is not retried.
                if (behind) {
                    throw unusable(e, toMigrate());
                }
                if (!PostgresErrors.mayComeBack(e) || !retry.pause()) {
                    throw unreachable(e);
                }
            }
        }
    }

    /**
     * Migrates, or only checks, as the options say.
     *
     * @return the names of the migrations that were applied, in order
     */
    List<String> migrateOrCheck() {
        if (server.options().readOnly() || server.options().validateOnly()) {
            requireReadable();
            return List.of();
        }
        return migrate();
    }

    private PostgresSchema schema(Connection connection) throws SQLException {
        PostgresSchema known = schema;
        if (known == null) {
            known = PostgresSchema.chosenBy(connection, server);
            schema = known;
        }
        return known;
    }

    public boolean isCurrent(Connection connection) throws SQLException {
        return isCurrent(connection, schema());
    }

    private boolean isCurrent(Connection connection, PostgresSchema target) throws SQLException {
        return state(connection, target).kind() == SchemaState.Kind.CURRENT;
    }

    /** Whether the workspace's schema, which has a history, is current. */
    boolean isCurrentByHistory(Connection connection) throws SQLException {
        return plan.hasSets()
                ? isCurrent(connection)
                : compare(connection, schema(), Set.of(SchemaState.HISTORY_TABLE))
                                .kind()
                        == SchemaState.Kind.CURRENT;
    }

    private SchemaState compare(Connection connection, PostgresSchema target, Set<String> tables) throws SQLException {
        return SchemaState.read(connection, tables, table -> target.quoted() + '.' + table, name(), plan);
    }

    /**
     * Checks what no migration can change.
     *
     * @throws SchemaException if the server is too old, or the database's encoding cannot hold every text
     * @throws UnavailableException if a pooler in between allows no transactions
     */
    public static void requireUsable(Connection connection, String name) throws SQLException {
        ServerSession.of(connection).requireTransactions(connection, name);
        requireVersionAndEncoding(connection, name);
    }

    private static void requireVersionAndEncoding(Connection connection, String name) throws SQLException {
        String version = String.valueOf(text(connection, "SELECT current_setting('server_version_num')"));
        String encoding = String.valueOf(text(connection, "SELECT current_setting('server_encoding')"));
        String problem = problem(Integer.parseInt(version) / 10_000, encoding);
        if (problem != null) {
            throw new SchemaException(name + " " + problem, null);
        }
    }

    public static @Nullable String problem(int version, String encoding) {
        if (version < OLDEST_SERVER) {
            return "runs PostgreSQL " + version + "; the oldest version that is accepted is " + OLDEST_SERVER;
        }
        return encoding.equals("UTF8")
                ? null
                : "has the encoding " + encoding + ", which cannot hold every text; create a database with"
                        + " ENCODING 'UTF8' TEMPLATE template0";
    }

    /**
     * Checks, without writing, that {@link #migrate} would accept the schema.
     *
     * @return whether the schema is current; false if it would be created or migrated
     */
    public boolean check(Connection connection) throws SQLException {
        return isCurrent(connection, schema(connection));
    }

    /**
     * Checks, without writing, that the schema can be read as it is.
     *
     * @throws UnavailableException if it is missing or has no tables of this library, or the server cannot be
     *     reached
     * @throws SchemaException if its tables are older, newer or another program's
     */
    public void requireReadable() {
        Retry retry = new Retry(server.busyTimeout());
        while (true) {
            try (Connection connection = server.connect()) {
                requireReadable(connection, schema(connection));
                return;
            } catch (SQLException e) {
                if (!PostgresErrors.mayComeBack(e) || !retry.pause()) {
                    throw unreachable(e);
                }
            }
        }
    }

    private void requireReadable(Connection connection, PostgresSchema target) throws SQLException {
        SchemaState state = state(connection, target);
        boolean validateOnly = server.options().validateOnly();
        if (state.kind() == SchemaState.Kind.EMPTY && !validateOnly) {
            throw new UnavailableException(
                    name() + " does not exist: there are no tables of this library. None were created", null);
        }
        if (state.kind() != SchemaState.Kind.CURRENT) {
            throw state.behind(
                    name(),
                    plan,
                    validateOnly
                            ? SchemaState.VALIDATE_ONLY
                            : "open it once to write, or run migrate, which brings it up to date. Nothing was written");
        }
    }

    /**
     * Checks that the schema, which may be the target of an unfinished transfer, has the library's version.
     *
     * @throws SchemaException if it has not
     */
    public void requireCurrent(Connection connection) {
        try {
            PostgresSchema target = schema(connection);
            if (compare(connection, target, PostgresSchemas.telltales(connection, target.name()))
                            .kind()
                    != SchemaState.Kind.CURRENT) {
                throw new SchemaException(
                        name() + " has an older schema than this library; finish the transfer with the release that"
                                + " began it, or restart it",
                        null);
            }
        } catch (SQLException e) {
            throw unreachable(e);
        }
    }

    /**
     * Migrates in one transaction, which holds the lock and the settings. A failure leaves nothing behind.
     */
    private List<String> migrateLocked(
            Connection connection, PostgresSchema target, boolean onCitus, Check check, boolean keep, boolean creates)
            throws SQLException {
        requireVersionAndEncoding(connection, server.name());
        lock(connection, target, onCitus);
        try {
            if (!creates && !PostgresSchemas.exists(connection, target.name())) {
                throw new NotFoundException("workspace", target.name());
            }
            createSchema(connection, target, onCitus);
            if (workspace != null) {
                CitusSchemas.distributeIfEmpty(connection, workspace);
            }
            // Another process may have migrated while this one waited for the lock.
            List<String> applied = isCurrent(connection, target)
                    ? List.of()
                    : AuditTriggers.aside(
                            PostgresDialect.session(connection, target),
                            () -> FlywayRun.migrate(connection, name(), plan, target.name(), this::stopped));
            isCurrent(connection, target);
            if (!applied.isEmpty()) {
                check.run(connection);
            }
            if (keep) {
                commit(connection);
            }
            return applied;
        } finally {
            if (!connection.isClosed()) {
                connection.rollback();
                connection.setAutoCommit(true);
            }
        }
    }

    private void commit(Connection connection) throws SQLException {
        try {
            connection.commit();
        } catch (SQLException e) {
            StorageException explained = stopped("the commit of its migrations", e);
            if (explained != null) {
                throw explained;
            }
            throw e;
        }
    }

    private SchemaState state(Connection connection, PostgresSchema target) throws SQLException {
        Set<String> tables = PostgresSchemas.telltales(connection, target.name());
        if (!tables.isEmpty() && !PostgresSchemas.mayUse(connection, target.name())) {
            throw noUsage(server.grantsToUse(target.name()));
        }
        if (tables.contains(TRANSFER_TABLE)) {
            throw new SchemaException(
                    name()
                            + " is the target of an unfinished transfer; run the transfer again to continue it, or"
                            + " restart it",
                    null);
        }
        if (!tables.contains(SchemaState.HISTORY_TABLE)) {
            PostgresSchemas.requireNobodyElses(connection, target.name(), name(), workspace == null);
        }
        SchemaState state = compare(connection, target, tables);
        sets = state.sets();
        return state;
    }

    /** On a Citus cluster this creates a schema that lives on one node, with all its tables. */
    private void createSchema(Connection connection, PostgresSchema target, boolean onCitus) throws SQLException {
        if (PostgresSchemas.isSchema(connection, target.name())) {
            if (!PostgresSchemas.mayUse(connection, target.name())) {
                throw noUsage(server.grantsToMigrate(target.name()));
            }
            return;
        }
        try (Statement statement = connection.createStatement()) {
            if (onCitus) {
                statement.execute("SET LOCAL citus.enable_schema_based_sharding TO on");
            }
            statement.execute("CREATE SCHEMA " + target.quoted());
        } catch (SQLException e) {
            throw PostgresErrors.unusable(
                    name() + " cannot be created", e, PostgresErrors.LET_OWNER_RUN + server.grantToCreateSchemas());
        }
    }

    private SchemaException noUsage(String grants) {
        return new SchemaException(
                name() + ": the role may not use that schema. " + PostgresErrors.LET_OWNER_RUN + grants, null);
    }

    private void lock(Connection connection, PostgresSchema target, boolean onCitus) throws SQLException {
        LocalSettings settings = LocalSettings.migrating(server.busyTimeout()).in(target);
        if (onCitus) {
            settings.withTriggersOnCitus();
        }
        SchemaLock.lock(connection, settings, target.name(), name());
    }

    private String name() {
        return workspace == null ? server.name() : "workspace " + workspace + " of " + server.name();
    }

    /** Why the schema cannot be read, or the server cannot be reached. */
    public StorageException unreachable(SQLException e) {
        return unusable(e, PostgresErrors.LET_OWNER_RUN + server.grantsToUse(schemaName()));
    }

    private String toMigrate() {
        return otherOwner == null
                ? PostgresErrors.LET_OWNER_RUN + server.grantsToMigrate(schemaName())
                : "Run migrate as " + otherOwner + ", who owns the tables";
    }

    private StorageException unusable(SQLException e, String advice) {
        return PostgresErrors.unusable(name() + " cannot be opened", e, advice);
    }

    private @Nullable String schemaName() {
        return schema == null ? null : schema.name();
    }

    private @Nullable StorageException stopped(String file, SQLException e) {
        return StoppedMigration.explain(name(), file, e, toMigrate());
    }

    private static @Nullable String text(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            return rows.next() ? rows.getString(1) : null;
        }
    }
}
