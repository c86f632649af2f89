package dev.modelscan.storage;

import static dev.modelscan.storage.schema.Tables.TASKS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.modelscan.storage.agents.Agent;
import dev.modelscan.storage.agents.AgentId;
import dev.modelscan.storage.errors.StorageException;
import dev.modelscan.storage.internal.values.StoredJson;
import dev.modelscan.storage.support.PostgresServer;
import dev.modelscan.storage.tasks.Task;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import org.jooq.DatePart;
import org.jooq.impl.DSL;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** No class of a library, no code in brackets and no banner reaches a user in a message. */
class MessagesTest {

    private static final Pattern INTERNALS = Pattern.compile(
            "\\b(org|com|java|javax|dev|io)\\.[a-z]|SQLITE_|\\b(ERROR|FATAL):|SQLSTATE|SQL State|-----|Exception\\b"
                    + "|StreamRead|\\bJackson|\\bFlyway|\\bHikari|\\bjOOQ|\\bPosition: \\d|\\n  Detail");

    @TempDir
    private Path directory;

    private static void requirePlain(String what, Callable<?> call) {
        Throwable thrown = catchThrowable(call::call);
        assertThat(thrown).as(what).isInstanceOf(StorageException.class);
        assertThat(thrown.getMessage()).as(what).doesNotContainPattern(INTERNALS);
    }

    private static void requirePlainOn(Database db) {
        Agent stored = db.agents().create(Agent.builder().name("a").mode("llm").build());
        requirePlain("name", () -> db.agents()
                .create(Agent.builder().name("a").mode("llm").build()));
        requirePlain("id", () -> db.agents().create(stored));
        requirePlain("reference", () -> db.tasks()
                .create(Task.builder().type("t").agentId(new AgentId("nobody")).build()));
        for (String sql : List.of(
                "SELEC 1",
                "SELECT nope FROM agents",
                "SELECT * FROM nope",
                "DELETE FROM agents",
                "SELECT json('{') FROM agents")) {
            requirePlain(sql, () -> db.dsl().fetch(sql));
        }
        for (String sql : List.of(
                "INSERT INTO agents (id) VALUES ('x')",
                "UPDATE agents SET name = ''",
                "UPDATE agents SET name = NULL",
                "UPDATE agents SET metadata = 'no json'",
                "CREATE TABLE agents (id int)",
                "DROP TABLE nope")) {
            requirePlain(sql, () -> db.withTx(tx -> tx.dsl().execute(sql)));
        }
        requirePlain(
                "batch",
                () -> db.withTx(tx -> tx.dsl()
                        .batch(DSL.query("UPDATE agents SET name = ''"), DSL.query("SELEC"))
                        .execute()));
    }

    @Test
    void messagesOfSqliteArePlain() {
        try (Database db = Database.inMemory()) {
            requirePlainOn(db);
        }
    }

    @Test
    void messagesOfPostgresArePlain() {
        try (Database db = Database.builder()
                .url(PostgresServer.url())
                .workspace(PostgresServer.newSchemaName())
                .open()) {
            requirePlainOn(db);
        }
    }

    @Test
    void messagesAboutFilesArePlain() throws Exception {
        Path text = Files.writeString(directory.resolve("text.db"), "Dear diary, ".repeat(1_000));
        Path cut = directory.resolve("cut.db");
        Database.open(cut).close();
        Files.write(cut, java.util.Arrays.copyOf(Files.readAllBytes(cut), 9_000));
        for (Path file : List.of(text, cut, directory, text.resolve("below.db"), Path.of("/dev/null"))) {
            requirePlain(file.toString(), () -> Database.open(file));
        }
        Path locked = directory.resolve("locked.db");
        Database.open(locked).close();
        try (Connection other = DriverManager.getConnection("jdbc:sqlite:" + locked);
                Database db = Database.builder()
                        .path(locked)
                        .busyTimeout(java.time.Duration.ofMillis(50))
                        .open()) {
            other.createStatement().execute("BEGIN IMMEDIATE");
            requirePlain("locked", () -> db.agents()
                    .create(Agent.builder().name("b").mode("llm").build()));
            other.createStatement().execute("ROLLBACK");
        }
        Path broken = directory.resolve("broken.db");
        Database.open(broken).close();
        try (Connection other = DriverManager.getConnection("jdbc:sqlite:" + broken)) {
            other.createStatement().execute("DELETE FROM modelscan_schema_history WHERE CAST(version AS INTEGER) > 1");
        }
        requirePlain("migration", () -> Database.open(broken));
    }

    @Test
    void messagesAboutServersArePlain() {
        requirePlain("nobody", () -> Database.builder()
                .url("jdbc:postgresql://localhost:1/none")
                .busyTimeout(java.time.Duration.ZERO)
                .open());
    }

    @Test
    void messagesAboutJsonArePlain() {
        for (String json : List.of(
                "",
                "{",
                "nul",
                "{\"a\":1,\"a\":2}",
                "[1,]",
                "01",
                "NaN",
                "1e99999999999",
                "\"\\uD800\"",
                "'a'",
                "[".repeat(2_000),
                "9".repeat(5_000))) {
            requirePlain(json.length() > 20 ? json.substring(0, 20) : json, () -> Json.parse(json));
        }
        Map<String, Object> self = new HashMap<>();
        self.put("self", self);
        requirePlain("self", () -> Json.of(self));
        requirePlain("object", () -> Json.of(List.of(new Object())));
        requirePlain("time", () -> Json.of(List.of(java.time.Instant.EPOCH)));
        requirePlain("NaN", () -> Json.of(List.of(Double.NaN)));
        requirePlain("nested arrays", () -> Json.of(List.of(new Object[][] {{new Object()}})));
        assertThat(catchThrowable(() -> StoredJson.of("{").toNode()).getMessage())
                .doesNotContainPattern(INTERNALS);
    }

    /** A function that is added to {@link Times} is one that the message has to name. */
    @Test
    void theFunctionsForTimesAreAllNamed() {
        try (Database db = Database.inMemory()) {
            Throwable thrown = catchThrowable(() -> db.dsl()
                    .select(DSL.extract(TASKS.CREATED_AT, DatePart.HOUR))
                    .from(TASKS)
                    .fetch());
            for (Method function : Times.class.getDeclaredMethods()) {
                if (Modifier.isPublic(function.getModifiers())) {
                    assertThat(thrown).hasMessageContaining(" " + function.getName());
                }
            }
        }
    }
}
