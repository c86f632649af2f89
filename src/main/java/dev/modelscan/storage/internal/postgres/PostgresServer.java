package dev.modelscan.storage.internal.postgres;

import dev.modelscan.storage.DatabaseOptions;
import dev.modelscan.storage.errors.BusyException;
import dev.modelscan.storage.errors.CancelledException;
import dev.modelscan.storage.internal.engine.DatabaseLocation;
import dev.modelscan.storage.internal.query.PlainSql;
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
 * @param location its URL, or a data source of the caller
 * @param options how long to wait for what, and the size of the pools
 */
public record PostgresServer(DatabaseLocation location, DatabaseOptions options) {

    /**
     * Only this detects a network that drops packets, so it is a little longer than the server's own limit.
     */
    private static final Duration NETWORK_GRACE = Duration.ofSeconds(10);

    /** The driver's URL; null if the caller has a data source. */
    @Nullable
    String url() {
        return location.url();
    }

    /** The URL of what {@code dsl()} reads from; null if the caller has a data source. */
    @Nullable
    String readUrl() {
        return location.readUrl() == null ? location.url() : location.readUrl();
    }

    /** Whether dsl() may read elsewhere, or as another role. */
    boolean hasReadUrl() {
        return location.readUrl() != null;
    }

    /** The caller's own; null if the library creates a pool. */
    @Nullable
    DataSource dataSource() {
        return location.dataSource();
    }

    /** How long to wait for a lock, a connection, or an unavailable server. */
    public Duration busyTimeout() {
        return options.busyTimeout();
    }

    /** How long a statement may take; zero for no limit. */
    Duration queryTimeout() {
        return options.queryTimeout();
    }

    /** The server's name in messages, without the part of the URL that may hold a password. */
    public String name() {
        return url() == null
                ? "the data source"
                : url().replaceFirst("\\?.*", "").replaceFirst("//[^/]*@", "//");
    }

    @Override
    public String toString() {
        return name();
    }

    /**
     * The grants that let the role use the tables of a schema, or only read them if it is opened so, as SQL. A role of
     * readUrl's only reads.
     */
    String grantsToUse(@Nullable String schema) {
        String in = PlainSql.quoted(schema == null ? "public" : schema);
        String own = grants(in, options.readOnly() ? "SELECT" : "SELECT, INSERT, UPDATE, DELETE", role());
        String reader = property(readUrl(), PGProperty.USER, "<role>");
        return reader.equals(role()) ? own : own + "; and for readUrl: " + grants(in, "SELECT", reader);
    }

    /** The grants that let the role of readUrl read a schema, as SQL. */
    String grantsToRead(@Nullable String schema) {
        return grants(
                PlainSql.quoted(schema == null ? "public" : schema),
                "SELECT",
                property(readUrl(), PGProperty.USER, "<role>"));
    }

    private static String grants(String schema, String rights, String role) {
        return "GRANT USAGE ON SCHEMA " + schema + " TO " + role + "; GRANT " + rights + " ON ALL TABLES IN SCHEMA "
                + schema + " TO " + role;
    }

    /** The grants that let the role create and migrate the tables of an existing schema, as SQL. */
    public String grantsToMigrate(@Nullable String schema) {
        return "GRANT USAGE, CREATE ON SCHEMA " + PlainSql.quoted(schema == null ? "public" : schema) + " TO " + role();
    }

    /** The grant that lets the role create schemas, as SQL. */
    public String grantToCreateSchemas() {
        return "GRANT CREATE ON DATABASE " + property(url(), PGProperty.PG_DBNAME, "<database>") + " TO " + role();
    }

    private String role() {
        return property(url(), PGProperty.USER, "<role>");
    }

    /** A data source does not tell its properties. */
    private String property(@Nullable String url, PGProperty property, String unknown) {
        Properties parsed = url == null ? null : Driver.parseURL(url, properties());
        String value = parsed == null ? null : property.getOrDefault(parsed);
        return value == null ? unknown : PlainSql.quoted(value);
    }

    /** Whether the driver can parse a URL. True without a driver, which opening reports. */
    public static boolean canRead(String url) {
        try {
            return Driver.parseURL(url, null) != null;
        } catch (NoClassDefFoundError e) {
            return true;
        }
    }

    /** The search_path that the URL asks for; null if it asks for none. */
    @Nullable
    String currentSchema() {
        Properties parsed = url() == null ? null : Driver.parseURL(url(), null);
        return parsed == null ? null : parsed.getProperty("currentSchema");
    }

    /** The driver's properties; the URL can override each. */
    Properties properties() {
        Properties properties = new Properties();
        if (location.user() != null) {
            properties.setProperty("user", location.user());
        }
        if (location.password() != null) {
            properties.setProperty("password", location.password());
        }
        String connectTimeout = Long.toString(seconds(options.connectTimeout()));
        properties.setProperty("ApplicationName", "modelscan-storage");
        properties.setProperty("connectTimeout", connectTimeout);
        // connectTimeout covers only the TCP connection; a server may accept that and not reply.
        properties.setProperty("loginTimeout", connectTimeout);
        properties.setProperty("cancelSignalTimeout", connectTimeout);
        properties.setProperty("tcpKeepAlive", "true");
        // Sends many rows of a batch as one statement.
        properties.setProperty("reWriteBatchedInserts", "true");
        if (!queryTimeout().isZero()) {
            properties.setProperty(
                    "socketTimeout", Long.toString(seconds(queryTimeout().plus(NETWORK_GRACE))));
        }
        return properties;
    }

    /**
     * A connection outside of the pool, for migrations. It has none of the library's settings and no time
     * limit. It prepares nothing on the server, so a pooler in between does not matter.
     */
    public Connection connect() throws SQLException {
        DataSource dataSource = location.dataSource();
        if (dataSource == null) {
            Connection connection = open();
            connection.unwrap(PGConnection.class).setPrepareThreshold(0);
            return connection;
        }
        BorrowedConnection connection = BorrowedConnection.of(borrow(dataSource));
        connection.prepareNothingOnTheServer();
        return connection;
    }

    /**
     * An exception without SQLSTATE comes from the data source's pool, and always means that no connection
     * became free in time.
     */
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
                        "the data source had no free connection in time; make its pool larger, or close what holds"
                                + " connections",
                        e);
            }
            throw e;
        }
    }

    private Connection open() throws SQLException {
        Properties properties = properties();
        properties.remove("socketTimeout");
        return DriverManager.getConnection(url(), properties);
    }

    private static long seconds(Duration duration) {
        return Math.max(1, duration.toSeconds());
    }
}
