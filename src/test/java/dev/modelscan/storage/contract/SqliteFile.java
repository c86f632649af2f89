package dev.modelscan.storage.contract;

import dev.modelscan.storage.Database;
import dev.modelscan.storage.DatabaseBuilder;
import dev.modelscan.storage.Durability;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.sqlite.SQLiteConfig;

/** SQLite in files of a directory. */
final class SqliteFile implements TestEngine {

    static final String SLOW_CONDITION =
            "(WITH RECURSIVE c (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < 1000000000) SELECT count(*) FROM c) > 0";

    private static final AtomicInteger COUNT = new AtomicInteger();

    private final Path directory;

    SqliteFile(Path directory) {
        this.directory = directory;
    }

    @Override
    public String name() {
        return "SQLite file";
    }

    @Override
    public DatabaseBuilder builder() {
        return Database.builder()
                .path(copyOfEmpty(directory.resolve("contract-" + COUNT.incrementAndGet() + ".db")))
                // No suite simulates a power loss.
                .durability(Durability.NORMAL);
    }

    /** Migrates once for all tests, which saves most of their time; opening still compares the schema. */
    private Path copyOfEmpty(Path file) {
        Path empty = directory.resolve("empty.db");
        try {
            synchronized (SqliteFile.class) {
                if (!Files.exists(empty)) {
                    Database.open(empty).close();
                }
            }
            return Files.copy(empty, file, StandardCopyOption.COPY_ATTRIBUTES);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public Optional<DatabaseBuilder> beside(Database database) {
        return Optional.of(Database.builder().path(Objects.requireNonNull(database.file())));
    }

    @Override
    public Optional<Connection> connect(Database database) throws SQLException {
        SQLiteConfig config = new SQLiteConfig();
        config.enforceForeignKeys(true);
        config.setTransactionMode(SQLiteConfig.TransactionMode.IMMEDIATE);
        Connection connection = config.createConnection("jdbc:sqlite:" + database.file());
        connection.setAutoCommit(false);
        return Optional.of(connection);
    }

    @Override
    public DatabaseBuilder withConnections(DatabaseBuilder builder, int most) {
        return builder.readers(most);
    }

    @Override
    public boolean readsWhileWriting() {
        return true;
    }

    @Override
    public String allowWrites() {
        return "PRAGMA query_only = OFF";
    }

    @Override
    public String slowCondition() {
        return SLOW_CONDITION;
    }

    @Override
    public List<String> slowTrigger() {
        return List.of(
                "CREATE TRIGGER slow BEFORE UPDATE OF mode ON agents BEGIN SELECT 1 WHERE " + SLOW_CONDITION + "; END");
    }

    @Override
    public List<String> waysToRaise(String text) {
        return Stream.of("ABORT", "FAIL", "ROLLBACK")
                .map(action -> "RAISE(" + action + ", '" + text + "')")
                .toList();
    }

    @Override
    public List<String> rejectingTriggers(String wayToRaise) {
        return Stream.of(
                        "inserts BEFORE INSERT ON agents WHEN NEW.mode = 'forbidden'",
                        "updates AFTER UPDATE ON agents WHEN NEW.mode = 'forbidden'",
                        "deletes BEFORE DELETE ON agents")
                .map(event -> "CREATE TRIGGER reject_" + event + " BEGIN SELECT " + wayToRaise + "; END")
                .toList();
    }
}
