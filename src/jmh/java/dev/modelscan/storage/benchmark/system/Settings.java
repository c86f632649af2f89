package dev.modelscan.storage.benchmark.system;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.modelscan.storage.Durability;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.Properties;

/**
 * How the systems that are not the library open the database: with the pragmas that the library sets.
 *
 * @param connections how many a pool may have
 */
record Settings(Path file, Durability durability, int connections) {

    // At 128 threads some wait long inside SQLite; a shorter time would fail them, and a failure is fast.
    private static final String BUSY_TIMEOUT_MILLIS = "60000";

    private Properties properties() {
        Properties properties = new Properties();
        properties.setProperty("journal_mode", "WAL");
        properties.setProperty("synchronous", durability.name());
        properties.setProperty("foreign_keys", "true");
        properties.setProperty("cache_size", "-16000");
        properties.setProperty("busy_timeout", BUSY_TIMEOUT_MILLIS);
        return properties;
    }

    private String url() {
        return "jdbc:sqlite:" + file;
    }

    Connection connect() {
        try {
            return DriverManager.getConnection(url(), properties());
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    HikariDataSource pool() {
        HikariConfig config = new HikariConfig();
        config.setJdbcUrl(url());
        config.setDataSourceProperties(properties());
        config.setMaximumPoolSize(connections);
        config.setConnectionTimeout(60_000);
        return new HikariDataSource(config);
    }
}
