package dev.modelscan.storage.engine.sqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import dev.modelscan.storage.Backups;
import dev.modelscan.storage.Database;
import dev.modelscan.storage.PageRequest;
import dev.modelscan.storage.agents.Agent;
import dev.modelscan.storage.agents.AgentId;
import dev.modelscan.storage.backups.Keep;
import dev.modelscan.storage.conversations.ContentType;
import dev.modelscan.storage.conversations.ConversationId;
import dev.modelscan.storage.conversations.Message;
import dev.modelscan.storage.doctor.Finding;
import dev.modelscan.storage.doctor.RepairResult;
import dev.modelscan.storage.doctor.Severity;
import dev.modelscan.storage.errors.ReadOnlyException;
import dev.modelscan.storage.tasks.Task;
import java.io.RandomAccessFile;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Faults of files, of which some need a program that does not keep the rules. */
class SqliteDoctorTest {

    @TempDir
    private Path directory;

    private Path file;

    @BeforeEach
    void create() {
        file = directory.resolve("app.db");
        try (Database db = Database.open(file)) {
            Agent agent =
                    db.agents().create(Agent.builder().name("a").mode("llm").build());
            for (int i = 0; i < 50; i++) {
                db.messages()
                        .create(Message.builder()
                                .conversationId(new ConversationId("c"))
                                .senderId(agent.id())
                                .contentType(ContentType.TEXT)
                                .content("hello " + i)
                                .build());
            }
        }
    }

    private void plant(String... sql) throws SQLException {
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file);
                Statement statement = connection.createStatement()) {
            for (String each : sql) {
                statement.execute(each);
            }
        }
    }

    private List<Finding> findings() {
        try (Database db = Database.builder().path(file).readOnly().open()) {
            return db.doctor().findings();
        }
    }

    private List<String> codes() {
        return findings().stream().map(Finding::code).toList();
    }

    @Test
    void nothingIsWrongWithAHealthyFile() {
        assertThat(findings()).isEmpty();
    }

    @Test
    void rowsThatTheSchemaDoesNotAllowAreFound() throws Exception {
        plant(
                "PRAGMA ignore_check_constraints = ON",
                "UPDATE agents SET metadata = '{\"a\":'",
                "UPDATE messages SET created_at = '1' WHERE content = 'hello 1'");

        assertThat(codes()).containsExactly("json-invalid", "row-invalid", "message-time-backwards");
        assertThat(findings().get(0).cause()).startsWith("agents.metadata");
        assertThat(findings().get(0).ids()).hasSize(1);
    }

    @Test
    void brokenReferencesAreFoundByTheirKeys() throws Exception {
        plant("PRAGMA foreign_keys = OFF", "UPDATE messages SET sender_id = 'nobody' WHERE content = 'hello 7'");

        List<Finding> findings = findings();
        assertThat(findings).hasSize(1);
        assertThat(findings.get(0).code()).isEqualTo("reference-broken");
        assertThat(findings.get(0).cause())
                .isEqualTo("rows of messages that refer to rows of agents that do not exist");
        assertThat(findings.get(0).ids()).hasSize(1);
    }

    @Test
    void aDamagedIndexIsFoundAndBuiltAnew() throws Exception {
        plant(
                "PRAGMA writable_schema = ON",
                "UPDATE sqlite_schema SET sql = replace(sql, 'sender_id, ', '') WHERE name = 'messages_by_sender'");
        plant("INSERT INTO messages SELECT 'x' || id, conversation_id, sequence_number + 100, sender_id, receiver_id,"
                + " task_id, team_id, content_type, content, metadata, read_at, version, created_at, updated_at, role,"
                + " parent_id FROM messages WHERE content = 'hello 1'");
        plant(
                "PRAGMA writable_schema = ON",
                "UPDATE sqlite_schema SET sql = replace(sql, 'messages (', 'messages (sender_id, ')"
                        + " WHERE name = 'messages_by_sender'",
                "UPDATE conversations SET last_sequence_number = 200");
        assertThat(codes()).contains("index-damaged");

        try (Database db = Database.open(file)) {
            assertThat(db.repair()).contains("all indexes, by a rebuild");
            assertThat(db.doctor().findings()).extracting(Finding::code).containsExactly("sequence-gap");
        }
    }

    @Test
    void whatIsMissingIsMadeAgain() throws Exception {
        plant(
                "DROP INDEX messages_by_sender",
                "DROP TRIGGER messages_touch",
                "UPDATE conversations SET last_sequence_number = 3");
        assertThat(codes()).containsExactly("sequence-ahead", "trigger-missing", "index-missing");

        List<String> repairable = List.of(
                "the missing index messages_by_sender",
                "the missing trigger messages_touch",
                "the last number of 1 conversation");
        try (Database db = Database.builder().path(file).readOnly().open()) {
            assertThat(db.repairable()).isEqualTo(repairable);
            assertThatThrownBy(db::repair).isInstanceOf(ReadOnlyException.class);
        }
        try (Database db = Database.open(file)) {
            assertThat(db.repair()).isEqualTo(repairable);
            assertThat(db.repairable()).isEmpty();
            assertThat(db.doctor().findings()).isEmpty();
        }
    }

    /** Of a task, a copy with the same external id. */
    private void plantDuplicates() throws Exception {
        try (Database db = Database.open(file)) {
            AgentId agent = db.agents().list(1, 0).get(0).id();
            db.tasks().create(Task.builder().agentId(agent).type("review").build());
        }
        plant(
                "UPDATE tasks SET source_format = 'atif', external_id = 'run-1', status = 'completed',"
                        + " completed_at = created_at",
                "CREATE TEMP TABLE copy AS SELECT * FROM tasks",
                "UPDATE copy SET id = 'copy'",
                "INSERT INTO tasks SELECT * FROM copy");
    }

    @Test
    void duplicatesHinderNoOtherRepair() throws Exception {
        plant("DROP INDEX tasks_by_external_id", "DROP INDEX messages_by_sender");
        plantDuplicates();
        plant("DROP TRIGGER messages_touch", "UPDATE conversations SET last_sequence_number = 3");
        List<String> rest = List.of(
                "the missing index messages_by_sender",
                "the missing trigger messages_touch",
                "the last number of 1 conversation");

        try (Database db = Database.open(file)) {
            assertThat(db.repairable()).isEqualTo(rest);
            RepairResult result = db.repair(progress -> {});
            assertThat(result.repaired()).isEqualTo(rest);
            assertThat(result.failed()).isEmpty();
            assertThat(db.doctor().findings()).singleElement().satisfies(finding -> {
                assertThat(finding.code()).isEqualTo("rows-duplicate");
                assertThat(finding.severity()).isEqualTo(Severity.ERROR);
                assertThat(finding.cause())
                        .isEqualTo("rows of tasks have the same source_format, external_id, so the unique index"
                                + " tasks_by_external_id cannot be made");
                assertThat(finding.ids()).hasSize(2).contains("copy");
            });
        }
        plant("DELETE FROM tasks WHERE id = 'copy'");
        try (Database db = Database.open(file)) {
            assertThat(db.repair()).containsExactly("the missing index tasks_by_external_id");
            assertThat(db.doctor().findings()).isEmpty();
        }
    }

    @Test
    void duplicatesInADamagedIndexHinderNoOtherRepair() throws Exception {
        plant(
                "PRAGMA writable_schema = ON",
                "UPDATE sqlite_schema SET sql = replace(sql, 'UNIQUE', '') WHERE name = 'tasks_by_external_id'");
        plantDuplicates();
        plant(
                "DROP INDEX messages_by_sender",
                "PRAGMA writable_schema = ON",
                "UPDATE sqlite_schema SET sql = replace(sql, 'CREATE  ', 'CREATE UNIQUE ') WHERE name = 'tasks_by_external_id'");
        assertThat(codes()).contains("index-damaged", "rows-duplicate");

        try (Database db = Database.open(file)) {
            assertThat(db.repair())
                    .containsExactly("the missing index messages_by_sender", "all other indexes, by a rebuild");
            assertThat(db.doctor().findings())
                    .extracting(Finding::code)
                    .containsExactly("index-damaged", "rows-duplicate");
        }
    }

    @Test
    void aStepThatFailsIsToldAndHindersNoOther() throws Exception {
        plant("DROP INDEX messages_by_sender", "CREATE TABLE messages_by_sender (mine)", "DROP TRIGGER messages_touch");

        try (Database db = Database.open(file)) {
            RepairResult result = db.repair(progress -> {});
            assertThat(result.repaired()).containsExactly("the missing trigger messages_touch");
            assertThat(result.failed()).singleElement().satisfies(finding -> {
                assertThat(finding.code()).isEqualTo("repair-failed");
                assertThat(finding.cause())
                        .isEqualTo("could not repair the missing index messages_by_sender:"
                                + " there is already a table named messages_by_sender");
            });
        }
    }

    @Test
    void aSearchIndexThatLacksRowsOrHasOthersIsFoundAndBuiltAnew() throws Exception {
        try (Database db = Database.open(file)) {
            db.search().enable();
            db.messages().delete(db.messages().list(1, 0).get(0).id());
            assertThat(db.doctor().findings()).isEmpty();
        }
        plant(
                "DELETE FROM search_documents WHERE id = 7",
                "INSERT INTO search_documents VALUES (1000, 'gone', 'message', 0)",
                "DELETE FROM search_words WHERE rowid = 9");
        assertThat(codes()).containsExactly("search-broken");
        assertThat(findings().get(0).ids()).hasSize(4).contains("gone", "words 7");

        try (Database db = Database.open(file)) {
            assertThat(db.repair()).containsExactly("the search index, by a rebuild");
            assertThat(db.doctor().findings()).isEmpty();
            assertThat(db.search().find("hello", PageRequest.first(100)).items())
                    .hasSize(49);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"docsize", "idx", "data", "config"})
    void aSearchIndexThatLacksATableIsFoundAndBuiltAnew(String part) throws Exception {
        try (Database db = Database.open(file)) {
            db.search().enable();
        }
        plant("DROP TABLE search_words_" + part);
        assertThat(codes()).contains("search-broken").doesNotContain("page-damaged");

        try (Database db = Database.open(file)) {
            assertThat(db.repair()).contains("the search index, by a rebuild");
            assertThat(db.doctor().findings()).isEmpty();
            assertThat(db.search().find("hello", PageRequest.first(100)).items())
                    .hasSize(50);
        }
    }

    @Test
    void anApplicationsTriggerIsNoPartOfTheSearchIndex() throws Exception {
        plant("CREATE TRIGGER own_search_sync AFTER DELETE ON messages BEGIN SELECT 1; END");
        assertThat(findings()).isEmpty();
        try (Database db = Database.open(file)) {
            assertThat(db.repairable()).isEmpty();
            db.search().enable();
            assertThat(db.doctor().findings()).isEmpty();
            assertThat(db.search().find("hello", PageRequest.first(1)).items()).hasSize(1);
        }
        plant("DROP TRIGGER messages_search_delete");
        assertThat(codes()).containsExactly("search-broken");
    }

    @Test
    void aDamagedFullTextIndexOfAnApplicationIsNotTheLibrarys() throws Exception {
        plant(
                "CREATE VIRTUAL TABLE own USING fts5 (words)",
                "INSERT INTO own VALUES ('a b c')",
                "UPDATE own_content SET c0 = 'd e'");
        List<Finding> findings = findings();
        assertThat(findings).singleElement().satisfies(finding -> {
            assertThat(finding.code()).isEqualTo("index-damaged");
            assertThat(finding.fix()).isNull();
        });
        try (Database db = Database.open(file)) {
            assertThat(db.repairable()).isEmpty();
        }
    }

    @Test
    void tablesOfAnyNameAreExamined() throws Exception {
        plant(
                "PRAGMA foreign_keys = OFF",
                "CREATE TABLE \"my \"\"own\"\" table\" (\"order\" INTEGER PRIMARY KEY, agent TEXT REFERENCES agents (id))",
                "INSERT INTO \"my \"\"own\"\" table\" VALUES (7, 'nobody')",
                "CREATE TABLE compact (no INTEGER PRIMARY KEY, agent TEXT REFERENCES agents (id)) WITHOUT ROWID",
                "INSERT INTO compact VALUES (8, 'nobody')");
        assertThat(findings())
                .extracting(Finding::code, Finding::ids)
                .containsExactlyInAnyOrder(
                        tuple("reference-broken", List.of("7")), tuple("reference-broken", List.of("of compact")));
    }

    /** What else is missing could not be made without it. */
    @Test
    void nothingIsRepairedIfATableIsMissing() throws Exception {
        try (Database db = Database.open(file)) {
            db.search().enable();
        }
        plant("PRAGMA foreign_keys = OFF", "DROP TABLE tool_executions", "DROP INDEX messages_by_sender");
        assertThat(codes()).contains("schema-drift", "index-missing");
        try (Database db = Database.builder().path(file).readOnly().open()) {
            assertThat(db.repairable()).isEmpty();
        }
    }

    @Test
    void aDamagedPageIsFound() throws Exception {
        long page;
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file);
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("SELECT rootpage FROM sqlite_schema WHERE name = 'teams'")) {
            page = row.getLong(1);
        }
        try (RandomAccessFile out = new RandomAccessFile(file.toFile(), "rw")) {
            out.seek((page - 1) * 4096);
            out.write(new byte[] {(byte) 0xaa, 1, 2, 3});
        }
        assertThat(codes()).containsExactly("page-damaged");
    }

    @Test
    void whatWasAddedToATableIsANoteAndFreePagesAre() throws Exception {
        plant("ALTER TABLE teams ADD COLUMN mine TEXT", "CREATE TABLE own (x)");
        assertThat(codes()).containsExactly("schema-changed");
        plant("ALTER TABLE teams DROP COLUMN mine");

        plant(
                "INSERT INTO own WITH RECURSIVE c (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < 1500)"
                        + " SELECT zeroblob(4000) FROM c",
                "DELETE FROM own");
        assertThat(codes()).containsExactly("free-pages");
    }

    @Test
    void theReaderThatMakesTheLogLongIsNamed() throws Exception {
        try (Connection reader = DriverManager.getConnection("jdbc:sqlite:" + file);
                Statement statement = reader.createStatement();
                Database db = Database.open(file)) {
            statement.execute("BEGIN");
            statement.executeQuery("SELECT count(*) FROM agents").close();
            plant(
                    "PRAGMA synchronous = OFF",
                    "PRAGMA wal_autocheckpoint = 0",
                    "CREATE TABLE own (x)",
                    "INSERT INTO own WITH RECURSIVE c (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < 140)"
                            + " SELECT zeroblob(1000000) FROM c");
            Finding finding = db.doctor().findings().get(0);

            assertThat(finding.code()).isEqualTo("log-long");
            assertThat(finding.ids())
                    .anyMatch(each ->
                            each.startsWith("process " + ProcessHandle.current().pid() + " (java"));
        }
    }

    @Test
    void aBackupThatWasNeverRestoredCountsAsNone() {
        Path backups = directory.resolve("backups");
        assertThat(backupFindings(backups, Clock.systemUTC())).containsExactly("backup-missing");
        Backups.create(file, backups.resolve("one.db"));
        assertThat(backupFindings(backups, Clock.systemUTC())).containsExactly("backup-not-drilled");
        Backups.add(file, backups, new Keep(1, 0, 0));
        assertThat(backupFindings(backups, Clock.systemUTC())).isEmpty();
        assertThat(backupFindings(backups, Clock.offset(Clock.systemUTC(), Duration.ofDays(8))))
                .containsExactly("backup-old");
    }

    private List<String> backupFindings(Path backups, Clock clock) {
        try (Database db = Database.builder().path(file).clock(clock).open()) {
            return db.doctor(backups).findings().stream().map(Finding::code).toList();
        }
    }
}
