package dev.modelscan.storage.testkit;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/** Plans of SQLite. */
final class SqlitePlanner implements QueryPlans.Planner {

    /**
     * A list of a whole table, or the page with which a join begins. With a filter the limit would not bound
     * the rows read.
     */
    private static final Pattern LIMITED =
            Pattern.compile("from (\\w+) order by \\1\\.[\\w., ]+ limit \\?|^(?!.* where ).* order by .* limit \\?$");

    private final Connection connection;

    SqlitePlanner(Connection connection) {
        this.connection = connection;
    }

    @Override
    public List<String> plan(String sql) throws SQLException {
        List<String> plan = new ArrayList<>();
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("EXPLAIN QUERY PLAN " + sql)) {
            while (rows.next()) {
                plan.add(rows.getString("detail"));
            }
        }
        return plan;
    }

    /** Not costly are: ids that the caller gave, rows of another part of the plan, and a list with a limit. */
    @Override
    public boolean scans(String sql, List<String> plan) {
        boolean endsByLimit = LIMITED.matcher(sql).find();
        for (String step : plan) {
            String scanned = step.startsWith("SCAN ") ? step.substring("SCAN ".length()) : "";
            boolean handedOn = plan.contains("CO-ROUTINE " + scanned) || plan.contains("MATERIALIZE " + scanned);
            boolean harmless = step.contains("VIRTUAL TABLE")
                    || step.contains("CONSTANT ROW")
                    || step.contains("-ROW VALUES CLAUSE")
                    || handedOn
                    || (endsByLimit && step.contains(" USING INDEX "));
            if (step.startsWith("SCAN") && !harmless) {
                return true;
            }
        }
        return false;
    }

    @Override
    public boolean sorts(List<String> plan) {
        return plan.stream().anyMatch(step -> step.startsWith("USE TEMP B-TREE"));
    }
}
