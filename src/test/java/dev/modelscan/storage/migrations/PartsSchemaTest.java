package dev.modelscan.storage.migrations;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.modelscan.storage.support.MigratedSchema;
import dev.modelscan.storage.support.MigratedSchema.Engine;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What V8 keeps of the rows before it, what its tables refuse, and what goes with what, without the library. */
class PartsSchemaTest {

    private static final String THEN = "'2025-12-18T09:30:00.000000Z'";
    private static final String BLOB = "'" + "a".repeat(64) + "'";

    private static final List<String> BEFORE = List.of(
            "INSERT INTO agents (id, name, mode, created_at, updated_at) VALUES ('a1', 'first', 'llm', " + THEN + ", "
                    + THEN + ")",
            "INSERT INTO conversations (id, last_sequence_number, created_at) VALUES ('c1', 3, " + THEN + ")",
            "INSERT INTO messages (id, conversation_id, sequence_number, sender_id, content_type, content, role,"
                    + " created_at, updated_at) SELECT 'm' || n, 'c1', n, 'a1', 'text/plain', 'hello', 'user', " + THEN
                    + ", " + THEN + " FROM (SELECT 1 AS n UNION SELECT 2 UNION SELECT 3) AS numbers");

    private static final List<String> AFTER = List.of(
            "INSERT INTO blobs (id, size, created_at) VALUES (" + BLOB + ", 3, " + THEN + ")",
            "INSERT INTO message_parts (message_id, position, kind, blob_id) VALUES ('m1', 0, 'image', " + BLOB + ")",
            "INSERT INTO message_parts (message_id, position, kind, blob_id) VALUES ('m2', 0, 'image', " + BLOB + ")",
            "INSERT INTO message_parts (message_id, position, kind, text) VALUES ('m2', 1, 'text', '')",
            "INSERT INTO compactions (conversation_id, sequence_number, summary, created_at) VALUES ('c1', 2, '', "
                    + THEN + ")");

    private static final List<String> REFUSED = List.of(
            "UPDATE message_parts SET kind = 'thought'",
            "UPDATE message_parts SET name = ' '",
            "UPDATE message_parts SET call_id = ''",
            "UPDATE message_parts SET media_type = ''",
            "UPDATE message_parts SET position = -1 WHERE position = 0",
            "UPDATE message_parts SET data = '{'",
            "UPDATE message_parts SET blob_id = 'none'",
            "UPDATE message_parts SET message_id = 'none' WHERE message_id = 'm1'",
            "UPDATE blobs SET size = -1",
            "INSERT INTO blobs (id, size, created_at) VALUES ('abc', 3, " + THEN + ")",
            "DELETE FROM blobs",
            "UPDATE messages SET parent_id = 'none'",
            "UPDATE conversations SET head_id = 'none'",
            "UPDATE conversations SET title = ' '",
            "UPDATE compactions SET sequence_number = 9");

    @TempDir
    private static Path directory;

    private static MigratedSchema filled(Engine engine) throws SQLException, IOException {
        MigratedSchema schema = MigratedSchema.create(engine, 7, directory);
        for (String row : BEFORE) {
            schema.execute(row);
        }
        schema.migrate(8);
        return schema;
    }

    @ParameterizedTest
    @EnumSource
    void olderRowsStayAsTheyWere(Engine engine) throws SQLException, IOException {
        try (MigratedSchema schema = filled(engine)) {
            assertThat(schema.rows(
                            "SELECT id, sequence_number, content, role, version, parent_id FROM messages ORDER BY"
                                    + " id"))
                    .containsExactly("m1 1 hello user 1 null", "m2 2 hello user 1 null", "m3 3 hello user 1 null");
            assertThat(schema.rows("SELECT id, last_sequence_number, title, head_id FROM conversations"))
                    .containsExactly("c1 3 null null");
        }
    }

    @ParameterizedTest
    @EnumSource
    void wrongValuesAreRefused(Engine engine) throws SQLException, IOException {
        try (MigratedSchema schema = filled(engine)) {
            for (String row : AFTER) {
                schema.execute(row);
            }
            for (String change : REFUSED) {
                SQLException refusal = catchThrowableOfType(SQLException.class, () -> schema.execute(change));
                assertThat((Throwable) refusal).as(change).isNotNull();
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void whatGoesWithWhat(Engine engine) throws SQLException, IOException {
        try (MigratedSchema schema = filled(engine)) {
            for (String row : AFTER) {
                schema.execute(row);
            }
            schema.execute("INSERT INTO blob_chunks (blob_id, position, bytes) VALUES (" + BLOB + ", 0, "
                    + (engine == Engine.SQLITE ? "x'010203'" : "'\\x010203'") + ")");
            schema.execute("UPDATE messages SET parent_id = 'm1' WHERE id = 'm3'");
            schema.execute("UPDATE conversations SET head_id = 'm2'");

            schema.execute("DELETE FROM messages WHERE id = 'm1'");
            assertThat(schema.rows("SELECT id, parent_id FROM messages ORDER BY id"))
                    .containsExactly("m2 null", "m3 null");
            assertThat(schema.rows("SELECT size FROM blobs")).containsExactly("3");

            schema.execute("DELETE FROM messages WHERE id = 'm2'");
            assertThat(schema.rows("SELECT id, head_id FROM conversations")).containsExactly("c1 null");
            for (String table : List.of("message_parts", "blobs", "blob_chunks", "compactions")) {
                assertThat(schema.rows("SELECT count(*) FROM " + table))
                        .as(table)
                        .containsExactly("0");
            }
            schema.execute("DELETE FROM conversations");
            assertThat(schema.rows("SELECT count(*) FROM messages")).containsExactly("0");
        }
    }
}
