package dev.modelscan.storage.engine.sqlite;

import static org.assertj.core.api.Assertions.assertThat;

import dev.modelscan.storage.Database;
import dev.modelscan.storage.agents.Agent;
import dev.modelscan.storage.conversations.ConversationId;
import dev.modelscan.storage.conversations.Message;
import dev.modelscan.storage.support.ChildProcess;
import dev.modelscan.storage.tasks.Task;
import dev.modelscan.storage.tasks.TaskId;
import dev.modelscan.storage.teams.Team;
import dev.modelscan.storage.tools.ToolExecution;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** More data than the heap holds: a table of a million rows, and large values one after the other. */
class ConstantMemoryTest {

    private static final int ROWS = 300_000;

    @TempDir
    private Path directory;

    @Test
    void moreRowsThanTheHeapHoldsAreStreamedInOrder() throws Exception {
        Path file = directory.resolve("large.db");
        Database.open(file).close();
        fill(file);

        String output = ChildProcess.start(directory, Reader.class, List.of("-Xmx64m"), "large.db")
                .output();

        assertThat(output.strip()).endsWith("read " + ROWS);
    }

    /** The library keeps each statement, but not the values that it wrote. */
    @Test
    void largeValuesAreLetGoOfOnceTheyAreWritten() throws Exception {
        String output = ChildProcess.start(directory, Writer.class, List.of("-Xmx80m"), "values.db")
                .output();

        assertThat(output.strip()).endsWith("wrote all");
    }

    /** Tasks that differ only in ids and times, which increase together. */
    private static void fill(Path file) throws SQLException {
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file);
                Statement statement = connection.createStatement()) {
            statement.execute("PRAGMA synchronous = OFF");
            statement.execute(
                    "WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < " + ROWS
                            + ") INSERT INTO tasks (id, type, status, created_at, updated_at)"
                            + " SELECT printf('task %07d', n), 'count', 'pending', t, t FROM"
                            + " (SELECT n, strftime('%Y-%m-%dT%H:%M:%S', 1700000000 + n, 'unixepoch') || '.000000Z' AS t FROM numbers)");
        }
    }

    /** The child. */
    static final class Reader {

        private static int read;

        public static void main(String[] arguments) {
            try (Database db = Database.open(Path.of(arguments[0]))) {
                db.tasks().stream().forEachOrdered(task -> {
                    read++;
                    String expected = String.format("task %07d", read);
                    if (!task.id().value().equals(expected)) {
                        throw new AssertionError(task.id() + " where " + expected + " belongs");
                    }
                });
            }
            System.out.println("read " + read);
        }
    }

    /** The child that writes ten values of 8 MB, by ten statements. */
    static final class Writer {

        public static void main(String[] arguments) {
            try (Database db = Database.open(Path.of(arguments[0]))) {
                Agent agent = db.agents()
                        .create(Agent.builder().name("writer").mode("llm").build());
                Team team = db.teams().create(Team.builder().name("team").build());
                db.teams().update(team.toBuilder().description(large()).build());
                db.teams()
                        .create(Team.builder()
                                .name("large team")
                                .description(large())
                                .build());
                TaskId task = db.tasks()
                        .create(Task.builder().type("write").error(large()).build())
                        .id();
                db.tasks()
                        .update(db.tasks().get(task).toBuilder().error(large()).build());
                db.tasks().fail(task, large());
                Message message = db.messages()
                        .create(Message.builder()
                                .conversationId(ConversationId.next())
                                .senderId(agent.id())
                                .content(large())
                                .build());
                db.messages().update(message.toBuilder().content(large()).build());
                ToolExecution execution = ToolExecution.builder()
                        .agentId(agent.id())
                        .toolName("search")
                        .error(large())
                        .build();
                db.toolExecutions().createAll(List.of(execution));
                db.toolExecutions().update(execution.toBuilder().error(large()).build());
                db.toolExecutions().fail(execution.id(), large());
            }
            System.out.println("wrote all");
        }

        private static String large() {
            return "x".repeat(8_000_000);
        }
    }
}
