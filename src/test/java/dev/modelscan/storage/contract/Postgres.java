package dev.modelscan.storage.contract;

import dev.modelscan.storage.Database;
import dev.modelscan.storage.DatabaseBuilder;
import dev.modelscan.storage.PostgresServer;
import java.util.Objects;
import java.util.Optional;

/** Schemas on a PostgreSQL server. */
final class Postgres implements TestEngine {

    @Override
    public String name() {
        return "PostgreSQL";
    }

    @Override
    public DatabaseBuilder builder() {
        return Database.builder().url(PostgresServer.url()).workspace(PostgresServer.newSchemaName());
    }

    @Override
    public Optional<DatabaseBuilder> beside(Database database) {
        return Optional.of(
                Database.builder().url(PostgresServer.url()).workspace(Objects.requireNonNull(database.workspace())));
    }

    @Override
    public boolean readsWhileWriting() {
        return true;
    }
}
