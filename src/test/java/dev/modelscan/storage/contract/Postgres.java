package dev.modelscan.storage.contract;

import dev.modelscan.storage.Database;
import dev.modelscan.storage.DatabaseBuilder;
import dev.modelscan.storage.support.PostgresServer;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.Stream;

/** Schemas on a PostgreSQL server, which may be behind a pooler. */
final class Postgres implements TestEngine {

    private static final Queue<String> RECYCLED = new ConcurrentLinkedQueue<>();

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
        return Database.builder().url(url).workspace(newWorkspace());
    }

    /** The name of an empty schema, or of one that does not exist yet. */
    String newWorkspace() {
        String recycled = RECYCLED.poll();
        return recycled == null ? PostgresServer.newSchemaName() : recycled;
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

    /** Emptying a schema takes a tenth of the time of making one. */
    @Override
    public void recycle(Database closed) {
        String schema = Objects.requireNonNull(closed.workspace());
        try (Connection connection = PostgresServer.connect(schema);
                Statement statement = connection.createStatement()) {
            statement.execute("DROP FUNCTION IF EXISTS slow, reject CASCADE");
            connection.setAutoCommit(false);
            // Before the tables that they refer to. What they own goes with them.
            for (String table : List.of(
                    "deleted_records",
                    "model_calls",
                    "messages",
                    "conversations",
                    "tool_executions",
                    "tasks",
                    "team_members",
                    "teams",
                    "workflows",
                    "agents",
                    "blobs",
                    "sources")) {
                statement.addBatch("DELETE FROM " + table);
            }
            statement.executeBatch();
            connection.commit();
            RECYCLED.add(schema);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
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
