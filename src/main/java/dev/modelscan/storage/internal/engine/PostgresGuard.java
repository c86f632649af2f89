package dev.modelscan.storage.internal.engine;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.jspecify.annotations.Nullable;
import org.postgresql.core.BaseConnection;
import org.postgresql.core.TransactionState;

/**
 * The driver knows from each answer of the server whether a transaction is open, but not that another was begun at once. That one
 * has another time of beginning, which is asked for before the commit. A savepoint would tell as well, but much cannot be done behind one,
 * such as exporting a snapshot.
 */
final class PostgresGuard implements TransactionGuard {

    private final Connection connection;
    private final @Nullable BaseConnection driver;
    private final String begun;
    private Fate fate = Fate.OPEN;

    PostgresGuard(Connection connection) throws SQLException {
        this.connection = connection;
        this.driver =
                connection.isWrapperFor(BaseConnection.class) ? connection.unwrap(BaseConnection.class) : null;
        this.begun = timeOfBeginning();
    }

    private String timeOfBeginning() throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("SELECT extract(epoch FROM pg_catalog.now())::text")) {
            rows.next();
            return rows.getString(1);
        }
    }

    private @Nullable TransactionState state() {
        return driver == null ? null : driver.getTransactionState();
    }

    @Override
    public Fate fate() {
        if (state() == TransactionState.IDLE) {
            fate = Fate.ENDED;
        }
        return fate;
    }

    /** A transaction that the server has marked as failed answers nothing, and cannot commit. */
    @Override
    public Fate ask() throws SQLException {
        if (fate() == Fate.OPEN && state() != TransactionState.FAILED && !begun.equals(timeOfBeginning())) {
            fate = Fate.ENDED;
        }
        return fate;
    }

    @Override
    public void close() {}
}
