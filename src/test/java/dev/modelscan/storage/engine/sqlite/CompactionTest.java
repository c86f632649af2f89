package dev.modelscan.storage.engine.sqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.modelscan.storage.Database;
import dev.modelscan.storage.agents.Agent;
import dev.modelscan.storage.errors.BusyException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A file gives its free pages back. */
class CompactionTest {

    @TempDir
    Path directory;

    @Test
    void aReaderThatDoesNotEndIsNamed() throws Exception {
        Path file = directory.resolve("full.db");
        try (Database db = Database.builder()
                .path(file)
                .busyTimeout(Duration.ofMillis(200))
                .open()) {
            List<Agent> agents = db.agents()
                    .createAll(IntStream.range(0, 1_000)
                            .mapToObj(i -> Agent.builder()
                                    .name("agent " + i + " of many".repeat(20))
                                    .mode("llm")
                                    .build())
                            .toList());
            db.useTx(tx -> agents.forEach(agent -> tx.agents().delete(agent.id())));
            try (Connection reader = DriverManager.getConnection("jdbc:sqlite:" + file);
                    Statement statement = reader.createStatement()) {
                statement.execute("BEGIN");
                statement.executeQuery("SELECT count(*) FROM agents").close();
                assertThatThrownBy(db::compact)
                        .isInstanceOf(BusyException.class)
                        .hasMessageContaining(file.toString())
                        .hasMessageContaining("compact again");
            }
            long before = Files.size(file);
            assertThat(db.compact()).isPositive();
            assertThat(Files.size(file)).isLessThan(before);
        }
    }
}
