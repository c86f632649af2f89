package dev.modelscan.storage.engine.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.modelscan.storage.Database;
import dev.modelscan.storage.Repositories;
import dev.modelscan.storage.engine.sqlite.QueryPlanTest;
import dev.modelscan.storage.schema.DefaultSchema;
import dev.modelscan.storage.support.FilledDatabase;
import dev.modelscan.storage.support.PostgresServer;
import dev.modelscan.storage.support.RepositoryCalls;
import dev.modelscan.storage.testkit.QueryPlans;
import dev.modelscan.storage.testkit.StatementLog;
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
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jooq.Table;
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

    private static final int ROWS = 20_000;

    /** Of narrow tables: with fewer, a scan is right for a list of 100 ids. */
    private static final int NARROW_ROWS = 50_000;

    private static final String WORKSPACE = PostgresServer.newSchemaName();
    private static final Map<String, Set<String>> STATEMENTS = new LinkedHashMap<>();

    @BeforeAll
    static void collect() throws SQLException {
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
        try (Connection connection = DriverManager.getConnection(url())) {
            execute(connection, "ANALYZE " + TABLES);
        }
    }

    private static final String TABLES =
            DefaultSchema.DEFAULT_SCHEMA.tableStream().map(Table::getName).collect(Collectors.joining(", "));

    private static String url() {
        return PostgresServer.url(WORKSPACE);
    }

    @Test
    void everyStatementSearchesAnIndexAndSortsNothing() throws SQLException {
        List<String> problems = new ArrayList<>();
        try (QueryPlans plans = QueryPlans.open(url())) {
            for (Map.Entry<String, Set<String>> entry : STATEMENTS.entrySet()) {
                for (String sql : entry.getValue()) {
                    if (!ALLOWED.contains(entry.getKey()) && plans.isCostly(sql)) {
                        problems.add(entry.getKey() + "\n  " + sql + "\n  " + String.join("\n  ", plans.plan(sql)));
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
    @Test
    void noStatementReadsAWholeTableThatIsLarge() throws SQLException {
        List<String> problems = new ArrayList<>();
        // The driver must not take $1 for its own parameter.
        try (Connection connection = DriverManager.getConnection(PostgresServer.with("preferQueryMode=simple", url()));
                QueryPlans plans = QueryPlans.on(connection)) {
            connection.setAutoCommit(false);
            execute(connection, "SET LOCAL citus.propagate_set_commands = 'local'");
            fill(connection);
            for (String planMode : List.of("force_generic_plan", "force_custom_plan")) {
                execute(connection, "SET LOCAL plan_cache_mode = " + planMode);
                for (Map.Entry<String, Set<String>> entry : STATEMENTS.entrySet()) {
                    for (String sql : entry.getValue()) {
                        if (!entry.getKey().equals(COUNTS_ALL) && plans.scans(sql)) {
                            problems.add(planMode + ", " + entry.getKey() + "\n  " + sql + "\n  "
                                    + String.join("\n  ", plans.plan(sql)));
                        }
                    }
                }
            }
            connection.rollback();
        }
        assertThat(problems).isEmpty();
    }

    /** Rows that refer to each other; not checked, if the role may say so, which halves the time. */
    private static void fill(Connection connection) throws SQLException {
        if (PostgresServer.isSuperuser(connection)) {
            execute(connection, "SET LOCAL session_replication_role = replica");
        }
        String from = " FROM generate_series(1, " + ROWS + ") i";
        String narrow = " FROM generate_series(1, " + NARROW_ROWS + ") i";
        String times = "now() - i * interval '1 s', now()";
        for (String sql : List.of(
                "agents (id, name, mode, status, created_at, updated_at) SELECT 'a' || i, 'a' || i, 'llm',"
                        + " CASE i % 100 WHEN 0 THEN 'idle' ELSE 'inactive' END, " + times + narrow,
                "teams (id, name, created_at, updated_at) SELECT 't' || i, 't' || i, " + times + from,
                "team_members SELECT 't' || i, 'a' || i * 7 % " + ROWS + " + 1, 'worker', now()" + from,
                "team_members SELECT 't' || i, 'a' || i * 11 % " + ROWS + " + 1, 'lead', now()" + from
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
                "blobs (id, size, created_at) SELECT lpad(i::text, 64, '0'), 1, now() - i * interval '1 s'" + narrow,
                "blob_chunks (blob_id, position, bytes) SELECT lpad(i::text, 64, '0'), 0, '\\x00'" + narrow,
                "message_parts (message_id, position, kind, blob_id) SELECT 'm' || i, 0, 'image'," + " CASE WHEN i < "
                        + ROWS * 4 / 5 + " THEN lpad((i / 2 + 1)::text, 64, '0') END" + from,
                "message_parts (message_id, position, kind, call_id, data) SELECT 'm' || i, 1,"
                        + " CASE i % 2 WHEN 0 THEN 'tool_call' ELSE 'tool_result' END, 'c' || i / 2, '{}'" + from,
                "compactions (conversation_id, sequence_number, summary, created_at) SELECT 'c' || i % 100 + 1, i, 's',"
                        + " now()" + from,
                "tool_executions (id, agent_id, task_id, tool_name, status, started_at, created_at, updated_at) SELECT"
                        + " 'e' || i, 'a' || i % 100 + 1, 'k' || i % 100 + 1, 'tool ' || i % 20, 'running',"
                        + " now() - i * interval '1 s', " + times + from,
                "deleted_records (id, kind, record_id, schema_version, deleted_at) SELECT 'd' || i, 'k' || i % 100,"
                        + " 'r' || i, 9, now() - i * interval '1 s'" + from,
                "deleted_blobs (deleted_record_id, blob_id) SELECT 'd' || i, lpad(i::text, 64, '0')" + from,
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
                        + " 100 + 1, 'm' || i, 'm' || i, 'k' || i % 100 + 1, " + times + from,
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

    @ParameterizedTest
    @ValueSource(strings = {"select * from no_such_table", "select 1 / 0"})
    void aStatementThatHasNoPlanDoesNotHinderTheNext(String wrong) throws SQLException {
        try (QueryPlans plans = QueryPlans.open(url())) {
            for (int i = 0; i < 2; i++) {
                assertThatThrownBy(() -> plans.plan(wrong)).isInstanceOf(SQLException.class);
                assertThat(plans.isCostly("select * from agents where mode = ?"))
                        .isTrue();
            }
        }
    }

    @Test
    void aScanAndASortAreSeen() throws SQLException {
        try (QueryPlans plans = QueryPlans.open(url())) {
            assertThat(plans.isCostly("select * from agents where mode = ?")).isTrue();
            assertThat(plans.isCostly("select * from tasks where agent_id = ? order by priority limit ?"))
                    .isTrue();
            assertThat(plans.isCostly("select * from agents where id = ?")).isFalse();
        }
    }
}
