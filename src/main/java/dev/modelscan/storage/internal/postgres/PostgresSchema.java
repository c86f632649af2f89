package dev.modelscan.storage.internal.postgres;

import dev.modelscan.storage.errors.SchemaException;
import dev.modelscan.storage.internal.query.PlainSql;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.jspecify.annotations.Nullable;

/**
 * The schema of a database's tables. The library's own statements name the schema; the search_path is for a
 * caller's own SQL.
 *
 * @param name the schema's name
 * @param quoted the name as SQL
 * @param path the schemas for names without one, as {@code SET search_path} takes them
 */
public record PostgresSchema(String name, String quoted, String path) {

    /** A schema that is the only one in the search_path. */
    public static PostgresSchema of(String name) {
        return new PostgresSchema(name, PlainSql.quoted(name), PlainSql.quoted(name));
    }

    /**
     * The first schema of the server's search_path. It is read once, since another session of a pooler might
     * have another one.
     *
     * @throws SchemaException if there is none, or another client set it
     */
    public static PostgresSchema chosenBy(Connection connection, PostgresServer server) throws SQLException {
        boolean direct = ServerSession.of(connection).direct();
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("SELECT current_schema(), setting, reset_val"
                        + " FROM pg_catalog.pg_settings WHERE name = 'search_path'")) {
            row.next();
            @Nullable String schema = row.getString(1);
            String path = row.getString(2);
            if (schema == null) {
                throw new SchemaException(
                        server.name() + ": no schema of the search_path exists; name a workspace, or set currentSchema",
                        null);
            }
            String wanted = server.currentSchema();
            if (wanted != null && !wanted.equals(path)) {
                throw new SchemaException(
                        server.name() + ": the URL has currentSchema=" + wanted + ", but the session looks into " + path
                                + ", since a pooler dropped it; name a workspace",
                        null);
            }
            if (!direct && !path.equals(row.getString(3))) {
                throw new SchemaException(
                        server.name() + ": another client of the pooler has set search_path to " + path
                                + " in the session that this one got; name a workspace",
                        null);
            }
            return new PostgresSchema(schema, PlainSql.quoted(schema), path);
        }
    }
}
