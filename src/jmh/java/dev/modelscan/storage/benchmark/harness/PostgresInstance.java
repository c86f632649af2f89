package dev.modelscan.storage.benchmark.harness;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

/**
 * The server that is measured: the one of {@code --postgres=<url>}, or one of the benchmark's own, which waits for the disk
 * as a server does that was installed.
 */
public final class PostgresInstance implements AutoCloseable {

    private final EmbeddedPostgres own;
    private final String url;

    /** Starts one where no URL is given. */
    public PostgresInstance(String given) throws IOException {
        own = given.isEmpty()
                ? EmbeddedPostgres.builder()
                        .setServerConfig("fsync", "on")
                        .setServerConfig("synchronous_commit", "on")
                        .setServerConfig("full_page_writes", "on")
                        .setServerConfig("max_wal_size", "4GB")
                        .start()
                : null;
        url = own == null ? given : own.getJdbcUrl("postgres", "postgres");
    }

    /** The driver's URL. */
    public String url() {
        return url;
    }

    /** What the server says of itself. */
    public String version() throws SQLException {
        try (Connection connection = DriverManager.getConnection(url);
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("SHOW server_version")) {
            rows.next();
            return rows.getString(1);
        }
    }

    /** Runs statements on a connection of its own. */
    public void execute(String sql) throws SQLException {
        try (Connection connection = DriverManager.getConnection(url);
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    @Override
    public void close() throws IOException {
        if (own != null) {
            own.close();
        }
    }
}
