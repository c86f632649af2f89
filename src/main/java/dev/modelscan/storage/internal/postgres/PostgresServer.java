package dev.modelscan.storage.internal.postgres;

import dev.modelscan.storage.errors.BusyException;
import dev.modelscan.storage.errors.CancelledException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Properties;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.postgresql.Driver;
import org.postgresql.PGConnection;
import org.postgresql.PGProperty;

/**
 * How to reach a PostgreSQL server.
 *
 * @param url the driver's URL; null where there is a data source of the caller's
 * @param readUrl the URL of what {@code dsl()} reads from; null for the same server
 * @param user the role; null where the URL or the driver's defaults say it
 * @param password the role's password; null likewise
 * @param dataSource the caller's own; null where the library makes a pool
 * @param poolSize the most connections of the pool
 * @param connectTimeout how long connecting may take
 * @param busyTimeout how long to wait for a lock, a connection, or a server that is away
 * @param queryTimeout how long a statement may take; zero for no limit
 */
public record PostgresServer(
        @Nullable String url,
        @Nullable String readUrl,
        @Nullable String user,
        @Nullable String password,
        @Nullable DataSource dataSource,
        int poolSize,
        Duration connectTimeout,
        Duration busyTimeout,
        Duration queryTimeout) {

    /** A network that swallows packets is noticed only by this, so it comes a little after the server's own limit. */
    private static final Duration NETWORK_GRACE = Duration.ofSeconds(10);

    /** What messages call the server; its URL may hold a password behind the question mark. */
    public String name() {
        return url == null ? "the data source" : url.replaceFirst("\\?.*", "").replaceFirst("//[^/]*@", "//");
    }

    @Override
    public String toString() {
        return name();
    }

    /** What lets the role use the tables of a schema, as it stands in SQL. */
    String grantsToUse(@Nullable String schema) {
        String in = schema == null ? "public" : schema;
        return "for the library's tables: GRANT USAGE ON SCHEMA " + PostgresSchema.quoted(in) + " TO " + role()
                + "; GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA " + PostgresSchema.quoted(in)
                + " TO " + role();
    }

    /** What lets the role make and migrate the tables of a schema that exists, as it stands in SQL. */
    public String grantsToMigrate(@Nullable String schema) {
        return "GRANT USAGE, CREATE ON SCHEMA " + PostgresSchema.quoted(schema == null ? "public" : schema) + " TO "
                + role() + "; tables that another role made are migrated as that role";
    }

    /** What lets the role make schemas, as it stands in SQL. */
    public String grantToCreateSchemas() {
        return "GRANT CREATE ON DATABASE " + property(PGProperty.PG_DBNAME, "<database>") + " TO " + role();
    }

    private String role() {
        return property(PGProperty.USER, "<role>");
    }

    /** Of a data source only its owner knows these. */
    private String property(PGProperty property, String unknown) {
        Properties parsed = url == null ? null : Driver.parseURL(url, properties());
        String value = parsed == null ? null : property.getOrDefault(parsed);
        return value == null ? unknown : PostgresSchema.quoted(value);
    }

    /** Whether the driver can make something of a URL; also where there is no driver, which opening tells. */
    public static boolean canRead(String url) {
        try {
            return Driver.parseURL(url, null) != null;
        } catch (NoClassDefFoundError e) {
            return true;
        }
    }

    /** The path that the URL asks for; null if it asks for none. */
    @Nullable
    String currentSchema() {
        Properties parsed = url == null ? null : Driver.parseURL(url, null);
        return parsed == null ? null : parsed.getProperty("currentSchema");
    }

    /** The driver's properties; each can be overridden in the URL. */
    Properties properties() {
        Properties properties = new Properties();
        if (user != null) {
            properties.setProperty("user", user);
        }
        if (password != null) {
            properties.setProperty("password", password);
        }
        properties.setProperty("ApplicationName", "modelscan-storage");
        properties.setProperty("connectTimeout", Long.toString(seconds(connectTimeout)));
        // The one above ends with the TCP connection; a server may accept that and say nothing.
        properties.setProperty("loginTimeout", Long.toString(seconds(connectTimeout)));
        properties.setProperty("cancelSignalTimeout", Long.toString(seconds(connectTimeout)));
        properties.setProperty("tcpKeepAlive", "true");
        // Many rows of a batch go as one statement.
        properties.setProperty("reWriteBatchedInserts", "true");
        if (!queryTimeout.isZero()) {
            properties.setProperty("socketTimeout", Long.toString(seconds(queryTimeout.plus(NETWORK_GRACE))));
        }
        return properties;
    }

    /**
     * A connection outside of any pool, for migrations. It has no settings of the library's and no limit of time, and prepares
     * nothing on the server, so that it does not matter whether a pooler stands between.
     */
    public Connection connect() throws SQLException {
        if (dataSource == null) {
            Connection connection = open();
            connection.unwrap(PGConnection.class).setPrepareThreshold(0);
            return connection;
        }
        BorrowedConnection connection = BorrowedConnection.of(borrow(dataSource));
        connection.prepareNothingOnTheServer();
        return connection;
    }

    /** What has no SQLSTATE is the pool's own word, and it has only one: that no connection came free in time. */
    static Connection borrow(DataSource dataSource) throws SQLException {
        try {
            return dataSource.getConnection();
        } catch (SQLException e) {
            if (e.getCause() instanceof InterruptedException) {
                Thread.currentThread().interrupt();
                throw new CancelledException("interrupted while waiting for a connection of the data source", e);
            }
            if (PostgresErrors.stateOf(e).isEmpty()) {
                throw new BusyException(
                        "the data source gave no connection in time; let its pool have more of them, or close what"
                                + " holds them",
                        e);
            }
            throw e;
        }
    }

    private Connection open() throws SQLException {
        Properties properties = properties();
        properties.remove("socketTimeout");
        return DriverManager.getConnection(url, properties);
    }

    private static long seconds(Duration duration) {
        return Math.max(1, duration.toSeconds());
    }
}
