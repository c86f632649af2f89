package dev.modelscan.storage.internal.migrate;

import dev.modelscan.storage.BusyException;
import dev.modelscan.storage.SchemaException;
import dev.modelscan.storage.StorageException;
import dev.modelscan.storage.UnavailableException;
import dev.modelscan.storage.internal.engine.LocalSettings;
import dev.modelscan.storage.internal.engine.PostgresSchema;
import dev.modelscan.storage.internal.engine.PostgresServer;
import dev.modelscan.storage.internal.engine.Retry;
import dev.modelscan.storage.internal.engine.ServerSession;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Brings a schema on a PostgreSQL server to the state that the library carries, or says why it cannot. A schema that is up to
 * date is only read; Flyway is started for the others, under a lock that other processes respect.
 */
public final class PostgresMigrator {

    /** Is in a schema while a promotion into it is not finished. */
    public static final String PROMOTION_TABLE = "modelscan_promotion";

    private static final String LOCATION = "dev/modelscan/storage/migration/postgresql";
    private static final Duration LOCK_TIMEOUT = Duration.ofMinutes(10);
    private static final int OLDEST_SERVER = 14;

    private final PostgresServer server;
    private final @Nullable String workspace;
    private final PackagedMigrations packaged;
    private @Nullable PostgresSchema schema;

    /** For the schema of a workspace, or if it is null, the one that the server chooses. */
    public PostgresMigrator(PostgresServer server, @Nullable String workspace) {
        this.server = server;
        this.workspace = workspace;
        this.packaged = PackagedMigrations.load(LOCATION);
        this.schema = workspace == null ? null : PostgresSchema.of(workspace);
    }

    /** The schema; one that the server chooses is known once it was asked. */
    public PostgresSchema schema() {
        return Objects.requireNonNull(schema);
    }

    /** The version that {@link #migrate} arrives at. */
    public int latestVersion() {
        return packaged.latest();
    }

    /**
     * Migrates where it is needed; a schema that is named and missing is made. Waits for a server that is about to start or to
     * hand over, up to busyTimeout; one that does not answer may never be there.
     *
     * @return the names of the migrations that were applied, in order
     * @throws SchemaException where the schema is another program's, newer or different, or a migration fails
     * @throws UnavailableException where the server cannot be reached
     */
    public List<String> migrate() {
        Retry retry = new Retry(server.busyTimeout());
        while (true) {
            boolean behind = false;
            try (Connection connection = server.connect()) {
                ServerSession session = ServerSession.of(connection);
                session.requireTransactions(connection, server.name());
                PostgresSchema target = schema(connection);
                behind = !isCurrent(connection, target);
                return behind ? migrateLocked(connection, target, session.onCitus()) : List.of();
            } catch (SQLException e) {
                // What has begun to migrate is not repeated.
                if (behind || !PostgresServer.mayComeBack(e) || !retry.pause()) {
                    throw unreachable(e);
                }
            }
        }
    }

    private PostgresSchema schema(Connection connection) throws SQLException {
        PostgresSchema known = schema;
        if (known == null) {
            known = PostgresSchema.chosenBy(connection, server);
            schema = known;
        }
        return known;
    }

    /** Whether the schema of the workspace is up to date. */
    public boolean isCurrent(Connection connection) throws SQLException {
        return isCurrent(connection, schema());
    }

    private boolean isCurrent(Connection connection, PostgresSchema target) throws SQLException {
        return state(connection, target) == SchemaState.Kind.CURRENT;
    }

    /** Whether the schema of the workspace, which has a history, is up to date. */
    boolean isCurrentByHistory(Connection connection) throws SQLException {
        return compare(connection, schema()) == SchemaState.Kind.CURRENT;
    }

    private SchemaState.Kind compare(Connection connection, PostgresSchema target) throws SQLException {
        String history = target.quoted() + '.' + Migrator.HISTORY_TABLE;
        return SchemaState.compare(SchemaState.history(connection, history), name(), packaged);
    }

    /**
     * Checks what no migration can change.
     *
     * @throws SchemaException where the server is too old, or the database's encoding cannot hold every text
     * @throws UnavailableException if a pooler stands between that allows no transactions
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

    static @Nullable String problem(int version, String encoding) {
        if (version < OLDEST_SERVER) {
            return "runs PostgreSQL " + version + "; the oldest that will do is " + OLDEST_SERVER;
        }
        return encoding.equals("UTF8")
                ? null
                : "has the encoding " + encoding + ", which cannot hold every text; create a database with"
                        + " ENCODING 'UTF8' TEMPLATE template0";
    }

    /**
     * Checks, by reading alone, that {@link #migrate} would not refuse what is there.
     *
     * @return whether the schema is up to date; false where it would be made or migrated
     */
    public boolean check() {
        try (Connection connection = server.connect()) {
            return isCurrent(connection, schema(connection));
        } catch (SQLException e) {
            throw unreachable(e);
        }
    }

    /**
     * Checks that the schema, into which a promotion may be under way, is that which the library carries.
     *
     * @throws SchemaException where it is not
     */
    public void requireCurrent() {
        try (Connection connection = server.connect()) {
            if (compare(connection, schema(connection)) != SchemaState.Kind.CURRENT) {
                throw new SchemaException(
                        name() + " has an older schema than this library; finish the promotion with the release that"
                                + " began it, or restart it",
                        null);
            }
        } catch (SQLException e) {
            throw unreachable(e);
        }
    }

    /** All in one transaction: it holds the lock, its settings are gone with it, and what fails leaves nothing. */
    private List<String> migrateLocked(Connection connection, PostgresSchema target, boolean onCitus)
            throws SQLException {
        requireVersionAndEncoding(connection, server.name());
        lock(connection, target, onCitus);
        try {
            createSchema(connection, target, onCitus);
            // Another process may have migrated while this one waited for the lock.
            List<String> applied = isCurrent(connection, target)
                    ? List.of()
                    : FlywayRun.migrate(connection, name(), packaged, target.name());
            connection.commit();
            return applied;
        } finally {
            if (!connection.isClosed()) {
                connection.rollback();
                connection.setAutoCommit(true);
            }
        }
    }

    private SchemaState.Kind state(Connection connection, PostgresSchema target) throws SQLException {
        Set<String> tables = new HashSet<>();
        try (PreparedStatement statement = connection.prepareStatement(
                "SELECT tablename FROM pg_catalog.pg_tables WHERE schemaname = ? AND tablename IN ('"
                        + Migrator.HISTORY_TABLE + "', '" + PROMOTION_TABLE
                        + "', 'agents', 'teams', 'team_members', 'tasks', 'messages')")) {
            statement.setString(1, target.name());
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    tables.add(rows.getString(1));
                }
            }
        }
        if (!tables.isEmpty() && !PostgresSchemas.mayUse(connection, target.name())) {
            throw noUsage();
        }
        if (tables.contains(PROMOTION_TABLE)) {
            throw new SchemaException(
                    name()
                            + " is the target of a promotion that is not finished; run it again to go on with it, or restart it",
                    null);
        }
        if (tables.contains(Migrator.HISTORY_TABLE)) {
            return compare(connection, target);
        }
        if (!tables.isEmpty()) {
            throw new SchemaException(
                    name() + " has tables of another program; name a workspace, which gets a schema of its own", null);
        }
        return SchemaState.Kind.EMPTY;
    }

    /** On a Citus cluster a schema that is made like this lives on one node, with all of its tables. */
    private void createSchema(Connection connection, PostgresSchema target, boolean onCitus) throws SQLException {
        if (PostgresSchemas.isSchema(connection, target.name())) {
            if (!PostgresSchemas.mayUse(connection, target.name())) {
                throw noUsage();
            }
            return;
        }
        try (Statement statement = connection.createStatement()) {
            if (onCitus) {
                statement.execute("SET LOCAL citus.enable_schema_based_sharding TO on");
            }
            statement.execute("CREATE SCHEMA " + target.quoted());
        }
    }

    private SchemaException noUsage() {
        return new SchemaException(
                name() + ": the role may not use that schema; grant it USAGE and CREATE on it", null);
    }

    /** Who waits holds no transaction meanwhile, which might keep the other from getting a session of a pooler's. */
    private void lock(Connection connection, PostgresSchema target, boolean onCitus) throws SQLException {
        Retry retry = new Retry(LOCK_TIMEOUT);
        LocalSettings settings = LocalSettings.migrating(server.busyTimeout()).in(target);
        if (onCitus) {
            settings.withTriggersOnCitus();
        }
        while (true) {
            settings.begin(connection);
            if (SchemaLock.tryLock(connection, workspace)) {
                return;
            }
            connection.rollback();
            if (!retry.pause()) {
                throw new BusyException(name() + " is being migrated by another process; try again", null);
            }
        }
    }

    private String name() {
        return workspace == null ? server.name() : "workspace " + workspace + " of " + server.name();
    }

    private StorageException unreachable(SQLException e) {
        String opening = name() + " cannot be opened: " + e.getMessage();
        return switch (String.valueOf(e.getSQLState())) {
            case "42501" ->
                new SchemaException(
                        name() + ": the role may not do what the migrations need: " + e.getMessage()
                                + ". Grant it CREATE on the database, or let its owner create the schema",
                        e);
            case "55P03" ->
                new BusyException(opening + "; another session holds a lock on it for longer than busyTimeout", e);
            case "28000", "28P01" -> new UnavailableException(opening + "; check user and password", e);
            case "3D000" -> new UnavailableException(opening + "; create the database, or correct the URL", e);
            case "08001", "08004" ->
                new UnavailableException(opening + "; check host and port, and that the server runs", e);
            default -> new UnavailableException(opening, e);
        };
    }

    private static @Nullable String text(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            return rows.next() ? rows.getString(1) : null;
        }
    }
}
