package dev.modelscan.storage.internal.postgres;

import dev.modelscan.storage.internal.engine.TransactionGuard;
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
 * Finds out whether SQL of the caller ended the transaction. The driver knows from each reply whether a
 * transaction is open, but not that it is a new one. A new one has a different start time, which is read
 * before the commit. A savepoint would tell as well, but some commands are not allowed after one, such as
 * exporting a snapshot.
 *
 * <p>A failed transaction answers no query. If it is a new one, the first was committed or rolled back
 * before, and the server records which under the transaction's number. This class makes the server assign the
 * number at the start, since a transaction that has not written has none. That alone writes nothing to disk.
 *
 * <p>Not detected: SQL that rolls the first transaction back, stores something in a second one, and fails in
 * a third.
 */
final class PostgresGuard implements TransactionGuard {

    private static final String BEGUN = "extract(epoch FROM pg_catalog.now())::pg_catalog.text";

    private static final String IN_FAILED_TRANSACTION = "25P02";

    private final Connection connection;
    private final @Nullable BaseConnection driver;
    private final @Nullable PostgresSchema schema;
    private final Duration queryTimeout;
    private final String begun;
    private final String number;
    private Fate fate = Fate.OPEN;

    /** Also sets the search_path and the statement timeout, in the same round trip. */
    PostgresGuard(Connection connection, @Nullable PostgresSchema schema, Duration queryTimeout) throws SQLException {
        this.connection = connection;
        this.driver = PostgresDialect.driver(connection);
        this.schema = schema;
        this.queryTimeout = queryTimeout;
        String[] known = set(connection, schema, queryTimeout);
        this.begun = known[0];
        this.number = known[1];
    }

    /** Returns the start time of the transaction, and its number. */
    private static String[] set(Connection connection, @Nullable PostgresSchema schema, Duration queryTimeout)
            throws SQLException {
        String path = schema == null ? "" : "pg_catalog.set_config('search_path', ?, true), ";
        try (PreparedStatement statement =
                connection.prepareStatement("SELECT " + BEGUN + ", pg_catalog.pg_current_xact_id()::pg_catalog.text, "
                        + path + "pg_catalog.set_config('statement_timeout', ?, true)")) {
            int position = 1;
            if (schema != null) {
                statement.setString(position++, schema.path());
            }
            statement.setString(position, Long.toString(queryTimeout.toMillis()));
            try (ResultSet row = statement.executeQuery()) {
                row.next();
                return new String[] {row.getString(1), row.getString(2)};
            }
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
        if (fate == Fate.OPEN && state() == TransactionState.IDLE) {
            fate = Fate.ENDED;
        }
        return fate;
    }

    @Override
    public Fate askAtEnd() throws SQLException {
        if (fate() == Fate.OPEN && hasFailed()) {
            fate = "aborted".equals(statusAfterRollback()) ? Fate.ROLLED_BACK : Fate.ENDED;
        }
        return ask();
    }

    /** If a data source hides the driver, only a query can tell. */
    private boolean hasFailed() throws SQLException {
        if (driver != null) {
            return state() == TransactionState.FAILED;
        }
        try {
            timeOfBeginning();
            return false;
        } catch (SQLException e) {
            if (!PostgresErrors.stateOf(e).equals(IN_FAILED_TRANSACTION)) {
                throw e;
            }
            return true;
        }
    }

    /**
     * One round trip, since a pooler may pass the session on after it. The session's advisory locks are
     * released with it.
     */
    private @Nullable String statusAfterRollback() throws SQLException {
        try (Statement statement = connection.createStatement()) {
            boolean isRow = statement.execute("ROLLBACK; SELECT pg_catalog.pg_xact_status('" + number
                    + "'::pg_catalog.xid8), pg_catalog.pg_advisory_unlock_all()");
            return isRow || statement.getMoreResults() ? first(statement.getResultSet()) : null;
        }
    }

    /** A failed transaction answers no query, and cannot commit. */
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
