package dev.modelscan.storage.internal.migrate;

import dev.modelscan.storage.BusyException;
import dev.modelscan.storage.SchemaException;
import dev.modelscan.storage.StorageException;
import dev.modelscan.storage.UnavailableException;
import dev.modelscan.storage.internal.engine.PostgresServer;
import dev.modelscan.storage.internal.engine.Retry;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Brings a schema on a PostgreSQL server to the state that the library carries, or says why it cannot. A schema that is up to
 * date is only read; Flyway is started for the others, under a lock that other processes respect.
 */
public final class PostgresMigrator {

    private static final String LOCATION = "dev/modelscan/storage/migration/postgresql";
    private static final Duration LOCK_TIMEOUT = Duration.ofMinutes(10);

    private final PostgresServer server;
    private final @Nullable String schema;
    private final PackagedMigrations packaged;

    /** SQLSTATE cannot_connect_now. */
    private static final String STARTING = "57P03";

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
     * Migrates where it is needed; a schema that is named and missing is made.
     *
     * @return the names of the migrations that were applied, in order
     * @throws SchemaException where the schema is another program's, newer or different, or a migration fails
     * @throws UnavailableException where the server cannot be reached
     */
    public List<String> migrate() {
        try (Connection connection = connect()) {
            return state(connection) == SchemaState.Kind.CURRENT ? List.of() : migrateLocked(connection);
        } catch (SQLException e) {
            throw unreachable(e);
        }
    }

    /** Waits for a server that says that it is about to start; one that does not answer may never be there. */
    private Connection connect() throws SQLException {
        Retry retry = new Retry(server.busyTimeout());
        while (true) {
            try {
                return server.connect(schema);
            } catch (SQLException e) {
                if (!STARTING.equals(e.getSQLState()) || !retry.pause()) {
                    throw e;
                }
            }
        }
    }

    private List<String> migrateLocked(Connection connection) throws SQLException {
        lock(connection);
        try {
            createSchema(connection);
            // Another process may have migrated while this one waited for the lock.
            if (state(connection) == SchemaState.Kind.CURRENT) {
                return List.of();
            }
            String target = text(connection, "SELECT current_schema()");
            if (target == null) {
                throw new SchemaException(
                        name() + ": no schema of the search_path exists; name a workspace, or set currentSchema", null);
            }
            return FlywayRun.migrate(() -> server.connect(schema), name(), packaged, target);
        } finally {
            unlock(connection);
        }
    }

    private SchemaState.Kind state(Connection connection) throws SQLException {
        // Of the current schema alone: other schemas of the path may have a history of their own.
        boolean hasHistory = has(connection, " = '" + Migrator.HISTORY_TABLE + "'");
        if (hasHistory) {
            return SchemaState.compare(SchemaState.history(connection), name(), packaged);
        }
        if (has(connection, " IN ('agents', 'teams', 'team_members', 'tasks', 'messages')")) {
            throw new SchemaException(
                    name() + " has tables of another program; name a workspace, which gets a schema of its own", null);
        }
        return SchemaState.Kind.EMPTY;
    }

    private static boolean has(Connection connection, String tableCondition) throws SQLException {
        return text(
                        connection,
                        "SELECT 1 FROM pg_catalog.pg_tables WHERE schemaname = current_schema() AND tablename"
                                + tableCondition + " LIMIT 1")
                != null;
    }

    /** On a Citus cluster a schema that is made like this lives on one node, with all of its tables. */
    private void createSchema(Connection connection) throws SQLException {
        if (schema == null || text(connection, "SELECT current_schema()") != null) {
            return;
        }
        try (Statement statement = connection.createStatement()) {
            if (text(connection, "SELECT 1 FROM pg_catalog.pg_extension WHERE extname = 'citus'") != null) {
                statement.execute("SET citus.enable_schema_based_sharding TO on");
            }
            statement.execute("CREATE SCHEMA " + statement.enquoteIdentifier(schema, true));
        }
    }

    /** The lock belongs to the connection, so it goes with the process, however that ends. */
    private void lock(Connection connection) throws SQLException {
        Retry retry = new Retry(LOCK_TIMEOUT);
        while (!"t".equals(lockCall(connection, "pg_try_advisory_lock"))) {
            if (!retry.pause()) {
                throw new BusyException(name() + " is being migrated by another process; try again", null);
            }
        }
    }

    private void unlock(Connection connection) throws SQLException {
        if (!connection.isClosed()) {
            lockCall(connection, "pg_advisory_unlock");
        }
    }

    private @Nullable String lockCall(Connection connection, String function) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(
                "SELECT " + function + "(hashtextextended('modelscan-storage ' || ?, 0))")) {
            statement.setString(1, schema == null ? "" : schema);
            try (ResultSet rows = statement.executeQuery()) {
                rows.next();
                return rows.getString(1);
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
