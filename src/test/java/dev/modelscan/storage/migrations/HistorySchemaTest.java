package dev.modelscan.storage.migrations;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.modelscan.storage.support.MigratedSchema;
import dev.modelscan.storage.support.MigratedSchema.Engine;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What V7 keeps of the rows before it, and what its tables refuse, without the library. */
class HistorySchemaTest {

    private static final String THEN = "2025-12-18T09:30:00.000000Z";
    private static final String TIMES = ", '" + THEN + "', '" + THEN + "')";

    private static final List<String> BEFORE = List.of(
            "INSERT INTO agents (id, name, mode, created_at, updated_at) VALUES ('a1', 'first', 'llm'" + TIMES,
            "INSERT INTO workflows (id, name, created_at, updated_at) VALUES ('w1', 'first'" + TIMES,
            "INSERT INTO tasks (id, agent_id, type, created_at, updated_at) VALUES ('t1', 'a1', 'x'" + TIMES,
            "INSERT INTO conversations (id, created_at) VALUES ('c1', '" + THEN + "')",
            "INSERT INTO messages (id, conversation_id, sequence_number, sender_id, content_type, content, created_at,"
                    + " updated_at) VALUES ('m1', 'c1', 1, 'a1', 'text/plain', 'hello'" + TIMES,
            "INSERT INTO tool_executions (id, agent_id, task_id, tool_name, input, output, error, status, started_at,"
                    + " metadata, version, created_at, updated_at) VALUES ('e1', 'a1', 't1', 'grep', '[1]', '{\"a\": 2}',"
                    + " 'none', 'running', '" + THEN + "', '{\"b\": 3}', 4" + TIMES);

    private static final List<String> AFTER = List.of(
            "INSERT INTO sources (id, format, name, imported_at, updated_at) VALUES ('s1', 'atif', 'run'" + TIMES,
            "INSERT INTO tasks (id, type, status, created_at, updated_at) VALUES ('t2', 'x', 'failed'" + TIMES,
            "INSERT INTO message_origins (message_id, conversation_id, source_format, external_id) VALUES ('m1', 'c1',"
                    + " 'atif', 'x')",
            "INSERT INTO model_calls (id, source_format, external_id, created_at, updated_at) VALUES ('p1', 'atif',"
                    + " 'x'" + TIMES,
            "INSERT INTO scores (id, task_id, name, value_nanos, created_at, updated_at) VALUES ('v1', 't1', 'reward',"
                    + " 1" + TIMES);

    private static final List<String> REFUSED = List.of(
            "UPDATE sources SET format = ' '",
            "UPDATE sources SET name = ''",
            "UPDATE sources SET sha256 = 'abc'",
            "UPDATE sources SET bytes = -1",
            "UPDATE sources SET imported_at = 'infinity'",
            "UPDATE tasks SET parent_id = 't1' WHERE id = 't1'",
            "UPDATE tasks SET source_format = 'atif' WHERE id = 't1'",
            "UPDATE tasks SET source_format = ' ' WHERE id = 't2'",
            "UPDATE tasks SET source_record = -1",
            "UPDATE tasks SET source_line = -1",
            "UPDATE tasks SET source_offset = -1",
            "UPDATE tasks SET external_id = ''",
            "UPDATE workflows SET source_format = ''",
            "UPDATE conversations SET external_id = ''",
            "UPDATE messages SET role = 'human'",
            "UPDATE message_origins SET external_id = ''",
            "UPDATE tool_executions SET call_id = ''",
            "UPDATE tool_executions SET decided_by = 'guess'",
            "UPDATE model_calls SET input_tokens = -1",
            "UPDATE model_calls SET cost_nanos = -1",
            "UPDATE model_calls SET currency = 'US'",
            "UPDATE scores SET name = ' '");

    @TempDir
    private static Path directory;

    /** No link of a row is lost, and rows that V7 creates again keep their values. */
    @ParameterizedTest
    @EnumSource
    void olderRowsStay(Engine engine) throws SQLException, IOException {
        try (MigratedSchema schema = MigratedSchema.create(engine, 6, directory)) {
            for (String row : BEFORE) {
                schema.execute(row);
            }
            schema.migrate(7);

            assertThat(schema.rows("SELECT id, agent_id, task_id, tool_name, input, output, error, status, metadata,"
                            + " version, call_id, message_id, answer_message_id, child_task_id, decided_by"
                            + " FROM tool_executions"))
                    .containsExactly("e1 a1 t1 grep [1] {\"a\": 2} none running {\"b\": 3} 4 null null null null null");
            assertThat(schema.rows("SELECT id, role FROM messages")).containsExactly("m1 null");
            assertThat(schema.rows("SELECT id, parent_id, source_format, external_id FROM tasks"))
                    .containsExactly("t1 null null null");
            schema.execute("UPDATE tool_executions SET tool_name = 'find'");
            assertThat(schema.rows("SELECT version FROM tool_executions")).containsExactly("5");
            SQLException kept = catchThrowableOfType(SQLException.class, () -> schema.execute("DELETE FROM agents"));
            assertThat((Throwable) kept).isNotNull();
        }
    }

    @ParameterizedTest
    @EnumSource
    void wrongValuesAreRefused(Engine engine) throws SQLException, IOException {
        try (MigratedSchema schema = MigratedSchema.create(engine, 7, directory)) {
            for (String row : BEFORE) {
                schema.execute(row);
            }
            for (String row : AFTER) {
                schema.execute(row);
            }
            for (String change : REFUSED) {
                SQLException refusal = catchThrowableOfType(SQLException.class, () -> schema.execute(change));
                assertThat((Throwable) refusal).as(change).isNotNull();
            }
            schema.execute(
                    "UPDATE tasks SET parent_id = 't1', source_format = 'atif', external_id = 'x' WHERE id = 't2'");
            schema.execute("DELETE FROM tasks WHERE id = 't1'");
            assertThat(schema.rows("SELECT id, parent_id FROM tasks")).containsExactly("t2 null");
            assertThat(schema.rows("SELECT count(*) FROM scores")).containsExactly("0");
            schema.execute("DELETE FROM messages");
            assertThat(schema.rows("SELECT count(*) FROM message_origins")).containsExactly("0");
        }
    }

    /** An index entry of PostgreSQL has a size limit. */
    @ParameterizedTest
    @EnumSource
    void theWidestRowsFitTheirIndexes(Engine engine) throws SQLException, IOException {
        Random random = new Random(1);
        String source = wide(random);
        String task = wide(random);
        String conversation = wide(random);
        String message = wide(random);
        String origin = ", " + wide(random) + ", " + source + ", " + wide(random);
        try (MigratedSchema schema = MigratedSchema.create(engine, 7, directory)) {
            schema.execute(BEFORE.get(0));
            schema.execute("INSERT INTO sources (id, format, name, imported_at, updated_at) VALUES (" + source + ", "
                    + wide(random) + ", " + wide(random) + TIMES);
            schema.execute("INSERT INTO tasks (id, type, status, source_format, source_id, external_id, created_at,"
                    + " updated_at) VALUES (" + task + ", 'x', 'failed'" + origin + TIMES);
            schema.execute("INSERT INTO tasks (id, type, status, parent_id, created_at, updated_at) VALUES ("
                    + wide(random) + ", 'x', 'failed', " + task + TIMES);
            schema.execute("INSERT INTO conversations (id, created_at) VALUES (" + conversation + ", '" + THEN + "')");
            schema.execute(
                    "INSERT INTO messages (id, conversation_id, sequence_number, sender_id, content_type, content,"
                            + " created_at, updated_at) VALUES (" + message + ", " + conversation
                            + ", 1, 'a1', 'text/plain', ''" + TIMES);
            schema.execute("INSERT INTO message_origins (message_id, conversation_id, source_format, source_id,"
                    + " external_id) VALUES (" + message + ", " + conversation + origin + ")");
            schema.execute("INSERT INTO tool_executions (id, agent_id, tool_name, call_id, message_id, created_at,"
                    + " updated_at) VALUES (" + wide(random) + ", 'a1', 'x', " + wide(random) + ", " + message + TIMES);
            schema.execute("INSERT INTO model_calls (id, task_id, message_id, source_format, external_id, created_at,"
                    + " updated_at) VALUES (" + wide(random) + ", " + task + ", " + message + ", " + wide(random) + ", "
                    + wide(random) + TIMES);
            schema.execute("INSERT INTO scores (id, task_id, name, value_nanos, created_at, updated_at) VALUES ("
                    + wide(random) + ", " + task + ", " + wide(random) + ", 1" + TIMES);
        }
    }

    /** 255 characters of four bytes each, as a literal. */
    private static String wide(Random random) {
        StringBuilder text = new StringBuilder("'");
        random.ints(255, 0x20000, 0x2A6D6).forEach(text::appendCodePoint);
        return text.append("'").toString();
    }
}
