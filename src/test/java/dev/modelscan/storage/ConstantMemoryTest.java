package dev.modelscan.storage;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A table of a million rows is read in a heap that could not hold them all. */
class ConstantMemoryTest {

    private static final int ROWS = 1_000_000;

    @TempDir
    private Path directory;

    @Test
    void aMillionRowsAreStreamedInOrderInASmallHeap() throws Exception {
        Path file = directory.resolve("large.db");
        Database.open(file).close();
        fill(file);

        String output = ChildProcess.start(directory, Reader.class, List.of("-Xmx64m"), "large.db")
                .output();

        assertThat(output.strip()).endsWith("read " + ROWS);
    }

    /** Tasks that are alike but for their ids and times, which rise together. */
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
}
