package dev.modelscan.storage.cli.formats;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OpenCodeFormTest {

    @TempDir
    Path folder;

    @Test
    void aPartOfAToolIsACallAndItsAnswer() {
        Told told = Told.of(Path.of("src/test/resources/inputs/opencode.json"));

        assertThat(told.form()).isEqualTo("opencode");
        assertThat(told.lines())
                .containsExactly(
                        "run ses_1 = ses_1 by opencode named Look around",
                        "user msg_1: Look around, (file text/plain)",
                        "assistant msg_2 by build: (other), (thought), I look., bash#c1 {'command':'ls'},"
                                + " ->#c1 bash 'a b' success by status, read#c2 {'path':'c'},"
                                + " ->#c2 read 'no such file' failed by status, (other)",
                        "model m-1 of msg_2 12+5 read 3 wrote 0 thought 2 cost 0.25",
                        "assistant msg_3 by build: ",
                        "end ses_1 failed because overloaded");
        assertThat(told.kept()).contains("\"exit\":0", "step-start", "\"directory\":\"/w\"");
    }

    @Test
    void aListOfMessagesIsASession() {
        Told told = Told.of(
                "messages.json",
                "[{'info': {'id': 'm1', 'sessionID': 's', 'role': 'user', 'time': {'created': 1767323045000}}, 'parts': [",
                "  {'type': 'text', 'text': 'a', 'synthetic': true}]},",
                " {'info': {'id': 'm2', 'sessionID': 's', 'role': 'moon'}, 'parts': [{'type': 'tool', 'callID': 'c', 'tool':"
                        + " 'task', 'state': {'status': 'running', 'input': {}}}, {'type': 'tool', 'callID': 'd', 'tool': 'bash',",
                "  'state': {'status': 'completed', 'input': {}, 'output': 'no', 'metadata': {'exit': 1}}}]}]");

        assertThat(told.form()).isEqualTo("opencode");
        assertThat(told.lines())
                .containsExactly(
                        "run s = s by opencode",
                        "user m1: a",
                        "warned of info.role",
                        "other m2: task#c {}, bash#d {}, ->#d bash 'no' failed by metadata.exit",
                        "end s");
        assertThat(told.kept()).contains("\"synthetic\":true", "\"role\":\"moon\"");
    }

    @Test
    void theSqliteFileHoldsTheSameWithSubAgents() throws SQLException {
        Path file = folder.resolve("opencode.db");
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file);
                Statement sql = connection.createStatement()) {
            sql.execute("CREATE TABLE session (id TEXT PRIMARY KEY, parent_id TEXT, title TEXT, time_created INTEGER,"
                    + " time_updated INTEGER)");
            sql.execute("CREATE TABLE message (id TEXT PRIMARY KEY, session_id TEXT, time_created INTEGER, data TEXT)");
            sql.execute("CREATE TABLE part (id TEXT PRIMARY KEY, message_id TEXT, session_id TEXT, data TEXT)");
            sql.execute(
                    "INSERT INTO session VALUES ('up', NULL, 'Up', 1767323045000, 1767323055000), ('down', 'up', 'Down',"
                            + " 1767323046000, 1767323047000), ('empty', NULL, NULL, NULL, NULL)");
            sql.execute(
                    "INSERT INTO message VALUES ('m1', 'up', 1, '{\"role\": \"assistant\", \"tokens\": {\"input\": 1}}'),"
                            + " ('m2', 'down', 1, '{\"role\": \"user\"}'), ('m3', 'up', 2, '{\"role\": \"user\"}')");
            sql.execute(
                    "INSERT INTO part VALUES ('p2', 'm1', 'up', '{\"type\": \"text\", \"text\": \"b\"}'), ('p1', 'm1',"
                            + " 'up', '{\"type\": \"tool\", \"callID\": \"c\", \"tool\": \"task\", \"state\": {\"status\":"
                            + " \"completed\", \"input\": {}, \"output\": \"x\", \"metadata\": {\"sessionId\": \"down\"}}}'), ('p3',"
                            + " 'm2', 'down', 'no json')");
        }

        Told told = Told.of(file);

        assertThat(told.form()).isEqualTo("opencode");
        assertThat(told.lines())
                .containsExactly(
                        "run down = down below up by opencode named Down",
                        "user m2: (other)",
                        "end down",
                        "run up = up by opencode named Up",
                        "assistant m1: task#c {}, ->#c task 'x' success by status, b",
                        "model null of m1 1+null",
                        "user m3: ",
                        "end up",
                        "run empty = empty by opencode",
                        "end empty");
        assertThat(told.parts(Part.Answer.class).get(0).childRun()).isEqualTo("down");
        assertThat(told.kept()).contains("no json");
    }
}
