package dev.modelscan.storage.internal.sqlite.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.modelscan.storage.Database;
import dev.modelscan.storage.Durability;
import dev.modelscan.storage.errors.UnavailableException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LogFileTest {

    @TempDir
    private Path directory;

    /** Between the check of the files before a write and the opening of the log there is a moment. */
    @Test
    void aLogThatTookThePlaceOfOursIsNeitherFlushedNorWritten() throws Exception {
        Path file = directory.resolve("app.db");
        Database.open(file).close();
        SqliteConnections connections = SqliteConnections.toFile(file, Durability.SHARED_FLUSH, Duration.ofSeconds(1));
        connections.rememberFile();
        Anchor anchor = new Anchor(connections);
        anchor.open();
        try {
            connections.openLog().close();
            connections.rewriteLog();
            Path log = directory.resolve("app.db-wal");
            Files.delete(log);
            Files.writeString(log, "somebody's");
            assertThatThrownBy(connections::openLog)
                    .isExactlyInstanceOf(UnavailableException.class)
                    .hasMessageContaining("app.db-wal or its index was moved or deleted");
            assertThatThrownBy(connections::rewriteLog)
                    .isExactlyInstanceOf(UnavailableException.class)
                    .hasMessageContaining("app.db-wal or its index was moved or deleted");
            assertThat(log).hasContent("somebody's");
        } finally {
            anchor.close();
        }
    }
}
