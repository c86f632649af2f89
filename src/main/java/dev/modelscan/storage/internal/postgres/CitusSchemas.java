package dev.modelscan.storage.internal.postgres;

import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which schemas of a Citus cluster are distributed, so that their tables are on a worker. All other schemas
 * are ordinary ones of the coordinator: they work, but none of their rows is on a worker. All names are
 * qualified.
 */
public final class CitusSchemas {

    private static final Logger LOG = LoggerFactory.getLogger(CitusSchemas.class);

    private CitusSchemas() {}

    private static boolean areThere(Connection connection) throws SQLException {
        return !texts(connection, "SELECT pg_catalog.to_regproc('pg_catalog.citus_schema_distribute')")
                .isEmpty();
    }

    /**
     * Distributes an empty schema, which moves no data. A schema that was created without schema-based
     * sharding, and then granted to the role, would silently become a workspace on the coordinator. If the
     * role may not distribute it, the schema stays as it is, and {@link #ordinary} reports it.
     */
    public static void distributeIfEmpty(Connection connection, String schema) throws SQLException {
        if (!areThere(connection) || ordinary(connection, List.of(schema)).isEmpty()) {
            return;
        }
        // Checked beforehand, since an error would end the migration's transaction.
        boolean mayAndIsEmpty = !texts(
                        connection,
                        "SELECT 1 FROM pg_catalog.pg_namespace n WHERE n.nspname = ?"
                                + " AND pg_catalog.pg_has_role(n.nspowner, 'USAGE')"
                                + " AND NOT EXISTS (SELECT 1 FROM pg_catalog.pg_class c WHERE c.relnamespace = n.oid)",
                        schema)
                .isEmpty();
        if (!mayAndIsEmpty) {
            return;
        }
        Savepoint before = connection.getAutoCommit() ? null : connection.setSavepoint();
        try {
            texts(
                    connection,
                    "SELECT pg_catalog.citus_schema_distribute(pg_catalog.quote_ident(?)::pg_catalog.regnamespace)",
                    schema);
        } catch (SQLException e) {
            if (before != null) {
                connection.rollback(before);
            }
            LOG.warn(
                    "the empty schema {} cannot be distributed, so its tables will be only on the coordinator: {}",
                    schema,
                    e.getMessage());
        }
    }

    /**
     * The schemas whose tables are on the coordinator, in the given order; none if the server does not run
     * Citus.
     */
    public static List<String> ordinary(Connection connection, List<String> schemas) throws SQLException {
        if (!areThere(connection)) {
            return List.of();
        }
        List<String> ordinary = new ArrayList<>(schemas);
        Array names = connection.createArrayOf("text", schemas.toArray());
        try (PreparedStatement statement =
                connection.prepareStatement("SELECT n.nspname FROM pg_catalog.pg_dist_schema s"
                        + " JOIN pg_catalog.pg_namespace n ON n.oid = s.schemaid WHERE n.nspname = ANY (?)")) {
            statement.setArray(1, names);
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    ordinary.remove(rows.getString(1));
                }
            }
        }
        return ordinary;
    }

    /** The note for a schema of {@link #ordinary}. */
    public static String note(String schema) {
        return "workspace " + schema
                + " is an ordinary schema of a Citus coordinator, so its rows are on no worker. Its owner"
                + " can move it with SELECT citus_schema_distribute('" + schema
                + "'), after SET citus.enable_unsafe_triggers = on, while nothing writes to it";
    }

    /** The first column, without nulls. */
    private static List<String> texts(Connection connection, String sql, String... parameters) throws SQLException {
        List<String> texts = new ArrayList<>();
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            for (int i = 0; i < parameters.length; i++) {
                statement.setString(i + 1, parameters[i]);
            }
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    String text = rows.getString(1);
                    if (text != null) {
                        texts.add(text);
                    }
                }
            }
        }
        return texts;
    }
}
