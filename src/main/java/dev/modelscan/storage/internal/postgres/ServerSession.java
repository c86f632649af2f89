package dev.modelscan.storage.internal.postgres;

import dev.modelscan.storage.errors.UnavailableException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;
import org.postgresql.PGConnection;
import org.postgresql.PGStatement;

/**
 * What is known of the server's session behind a connection.
 *
 * @param direct whether the connection has the session for itself; behind a pooler another client may have it next
 * @param onCitus whether Citus runs on the server
 */
public record ServerSession(boolean direct, boolean onCitus) {

    /** Nobody else has given this a value. */
    private static final String CITUS = "coalesce(current_setting('citus.propagate_set_commands', true), '') <> ''";

    /**
     * Asks the server, in one round trip. A pooler has told the driver a number of its own for the session. A driver that a data
     * source hides cannot be asked, so there may be one.
     */
    public static ServerSession of(Connection connection) throws SQLException {
        return of(connection, Map.of());
    }

    /** Also gives settings to the session if it is the connection's own. Nothing that must be right may depend on them. */
    static ServerSession of(Connection connection, Map<String, String> hints) throws SQLException {
        PGConnection driver = PostgresDialect.driver(connection);
        int pid = driver == null ? -1 : driver.getBackendPID();
        String isOwn = "pg_backend_pid() = " + pid;
        String calls = hints.keySet().stream()
                .map(name -> ", CASE WHEN " + isOwn + " THEN set_config('" + name + "', ?, false) END")
                .collect(Collectors.joining());
        try (PreparedStatement statement = connection.prepareStatement("SELECT " + isOwn + ", " + CITUS + calls)) {
            // Behind a pooler the server would be asked to prepare it in a session that may have done so for another
            // client.
            if (statement.isWrapperFor(PGStatement.class)) {
                statement.unwrap(PGStatement.class).setPrepareThreshold(0);
            }
            int position = 1;
            for (String value : hints.values()) {
                statement.setString(position++, value);
            }
            try (ResultSet row = statement.executeQuery()) {
                row.next();
                return new ServerSession(row.getBoolean(1), row.getBoolean(2));
            }
        }
    }

    /**
     * Checks that a session that may be shared is at least the same throughout a transaction.
     *
     * @throws UnavailableException if it is not
     */
    public void requireTransactions(Connection connection, String name) throws SQLException {
        if (direct) {
            return;
        }
        connection.setAutoCommit(false);
        try {
            execute(connection, "SELECT 1");
            connection.rollback();
            connection.setAutoCommit(true);
        } catch (SQLException e) {
            if (!String.valueOf(e.getMessage()).contains("statement pooling mode")) {
                throw e;
            }
            throw new UnavailableException(
                    name + " is behind a pooler that gives each statement another session, and allows no transactions;"
                            + " set its mode to transaction or session (PgBouncer: pool_mode = transaction)",
                    e);
        }
    }

    /** What a session of its own is spared to be told with each transaction. */
    static Map<String, String> hints(Duration lockTimeout, Duration queryTimeout) {
        Map<String, String> hints = new LinkedHashMap<>();
        // Zero means for ever there.
        hints.put("lock_timeout", Long.toString(Math.max(1, lockTimeout.toMillis())));
        hints.put("statement_timeout", Long.toString(queryTimeout.toMillis()));
        hints.put("default_transaction_isolation", "read committed");
        hints.put("default_transaction_read_only", "off");
        // The same indexes serve a repository's query whatever it asks for (PostgresQueryPlanTest), and planning a join
        // takes as long as running it.
        hints.put("plan_cache_mode", "force_generic_plan");
        return hints;
    }

    /**
     * Ends the transaction, if there is one, and undoes in the same round trip what SQL of a caller's may have left in a session
     * of its own: settings, roles, temporary tables, which hide those of the schema, and locks. Where the session is shared, its
     * settings may be another client's.
     */
    void clean(Connection connection, boolean inTransaction, Map<String, String> hints) throws SQLException {
        if (!direct) {
            if (inTransaction) {
                execute(connection, "ROLLBACK; SELECT pg_advisory_unlock_all()");
            }
            return;
        }
        String end = inTransaction ? "ROLLBACK; " : "";
        String calls = hints.keySet().stream()
                .map(name -> ", set_config('" + name + "', ?, false)")
                .collect(Collectors.joining());
        String text = end + "RESET SESSION AUTHORIZATION; RESET ROLE; RESET ALL; DISCARD TEMP;"
                + " SELECT pg_advisory_unlock_all()" + calls;
        try (PreparedStatement statement = connection.prepareStatement(text)) {
            int position = 1;
            for (String value : hints.values()) {
                statement.setString(position++, value);
            }
            statement.execute();
        }
    }

    /** Before a commit, after which a shared session is out of reach: undoes what it would keep for whoever has it next. */
    static void leaveNothing(Connection connection) throws SQLException {
        execute(connection, "SELECT pg_advisory_unlock_all(); DISCARD TEMP");
    }

    private static void execute(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }
}
