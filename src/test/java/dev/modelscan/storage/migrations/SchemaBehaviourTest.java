package dev.modelscan.storage.migrations;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.modelscan.storage.support.MigratedSchema;
import dev.modelscan.storage.support.MigratedSchema.Engine;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What the migrations guarantee without the library is the same on both engines. */
@TestInstance(Lifecycle.PER_CLASS)
class SchemaBehaviourTest {

    private static final String THEN = "2025-12-18T09:30:00.000000Z";
    private static final String TIMES = ", '" + THEN + "', '" + THEN + "')";

    /** One row of everything, and two where a test needs two. */
    private static final List<String> ROWS = List.of(
            "INSERT INTO agents (id, name, mode, created_at, updated_at) VALUES ('a1', 'first', 'llm'" + TIMES,
            "INSERT INTO agents (id, name, mode, created_at, updated_at) VALUES ('a2', 'second', 'llm'" + TIMES,
            "INSERT INTO teams (id, name, created_at, updated_at) VALUES ('g1', 'first'" + TIMES,
            "INSERT INTO team_members (team_id, agent_id, joined_at) VALUES ('g1', 'a1', '" + THEN + "')",
            "INSERT INTO workflows (id, name, created_at, updated_at) VALUES ('w1', 'first'" + TIMES,
            "INSERT INTO tasks (id, agent_id, type, created_at, updated_at) VALUES ('t1', 'a2', 'x'" + TIMES,
            "INSERT INTO conversations (id, created_at) VALUES ('c1', '" + THEN + "')",
            "INSERT INTO messages (id, conversation_id, sequence_number, sender_id, content_type, content, created_at,"
                    + " updated_at) VALUES ('m1', 'c1', 1, 'a1', 'text/plain', 'hello'" + TIMES,
            "INSERT INTO messages (id, conversation_id, sequence_number, sender_id, content_type, content, created_at,"
                    + " updated_at) VALUES ('m2', 'c1', 2, 'a1', 'text/plain', 'again'" + TIMES,
            "INSERT INTO tool_executions (id, agent_id, tool_name, created_at, updated_at) VALUES ('e1', 'a1', 'grep'"
                    + TIMES);

    /** Why a change is rejected: SQLite's message, and PostgreSQL's SQLSTATEs. */
    private enum Reason {
        /** A wrong value; on PostgreSQL the type of the column rejects some of them. */
        VALUE("CHECK constraint failed|cannot store", "23514|22.*"),
        NOT_NULL("NOT NULL constraint failed", "23502"),
        UNIQUE("UNIQUE constraint failed|PRIMARY KEY", "23505"),
        /** From version 18 on PostgreSQL has another SQLSTATE for the delete of a restricted row. */
        FOREIGN_KEY("FOREIGN KEY constraint failed", "23503|23001");

        private final String message;
        private final String states;

        Reason(String message, String states) {
            this.message = message;
            this.states = states;
        }
    }

    private static final Map<Reason, List<String>> REFUSED = Map.of(
            Reason.VALUE,
            List.of(
                    "UPDATE agents SET id = '' WHERE id = 'a1'",
                    "UPDATE agents SET id = LONG WHERE id = 'a1'",
                    "UPDATE agents SET name = '' WHERE id = 'a1'",
                    "UPDATE agents SET name = '   ' WHERE id = 'a1'",
                    "UPDATE agents SET name = LONG WHERE id = 'a1'",
                    "UPDATE agents SET mode = ' '",
                    "UPDATE agents SET mode = LONG",
                    "UPDATE agents SET status = 'IDLE'",
                    "UPDATE agents SET status = 'retired'",
                    "UPDATE agents SET capabilities = '{}'",
                    "UPDATE agents SET capabilities = 'null'",
                    "UPDATE agents SET capabilities = '['",
                    "UPDATE agents SET metadata = '[]'",
                    "UPDATE agents SET metadata = '1'",
                    "UPDATE agents SET metadata = '{\"a\": }'",
                    "UPDATE agents SET version = 'two'",
                    "UPDATE agents SET created_at = 'infinity'",
                    "UPDATE agents SET created_at = '-infinity'",
                    "UPDATE agents SET created_at = '10000-01-01T00:00:00.000000Z'",
                    "UPDATE agents SET updated_at = '0002-01-01T00:00:00.000000Z BC', version = 2",
                    "UPDATE agents SET updated_at = 'soon', version = 2",
                    "UPDATE teams SET id = ''",
                    "UPDATE teams SET name = ' '",
                    "UPDATE teams SET name = LONG",
                    "UPDATE teams SET metadata = '\"x\"'",
                    "UPDATE teams SET created_at = 'infinity'",
                    "UPDATE teams SET updated_at = 'infinity', version = 2",
                    "UPDATE team_members SET role = ' '",
                    "UPDATE team_members SET role = LONG",
                    "UPDATE team_members SET joined_at = 'infinity'",
                    "UPDATE workflows SET id = ''",
                    "UPDATE workflows SET name = ' '",
                    "UPDATE workflows SET name = LONG",
                    "UPDATE workflows SET status = 'success'",
                    "UPDATE workflows SET metadata = '[]'",
                    "UPDATE workflows SET started_at = 'infinity'",
                    "UPDATE workflows SET completed_at = 'infinity'",
                    "UPDATE workflows SET created_at = 'infinity'",
                    "UPDATE workflows SET updated_at = 'infinity', version = 2",
                    "UPDATE tasks SET id = ''",
                    "UPDATE tasks SET type = ' '",
                    "UPDATE tasks SET type = LONG",
                    "UPDATE tasks SET status = 'idle'",
                    "UPDATE tasks SET priority = 101",
                    "UPDATE tasks SET priority = -101",
                    "UPDATE tasks SET priority = 9223372036854775807",
                    "UPDATE tasks SET input = '{'",
                    "UPDATE tasks SET output = 'nothing'",
                    "UPDATE tasks SET metadata = '[]'",
                    "UPDATE tasks SET started_at = 'infinity'",
                    "UPDATE tasks SET completed_at = '10000-01-01T00:00:00.000000Z'",
                    "UPDATE tasks SET created_at = 'infinity'",
                    "UPDATE tasks SET updated_at = 'infinity', version = 2",
                    "INSERT INTO conversations (id, created_at) VALUES ('', 'THEN')",
                    "INSERT INTO conversations (id, created_at) VALUES (LONG, 'THEN')",
                    "UPDATE conversations SET last_sequence_number = -1",
                    "UPDATE conversations SET created_at = 'infinity'",
                    "UPDATE messages SET id = '' WHERE id = 'm1'",
                    "UPDATE messages SET id = LONG WHERE id = 'm1'",
                    "UPDATE messages SET sequence_number = 0 WHERE id = 'm1'",
                    "UPDATE messages SET content_type = 'text'",
                    "UPDATE messages SET content_type = '/plain'",
                    "UPDATE messages SET content_type = 'text/'",
                    "UPDATE messages SET content_type = 'a/' || LONG",
                    "UPDATE messages SET metadata = 'true'",
                    "UPDATE messages SET read_at = 'infinity'",
                    "UPDATE messages SET created_at = 'infinity'",
                    "UPDATE messages SET updated_at = 'infinity', version = 2",
                    "UPDATE tool_executions SET id = ''",
                    "UPDATE tool_executions SET tool_name = ' '",
                    "UPDATE tool_executions SET tool_name = LONG",
                    "UPDATE tool_executions SET status = 'completed'",
                    "UPDATE tool_executions SET input = 'x'",
                    "UPDATE tool_executions SET output = '[1'",
                    "UPDATE tool_executions SET metadata = '[]'",
                    "UPDATE tool_executions SET started_at = 'infinity'",
                    "UPDATE tool_executions SET completed_at = 'infinity'",
                    "UPDATE tool_executions SET created_at = 'infinity'",
                    "UPDATE tool_executions SET updated_at = 'infinity', version = 2"),
            Reason.NOT_NULL,
            List.of(
                    "UPDATE agents SET name = NULL",
                    "UPDATE agents SET capabilities = NULL",
                    "UPDATE agents SET version = NULL",
                    "UPDATE messages SET content = NULL",
                    "UPDATE messages SET sequence_number = NULL"),
            Reason.UNIQUE,
            List.of(
                    "UPDATE agents SET name = 'first' WHERE id = 'a2'",
                    "UPDATE messages SET sequence_number = 1 WHERE id = 'm2'",
                    "INSERT INTO team_members (team_id, agent_id, joined_at) VALUES ('g1', 'a1', 'THEN')",
                    "INSERT INTO teams (id, name, created_at, updated_at) VALUES ('g2', 'first', 'THEN', 'THEN')",
                    "INSERT INTO teams (id, name, created_at, updated_at) VALUES ('g1', 'new', 'THEN', 'THEN')"),
            Reason.FOREIGN_KEY,
            List.of(
                    "DELETE FROM agents WHERE id = 'a1'",
                    "UPDATE team_members SET team_id = 'none'",
                    "UPDATE team_members SET agent_id = 'nobody'",
                    "UPDATE tasks SET agent_id = 'nobody'",
                    "UPDATE tasks SET workflow_id = 'none'",
                    "UPDATE tasks SET team_id = 'none'",
                    "UPDATE messages SET conversation_id = 'none'",
                    "UPDATE messages SET sender_id = 'nobody'",
                    "UPDATE messages SET receiver_id = 'nobody'",
                    "UPDATE messages SET task_id = 'none'",
                    "UPDATE messages SET team_id = 'none'",
                    "UPDATE tool_executions SET agent_id = 'nobody'",
                    "UPDATE tool_executions SET task_id = 'none'"));

    /** Values at the edge of what is allowed. */
    private static final List<String> ALLOWED = List.of(
            "UPDATE agents SET name = substr(LONG, 2) WHERE id = 'a1'",
            "UPDATE agents SET name = 'First' WHERE id = 'a2'",
            "UPDATE agents SET name = '\u00E9' WHERE id = 'a1'",
            "UPDATE agents SET mode = '\t'",
            "UPDATE agents SET capabilities = '[\"search\", {\"deep\": [1]}]'",
            "UPDATE agents SET created_at = '9999-12-31T23:59:59.999999Z'",
            "UPDATE agents SET created_at = '0001-01-01T00:00:00.000000Z'",
            "UPDATE tasks SET priority = 100",
            "UPDATE tasks SET priority = -100",
            "UPDATE tasks SET input = 'null', output = '0.1'",
            "UPDATE tasks SET input = NULL, output = NULL, error = '', agent_id = NULL",
            "UPDATE messages SET content_type = 'a/b', content = ''",
            "UPDATE messages SET version = 9223372036854775807",
            "UPDATE conversations SET last_sequence_number = 9223372036854775807");

    private final Map<Engine, MigratedSchema> schemas = new EnumMap<>(Engine.class);
    private Path directory;

    @BeforeAll
    void migrate(@TempDir Path scratch) throws SQLException, IOException {
        directory = scratch;
        for (Engine engine : Engine.values()) {
            MigratedSchema schema =
                    MigratedSchema.create(engine, engine.scripts().size(), directory);
            schemas.put(engine, schema);
            for (String row : ROWS) {
                schema.execute(row);
            }
            schema.connection().setAutoCommit(false);
        }
    }

    @AfterEach
    void rollBack() throws SQLException {
        for (MigratedSchema schema : schemas.values()) {
            schema.connection().rollback();
        }
    }

    @AfterAll
    void close() throws SQLException {
        for (MigratedSchema schema : schemas.values()) {
            schema.close();
        }
    }

    static Stream<Arguments> refused() {
        return Arrays.stream(Engine.values())
                .flatMap(engine -> REFUSED.entrySet().stream().flatMap(refused -> refused.getValue().stream()
                        .map(change -> Arguments.of(engine, refused.getKey(), change))));
    }

    @ParameterizedTest(name = "{0}, {1}: {2}")
    @MethodSource("refused")
    void refuses(Engine engine, Reason reason, String change) {
        SQLException refusal =
                catchThrowableOfType(SQLException.class, () -> schema(engine).execute(complete(change)));
        assertThat((Throwable) refusal).isNotNull();
        if (engine == Engine.SQLITE) {
            assertThat(refusal.getMessage()).containsPattern(reason.message);
        } else {
            assertThat(refusal.getSQLState()).as(refusal.getMessage()).matches(reason.states);
        }
    }

    static Stream<Arguments> allowed() {
        return Arrays.stream(Engine.values())
                .flatMap(engine -> ALLOWED.stream().map(change -> Arguments.of(engine, change)));
    }

    @ParameterizedTest(name = "{0}: {1}")
    @MethodSource("allowed")
    void allows(Engine engine, String change) {
        assertThatCode(() -> schema(engine).execute(complete(change))).doesNotThrowAnyException();
    }

    /**
     * An index entry of PostgreSQL has a size limit. Texts that do not compress, with four bytes for each
     * character, come close.
     */
    @ParameterizedTest
    @EnumSource
    void theWidestRowsFitTheirIndexes(Engine engine) throws SQLException {
        MigratedSchema schema = schema(engine);
        Random random = new Random(1);
        String agent = wide(random);
        String team = wide(random);
        String workflow = wide(random);
        String task = wide(random);
        String conversation = wide(random);
        schema.execute("INSERT INTO agents (id, name, mode, created_at, updated_at) VALUES (" + agent + ", "
                + wide(random) + ", " + wide(random) + TIMES);
        schema.execute(
                "INSERT INTO teams (id, name, created_at, updated_at) VALUES (" + team + ", " + wide(random) + TIMES);
        schema.execute("INSERT INTO team_members (team_id, agent_id, role, joined_at) VALUES (" + team + ", " + agent
                + ", " + wide(random) + ", '" + THEN + "')");
        schema.execute("INSERT INTO workflows (id, name, created_at, updated_at) VALUES (" + workflow + ", "
                + wide(random) + TIMES);
        schema.execute("INSERT INTO tasks (id, agent_id, team_id, workflow_id, type, created_at, updated_at) VALUES ("
                + task + ", " + agent + ", " + team + ", " + workflow + ", " + wide(random) + TIMES);
        schema.execute("INSERT INTO conversations (id, created_at) VALUES (" + conversation + ", '" + THEN + "')");
        schema.execute(
                "INSERT INTO messages (id, conversation_id, sequence_number, sender_id, receiver_id, task_id, team_id,"
                        + " content_type, content, read_at, created_at, updated_at) VALUES (" + wide(random) + ", "
                        + conversation
                        + ", 1, " + agent + ", " + agent + ", " + task + ", " + team + ", 'text/plain', '', '" + THEN
                        + "'" + TIMES);
        schema.execute(
                "INSERT INTO tool_executions (id, agent_id, task_id, tool_name, started_at, completed_at, created_at,"
                        + " updated_at) VALUES (" + wide(random) + ", " + agent + ", " + task + ", " + wide(random)
                        + ", '" + THEN
                        + "', '" + THEN + "'" + TIMES);
        assertThat(schema.rows("SELECT count(*) FROM tool_executions")).containsExactly("2");
    }

    static Stream<Arguments> touched() {
        return Arrays.stream(Engine.values())
                .flatMap(engine -> Stream.of("agents", "teams", "workflows", "tasks", "messages", "tool_executions")
                        .map(table -> Arguments.of(engine, table)));
    }

    @ParameterizedTest
    @MethodSource("touched")
    void anUpdateThatLeavesTheVersionAloneRaisesItAndSetsTheTime(Engine engine, String table) throws SQLException {
        Instant before = Instant.now();
        schema(engine).execute("UPDATE " + table + " SET metadata = '{\"seen\": true}'");
        assertThat(schema(engine).rows("SELECT DISTINCT version FROM " + table)).containsExactly("2");
        assertThat(times(engine, table)).isNotEmpty().allSatisfy(time -> assertThat(Instant.parse(time))
                // SQLite's clock has milliseconds.
                .isBetween(before.minusMillis(1), Instant.now().plusMillis(1)));
    }

    @ParameterizedTest
    @MethodSource("touched")
    void anUpdateThatSetsTheVersionIsLeftAlone(Engine engine, String table) throws SQLException {
        schema(engine).execute("UPDATE " + table + " SET version = 7");
        assertThat(schema(engine).rows("SELECT DISTINCT version FROM " + table)).containsExactly("7");
        assertThat(times(engine, table)).isNotEmpty().containsOnly(THEN);
    }

    /** A link that a delete removes is an update of the row that had it. */
    @ParameterizedTest
    @EnumSource
    void aDeleteThatUnlinksARowRaisesItsVersion(Engine engine) throws SQLException {
        schema(engine).execute("DELETE FROM agents WHERE id = 'a2'");
        assertThat(schema(engine).rows("SELECT agent_id, version FROM tasks")).containsExactly("null 2");
    }

    /** Two updates of one transaction have two times. */
    @Test
    void postgresSetsTheClocksTimeAndNotTheTransactions() throws SQLException {
        schema(Engine.POSTGRESQL).execute("SELECT pg_sleep(0.002)");
        schema(Engine.POSTGRESQL).execute("UPDATE agents SET mode = 'human'");
        assertThat(schema(Engine.POSTGRESQL).rows("SELECT updated_at > now() FROM agents"))
                .containsExactly("t", "t");
    }

    /** Ordered by bytes, like SQLite: capitals first, without a locale's order of accents. */
    @ParameterizedTest
    @EnumSource
    void textSortsByItsBytes(Engine engine) throws SQLException {
        for (String name : List.of("b", "\u00E9", "a-b", "B", "ab", "a", "\uD83E\uDD16", "Z", "\uFF5E")) {
            schema(engine)
                    .execute("INSERT INTO teams (id, name, created_at, updated_at) VALUES ('" + name + "', '" + name
                            + "'" + TIMES);
        }
        assertThat(schema(engine).rows("SELECT name FROM teams WHERE id <> 'g1' ORDER BY name"))
                .containsExactly("B", "Z", "a", "a-b", "ab", "b", "\u00E9", "\uFF5E", "\uD83E\uDD16");
    }

    /** Messages from before V5 are numbered by time; those of the same time by their order of insertion. */
    @ParameterizedTest
    @EnumSource
    void olderMessagesAreNumbered(Engine engine) throws SQLException, IOException {
        try (MigratedSchema schema = MigratedSchema.create(engine, 4, directory)) {
            schema.execute(ROWS.get(0));
            String[][] messages = {
                {"m1", "c1", "2025-12-18T09:30:00.000003Z"},
                {"m2", "c2", "2025-12-18T09:30:00.000001Z"},
                {"m3", "c1", "2025-12-18T09:30:00.000002Z"},
                {"m4", "c1", "2025-12-18T09:30:00.000002Z"},
                {"m5", "c2", "2025-12-18T09:30:00.000009Z"},
                {"m6", "c1", "2025-12-18T09:30:00.000001Z"},
            };
            for (String[] message : messages) {
                schema.execute(
                        "INSERT INTO messages (id, conversation_id, sender_id, content_type, content, metadata, version,"
                                + " created_at, updated_at) VALUES ('" + message[0] + "', '" + message[1]
                                + "', 'a1', 'text/plain', 'hello', '{\"a\": 1}', 3, '" + message[2] + "', '" + THEN
                                + "')");
            }
            schema.migrate(5);
            assertThat(schema.rows("SELECT conversation_id, sequence_number, id FROM messages ORDER BY 1, 2"))
                    .containsExactly("c1 1 m6", "c1 2 m3", "c1 3 m4", "c1 4 m1", "c2 1 m2", "c2 2 m5");
            assertThat(schema.rows("SELECT id, last_sequence_number, " + time(engine, "created_at")
                            + " FROM conversations ORDER BY id"))
                    .containsExactly("c1 4 2025-12-18T09:30:00.000001Z", "c2 2 2025-12-18T09:30:00.000001Z");
            assertThat(schema.rows("SELECT sender_id, receiver_id, content_type, content, metadata, version, "
                            + time(engine, "created_at") + ", " + time(engine, "updated_at")
                            + " FROM messages WHERE id = 'm5'"))
                    .containsExactly("a1 null text/plain hello {\"a\": 1} 3 2025-12-18T09:30:00.000009Z " + THEN);
        }
    }

    private MigratedSchema schema(Engine engine) {
        return schemas.get(engine);
    }

    private static String complete(String change) {
        return change.replace("LONG", "'" + "\uD83E\uDD16".repeat(256) + "'").replace("THEN", THEN);
    }

    /** 255 characters of four bytes each, as a literal. */
    private static String wide(Random random) {
        StringBuilder text = new StringBuilder("'");
        random.ints(255, 0x20000, 0x2A6D6).forEach(text::appendCodePoint);
        return text.append('\'').toString();
    }

    private List<String> times(Engine engine, String table) throws SQLException {
        return schema(engine).rows("SELECT " + time(engine, "updated_at") + " FROM " + table);
    }

    /** A time as SQLite has it. */
    private static String time(Engine engine, String column) {
        return engine == Engine.SQLITE
                ? column
                : "to_char(" + column + " AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')";
    }
}
