package dev.modelscan.storage.internal.sqlite;

import static org.assertj.core.api.Assertions.assertThat;

import dev.modelscan.storage.Database;
import dev.modelscan.storage.agents.Agent;
import dev.modelscan.storage.conversations.ConversationId;
import dev.modelscan.storage.conversations.Message;
import dev.modelscan.storage.doctor.Finding;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is asked of a file that is too large for all of it, on a small one. */
class LargeFileDoctorTest {

    @Test
    void anIndexThatLacksEntriesIsFoundByCounting(@TempDir Path directory) throws Exception {
        Path file = directory.resolve("app.db");
        try (Database db = Database.open(file)) {
            for (int i = 0; i < 10; i++) {
                db.agents().create(Agent.builder().name("a" + i).mode("llm").build());
            }
        }
        assertThat(findings(file)).isEmpty();

        plant(
                file,
                "PRAGMA writable_schema = ON",
                "CREATE TABLE kept AS SELECT * FROM sqlite_schema WHERE name = 'agents_list'",
                "DELETE FROM sqlite_schema WHERE name = 'agents_list'");
        plant(file, "DELETE FROM agents WHERE name = 'a3'");
        plant(file, "PRAGMA writable_schema = ON", "INSERT INTO sqlite_schema SELECT * FROM kept", "DROP TABLE kept");

        assertThat(findings(file)).extracting(Finding::code).containsExactly("index-damaged");
        assertThat(findings(file).get(0).ids()).containsExactly("wrong # of entries in index agents_list");
    }

    @Test
    void aPartialIndexIsComparedWithTheRowsOfItsCondition(@TempDir Path directory) throws Exception {
        Path file = directory.resolve("app.db");
        Database.open(file).close();
        plant(
                file,
                "CREATE TABLE notes (no INTEGER PRIMARY KEY, a, b)",
                "INSERT INTO notes VALUES (1, 'x', NULL), (2, 'y', 2), (3, NULL, 3)",
                "CREATE INDEX notes_by_b ON notes (b) WHERE b IS NOT NULL",
                "CREATE INDEX notes_by_a ON notes (lower(a)) WHERE b > 2 -- a condition on another column");
        assertThat(findings(file)).isEmpty();

        plant(
                file,
                "PRAGMA writable_schema = ON",
                "CREATE TABLE kept AS SELECT * FROM sqlite_schema WHERE name IN ('notes_by_a', 'notes_by_b')",
                "DELETE FROM sqlite_schema WHERE name IN ('notes_by_a', 'notes_by_b')");
        plant(file, "INSERT INTO notes VALUES (4, NULL, 4), (5, NULL, NULL)");
        plant(file, "PRAGMA writable_schema = ON", "INSERT INTO sqlite_schema SELECT * FROM kept", "DROP TABLE kept");

        assertThat(findings(file).get(0).ids())
                .containsExactly("wrong # of entries in index notes_by_a", "wrong # of entries in index notes_by_b");
    }

    @Test
    void aSearchIndexThatLacksRowsIsFoundByCounting(@TempDir Path directory) throws Exception {
        Path file = directory.resolve("app.db");
        try (Database db = Database.open(file)) {
            db.search().enable();
            Agent agent =
                    db.agents().create(Agent.builder().name("a").mode("llm").build());
            for (int i = 0; i < 3; i++) {
                db.messages()
                        .create(Message.builder()
                                .conversationId(new ConversationId("c"))
                                .senderId(agent.id())
                                .content("hello")
                                .build());
            }
        }
        assertThat(findings(file)).isEmpty();

        plant(file, "DELETE FROM search_words WHERE rowid = 2");

        assertThat(findings(file)).extracting(Finding::code).containsExactly("search-broken");
        assertThat(findings(file).get(0).ids()).containsExactly("3 texts, of which the index has 3, and words of 2");
    }

    @Test
    void indexesOfAnyNameAreCounted(@TempDir Path directory) throws Exception {
        Path file = directory.resolve("app.db");
        Database.open(file).close();
        plant(
                file,
                "CREATE TABLE \"my \"\"own\"\" table\" (no INTEGER PRIMARY KEY, a, b, UNIQUE (a))",
                "CREATE INDEX \"an \"\"index\"\"\" ON \"my \"\"own\"\" table\" (lower(b))",
                "INSERT INTO \"my \"\"own\"\" table\" VALUES (1, 2, 3)",
                "CREATE TABLE compact (no TEXT PRIMARY KEY, a UNIQUE) WITHOUT ROWID",
                "INSERT INTO compact VALUES ('x', 'y')");

        assertThat(findings(file)).isEmpty();
    }

    private static List<Finding> findings(Path file) throws SQLException {
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file)) {
            return new SqliteDoctor(SqliteSchema.library(), file, 0).examine(connection);
        }
    }

    private static void plant(Path file, String... sql) throws SQLException {
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file);
                Statement statement = connection.createStatement()) {
            for (String each : sql) {
                statement.execute(each);
            }
        }
    }
}
