package dev.modelscan.storage;

import static org.assertj.core.api.Assertions.assertThat;

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
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Each statement of the library can be answered by an index, in order. The planner rightly scans and sorts a small table, so
 * it is told to avoid both, and does where there is another way.
 */
class PostgresQueryPlanTest {

    /** Calls whose plan may scan or sort; {@link QueryPlanTest} has the reasons. */
    private static final Set<String> ALLOWED = Set.of(
            "tool executions: usageSince",
            "teams: listWithMembers of one",
            "teams: listWithMembers of 100",
            "teams: next page of listWithMembers");

    private static final String WORKSPACE = PostgresServer.newSchemaName();
    private static final Map<String, Set<String>> STATEMENTS = new LinkedHashMap<>();

    @BeforeAll
    static void collect() {
        Database db = Database.builder()
                .url(PostgresServer.url())
                .workspace(WORKSPACE)
                .open();
        try (FilledDatabase filled = new FilledDatabase(db)) {
            RepositoryCalls.all().forEach(call -> {
                Consumer<Repositories> prepared = call.preparation().prepare(filled);
                try (StatementLog log = new StatementLog()) {
                    prepared.accept(db);
                    STATEMENTS.put(call.name(), new LinkedHashSet<>(log.statements()));
                }
            });
        }
    }

    private static Connection connect() throws SQLException {
        // The driver must take no number for a parameter of its own.
        Connection connection = DriverManager.getConnection(PostgresServer.url(WORKSPACE) + "&preferQueryMode=simple");
        try (Statement statement = connection.createStatement()) {
            statement.execute("ANALYZE");
            statement.execute(
                    "SET enable_seqscan = off; SET enable_sort = off; SET plan_cache_mode = force_generic_plan");
        }
        return connection;
    }

    /** The plan that serves all values, which is the one that a prepared statement gets in the end. */
    private static List<String> plan(Connection connection, String sql) throws SQLException {
        String numbered = sql;
        for (int i = 1; numbered.contains("?"); i++) {
            numbered = numbered.replaceFirst("\\?", "\\$" + i);
        }
        List<String> plan = new ArrayList<>();
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("EXPLAIN (GENERIC_PLAN) " + numbered)) {
            while (rows.next()) {
                plan.add(rows.getString(1));
            }
        }
        return plan;
    }

    private static boolean isCostly(List<String> plan) {
        return plan.stream()
                .anyMatch(step ->
                        step.contains("Seq Scan") || step.strip().startsWith("->  Sort") || step.startsWith("Sort"));
    }

    private static String withoutBatch(String logged) {
        return logged.replaceFirst("^batch of \\d+: ", "");
    }

    @Test
    void everyStatementSearchesAnIndexAndSortsNothing() throws SQLException {
        List<String> problems = new ArrayList<>();
        try (Connection connection = connect()) {
            for (Map.Entry<String, Set<String>> entry : STATEMENTS.entrySet()) {
                for (String sql : entry.getValue()) {
                    List<String> plan = plan(connection, withoutBatch(sql));
                    if (!ALLOWED.contains(entry.getKey()) && isCostly(plan)) {
                        problems.add(entry.getKey() + "\n  " + sql + "\n  " + String.join("\n  ", plan));
                    }
                }
            }
        }
        assertThat(problems).isEmpty();
    }

    @Test
    void aScanAndASortAreSeen() throws SQLException {
        try (Connection connection = connect()) {
            assertThat(isCostly(plan(connection, "select * from agents where mode = ?")))
                    .isTrue();
            assertThat(isCostly(plan(connection, "select * from tasks where agent_id = ? order by priority limit ?")))
                    .isTrue();
            assertThat(isCostly(plan(connection, "select * from agents where id = ?")))
                    .isFalse();
        }
    }
}
