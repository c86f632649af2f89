package dev.modelscan.storage.contract;

import dev.modelscan.storage.Database;
import dev.modelscan.storage.DatabaseBuilder;
import dev.modelscan.storage.support.EmptySchemas;
import dev.modelscan.storage.support.PostgresServer;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;

/** Schemas on a PostgreSQL server, which may be behind a pooler. */
final class Postgres implements TestEngine {

    private final String name;
    private final String url;

    Postgres() {
        this("PostgreSQL", PostgresServer.url());
    }

    Postgres(String name, String url) {
        this.name = name;
        this.url = url;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public DatabaseBuilder builder() {
        return Database.builder().url(url).workspace(EmptySchemas.take());
    }

    @Override
    public Optional<DatabaseBuilder> beside(Database database) {
        return Optional.of(Database.builder().url(url).workspace(Objects.requireNonNull(database.workspace())));
    }

    @Override
    public Optional<Connection> connect(Database database) throws SQLException {
        // As docs/scaling.md advises for poolers that share sessions.
        Connection connection =
                DriverManager.getConnection(url + (url.contains("?") ? "&" : "?") + "prepareThreshold=0");
        connection.setAutoCommit(false);
        return Optional.of(connection);
    }

    @Override
    public DatabaseBuilder withConnections(DatabaseBuilder builder, int most) {
        return builder.poolSize(most);
    }

    @Override
    public boolean readsWhileWriting() {
        return true;
    }

    @Override
    public String allowWrites() {
        return "SET default_transaction_read_only = off";
    }

    @Override
    public String slowCondition() {
        return "pg_sleep(60) IS NOT NULL";
    }

    @Override
    public List<String> slowTrigger() {
        return List.of(
                "CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_sleep(60); RETURN NEW;"
                        + " END'",
                "CREATE TRIGGER slow BEFORE UPDATE OF mode ON agents FOR EACH ROW EXECUTE FUNCTION slow()");
    }

    @Override
    public void recycle(Database closed) {
        EmptySchemas.giveBack(Objects.requireNonNull(closed.workspace()));
    }

    @Override
    public List<String> waysToRaise(String text) {
        return Stream.of(
                        "",
                        " USING ERRCODE = '23514'",
                        " USING ERRCODE = '23505', CONSTRAINT = 'policy'",
                        " USING ERRCODE = 'foreign_key_violation'",
                        " USING ERRCODE = 'MS001', HINT = 'ask'")
                .map(using -> "RAISE EXCEPTION '%', '" + text + "'" + using)
                .toList();
    }

    @Override
    public List<String> rejectingTriggers(String wayToRaise) {
        return List.of(
                "CREATE FUNCTION reject() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN " + wayToRaise + "; END $$",
                "CREATE TRIGGER reject_writes BEFORE INSERT OR UPDATE ON agents FOR EACH ROW"
                        + " WHEN (NEW.mode = 'forbidden') EXECUTE FUNCTION reject()",
                "CREATE TRIGGER reject_deletes BEFORE DELETE ON agents FOR EACH ROW EXECUTE FUNCTION reject()");
    }
}
