package dev.modelscan.storage.internal.postgres;

import dev.modelscan.storage.errors.BusyException;
import dev.modelscan.storage.internal.engine.Retry;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;

/**
 * The lock that makes migrations of a schema exclusive. It is a transaction's advisory lock, so it ends with
 * the transaction, however that ends.
 */
final class SchemaLock {

    private static final Duration TIMEOUT = Duration.ofMinutes(10);

    private SchemaLock() {}

    /**
     * Begins a transaction with these settings that has the lock. Waits without an open transaction, which could keep
     * the other process from getting a session of a pooler.
     *
     * @throws BusyException if another process holds the lock for ten minutes
     */
    static void lock(Connection connection, LocalSettings settings, String schema, String name) throws SQLException {
        Retry retry = new Retry(TIMEOUT);
        while (true) {
            settings.begin(connection);
            if (tryLock(connection, schema)) {
                return;
            }
            connection.rollback();
            if (!retry.pause()) {
                throw new BusyException(name + " is being migrated by another process; try again", null);
            }
        }
    }

    /** Tries to take the lock for the connection's transaction, without waiting. */
    static boolean tryLock(Connection connection, String schema) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(
                "SELECT pg_try_advisory_xact_lock(hashtextextended('modelscan-storage ' || ?, 0))")) {
            statement.setString(1, schema);
            try (ResultSet rows = statement.executeQuery()) {
                rows.next();
                return rows.getBoolean(1);
            }
        }
    }
}
