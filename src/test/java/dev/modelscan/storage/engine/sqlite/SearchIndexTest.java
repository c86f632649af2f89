package dev.modelscan.storage.engine.sqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.modelscan.storage.Database;
import dev.modelscan.storage.PageRequest;
import dev.modelscan.storage.agents.Agent;
import dev.modelscan.storage.conversations.ConversationId;
import dev.modelscan.storage.conversations.Message;
import dev.modelscan.storage.doctor.Finding;
import dev.modelscan.storage.errors.SearchIndexException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The search index of a file that other programs work on. */
class SearchIndexTest {

    @TempDir
    Path directory;

    private Path file;

    @BeforeEach
    void fill() {
        file = directory.resolve("search.db");
        try (Database db = Database.open(file)) {
            db.search().enable();
            Agent agent =
                    db.agents().create(Agent.builder().name("a").mode("llm").build());
            for (String content : new String[] {"alpha one", "beta two", "gamma three"}) {
                db.messages()
                        .create(Message.builder()
                                .conversationId(new ConversationId("c"))
                                .senderId(agent.id())
                                .content(content)
                                .build());
            }
        }
    }

    private void run(String... statements) throws SQLException {
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file);
                Statement statement = connection.createStatement()) {
            for (String sql : statements) {
                statement.execute(sql);
            }
        }
    }

    private static long found(Database db, String query) {
        return db.search().find(query, PageRequest.first(10)).items().size();
    }

    @Test
    void otherProgramsKeepItInStep() throws SQLException {
        run(
                "UPDATE messages SET content = 'delta' WHERE content = 'alpha one'",
                "DELETE FROM messages WHERE content = 'beta two'",
                "VACUUM");
        try (Database db = Database.builder().path(file).validateOnly().open()) {
            assertThat(found(db, "alpha")).isZero();
            assertThat(found(db, "beta")).isZero();
            assertThat(found(db, "delta")).isOne();
            assertThat(found(db, "gamma three")).isOne();
        }
    }

    /** SQLite fires no trigger for a row that a REPLACE overwrites. */
    @ParameterizedTest
    @ValueSource(strings = {"'delta'", "''", "'alpha one'"})
    void wordsOfAReplacedMessageAreFoundAndGo(String content) throws SQLException {
        run(
                "REPLACE INTO messages (id, conversation_id, sequence_number, sender_id, content_type, created_at, updated_at,"
                        + " content) SELECT id, conversation_id, sequence_number, sender_id, content_type, created_at, updated_at, "
                        + content + " FROM messages WHERE content = 'alpha one'");
        try (Database db = Database.builder().path(file).validateOnly().open()) {
            assertThat(db.doctor().findings()).extracting(Finding::code).containsExactly("search-broken");
            db.repair();
            assertThat(db.doctor().findings()).isEmpty();
            assertThat(found(db, "alpha")).isEqualTo(content.contains("alpha") ? 1 : 0);
            assertThat(found(db, "delta")).isEqualTo(content.contains("delta") ? 1 : 0);
            assertThat(found(db, "beta")).isOne();
        }
    }

    @Test
    void aTriggerThatIsLostIsNoticed() throws SQLException {
        run("DROP TRIGGER messages_search_insert");
        try (Database db = Database.open(file)) {
            assertThat(db.search().isEnabled()).isFalse();
            assertThatThrownBy(() -> found(db, "alpha"))
                    .isInstanceOf(SearchIndexException.class)
                    .hasMessageContaining("not complete; the command search --rebuild, or search().rebuild()");
            db.search().rebuild();
            assertThat(found(db, "alpha")).isOne();
        }
    }
}
