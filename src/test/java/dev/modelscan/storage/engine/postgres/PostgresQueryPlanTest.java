package dev.modelscan.storage.engine.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import dev.modelscan.storage.Database;
import dev.modelscan.storage.Repositories;
import dev.modelscan.storage.engine.sqlite.QueryPlanTest;
import dev.modelscan.storage.support.FilledDatabase;
import dev.modelscan.storage.support.PostgresServer;
import dev.modelscan.storage.support.RepositoryCalls;
import dev.modelscan.storage.support.StatementLog;
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
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * An index serves each statement of the library, in order. On a small table the planner rightly scans and
 * sorts. So the test turns both off; the planner then uses another way if there is one. On large tables it
 * must choose the index by itself.
 */
class PostgresQueryPlanTest {

    /** Calls whose plan may scan or sort; {@link QueryPlanTest} has the reasons. */
    private static final Set<String> ALLOWED = Set.of(
            "tool executions: listUsage",
            "tool executions: listFailures",
            "teams: listWithMembers of one",
            "teams: listWithMembers of 100",
            "teams: next page of listWithMembers");

    /** Counts every execution, as its Javadoc says. */
    private static final String COUNTS_ALL = "tool executions: listFailures";

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

    private static final String TABLES =
            "agents, blob_chunks, blobs, compactions, conversations, message_origins, message_parts, messages, model_calls,"
                    + " scores, sources, tasks, team_members, teams, tool_executions, workflows";

    private static Connection begin() throws SQLException {
        return begin(List.of("enable_seqscan = off", "enable_sort = off"));
    }

    /** In a transaction, because a coordinator passes only transaction settings on to its workers. */
    private static Connection begin(List<String> settings) throws SQLException {
        return begin("force_generic_plan", settings);
    }

    private static Connection begin(String planMode, List<String> settings) throws SQLException {
        // The driver must not take $1 for its own parameter.
        Connection connection = DriverManager.getConnection(
                PostgresServer.with("preferQueryMode=simple", PostgresServer.url(WORKSPACE)));
        try (Statement statement = connection.createStatement()) {
            statement.execute("ANALYZE " + TABLES);
            connection.setAutoCommit(false);
            statement.execute("SET LOCAL citus.propagate_set_commands = 'local'");
            statement.execute("SET LOCAL plan_cache_mode = " + planMode);
            for (String setting : settings) {
                statement.execute("SET LOCAL " + setting);
            }
        }
        return connection;
    }

    /** The generic plan, which a prepared statement gets in the end. */
    private static List<String> plan(Connection connection, String sql) throws SQLException {
        String numbered = sql;
        for (int i = 1; numbered.contains("?"); i++) {
            numbered = numbered.replaceFirst("\\?", "\\$" + i);
        }
        List<String> plan = new ArrayList<>();
        try (Statement statement = connection.createStatement()) {
            statement.execute("PREPARE planned AS " + numbered);
            String values = values(statement);
            try (ResultSet rows = statement.executeQuery("EXPLAIN EXECUTE planned" + values)) {
                while (rows.next()) {
                    plan.add(rows.getString(1));
                }
            }
            statement.execute("DEALLOCATE planned");
        }
        return plan;
    }

    /**
     * A value of each parameter's type. A generic plan ignores them; a worker of a cluster plans for the
     * values. So the times are late, and the range after them has few rows: for a range with all rows a scan
     * would be right.
     */
    private static String values(Statement statement) throws SQLException {
        List<String> values = new ArrayList<>();
        try (ResultSet types = statement.executeQuery(
                "SELECT unnest(parameter_types)::text FROM pg_prepared_statements WHERE name = 'planned'")) {
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
        try (Connection connection = begin()) {
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

    /**
     * With a generic plan the planner knows neither how few rows a page needs nor how late a time is. The
     * workers of a cluster plan for the values.
     */
    @ParameterizedTest
    @ValueSource(strings = {"force_generic_plan", "force_custom_plan"})
    void noStatementReadsAWholeTableThatIsLarge(String planMode) throws SQLException {
        List<String> problems = new ArrayList<>();
        try (Connection connection = begin(planMode, List.of())) {
            fill(connection);
            for (Map.Entry<String, Set<String>> entry : STATEMENTS.entrySet()) {
                for (String sql : entry.getValue()) {
                    List<String> plan = plan(connection, withoutBatch(sql));
                    boolean scans = plan.stream().anyMatch(step -> step.contains("Seq Scan"));
                    if (scans && !entry.getKey().equals(COUNTS_ALL)) {
                        problems.add(entry.getKey() + "\n  " + sql + "\n  " + String.join("\n  ", plan));
                    }
                }
            }
            connection.rollback();
        }
        assertThat(problems).isEmpty();
    }

    private static void fill(Connection connection) throws SQLException {
        String from = " FROM generate_series(1, 50000) i";
        String times = "now() - i * interval '1 s', now()";
        for (String sql : List.of(
                "agents (id, name, mode, status, created_at, updated_at) SELECT 'a' || i, 'a' || i, 'llm',"
                        + " CASE i % 100 WHEN 0 THEN 'idle' ELSE 'inactive' END, " + times + from,
                "teams (id, name, created_at, updated_at) SELECT 't' || i, 't' || i, " + times + from,
                "team_members SELECT 't' || i, 'a' || i * 7 % 50000 + 1, 'worker', now()" + from,
                "team_members SELECT 't' || i, 'a' || i * 11 % 50000 + 1, 'lead', now()" + from
                        + " ON CONFLICT DO NOTHING",
                "workflows (id, name, status, created_at, updated_at) SELECT 'w' || i, 'w', CASE i % 2 WHEN 0 THEN"
                        + " 'pending' ELSE 'completed' END, " + times + from,
                "tasks (id, agent_id, team_id, workflow_id, type, status, priority, created_at, updated_at) SELECT"
                        + " 'k' || i, 'a' || i % 100 + 1, 't' || i % 100 + 1, 'w' || i % 100 + 1, 'summarise',"
                        + " CASE i % 2 WHEN 0 THEN 'pending' ELSE 'completed' END, i % 7, " + times + from,
                "conversations (id, created_at) SELECT 'c' || i, now()" + from,
                "messages (id, conversation_id, sequence_number, sender_id, receiver_id, task_id, team_id,"
                        + " content_type, content, created_at, updated_at) SELECT 'm' || i, 'c' || i % 100 + 1, i, 'a' ||"
                        + " i % 100 + 1, 'a' || i % 99 + 1, 'k' || i % 100 + 1, 't' || i % 100 + 1, 'text/plain',"
                        + " 'hello', " + times
                        + from,
                "blobs (id, size, created_at) SELECT lpad(i::text, 64, '0'), 1, now() - i * interval '1 s'" + from,
                "blob_chunks (blob_id, position, bytes) SELECT lpad(i::text, 64, '0'), 0, '\\x00'" + from,
                "message_parts (message_id, position, kind, blob_id) SELECT 'm' || i, 0, 'image',"
                        + " CASE WHEN i < 40000 THEN lpad((i / 2 + 1)::text, 64, '0') END" + from,
                "message_parts (message_id, position, kind, call_id, data) SELECT 'm' || i, 1,"
                        + " CASE i % 2 WHEN 0 THEN 'tool_call' ELSE 'tool_result' END, 'c' || i / 2, '{}'" + from,
                "compactions (conversation_id, sequence_number, summary, created_at) SELECT 'c' || i % 100 + 1, i, 's',"
                        + " now()" + from,
                "tool_executions (id, agent_id, task_id, tool_name, status, started_at, created_at, updated_at) SELECT"
                        + " 'e' || i, 'a' || i % 100 + 1, 'k' || i % 100 + 1, 'tool ' || i % 20, 'running',"
                        + " now() - i * interval '1 s', " + times + from,
                "sources (id, format, name, imported_at, updated_at) SELECT 's' || i, 'f' || i % 100, 'x', " + times
                        + from,
                "workflows (id, name, status, source_format, source_id, external_id, created_at, updated_at) SELECT"
                        + " 'x' || i, 'w', 'completed', 'f1', 's' || i % 100 + 1, 'x' || i, " + times + from,
                "tasks (id, parent_id, type, status, source_format, source_id, external_id, created_at, updated_at)"
                        + " SELECT 'x' || i, 'k' || i % 100 + 1, 'run', 'completed', 'f1', 's' || i % 100 + 1, 'x' || i, "
                        + times + from,
                "message_origins (message_id, conversation_id, source_format, source_id, external_id) SELECT id,"
                        + " conversation_id, 'f1', 's1', id FROM messages ON CONFLICT DO NOTHING",
                "tool_executions (id, agent_id, tool_name, status, call_id, message_id, answer_message_id,"
                        + " child_task_id, created_at, updated_at) SELECT 'x' || i, 'a1', 'tool', 'success', 'c' || i %"
                        + " 100 + 1, 'm' || i % 100 + 1, 'm' || i % 100 + 1, 'k' || i % 100 + 1, " + times + from,
                "model_calls (id, task_id, message_id, agent_id, source_format, external_id, created_at, updated_at)"
                        + " SELECT 'p' || i, 'k' || i % 100 + 1, 'm' || i % 100 + 1, 'a' || i % 100 + 1, 'f1', 'x' || i, "
                        + times + from,
                "scores (id, task_id, name, value_nanos, created_at, updated_at) SELECT 'v' || i, 'k' || i % 100 + 1,"
                        + " 'n' || i % 100, 1, " + times + from)) {
            execute(connection, "INSERT INTO " + sql);
        }
        execute(connection, "ANALYZE " + TABLES);
    }

    private static void execute(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    @Test
    void aScanAndASortAreSeen() throws SQLException {
        try (Connection connection = begin()) {
            assertThat(isCostly(plan(connection, "select * from agents where mode = ?")))
                    .isTrue();
            assertThat(isCostly(plan(connection, "select * from tasks where agent_id = ? order by priority limit ?")))
                    .isTrue();
            assertThat(isCostly(plan(connection, "select * from agents where id = ?")))
                    .isFalse();
        }
    }
}
