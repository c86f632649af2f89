package dev.modelscan.storage.benchmark.workload;

import dev.modelscan.storage.benchmark.harness.Fixture;
import dev.modelscan.storage.conversations.ConversationId;
import dev.modelscan.storage.tasks.TaskId;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;

/**
 * Makes the rows of {@link Growth} inside SQLite, which is many times as fast as sending them. There are always 100 busy agents
 * and 100 conversations, so that what is listed grows with the tables.
 */
final class GrowthData {

    /** How many agents have tasks. */
    static final int AGENTS = 100;

    private static final int CONVERSATIONS = 100;
    private static final String TIME = "strftime('%Y-%m-%dT%H:%M:%S.000000Z', 1735689600 + i, 'unixepoch')";

    private GrowthData() {}

    static TaskId task(long number) {
        return new TaskId(Fixture.id('T', number));
    }

    static ConversationId conversation(int number) {
        return new ConversationId(Fixture.id('C', number));
    }

    /** Adds tasks and messages, so that there are {@code to} of each where there were {@code from}. */
    static void grow(Path file, long from, long to) throws SQLException {
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file);
                Statement statement = connection.createStatement()) {
            // Only the building goes without durability, without checks and with a large cache.
            statement.execute("PRAGMA synchronous = OFF");
            statement.execute("PRAGMA ignore_check_constraints = ON");
            statement.execute("PRAGMA cache_size = -1000000");
            if (from == 0) {
                statement.execute(numbers(0, CONVERSATIONS)
                        + "INSERT INTO conversations (id, last_sequence_number, created_at) SELECT " + id('C', "i")
                        + ", 0, " + TIME + " FROM numbers");
            }
            // One transaction for each million keeps the log small.
            for (long start = from; start < to; start += 1_000_000) {
                long end = Math.min(start + 1_000_000, to);
                statement.execute(numbers(start, end) + tasks());
                statement.execute(numbers(start, end) + messages());
            }
            statement.execute("UPDATE conversations SET last_sequence_number = " + to / CONVERSATIONS
                    + " WHERE id LIKE '01900000-"
                    + Integer.toHexString(0x10000 + 'C').substring(1) + "%'");
            statement.execute("PRAGMA wal_checkpoint(TRUNCATE)");
        }
    }

    private static String numbers(long from, long to) {
        return "WITH RECURSIVE numbers (i) AS (SELECT " + from + " UNION ALL SELECT i + 1 FROM numbers WHERE i < "
                + (to - 1) + ") ";
    }

    private static String id(char kind, String number) {
        return "printf('01900000-%04x-7000-8000-%012x', " + (int) kind + ", " + number + ")";
    }

    private static String tasks() {
        return "INSERT INTO tasks (id, agent_id, type, status, priority, input, created_at, updated_at) SELECT "
                + id('T', "i") + ", " + id('a', "i % " + AGENTS) + ", 'summarise',"
                + " CASE i / " + AGENTS + " % 2 WHEN 0 THEN 'pending' ELSE 'completed' END, i % 7,"
                + " '{\"document\":\"quarterly-report.pdf\",\"pages\":42}', " + TIME + ", " + TIME + " FROM numbers";
    }

    private static String messages() {
        return "INSERT INTO messages (id, conversation_id, sequence_number, sender_id, receiver_id, content_type, content,"
                + " created_at, updated_at) SELECT " + id('M', "i") + ", " + id('C', "i % " + CONVERSATIONS)
                + ", i / " + CONVERSATIONS + " + 1, " + id('a', "i % 100") + ", " + id('a', "(i + 1) % 100")
                + ", 'text/plain', 'The third section repeats ' || hex(randomblob(20 + abs(random()) % 200)), " + TIME
                + ", " + TIME
                + " FROM numbers";
    }
}
