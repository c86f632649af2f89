package dev.modelscan.storage.internal.migrate;

import dev.modelscan.storage.BusyException;
import dev.modelscan.storage.SchemaException;
import dev.modelscan.storage.StorageException;
import dev.modelscan.storage.UnavailableException;
import dev.modelscan.storage.internal.engine.CitusSchemas;
import dev.modelscan.storage.internal.engine.PostgresServer;
import dev.modelscan.storage.internal.engine.Retry;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
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
    private final @Nullable String schema;
    private final PackagedMigrations packaged;

    /** For a schema, or where it is null, the one that the server chooses. */
    public PostgresMigrator(PostgresServer server, @Nullable String schema) {
        this.server = server;
        this.schema = schema;
        this.packaged = PackagedMigrations.load(LOCATION);
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
            try (Connection connection = server.connect(schema)) {
                behind = !isCurrent(connection);
                return behind ? migrateLocked(connection) : List.of();
            } catch (SQLException e) {
                // What has begun to migrate is not repeated.
                if (behind || !PostgresServer.mayComeBack(e) || !retry.pause()) {
                    throw unreachable(e);
                }
            }
        }
    }

    /** Whether the schema that the connection looks into is up to date. */
    public boolean isCurrent(Connection connection) throws SQLException {
        return state(connection) == SchemaState.Kind.CURRENT;
    }

    /** Whether the schema, which has a history, is up to date, whatever the connection looks into. */
    boolean isCurrentByName(Connection connection) throws SQLException {
        String history = PostgresSchemas.quoted(String.valueOf(schema)) + '.' + Migrator.HISTORY_TABLE;
        return SchemaState.compare(SchemaState.history(connection, history), name(), packaged)
                == SchemaState.Kind.CURRENT;
    }

    /**
     * Checks what no migration can change.
     *
     * @throws SchemaException where the server is too old, or the database's encoding cannot hold every text
     */
    public static void requireUsable(Connection connection, String name) throws SQLException {
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
        try (Connection connection = server.connect(schema)) {
            return state(connection) == SchemaState.Kind.CURRENT;
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
        try (Connection connection = server.connect(schema)) {
            if (SchemaState.compare(SchemaState.history(connection), name(), packaged) != SchemaState.Kind.CURRENT) {
                throw new SchemaException(
                        name() + " has an older schema than this library; finish the promotion with the release that"
                                + " began it, or restart it",
                        null);
            }
        } catch (SQLException e) {
            throw unreachable(e);
        }
    }

    private List<String> migrateLocked(Connection connection) throws SQLException {
        requireUsable(connection, server.name());
        lock(connection);
        try {
            createSchema(connection);
            if (schema != null) {
                CitusSchemas.distributeIfEmpty(connection, schema);
            }
            // Another process may have migrated while this one waited for the lock.
            if (isCurrent(connection)) {
                return List.of();
            }
            String target = text(connection, "SELECT current_schema()");
            if (target == null) {
                throw new SchemaException(
                        name() + ": no schema of the search_path exists; name a workspace, or set currentSchema", null);
            }
            return FlywayRun.migrate(() -> server.connect(schema), name(), packaged, target);
        } finally {
            SchemaLock.unlock(connection, schema);
        }
    }

    private SchemaState.Kind state(Connection connection) throws SQLException {
        // Of the current schema alone: other schemas of the path may have a history of their own.
        Set<String> tables = new HashSet<>();
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(
                        "SELECT tablename FROM pg_catalog.pg_tables WHERE schemaname = current_schema() AND tablename IN ('"
                                + Migrator.HISTORY_TABLE + "', '" + PROMOTION_TABLE
                                + "', 'agents', 'teams', 'team_members', 'tasks', 'messages')")) {
            while (rows.next()) {
                tables.add(rows.getString(1));
            }
        }
        if (tables.contains(PROMOTION_TABLE)) {
            throw new SchemaException(
                    name()
                            + " is the target of a promotion that is not finished; run it again to go on with it, or restart it",
                    null);
        }
        if (tables.contains(Migrator.HISTORY_TABLE)) {
            return SchemaState.compare(SchemaState.history(connection), name(), packaged);
        }
        if (!tables.isEmpty()) {
            throw new SchemaException(
                    name() + " has tables of another program; name a workspace, which gets a schema of its own", null);
        }
        return SchemaState.Kind.EMPTY;
    }

    /** On a Citus cluster a schema that is made like this lives on one node, with all of its tables. */
    private void createSchema(Connection connection) throws SQLException {
        if (schema == null || text(connection, "SELECT current_schema()") != null) {
            return;
        }
        // A schema that the role may not use is not the current one either.
        if (PostgresSchemas.isSchema(connection, schema)) {
            throw new SchemaException(
                    name() + ": the role may not use that schema; grant it USAGE and CREATE on it", null);
        }
        try (Statement statement = connection.createStatement()) {
            if (text(connection, "SELECT 1 FROM pg_catalog.pg_extension WHERE extname = 'citus'") != null) {
                statement.execute("SET citus.enable_schema_based_sharding TO on");
            }
            statement.execute("CREATE SCHEMA " + PostgresSchemas.quoted(schema));
        }
    }

    private void lock(Connection connection) throws SQLException {
        Retry retry = new Retry(LOCK_TIMEOUT);
        while (!SchemaLock.tryLock(connection, schema)) {
            if (!retry.pause()) {
                throw new BusyException(name() + " is being migrated by another process; try again", null);
            }
        }
    }

    private String name() {
        return schema == null ? server.name() : "workspace " + schema + " of " + server.name();
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
