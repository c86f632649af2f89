package dev.modelscan.storage.internal.postgres;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/**
 * The lock that makes migrations of a schema exclusive. It is a transaction's advisory lock, so it ends with
 * the transaction, however that ends.
 */
final class SchemaLock {

    private SchemaLock() {}

    /** Tries to take the lock for the connection's transaction, without waiting. */
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
