package dev.modelscan.storage.internal.postgres;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/**
 * The lock of a schema on a PostgreSQL server, which lets one migrator at a time have it. It belongs to the transaction, so it
 * goes with that, however it ends.
 */
final class SchemaLock {

    private SchemaLock() {}

    /** Whether the connection's transaction has the lock now. */
    static boolean tryLock(Connection connection, @Nullable String workspace) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(
                "SELECT pg_try_advisory_xact_lock(hashtextextended('modelscan-storage ' || ?, 0))")) {
            statement.setString(1, workspace == null ? "" : workspace);
            try (ResultSet rows = statement.executeQuery()) {
                rows.next();
                return rows.getBoolean(1);
            }
        }
    }
}
