package dev.modelscan.storage.support;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Queue;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Assumptions;

/**
 * The PostgreSQL server of the tests, one for each JVM. It is started at first use, and stopped when the JVM
 * ends. With {@code -Dmodelscan.test.postgres=jdbc:postgresql://host:port/database?user=…&password=…} the
 * tests use that server, and start none.
 *
 * <p>The started server does not wait for the disk, so it cannot show durability.
 */
public final class PostgresServer {

    private static final String PROPERTY = "modelscan.test.postgres";

    /** Several JVMs may share a server, and a killed one leaves its schemas there. */
    private static final String PREFIX =
            "modelscan_test_" + UUID.randomUUID().toString().substring(0, 8);

    private static final AtomicInteger COUNT = new AtomicInteger();
    private static final Queue<String> SCHEMAS = new ConcurrentLinkedQueue<>();
    private static final Queue<String> DATABASES = new ConcurrentLinkedQueue<>();
    private static final Queue<String> ROLES = new ConcurrentLinkedQueue<>();

    private PostgresServer() {}

    /**
     * Whether tests are of use that only an ordinary role or a cluster could fail: on a server that somebody gave. They also run
     * with {@code -Dmodelscan.test.long=true}.
     */
    public static boolean mayBeAnothers() {
        return System.getProperty(PROPERTY) != null || Boolean.getBoolean("modelscan.test.long");
    }

    /** The server's URL, with user and password, and no schema. */
    public static String url() {
        return Running.URL;
    }

    /** A URL whose connections work in a schema. */
    public static String url(String schema) {
        return with("currentSchema=" + schema, url());
    }

    /** A URL with one more of the driver's properties. */
    public static String with(String property, String url) {
        return url + (url.contains("?") ? "&" : "?") + property;
    }

    /**
     * The URL of a new database with these options of {@code CREATE DATABASE}. It is dropped at the end of
     * the run.
     */
    public static String newDatabase(String options) throws SQLException {
        String name = PREFIX + "_" + COUNT.incrementAndGet();
        try (Connection connection = DriverManager.getConnection(url());
                Statement statement = connection.createStatement()) {
            create(statement, "CREATE DATABASE " + name + " " + options);
        }
        DATABASES.add(name);
        return url().replaceFirst("^(jdbc:postgresql://[^/]+/)[^?]*", "$1" + name);
    }

    /** A new role that may only log in; its password is its name. It is dropped at the end of the run. */
    public static String newRole() throws SQLException {
        String name = newRoleName();
        try (Connection connection = DriverManager.getConnection(url());
                Statement statement = connection.createStatement()) {
            create(statement, "CREATE ROLE " + name + " LOGIN PASSWORD '" + name + "'");
        }
        return name;
    }

    /** A name that no role has. A role of that name is dropped at the end of the run. */
    public static String newRoleName() {
        String name = PREFIX + "_" + COUNT.incrementAndGet();
        ROLES.add(name);
        return name;
    }

    /** Whether a connection's role may do all. */
    public static boolean isSuperuser(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(
                        "SELECT rolsuper FROM pg_catalog.pg_roles WHERE rolname = current_user")) {
            return row.next() && row.getBoolean(1);
        }
    }

    /**
     * The role of a given server may be an ordinary one. It passes all tests except those that need more
     * rights.
     */
    private static void create(Statement statement, String command) throws SQLException {
        try {
            statement.execute(command);
        } catch (SQLException e) {
            Assumptions.assumeFalse("42501".equals(e.getSQLState()), () -> String.valueOf(e.getMessage()));
            throw e;
        }
    }

    /** A URL of a database, for another role. */
    public static String urlAs(String role, String url) {
        return url.replaceFirst("\\?.*", "") + "?user=" + role + "&password=" + role;
    }

    /** A name that no schema has. A schema of that name is dropped at the end of the run. */
    public static String newSchemaName() {
        String name = PREFIX + "_" + COUNT.incrementAndGet();
        SCHEMAS.add(name);
        return name;
    }

    /**
     * Creates an empty schema, which is dropped at the end of the run. On a cluster it is not distributed.
     */
    public static String newSchema() throws SQLException {
        String name = newSchemaName();
        try (Connection connection = DriverManager.getConnection(url());
                Statement statement = connection.createStatement()) {
            statement.execute("SET citus.enable_schema_based_sharding = off");
            statement.execute("CREATE SCHEMA " + name);
        }
        return name;
    }

    /** A connection that works in a schema; the caller closes it. */
    public static Connection connect(String schema) throws SQLException {
        return DriverManager.getConnection(url(schema));
    }

    /** Starts at first use. */
    private static final class Running {

        static final String URL = find();

        private static String find() {
            String given = System.getProperty(PROPERTY);
            if (given == null) {
                return start();
            }
            Runtime.getRuntime().addShutdownHook(new Thread(() -> dropSchemas(given)));
            return given;
        }

        /** Drops no schemas: the data directory is deleted when the server stops. */
        private static String start() {
            try {
                // Each server gets its own directory in here, and a free port. At the first start after ten
                // minutes the library stops a server that a killed JVM left behind, and deletes its
                // directory.
                Path directory = Path.of("target/postgres").toAbsolutePath();
                System.setProperty("ot.epg.working-dir", directory.toString());
                return EmbeddedPostgres.builder()
                        .setDataDirectory(Files.createDirectories(directory.resolve(PREFIX)))
                        // The same on each machine, and messages in English.
                        .setLocaleConfig("locale", "C")
                        .start()
                        .getJdbcUrl("postgres", "postgres");
            } catch (IOException e) {
                throw new UncheckedIOException(
                        "no PostgreSQL server could be started; -D" + PROPERTY
                                + "=jdbc:postgresql://… uses one that runs",
                        e);
            }
        }
    }

    private static void dropSchemas(String url) {
        try (Connection connection = DriverManager.getConnection(url);
                Statement statement = connection.createStatement()) {
            // A test that left a transaction open would block this forever.
            statement.execute("SET lock_timeout = '5s'");
            SCHEMAS.forEach(schema -> drop(statement, "SCHEMA IF EXISTS " + schema + " CASCADE"));
            DATABASES.forEach(database -> drop(statement, "DATABASE IF EXISTS " + database + " WITH (FORCE)"));
            ROLES.forEach(role -> drop(statement, "ROLE IF EXISTS " + role));
        } catch (SQLException e) {
            System.err.println("schemas " + PREFIX + "_* are still there: " + e.getMessage());
        }
    }

    /** If one cannot be dropped, the others still are. */
    private static void drop(Statement statement, String what) {
        try {
            statement.execute("DROP " + what);
        } catch (SQLException e) {
            System.err.println(what + " could not be dropped: " + e.getMessage());
        }
    }
}
