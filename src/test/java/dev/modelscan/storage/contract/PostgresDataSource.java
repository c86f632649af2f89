package dev.modelscan.storage.contract;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.modelscan.storage.Database;
import dev.modelscan.storage.DatabaseBuilder;
import dev.modelscan.storage.PostgresServer;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/** Schemas on a PostgreSQL server, by connections of an application's own pool, which has its own idea of settings. */
final class PostgresDataSource implements TestEngine {

    private static final HikariDataSource POOL = pool();

    private final Postgres server = new Postgres();

    private static HikariDataSource pool() {
        HikariConfig configuration = new HikariConfig();
        configuration.setJdbcUrl(PostgresServer.url());
        configuration.setMaximumPoolSize(30);
        configuration.setMinimumIdle(0);
        configuration.setAutoCommit(false);
        return new HikariDataSource(configuration);
    }

    @Override
    public String name() {
        return "PostgreSQL by a data source";
    }

    @Override
    public DatabaseBuilder builder() {
        return Database.builder().dataSource(POOL).workspace(server.newWorkspace());
    }

    @Override
    public Optional<DatabaseBuilder> beside(Database database) {
        return Optional.of(Database.builder().dataSource(POOL).workspace(Objects.requireNonNull(database.workspace())));
    }

    @Override
    public DatabaseBuilder withConnections(DatabaseBuilder builder, int most) {
        return builder;
    }

    @Override
    public boolean readsWhileWriting() {
        return true;
    }

    @Override
    public String allowWrites() {
        return server.allowWrites();
    }

    @Override
    public String slowCondition() {
        return server.slowCondition();
    }

    @Override
    public List<String> slowTrigger() {
        return server.slowTrigger();
    }

    @Override
    public void recycle(Database closed) {
        if (POOL.getHikariPoolMXBean().getActiveConnections() != 0) {
            throw new AssertionError("a connection was not given back");
        }
        server.recycle(closed);
    }

    @Override
    public List<String> waysToRaise(String text) {
        return server.waysToRaise(text);
    }

    @Override
    public List<String> rejectingTriggers(String wayToRaise) {
        return server.rejectingTriggers(wayToRaise);
    }
}
