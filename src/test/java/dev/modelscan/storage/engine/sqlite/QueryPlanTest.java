package dev.modelscan.storage.engine.sqlite;

import static org.assertj.core.api.Assertions.assertThat;

import dev.modelscan.storage.Repositories;
import dev.modelscan.storage.agents.AgentId;
import dev.modelscan.storage.support.FilledDatabase;
import dev.modelscan.storage.support.MethodCoverage;
import dev.modelscan.storage.support.RepositoryCalls;
import dev.modelscan.storage.support.RepositoryCalls.RepositoryCall;
import dev.modelscan.storage.support.StatementLog;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** No statement reads a whole table, or sorts rows that an index could return in order. */
public class QueryPlanTest {

    private static final Map<String, String> ALLOWED = allowed();

    /**
     * A list of a whole table, or the page with which a join begins. With a filter the limit would not bound
     * the rows read.
     */
    private static final Pattern LIMITED = Pattern.compile("from (\\w+) order by \\1\\.[\\w., ]+ limit \\?");

    @TempDir
    private static Path directory;

    private static final Map<String, Set<String>> STATEMENTS = new LinkedHashMap<>();
    private static final MethodCoverage COVERAGE = new MethodCoverage();

    /** Calls whose plan may scan or sort, and why. */
    private static Map<String, String> allowed() {
        Map<String, String> allowed = new LinkedHashMap<>();
        allowed.put(
                "tool executions: listUsage",
                "ranks durations, which no index can hold beside the range of time that it reads");
        allowed.put("tool executions: listFailures", "counts all executions, and sorts the tools by their counts");
        String perTeam =
                "sorts the members of one team at a time: the planner cannot know that a page's teams are distinct";
        allowed.put("teams: listWithMembers of one", perTeam);
        allowed.put("teams: listWithMembers of 100", perTeam);
        allowed.put("teams: next page of listWithMembers", perTeam);
        return allowed;
    }

    @BeforeAll
    static void collect() {
        try (FilledDatabase filled = new FilledDatabase(file())) {
            Repositories watched = COVERAGE.watch(filled.db);
            RepositoryCalls.all().forEach(call -> STATEMENTS.put(call.name(), send(filled, watched, call)));
            try (StatementLog log = new StatementLog()) {
                filled.db.cancelRunning(List.of(AgentId.next()));
                STATEMENTS.put("cancelRunning", Set.copyOf(log.statements()));
            }
        }
    }

    private static Path file() {
        return directory.resolve("filled.db");
    }

    private static Set<String> send(FilledDatabase filled, Repositories watched, RepositoryCall call) {
        var prepared = call.preparation().prepare(filled);
        try (StatementLog log = new StatementLog()) {
            prepared.accept(watched);
            return new LinkedHashSet<>(log.statements());
        }
    }

    @Test
    void everyMethodOfEveryRepositoryWasCalled() {
        assertThat(COVERAGE.missing()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void everyStatementSearchesAnIndexAndSortsNothing(boolean analyzed) throws SQLException {
        List<String> problems = new ArrayList<>();
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file());
                Statement statement = connection.createStatement()) {
            // Statistics change the planner's choice, and some users collect them.
            statement.execute(analyzed ? "ANALYZE" : "SELECT 1");
            for (Map.Entry<String, Set<String>> entry : STATEMENTS.entrySet()) {
                for (String sql : entry.getValue()) {
                    List<String> plan = plan(statement, sql);
                    if (!ALLOWED.containsKey(entry.getKey()) && isCostly(sql, plan)) {
                        problems.add(entry.getKey() + "\n  " + sql + "\n  " + String.join("\n  ", plan));
                    }
                }
            }
        }
        assertThat(problems).isEmpty();
    }

    @Test
    void whatIsAllowedIsStillCostlyAndStillThere() throws SQLException {
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file());
                Statement statement = connection.createStatement()) {
            for (String call : ALLOWED.keySet()) {
                assertThat(STATEMENTS.get(call)).as(call).anyMatch(sql -> isCostly(statement, sql));
            }
        }
    }

    @Test
    void aScanAndASortAreSeen() throws SQLException {
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file());
                Statement statement = connection.createStatement()) {
            assertThat(isCostly(statement, "select * from agents where mode = ?"))
                    .isTrue();
            assertThat(isCostly(statement, "select * from agents where mode = ? order by created_at, id limit ?"))
                    .isTrue();
            assertThat(isCostly(statement, "select * from tasks where agent_id = ? order by priority limit ?"))
                    .isTrue();
            assertThat(isCostly(statement, "select id from agents")).isTrue();
            assertThat(isCostly(statement, "select * from agents where id = ?")).isFalse();
        }
    }

    private static boolean isCostly(Statement statement, String sql) {
        try {
            return isCostly(sql, plan(statement, sql));
        } catch (SQLException e) {
            throw new AssertionError(sql, e);
        }
    }

    private static List<String> plan(Statement statement, String sql) throws SQLException {
        List<String> plan = new ArrayList<>();
        try (ResultSet rows = statement.executeQuery("EXPLAIN QUERY PLAN " + sql)) {
            while (rows.next()) {
                plan.add(rows.getString("detail"));
            }
        }
        return plan;
    }

    /**
     * Not costly are: the ids that the caller gave, rows of another part of the plan, and a list with a
     * limit.
     */
    private static boolean isCostly(String sql, List<String> plan) {
        boolean endsByLimit = LIMITED.matcher(sql).find();
        for (String step : plan) {
            String scanned = step.startsWith("SCAN ") ? step.substring("SCAN ".length()) : "";
            boolean handedOn = plan.contains("CO-ROUTINE " + scanned) || plan.contains("MATERIALIZE " + scanned);
            boolean harmless = step.contains("VIRTUAL TABLE")
                    || step.contains("CONSTANT ROW")
                    || handedOn
                    || endsByLimit && step.contains(" USING INDEX ");
            if (step.startsWith("USE TEMP B-TREE") || step.startsWith("SCAN") && !harmless) {
                return true;
            }
        }
        return false;
    }
}
