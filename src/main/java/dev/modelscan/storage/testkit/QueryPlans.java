package dev.modelscan.storage.testkit;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Properties;

/**
 * Plans statements, and tells whether one reads a whole table, or sorts rows that an index could give in order.
 *
 * <pre>{@code
 * try (QueryPlans plans = QueryPlans.open("jdbc:sqlite:" + file)) {
 *     plans.requireSearched(log.statements());
 * }
 * }</pre>
 *
 * <p>A statement may have {@code ?} for its values. It is planned, and not run.
 *
 * @since 0.1.0
 */
public final class QueryPlans implements AutoCloseable {

    private final Connection connection;
    private final Planner planner;

    /** What an engine says of a statement. */
    interface Planner {

        List<String> plan(String sql) throws SQLException;

        boolean scans(String sql, List<String> plan);

        boolean sorts(List<String> plan);
    }

    private QueryPlans(Connection connection) throws SQLException {
        this.connection = connection;
        this.planner = connection.getMetaData().getDatabaseProductName().equals("SQLite")
                ? new SqlitePlanner(connection)
                : new PostgresPlanner(connection);
    }

    /**
     * Opens a connection for plans, which {@link #close} closes.
     *
     * <p>PostgreSQL rightly scans and sorts a table that is small. So scans and sorts are turned off there: the planner
     * then uses an index if there is one that helps. It plans for any values, as it does for a statement that is run
     * often. SQLite decides without looking at the rows, unless {@code ANALYZE} was run.
     *
     * @param url of a SQLite file or of a PostgreSQL database, as JDBC has it
     */
    public static QueryPlans open(String url) throws SQLException {
        Properties properties = new Properties();
        if (url.startsWith("jdbc:postgresql:")) {
            // The driver would take $1 for a parameter of its own.
            properties.setProperty("preferQueryMode", "simple");
        }
        Connection connection = DriverManager.getConnection(url, properties);
        try {
            QueryPlans plans = new QueryPlans(connection);
            if (plans.planner instanceof PostgresPlanner postgres) {
                postgres.preferIndexes();
            }
            return plans;
        } catch (SQLException e) {
            connection.close();
            throw e;
        }
    }

    /**
     * Plans on a connection, with its settings. {@link #close} closes it. PostgreSQL's driver needs {@code
     * preferQueryMode=simple}, and a transaction in which {@code plan_cache_mode} is as wanted.
     */
    public static QueryPlans on(Connection connection) throws SQLException {
        return new QueryPlans(connection);
    }

    /** The steps of a statement's plan, in the engine's words. */
    public List<String> plan(String sql) throws SQLException {
        return planner.plan(sql);
    }

    /**
     * Whether a statement reads a whole table. A list without a filter may, if a limit and the order of an index end it
     * early.
     */
    public boolean scans(String sql) throws SQLException {
        return planner.scans(sql, planner.plan(sql));
    }

    /** Whether a statement reads a whole table, or sorts. */
    public boolean isCostly(String sql) throws SQLException {
        List<String> plan = planner.plan(sql);
        return planner.scans(sql, plan) || planner.sorts(plan);
    }

    /**
     * Checks that each statement finds its rows by an index, in their order.
     *
     * @throws AssertionError if one reads a whole table or sorts; shows the plans of all that do
     */
    public void requireSearched(Collection<String> statements) throws SQLException {
        List<String> problems = new ArrayList<>();
        for (String sql : new LinkedHashSet<>(statements)) {
            List<String> plan = planner.plan(sql);
            if (planner.scans(sql, plan) || planner.sorts(plan)) {
                problems.add(sql + "\n    " + String.join("\n    ", plan));
            }
        }
        if (!problems.isEmpty()) {
            throw new AssertionError("these statements read a whole table, or sort; an index on the columns of the"
                    + " filter and of the order would help:\n  " + String.join("\n  ", problems));
        }
    }

    @Override
    public void close() throws SQLException {
        connection.close();
    }
}
