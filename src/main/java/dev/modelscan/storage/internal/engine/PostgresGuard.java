package dev.modelscan.storage.internal.engine;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.postgresql.core.BaseConnection;
import org.postgresql.core.TransactionState;

/**
 * The driver knows from each answer of the server whether a transaction is open, but not that another was begun at once. That one
 * has another time of beginning, which is asked for before the commit. A savepoint would tell as well, but much cannot be done behind one,
 * such as exporting a snapshot.
 */
final class PostgresGuard implements TransactionGuard {

    private static final String BEGUN = "extract(epoch FROM pg_catalog.now())::pg_catalog.text";

    private final Connection connection;
    private final @Nullable BaseConnection driver;
    private final @Nullable PostgresSchema schema;
    private final Duration queryTimeout;
    private final String begun;
    private Fate fate = Fate.OPEN;

    /** Also sets, in the same round trip, where names without a schema are looked up, and how long a statement may take. */
    PostgresGuard(Connection connection, @Nullable PostgresSchema schema, Duration queryTimeout) throws SQLException {
        this.connection = connection;
        this.driver = PostgresDialect.driver(connection);
        this.schema = schema;
        this.queryTimeout = queryTimeout;
        this.begun = set(connection, schema, queryTimeout);
    }

    private static String set(Connection connection, @Nullable PostgresSchema schema, Duration queryTimeout)
            throws SQLException {
        String path = schema == null ? "" : "pg_catalog.set_config('search_path', ?, true), ";
        try (PreparedStatement statement = connection.prepareStatement(
                "SELECT " + BEGUN + ", " + path + "pg_catalog.set_config('statement_timeout', ?, true)")) {
            int position = 1;
            if (schema != null) {
                statement.setString(position++, schema.path());
            }
            statement.setString(position, Long.toString(queryTimeout.toMillis()));
            return first(statement.executeQuery());
        }
    }

    @Override
    public void renew() throws SQLException {
        set(connection, schema, queryTimeout);
    }

    private static String first(ResultSet rows) throws SQLException {
        try (rows) {
            rows.next();
            return rows.getString(1);
        }
    }

    private String timeOfBeginning() throws SQLException {
        try (Statement statement = connection.createStatement()) {
            return first(statement.executeQuery("SELECT " + BEGUN));
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
