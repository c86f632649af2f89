package dev.modelscan.storage.cli.formats;

import static org.assertj.core.api.Assertions.assertThat;

import dev.modelscan.storage.cli.formats.Event.MessageRead;
import dev.modelscan.storage.cli.formats.Event.RunEnded;
import dev.modelscan.storage.cli.formats.Event.RunStarted;
import dev.modelscan.storage.cli.formats.Event.ToolUsed;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GoStorageFormTest {

    private static final String[] COMMON = {
        "CREATE TABLE schema_migrations (version INTEGER PRIMARY KEY, applied_at DATETIME)",
        "CREATE TABLE agents (id TEXT PRIMARY KEY, name TEXT NOT NULL, capabilities TEXT, config TEXT, status TEXT,"
                + " created_at DATETIME, updated_at DATETIME)",
        "CREATE TABLE teams (id TEXT PRIMARY KEY, name TEXT NOT NULL, config TEXT, description TEXT, metadata TEXT)",
        "CREATE TABLE team_members (team_id TEXT, agent_id TEXT, role TEXT)",
        "CREATE TABLE tasks (id TEXT PRIMARY KEY, agent_id TEXT NOT NULL, team_id TEXT, type TEXT NOT NULL, status"
                + " TEXT, priority INTEGER, input TEXT, output TEXT, metadata TEXT, created_at DATETIME, started_at"
                + " DATETIME, completed_at DATETIME, updated_at DATETIME)",
        "CREATE TABLE agent_stats (agent_id TEXT PRIMARY KEY, tasks_completed INTEGER)",
        "INSERT INTO agents (id, name, capabilities, config, status) VALUES ('a1', 'scout', x'5B22776562225D',"
                + " '{\"type\": \"llm\"}', 'idle'), ('a2', 'scout', 'web, maps', 'not json', 'busy')",
        "INSERT INTO teams (id, name) VALUES ('g', 'crew')",
        "INSERT INTO team_members VALUES ('g', 'a1', 'lead')",
        "INSERT INTO agent_stats VALUES ('a1', 3)",
        "INSERT INTO tasks VALUES ('t1', 'a1', 'g', 'walk', 'completed', 500, x'7B22676F223A20317D', 'plain text',"
                + " x'6E756C6C', '2026-01-02 03:04:05', '2026-01-02 03:04:06.123456789+01:00', '2026-01-02T03:05:00Z',"
                + " 'soon')",
        "INSERT INTO tasks VALUES ('t2', 'a2', NULL, 'rest', 'dreaming', 1, '', NULL, NULL,"
                + " '2026-01-02 03:04:05.5 +0000 UTC m=+0.25', '0001-01-01 00:00:00+00:00', NULL, NULL)"
    };

    @TempDir
    Path folder;

    private Path file(String... statements) throws SQLException {
        Path file = folder.resolve("modelscan.db");
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file);
                Statement sql = connection.createStatement()) {
            sql.execute("PRAGMA journal_mode = WAL");
            for (String statement : COMMON) {
                sql.execute(statement);
            }
            for (String statement : statements) {
                sql.execute(statement);
            }
        }
        return file;
    }

    @Test
    void tasksAreRunsWithTheirMessagesAndTools() throws SQLException {
        Told told = Told.of(file(
                "INSERT INTO schema_migrations VALUES (3, '2026-01-01 00:00:00')",
                "CREATE TABLE messages (id TEXT PRIMARY KEY, task_id TEXT, agent_id TEXT, team_id TEXT, type TEXT,"
                        + " content TEXT, metadata TEXT, created_at DATETIME)",
                "INSERT INTO messages VALUES ('m2', 't2', 'a2', NULL, 'thought', 'zzz', '{\"k\": 1}', '2026-01-02"
                        + " 03:04:07'), ('m1', 't1', 'a1', NULL, 'assistant', 'I walk.', NULL, '2026-01-02T03:04:08Z'),"
                        + " ('m3', 'gone', 'a1', NULL, 'user', 'hello?', NULL, NULL)",
                "CREATE TABLE tool_executions (id TEXT PRIMARY KEY, task_id TEXT, agent_id TEXT, tool_name TEXT,"
                        + " tool_type TEXT, input TEXT, output TEXT, error TEXT, status TEXT, duration INTEGER, metadata"
                        + " TEXT, started_at DATETIME, completed_at DATETIME, created_at DATETIME)",
                "INSERT INTO tool_executions VALUES ('x1', 't1', 'a1', 'map', 'web', x'7B2261223A317D', NULL, 'no"
                        + " map', 'failed', 250000000, NULL, '2026-01-02 03:04:06', NULL, NULL), ('x2', NULL, 'a2', 'web',"
                        + " NULL, 'look', 'found', '', 'success', 150, NULL, NULL, NULL, NULL), ('x3', 't2', 'a2', 'nap',"
                        + " NULL, NULL, NULL, NULL, 'running', 0, NULL, NULL, NULL, NULL)"));

        assertThat(told.form()).isEqualTo("modelscan-go");
        assertThat(told.lines())
                .containsExactly(
                        "warned of agents.name",
                        "warned of teams",
                        "warned of team_members",
                        "warned of agent_stats",
                        "described",
                        "agent scout",
                        "agent scout (a2)",
                        "warned of task_id",
                        "run task gone = task gone named task gone",
                        "user m3 by scout: hello?",
                        "end task gone",
                        "run tools of a2 = tools of a2 named tools of a2",
                        "used by scout (a2) web#x2 'look', ->#x2 'found' success by status",
                        "end tools of a2",
                        "warned of tasks.priority",
                        "warned of tasks.updated_at",
                        "run t1 = t1 by scout named walk",
                        "assistant m1 by scout: I walk.",
                        "used by scout map#x1 {'a':1}, ->#x1 {'error':'no map'} failed by status",
                        "end t1 completed",
                        "run t2 = t2 by scout (a2) named rest",
                        "other m2 by scout (a2): zzz",
                        "used by scout (a2) nap#x3 nothing",
                        "warned of tasks.status",
                        "end t2");
        assertThat(told.kept())
                .contains(
                        "\"priority\":500",
                        "\"go\":1",
                        "plain text",
                        "\"k\":1",
                        "dreaming",
                        "\"tasks_completed\":3",
                        "\"lead\"",
                        "not json",
                        "[\"web\"]",
                        "\"team\":\"crew\"",
                        "\"soon\"");
        assertThat(told.all(ToolUsed.class))
                .extracting(used -> used.answer() == null ? null : used.answer().took())
                .containsExactly(Duration.ofMillis(150), Duration.ofMillis(250), null);
    }

    @Test
    void theThreeFormsOfTimeAndGosOwnAreRead() throws SQLException {
        Told told = Told.of(file("CREATE TABLE messages (id TEXT, content TEXT)"));

        assertThat(told.all(RunStarted.class))
                .extracting(RunStarted::startedAt)
                .containsExactly(
                        Instant.parse("2026-01-02T02:04:06.123456789Z"), Instant.parse("2026-01-02T03:04:05.5Z"));
        assertThat(told.all(RunEnded.class).get(0).completedAt()).isEqualTo(Instant.parse("2026-01-02T03:05:00Z"));
    }

    @Test
    void messagesBetweenAgentsAreARunForEachPairOrTeam() throws SQLException {
        Told told = Told.of(file(
                "CREATE TABLE messages (id TEXT PRIMARY KEY, from_agent TEXT, to_agent TEXT, team_id TEXT,"
                        + " message_type TEXT, content TEXT, data TEXT, created_at DATETIME)",
                "INSERT INTO messages VALUES ('m1', 'a1', 'a2', NULL, 'request', 'come', '{\"k\": 2}', '2026-01-02"
                        + " 03:04:05'), ('m2', 'a2', 'a1', NULL, 'reply', NULL, 'not json', '2026-01-02 03:04:06'), ('m3',"
                        + " 'a1', NULL, 'g', 'broadcast', 'all', NULL, NULL)"));

        assertThat(told.lines())
                .contains(
                        "run between a1 and a2 = between a1 and a2 named between a1 and a2",
                        "other m1 by scout: come",
                        "other m2 by scout (a2): (other)",
                        "run team g = team g named team g",
                        "other m3 by scout: all");
        assertThat(told.all(MessageRead.class).get(0).rest().toString())
                .contains("\"to\":\"scout (a2)\"", "\"k\":2", "\"message_type\":\"request\"");
        assertThat(told.kept()).contains("not json");
    }

    @Test
    void aConversationOfTheDocumentedLayoutIsThatOfItsTaskOrARun() throws SQLException {
        Told told = Told.of(file(
                "CREATE TABLE messages (id TEXT PRIMARY KEY, conversation_id TEXT, sender_id TEXT, receiver_id TEXT,"
                        + " content_type TEXT, content TEXT, metadata TEXT, created_at DATETIME)",
                "INSERT INTO messages VALUES ('m1', 'talk', 'a1', 'a2', 'text/plain', 'hi', NULL, NULL),"
                        + " ('m2', 't1', 'a1', NULL, 'text/plain', 'of the task', NULL, NULL)"));

        assertThat(told.lines())
                .containsSubsequence(
                        "run talk = talk named talk",
                        "other m1 by scout: hi",
                        "end talk",
                        "run t1 = t1 by scout named walk",
                        "other m2 by scout: of the task");
    }

    /** The importer stores no task that waits. */
    @Test
    void aTaskThatWaitsOrRunsIsToldAsCancelled() throws SQLException {
        Told told = Told.of(file(
                "CREATE TABLE messages (id TEXT, content TEXT)",
                "UPDATE tasks SET status = 'pending' WHERE id = 't1'",
                "UPDATE tasks SET status = 'running' WHERE id = 't2'"));

        assertThat(told.lines()).contains("warned of tasks.status", "end t1 cancelled", "end t2 cancelled");
        assertThat(told.kept()).contains("\"status\":\"pending\"", "\"status\":\"running\"");
    }

    /** It may belong to a running program. */
    @Test
    void theFileIsNotChangedAndNothingIsLeftBesideIt() throws SQLException, IOException {
        Path file = file("CREATE TABLE messages (id TEXT, content TEXT)");
        byte[] before = Files.readAllBytes(file);

        try (Connection writer = DriverManager.getConnection("jdbc:sqlite:" + file);
                Statement sql = writer.createStatement()) {
            sql.execute("BEGIN IMMEDIATE");
            assertThat(Told.of(file).all(RunStarted.class)).hasSize(2);
            sql.execute("ROLLBACK");
        }

        assertThat(Arrays.equals(before, Files.readAllBytes(file))).isTrue();
        Told.of(file);
        try (var files = Files.list(folder)) {
            assertThat(files.map(path -> path.getFileName().toString())).containsExactly("modelscan.db");
        }
    }
}
