package dev.modelscan.storage.contract;

import dev.modelscan.storage.Database;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;

/** SQLite in files of a directory. */
final class SqliteFile implements TestEngine {

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
    public Database.Builder builder() {
        return Database.builder().path(directory.resolve("contract-" + COUNT.incrementAndGet() + ".db"));
    }

    @Override
    public Optional<Database.Builder> beside(Database database) {
        return Optional.of(Database.builder().path(Objects.requireNonNull(database.file())));
    }

    @Override
    public boolean readsWhileWriting() {
        return true;
    }
}
