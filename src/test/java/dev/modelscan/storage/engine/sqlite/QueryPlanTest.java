package dev.modelscan.storage.engine.sqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.modelscan.storage.Repositories;
import dev.modelscan.storage.agents.AgentId;
import dev.modelscan.storage.support.FilledDatabase;
import dev.modelscan.storage.support.MethodCoverage;
import dev.modelscan.storage.support.RepositoryCalls;
import dev.modelscan.storage.support.RepositoryCalls.RepositoryCall;
import dev.modelscan.storage.testkit.QueryPlans;
import dev.modelscan.storage.testkit.StatementLog;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** No statement reads a whole table, or sorts rows that an index could return in order. */
public class QueryPlanTest {

    private static final Map<String, String> ALLOWED = allowed();

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
                Statement statement = connection.createStatement();
                QueryPlans plans = QueryPlans.on(connection)) {
            // Statistics change the planner's choice, and some users collect them.
            statement.execute(analyzed ? "ANALYZE" : "SELECT 1");
            for (Map.Entry<String, Set<String>> entry : STATEMENTS.entrySet()) {
                for (String sql : entry.getValue()) {
                    if (!ALLOWED.containsKey(entry.getKey()) && plans.isCostly(sql)) {
                        problems.add(entry.getKey() + "\n  " + sql + "\n  " + String.join("\n  ", plans.plan(sql)));
                    }
                }
            }
        }
        assertThat(problems).isEmpty();
    }

    @Test
    void whatIsAllowedIsStillCostlyAndStillThere() throws SQLException {
        try (QueryPlans plans = QueryPlans.open("jdbc:sqlite:" + file())) {
            for (String call : ALLOWED.keySet()) {
                assertThat(STATEMENTS.get(call)).as(call).anyMatch(sql -> isCostly(plans, sql));
            }
        }
    }

    private static boolean isCostly(QueryPlans plans, String sql) {
        try {
            return plans.isCostly(sql);
        } catch (SQLException e) {
            throw new AssertionError(sql, e);
        }
    }

    @Test
    void aScanAndASortAreSeen() throws SQLException {
        String scan = "select * from agents where mode = ?";
        String search = "select * from agents where id = ?";
        try (QueryPlans plans = QueryPlans.open("jdbc:sqlite:" + file())) {
            assertThat(plans.isCostly(scan)).isTrue();
            assertThat(plans.isCostly("select * from agents where mode = ? order by created_at, id limit ?"))
                    .isTrue();
            assertThat(plans.isCostly("select * from tasks where agent_id = ? order by priority limit ?"))
                    .isTrue();
            assertThat(plans.isCostly("select id from agents")).isTrue();
            assertThat(plans.isCostly(search)).isFalse();
            plans.requireSearched(List.of(search));
            assertThatThrownBy(() -> plans.requireSearched(List.of(search, scan)))
                    .isInstanceOf(AssertionError.class)
                    .hasMessageContaining(scan)
                    .hasMessageContaining("SCAN agents")
                    .hasMessageNotContaining(search);
        }
    }
}
