package dev.modelscan.storage.contract;

import dev.modelscan.storage.Database;
import dev.modelscan.storage.DatabaseBuilder;
import java.nio.file.Path;
import java.sql.Connection;
import java.util.List;
import java.util.Optional;

/** SQLite in memory. */
final class SqliteMemory implements TestEngine {

    @Override
    public String name() {
        return "SQLite in memory";
    }

    @Override
    public DatabaseBuilder builder() {
        return Database.builder().inMemory();
    }

    @Override
    public Optional<DatabaseBuilder> beside(Database database) {
        return Optional.empty();
    }

    @Override
    public Optional<Connection> connect(Database database) {
        return Optional.empty();
    }

    @Override
    public DatabaseBuilder withConnections(DatabaseBuilder builder, int most) {
        return builder.readers(most);
    }

    /** In memory there is no write-ahead log, so a reader waits for the writer. */
    @Override
    public boolean readsWhileWriting() {
        return false;
    }

    @Override
    public String allowWrites() {
        return "PRAGMA query_only = OFF";
    }

    @Override
    public String slowCondition() {
        return SqliteFile.SLOW_CONDITION;
    }

    @Override
    public List<String> slowTrigger() {
        return List.of("CREATE TRIGGER slow BEFORE UPDATE OF mode ON agents BEGIN SELECT 1 WHERE "
                + SqliteFile.SLOW_CONDITION + "; END");
    }

    @Override
    public List<String> waysToRaise(String text) {
        return new SqliteFile(Path.of("unused")).waysToRaise(text);
    }

    @Override
    public List<String> rejectingTriggers(String wayToRaise) {
        return new SqliteFile(Path.of("unused")).rejectingTriggers(wayToRaise);
    }
}
