package dev.modelscan.storage.internal.postgres;

import dev.modelscan.storage.errors.BusyException;
import dev.modelscan.storage.errors.OutcomeUnknownException;
import dev.modelscan.storage.errors.SchemaException;
import dev.modelscan.storage.errors.StorageException;
import dev.modelscan.storage.errors.UnavailableException;
import dev.modelscan.storage.internal.migrate.SchemaState;
import dev.modelscan.storage.internal.query.PlainSql;
import dev.modelscan.storage.internal.values.TextRules;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The schemas of a PostgreSQL server that belong to this library: those that hold its history table. All
 * names are qualified, so the connection's search_path does not matter.
 */
public final class PostgresSchemas {

    private static final String OURS = """
            SELECT n.nspname
            FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
            WHERE c.relname = '%s' AND c.relkind IN ('r', 'p')""".formatted(SchemaState.HISTORY_TABLE);

    /** Flyway refuses a schema with any of these. */
    private static final String ANY = """
            SELECT o.name FROM (
                SELECT oid, relname, relnamespace FROM pg_catalog.pg_class WHERE relkind IN ('r', 'p', 'f', 'v', 'm', 'S')
                UNION ALL SELECT oid, typname, typnamespace FROM pg_catalog.pg_type WHERE typcategory NOT IN ('A', 'C')
                UNION ALL SELECT oid, proname, pronamespace FROM pg_catalog.pg_proc
            ) o (oid, name, namespace)
            WHERE o.namespace = (SELECT oid FROM pg_catalog.pg_namespace WHERE nspname = ?)
                AND NOT EXISTS (SELECT 1 FROM pg_catalog.pg_depend d WHERE d.objid = o.oid AND d.deptype = 'e')
            ORDER BY 1 LIMIT 1""";

    private PostgresSchemas() {}

    /**
     * The names of the library's schemas that the role may use and that are valid workspace names, sorted.
     */
    public static List<String> list(Connection connection) throws SQLException {
        List<String> names = new ArrayList<>();
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(
                        OURS + " AND pg_catalog.has_schema_privilege(n.oid, 'USAGE') ORDER BY n.nspname")) {
            while (rows.next()) {
                String name = rows.getString(1);
                if (TextRules.workspaceProblem(name) == null) {
                    names.add(name);
                }
            }
        }
        return List.copyOf(names);
    }

    /** Whether any schema has that name. */
    static boolean isSchema(Connection connection, String name) throws SQLException {
        return finds(connection, "SELECT 1 FROM pg_catalog.pg_namespace WHERE nspname = ?", name);
    }

    static boolean mayUse(Connection connection, String name) throws SQLException {
        return finds(
                connection,
                "SELECT 1 FROM pg_catalog.pg_namespace"
                        + " WHERE nspname = ? AND pg_catalog.has_schema_privilege(oid, 'USAGE')",
                name);
    }

    /** Whether a schema of this library has that name. */
    public static boolean exists(Connection connection, String name) throws SQLException {
        return finds(connection, OURS + " AND n.nspname = ?", name);
    }

    /**
     * Drops a schema with everything in it.
     *
     * @return false if there is no schema of that name
     * @throws SchemaException if it is not this library's, or the role may not drop it
     * @throws BusyException if it is in use
     * @throws OutcomeUnknownException if the reply was lost
     */
    public static boolean drop(PostgresServer server, String name) throws SQLException {
        String subject = "workspace " + name + " of " + server.name();
        try (Connection connection = server.connect()) {
            LocalSettings.migrating(server.busyTimeout()).begin(connection);
            try {
                if (!SchemaLock.tryLock(connection, name)) {
                    throw new BusyException(subject + " is being migrated; try again", null);
                }
                boolean dropped = dropLocked(connection, name, subject);
                commit(connection, subject);
                return dropped;
            } finally {
                if (!connection.isClosed()) {
                    connection.rollback();
                }
            }
        }
    }

    private static boolean dropLocked(Connection connection, String name, String subject) throws SQLException {
        if (!isSchema(connection, name)) {
            return false;
        }
        if (!exists(connection, name)) {
            throw new SchemaException(subject + " has no schema of this library; it was left as it is", null);
        }
        try (Statement statement = connection.createStatement()) {
            statement.execute("DROP SCHEMA " + PlainSql.quoted(name) + " CASCADE");
            return true;
        } catch (SQLException e) {
            throw refusal(e, subject);
        }
    }

    private static void commit(Connection connection, String subject) {
        try {
            connection.commit();
        } catch (SQLException e) {
            throw refusal(e, subject);
        }
    }

    private static StorageException refusal(SQLException e, String subject) {
        String text = PostgresErrors.serverText(e);
        return switch (PostgresErrors.classify(e).kind()) {
            case BUSY, SERIALIZATION ->
                new BusyException(subject + " is in use, and was not dropped; try again: " + text, e);
            case DENIED -> new SchemaException(subject + " belongs to another role, and was not dropped: " + text, e);
            case CONNECTION_LOST, NODE_AWAY ->
                new OutcomeUnknownException(
                        subject + ": the reply to its drop was lost, and it may have been dropped; check whether it"
                                + " exists: "
                                + text,
                        "workspace",
                        null,
                        e);
            default -> new UnavailableException(subject + " could not be dropped: " + text, e);
        };
    }

    private static boolean finds(Connection connection, String sql, String name) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setString(1, name);
            try (ResultSet rows = statement.executeQuery()) {
                return rows.next();
            }
        }
    }

    /** Who owns the history of a schema of this library, if the role has not that owner's rights; otherwise null. */
    static @Nullable String otherOwner(Connection connection, String schema) throws SQLException {
        return text(
                connection,
                OURS.replaceFirst("n.nspname", "pg_catalog.pg_get_userbyid(c.relowner)")
                        + " AND n.nspname = ? AND NOT pg_catalog.pg_has_role(c.relowner, 'USAGE')",
                schema);
    }

    /**
     * Checks that a schema without this library's history is empty but for parts of extensions.
     *
     * @throws SchemaException if it is not
     */
    static void requireNobodyElses(Connection connection, String schema, String name, boolean unnamed)
            throws SQLException {
        String object = text(connection, ANY, schema);
        if (object != null) {
            throw new SchemaException(
                    name + " belongs to another program: the schema " + schema + " has " + object + ". "
                            + (unnamed ? "Name a workspace, which gets a schema of its own" : "Name another workspace"),
                    null);
        }
    }

    private static @Nullable String text(Connection connection, String sql, String schema) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setString(1, schema);
            try (ResultSet rows = statement.executeQuery()) {
                return rows.next() ? rows.getString(1) : null;
            }
        }
    }

    /** Those of the library's tables that tell whose schema it is, and the histories. */
    static Set<String> telltales(Connection connection, String schema) throws SQLException {
        Set<String> tables = new HashSet<>();
        try (PreparedStatement statement = connection.prepareStatement(
                "SELECT tablename FROM pg_catalog.pg_tables WHERE schemaname = ? AND (tablename IN ('"
                        + PostgresMigrator.TRANSFER_TABLE
                        + "', 'agents', 'teams', 'team_members', 'tasks', 'messages')"
                        + " OR tablename LIKE 'modelscan\\_%schema\\_history')")) {
            statement.setString(1, schema);
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    tables.add(rows.getString(1));
                }
            }
        }
        return tables;
    }
}
