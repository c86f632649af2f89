package dev.modelscan.storage.internal.sqlite.file;

import static org.assertj.core.api.Assertions.assertThat;

import dev.modelscan.storage.Database;
import dev.modelscan.storage.Durability;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AnchorTest {

    /** Longer than any connection waits in the driver by itself. */
    private static final long LOCKED_MILLIS = 300;

    @TempDir
    private Path directory;

    @Test
    void waitsForWhoeverLocksTheWholeFile() throws Exception {
        Path file = directory.resolve("locked.db");
        Database.open(file).close();
        Anchor anchor = new Anchor(SqliteConnections.toFile(file, Durability.FULL, Duration.ofSeconds(10)));
        Thread unlocks;
        try (Connection other = DriverManager.getConnection("jdbc:sqlite:" + file);
                Statement statement = other.createStatement()) {
            statement.execute("PRAGMA locking_mode = EXCLUSIVE");
            statement.execute("BEGIN EXCLUSIVE");
            unlocks = new Thread(() -> closeLater(other));
            unlocks.start();
            anchor.open();
            unlocks.join();
        }

        assertThat(anchor.connection()).isNotNull();
        anchor.close();
    }

    private static void closeLater(Connection connection) {
        try {
            Thread.sleep(LOCKED_MILLIS);
            connection.close();
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }
}
