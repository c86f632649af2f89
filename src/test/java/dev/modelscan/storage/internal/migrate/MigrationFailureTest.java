package dev.modelscan.storage.internal.migrate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.modelscan.storage.Database;
import dev.modelscan.storage.Durability;
import dev.modelscan.storage.agents.AgentId;
import dev.modelscan.storage.conversations.ConversationId;
import dev.modelscan.storage.conversations.Message;
import dev.modelscan.storage.conversations.MessageId;
import dev.modelscan.storage.errors.SchemaException;
import dev.modelscan.storage.internal.sqlite.SqliteMigrator;
import dev.modelscan.storage.internal.sqlite.file.SqliteConnections;
import dev.modelscan.storage.support.OlderSchema;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The state after migrations, whether they succeed or fail. */
class MigrationFailureTest {

    private static final String TIME = "2025-12-18T09:30:00.00000%dZ";

    @TempDir
    private Path directory;

    private Path file;

    @BeforeEach
    void nameFile() {
        file = directory.resolve("test.db");
    }

    private SqliteMigrator migrator(String folder) {
        Duration timeout = Duration.ofSeconds(5);
        return new SqliteMigrator(
                SqliteConnections.toFile(file, Durability.FULL, timeout),
                MigrationPlan.of("migrations/" + folder, List.of()),
                timeout);
    }

    private String url() {
        return "jdbc:sqlite:" + file;
    }

    private void execute(String... statements) throws SQLException {
        try (Connection connection = DriverManager.getConnection(url());
                Statement statement = connection.createStatement()) {
            for (String sql : statements) {
                statement.execute(sql);
            }
        }
    }

    private List<String> query(String sql) throws SQLException {
        List<String> rows = new ArrayList<>();
        try (Connection connection = DriverManager.getConnection(url());
                Statement statement = connection.createStatement();
                ResultSet result = statement.executeQuery(sql)) {
            while (result.next()) {
                List<String> row = new ArrayList<>();
                for (int i = 1; i <= result.getMetaData().getColumnCount(); i++) {
                    row.add(result.getString(i));
                }
                rows.add(String.join("|", row.stream().map(String::valueOf).toList()));
            }
        }
        return rows;
    }

    /** Schema, history and rows. */
    private List<String> everything() throws SQLException {
        List<String> all = new ArrayList<>(query("SELECT type, name, sql FROM sqlite_schema ORDER BY name"));
        all.addAll(query("SELECT * FROM " + SchemaState.HISTORY_TABLE));
        all.addAll(query("SELECT * FROM parents"));
        all.addAll(query("SELECT * FROM children"));
        return all;
    }

    private void startWithRows() throws SQLException {
        assertThat(migrator("start").migrate()).containsExactly("V1__parents.sql");
        execute("INSERT INTO parents VALUES ('kept')", "INSERT INTO children VALUES ('child', 'kept')");
    }

    @Test
    void aFailedMigrationLeavesTheDatabaseAsItWasAndSaysWhatToDo() throws SQLException {
        startWithRows();
        List<String> before = everything();
        assertThatThrownBy(() -> migrator("failing").migrate())
                .isExactlyInstanceOf(SchemaException.class)
                .hasMessageContaining(file.toString())
                .hasMessageContaining("V2__broken.sql, line 5")
                .hasMessageContaining("UNIQUE constraint failed: parents.id")
                .hasMessageContaining("Statement: INSERT INTO parents (id)\nVALUES ('kept')")
                .hasMessageContaining("rolled back. Correct it");
        assertThat(everything()).isEqualTo(before);
    }

    @Test
    void whatStoppedAMigrationCanBeRemovedAndTheMigrationTriedAgain() throws SQLException {
        startWithRows();
        assertThatThrownBy(() -> migrator("failing").migrate()).isInstanceOf(SchemaException.class);
        execute("DELETE FROM children", "DELETE FROM parents");
        assertThat(migrator("failing").migrate()).containsExactly("V2__broken.sql");
        assertThat(migrator("failing").migrate()).isEmpty();
        assertThat(query("SELECT * FROM parents")).containsExactly("kept");
    }

    @Test
    void aMigrationThatBreaksAForeignKeyIsRefusedAndRolledBack() throws SQLException {
        startWithRows();
        List<String> before = everything();
        assertThatThrownBy(() -> migrator("orphaning").migrate())
                .isExactlyInstanceOf(SchemaException.class)
                .hasMessageContaining("V2__orphans.sql")
                .hasMessageContaining("of children without the row of parents");
        assertThat(everything()).isEqualTo(before);
    }

    @Test
    void aDatabaseThatIsAheadOfTheMigrationsIsRefused() throws SQLException {
        startWithRows();
        execute("DELETE FROM children", "DELETE FROM parents");
        migrator("failing").migrate();
        List<String> before = everything();
        assertThatThrownBy(() -> migrator("start").migrate())
                .isExactlyInstanceOf(SchemaException.class)
                .hasMessageContaining("version 2");
        assertThat(everything()).isEqualTo(before);
    }

    @Test
    void checksumsAreTheSameWithAnyLineEndsAndAByteOrderMark() throws SQLException {
        assertThat(migrator("lines").migrate()).containsExactly("V1__lines.sql", "V2__more.sql");
        assertThat(recorded()).isEqualTo(packaged("migrations/lines"));
        assertThat(migrator("lines").migrate()).isEmpty();
    }

    private List<String> recorded() throws SQLException {
        return query("SELECT version, script, checksum FROM " + SchemaState.HISTORY_TABLE + " ORDER BY installed_rank");
    }

    private static List<String> packaged(String location) {
        return PackagedMigrations.load(location).migrations().stream()
                .map(migration -> migration.version() + "|" + migration.script() + "|" + migration.checksum())
                .toList();
    }

    private void migrateTo(int version) throws SQLException {
        execute("PRAGMA journal_mode = WAL", "PRAGMA application_id = " + SqliteConnections.APPLICATION_ID);
        OlderSchema.of("sqlite", url(), version).load().migrate();
    }

    @Test
    void messagesOfAnOldDatabaseAreKeptAndNumberedInOrder() throws SQLException {
        migrateTo(3);
        execute("INSERT INTO agents (id, name, mode, created_at, updated_at) VALUES ('a', 'alice', 'llm', '"
                + TIME.formatted(0) + "', '" + TIME.formatted(0) + "')");
        // Inserted out of order, and two at the same time.
        message("third", "talk", 3);
        message("first", "talk", 1);
        message("other", "another", 2);
        message("second", "talk", 2);
        message("fourth", "talk", 3);
        try (Database db = Database.open(file)) {
            assertThat(db.appliedMigrations())
                    .startsWith("V4__workflows.sql", "V5__conversation_order.sql", "V6__list_indexes.sql");
            assertThat(db.messages().listLatest(new ConversationId("talk"), 10))
                    .extracting(message -> message.id().value(), Message::sequenceNumber)
                    .containsExactly(
                            org.assertj.core.groups.Tuple.tuple("first", 1L),
                            org.assertj.core.groups.Tuple.tuple("second", 2L),
                            org.assertj.core.groups.Tuple.tuple("third", 3L),
                            org.assertj.core.groups.Tuple.tuple("fourth", 4L));
            Message other = db.messages().get(new MessageId("other"));
            assertThat(other.sequenceNumber()).isEqualTo(1);
            assertThat(other.content()).isEqualTo("text of other");
            assertThat(other.createdAt()).isEqualTo(TIME.formatted(2));
            Message next = db.messages()
                    .create(Message.builder()
                            .conversationId(new ConversationId("talk"))
                            .senderId(new AgentId("a"))
                            .contentType(other.contentType())
                            .content("new")
                            .build());
            assertThat(next.sequenceNumber()).isEqualTo(5);
            assertThat(db.agents().get(new AgentId("a")).name()).isEqualTo("alice");
        }
    }

    private void message(String id, String conversation, int micros) throws SQLException {
        String time = TIME.formatted(micros);
        execute("INSERT INTO messages (id, conversation_id, sender_id, content_type, content, created_at, updated_at)"
                + " VALUES ('%s', '%s', 'a', 'text/plain', 'text of %s', '%s', '%s')"
                        .formatted(id, conversation, id, time, time));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 5})
    void everyOlderVersionArrivesAtTheSchemaOfANewDatabase(int version) throws SQLException {
        migrateTo(version);
        Database.open(file).close();
        List<String> migrated = schema();
        file = directory.resolve("new.db");
        Database.open(file).close();
        assertThat(migrated).isEqualTo(schema());
    }

    private List<String> schema() throws SQLException {
        // The history is made by Flyway or by us, in other words.
        return query("SELECT type, name, tbl_name, sql FROM sqlite_schema WHERE tbl_name <> '"
                + SchemaState.HISTORY_TABLE + "' ORDER BY type, name");
    }
}
