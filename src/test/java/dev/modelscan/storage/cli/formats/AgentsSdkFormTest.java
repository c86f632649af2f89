package dev.modelscan.storage.cli.formats;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AgentsSdkFormTest {

    @TempDir
    Path folder;

    @Test
    void sessionsAreRunsAndRowsAreItems() throws SQLException {
        Path file = folder.resolve("sessions?mode=x.db");
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file.toUri());
                Statement sql = connection.createStatement()) {
            sql.execute("CREATE TABLE agent_sessions (session_id TEXT PRIMARY KEY, created_at TIMESTAMP, updated_at"
                    + " TIMESTAMP)");
            sql.execute("CREATE TABLE agent_messages (id INTEGER PRIMARY KEY AUTOINCREMENT, session_id TEXT NOT NULL,"
                    + " message_data TEXT NOT NULL, created_at TIMESTAMP)");
            sql.execute("INSERT INTO agent_sessions VALUES ('b', '2026-01-02 03:04:05', '2026-01-02 03:05:00'), ('a',"
                    + " NULL, NULL), ('empty', NULL, NULL)");
            sql.execute("INSERT INTO agent_messages (session_id, message_data, created_at) VALUES ('b', '{\"role\":"
                    + " \"user\", \"content\": \"hi\"}', '2026-01-02 03:04:06'), ('a', '{\"type\": \"function_call\","
                    + " \"call_id\": \"c\", \"name\": \"f\", \"arguments\": \"{}\", \"id\": \"fc\"}', NULL), ('b', 'no"
                    + " json', NULL)");
            sql.execute("CREATE TABLE turn_usage (session_id TEXT, input_tokens INTEGER, output_tokens INTEGER)");
            sql.execute("INSERT INTO turn_usage VALUES ('b', 3, 1), ('b', 4, 1)");
        }

        Told told = Told.of(file);

        assertThat(told.form()).isEqualTo("openai-agents");
        assertThat(told.lines())
                .containsExactly(
                        "run a = a",
                        "assistant fc: f#c {}",
                        "end a",
                        "run b = b",
                        "user row 1: hi",
                        "warned of message_data",
                        "other row 3: (other)",
                        "model null 7+2",
                        "end b",
                        "run empty = empty",
                        "end empty");
        assertThat(told.kept()).contains("no json");
    }
}
