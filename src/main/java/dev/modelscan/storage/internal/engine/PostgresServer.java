package dev.modelscan.storage.internal.engine;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Properties;
import java.util.Set;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.postgresql.Driver;
import org.postgresql.PGConnection;

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

    /** SQLSTATEs of a server that ends connections, has none left, or is about to start: it is there, or will be soon. */
    private static final Set<String> COMING_BACK = Set.of("57P01", "57P02", "57P03", "53300", "08003", "08006");

    /** Whether it is worth a wait for the server, which is not so for one that was never reached, nor for a node of its cluster. */
    public static boolean mayComeBack(SQLException e) {
        return COMING_BACK.contains(PostgresDialect.stateOf(e))
                && PostgresDialect.classify(e).kind() != Failure.Kind.NODE_AWAY;
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
        BorrowedConnection connection = BorrowedConnection.of(dataSource.getConnection());
        connection.prepareNothingOnTheServer();
        return connection;
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
