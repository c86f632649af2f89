package dev.modelscan.storage.internal.migrate;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/**
 * The lock of a schema on a PostgreSQL server, which lets one migrator at a time have it. It belongs to the connection, so it
 * goes with the process, however that ends.
 */
final class SchemaLock {

    private SchemaLock() {}

    /** Whether the connection has the lock now. */
    static boolean tryLock(Connection connection, @Nullable String schema) throws SQLException {
        return call(connection, "pg_try_advisory_lock", schema);
    }

    /** Gives it back, unless the connection is gone. */
    static void unlock(Connection connection, @Nullable String schema) throws SQLException {
        if (!connection.isClosed()) {
            call(connection, "pg_advisory_unlock", schema);
        }
    }

    private static boolean call(Connection connection, String function, @Nullable String schema) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(
                "SELECT " + function + "(hashtextextended('modelscan-storage ' || ?, 0))")) {
            statement.setString(1, schema == null ? "" : schema);
            try (ResultSet rows = statement.executeQuery()) {
                rows.next();
                return rows.getBoolean(1);
            }
        }
    }
}
