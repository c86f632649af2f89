package dev.modelscan.storage.testkit;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;

/** Plans of PostgreSQL. */
final class PostgresPlanner implements QueryPlans.Planner {

    private final Connection connection;
    /** For their names: one that could not be planned is still prepared. */
    private int plans;

    PostgresPlanner(Connection connection) {
        this.connection = connection;
    }

    /** In a transaction, because a coordinator passes only transaction settings on to its workers. */
    void preferIndexes() throws SQLException {
        connection.setAutoCommit(false);
        try (Statement statement = connection.createStatement()) {
            statement.execute("SET LOCAL citus.propagate_set_commands = 'local'");
            statement.execute("SET LOCAL plan_cache_mode = force_generic_plan");
            statement.execute("SET LOCAL enable_seqscan = off");
            statement.execute("SET LOCAL enable_sort = off");
        }
    }

    @Override
    public List<String> plan(String sql) throws SQLException {
        String numbered = sql;
        for (int i = 1; numbered.contains("?"); i++) {
            numbered = numbered.replaceFirst("\\?", "\\$" + i);
        }
        Savepoint before = connection.getAutoCommit() ? null : connection.setSavepoint();
        try (Statement statement = connection.createStatement()) {
            String name = "planned_" + ++plans;
            statement.execute("PREPARE " + name + " AS " + numbered);
            List<String> plan = planned(statement, name);
            if (before != null) {
                connection.releaseSavepoint(before);
            }
            return plan;
        } catch (SQLException e) {
            if (before != null) {
                connection.rollback(before);
            }
            throw e;
        }
    }

    private static List<String> planned(Statement statement, String name) throws SQLException {
        List<String> plan = new ArrayList<>();
        try (ResultSet rows = statement.executeQuery("EXPLAIN EXECUTE " + name + values(statement, name))) {
            while (rows.next()) {
                plan.add(rows.getString(1));
            }
        }
        statement.execute("DEALLOCATE " + name);
        return plan;
    }

    /**
     * A value of each parameter's type. A generic plan ignores them; a worker of a cluster plans for the
     * values. So the times are late, and the range after them has few rows: for a range with all rows a scan
     * would be right.
     */
    private static String values(Statement statement, String name) throws SQLException {
        List<String> values = new ArrayList<>();
        try (ResultSet types = statement.executeQuery(
                "SELECT unnest(parameter_types)::text FROM pg_prepared_statements WHERE name = '" + name + "'")) {
            while (types.next()) {
                String type = types.getString(1);
                values.add(
                        type.endsWith("[]")
                                ? "'{}'"
                                : type.startsWith("timestamp") ? "now() - interval '1 minute'" : "'1'");
            }
        }
        return values.isEmpty() ? "" : "(" + String.join(", ", values) + ")";
    }

    @Override
    public boolean scans(String sql, List<String> plan) {
        return plan.stream().anyMatch(step -> step.contains("Seq Scan"));
    }

    @Override
    public boolean sorts(List<String> plan) {
        return plan.stream().anyMatch(step -> step.strip().startsWith("->  Sort") || step.startsWith("Sort"));
    }
}
