package dev.modelscan.storage.internal.postgres;

import static dev.modelscan.storage.schema.Tables.AGENTS;

import dev.modelscan.storage.internal.query.PlainSql;
import dev.modelscan.storage.internal.query.Session;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Collections;
import java.util.Map;
import java.util.WeakHashMap;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;

/**
 * Connections of the caller's that the library runs in. What a connection is, is asked once for each connection
 * of the driver, in two round trips.
 */
final class CallersConnections {

    private final Map<Connection, ServerSession> known = Collections.synchronizedMap(new WeakHashMap<>());

    /**
     * A session over the connection.
     *
     * @throws IllegalArgumentException if the schema's tables are not to be found through it
     */
    Session session(Connection connection, @Nullable PostgresSchema schema, String database) throws SQLException {
        if (!connection.isWrapperFor(PGConnection.class)) {
            throw rejected("it is not one of PostgreSQL's driver; " + database + " is on a PostgreSQL server");
        }
        Connection driver = (Connection) connection.unwrap(PGConnection.class);
        ServerSession server = known.get(driver);
        if (server == null) {
            requireTables(connection, schema, database);
            server = ServerSession.of(connection);
            known.put(driver, server);
        }
        Session session = new Session(connection, PostgresDialect.INSTANCE);
        session.use(schema == null ? null : schema.quoted());
        if (!server.direct()) {
            session.share();
        }
        if (server.onCitus()) {
            forWorkers(connection);
        }
        return session;
    }

    private static void requireTables(Connection connection, @Nullable PostgresSchema schema, String database)
            throws SQLException {
        String table = (schema == null ? "" : schema.quoted() + ".") + PlainSql.quoted(AGENTS.getName());
        try (PreparedStatement statement =
                connection.prepareStatement("SELECT pg_catalog.to_regclass(?) IS NOT NULL, current_database()")) {
            statement.setString(1, table);
            try (ResultSet row = statement.executeQuery()) {
                row.next();
                if (!row.getBoolean(1)) {
                    throw rejected("its database " + row.getString(2) + " has no table " + table + " of " + database
                            + ", or its role may not use the schema");
                }
            }
        }
    }

    private static void forWorkers(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(LocalSettings.citus().text());
        }
    }

    private static IllegalArgumentException rejected(String reason) {
        return new IllegalArgumentException("the connection cannot be used: " + reason);
    }
}
