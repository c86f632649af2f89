package dev.modelscan.storage.contract;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.modelscan.storage.Database;
import dev.modelscan.storage.DatabaseBuilder;
import dev.modelscan.storage.support.EmptySchemas;
import dev.modelscan.storage.support.PostgresServer;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Schemas on a PostgreSQL server, over connections of the application's own pool, which has other settings.
 */
final class PostgresDataSource implements TestEngine {

    private static final Map<String, HikariDataSource> POOLS = new ConcurrentHashMap<>();

    private final Postgres server = new Postgres();
    private final String name;
    private final HikariDataSource pool;

    PostgresDataSource() {
        this("PostgreSQL by a data source", PostgresServer.url());
    }

    PostgresDataSource(String name, String url) {
        this.name = name;
        this.pool = POOLS.computeIfAbsent(url, PostgresDataSource::pool);
    }

    private static HikariDataSource pool(String url) {
        HikariConfig configuration = new HikariConfig();
        configuration.setJdbcUrl(url);
        configuration.setMaximumPoolSize(30);
        configuration.setMinimumIdle(0);
        configuration.setAutoCommit(false);
        return new HikariDataSource(configuration);
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public DatabaseBuilder builder() {
        return Database.builder().dataSource(pool).workspace(EmptySchemas.take());
    }

    @Override
    public Optional<DatabaseBuilder> beside(Database database) {
        return Optional.of(Database.builder().dataSource(pool).workspace(Objects.requireNonNull(database.workspace())));
    }

    @Override
    public Optional<Connection> connect(Database database) throws SQLException {
        return Optional.of(pool.getConnection());
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
        if (pool.getHikariPoolMXBean().getActiveConnections() != 0) {
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
