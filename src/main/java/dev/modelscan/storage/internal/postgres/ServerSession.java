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
 * Facts about the server's session behind a connection.
 *
 * @param direct whether the session is the connection's own; behind a pooler another client may get it next
 * @param onCitus whether Citus runs on the server
 */
public record ServerSession(boolean direct, boolean onCitus) {

    /** Only Citus sets this value. */
    private static final String CITUS = "coalesce(current_setting('citus.propagate_set_commands', true), '') <> ''";

    /** For the transaction, or for the session. Servers before version 17 have no such setting. */
    static final String NO_TRANSACTION_TIMEOUT = "SELECT pg_catalog.set_config('transaction_timeout', '0', %b)"
            + " WHERE pg_catalog.current_setting('transaction_timeout', true) IS NOT NULL";

    /**
     * Asks the server, in one round trip. If a backslash in a text is an escape, the session is refused, because jOOQ writes
     * texts as standard SQL does. A pooler gives the driver its own process id, so a different id on the server means a
     * pooler. If a data source hides the driver, a pooler is assumed.
     */
    public static ServerSession of(Connection connection) throws SQLException {
        return of(connection, Map.of());
    }

    /**
     * Also makes settings if the session is the connection's own. They are hints: nothing may depend on them
     * to be correct.
     */
    static ServerSession of(Connection connection, Map<String, String> hints) throws SQLException {
        PGConnection driver = PostgresDialect.driver(connection);
        int pid = driver == null ? -1 : driver.getBackendPID();
        String isOwn = "pg_backend_pid() = " + pid;
        String calls = hints.keySet().stream()
                .map(name -> ", CASE WHEN " + isOwn + " THEN set_config('" + name + "', ?, false) END")
                .collect(Collectors.joining());
        try (PreparedStatement statement = connection.prepareStatement(
                "SELECT " + isOwn + ", " + CITUS + ", current_setting('standard_conforming_strings')" + calls)) {
            // Behind a pooler, another client may have prepared a statement of the same name in the session.
            if (statement.isWrapperFor(PGStatement.class)) {
                statement.unwrap(PGStatement.class).setPrepareThreshold(0);
            }
            int position = 1;
            for (String value : hints.values()) {
                statement.setString(position++, value);
            }
            try (ResultSet row = statement.executeQuery()) {
                row.next();
                if (!row.getString(3).equals("on")) {
                    throw new UnavailableException(
                            "standard_conforming_strings is " + row.getString(3)
                                    + " in the server's session, so a backslash in"
                                    + " a text would change it; leave it on: ALTER ROLE ... RESET standard_conforming_strings,"
                                    + " or take it out of the URL's options",
                            null);
                }
                return new ServerSession(row.getBoolean(1), row.getBoolean(2));
            }
        }
    }

    /**
     * Checks that a session that may be shared stays the same throughout a transaction.
     *
     * @throws UnavailableException if it does not
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

    /** Settings that a session of our own gets once instead of in each transaction. */
    static Map<String, String> hints(Duration lockTimeout, Duration queryTimeout) {
        Map<String, String> hints = new LinkedHashMap<>();
        // Zero would mean no limit.
        hints.put("lock_timeout", Long.toString(Math.max(1, lockTimeout.toMillis())));
        hints.put("statement_timeout", Long.toString(queryTimeout.toMillis()));
        hints.put("default_transaction_isolation", "read committed");
        hints.put("default_transaction_read_only", "off");
        // A repository's query uses the same indexes for all values (PostgresQueryPlanTest), and planning a
        // join takes as long as running it.
        hints.put("plan_cache_mode", "force_generic_plan");
        return hints;
    }

    /**
     * Ends the transaction, if there is one. In a session of our own, the same round trip also resets what a
     * caller's SQL may have left: cursors, settings, roles, locks, and temporary tables, which hide those of
     * the schema. The settings of a shared session may be another client's.
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
        String text = end
                + "CLOSE ALL; UNLISTEN *; RESET SESSION AUTHORIZATION; RESET ROLE; RESET ALL; DISCARD TEMP;"
                + " SELECT pg_advisory_unlock_all()" + calls;
        try (PreparedStatement statement = connection.prepareStatement(text)) {
            int position = 1;
            for (String value : hints.values()) {
                statement.setString(position++, value);
            }
            statement.execute();
        }
    }

    /**
     * To be called before a commit, after which a shared session is out of reach: releases what the session's
     * next client would get.
     */
    static void cleanBeforeCommit(Connection connection) throws SQLException {
        execute(connection, "SELECT pg_advisory_unlock_all(); CLOSE ALL; UNLISTEN *; DISCARD TEMP");
    }

    /** Removes the time limits of a session of our own, including the role's. */
    static void unlimited(Connection connection) throws SQLException {
        execute(
                connection,
                "SET statement_timeout = 0; SET lock_timeout = 0; " + NO_TRANSACTION_TIMEOUT.formatted(false));
    }

    private static void execute(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }
}
