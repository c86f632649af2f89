package dev.modelscan.storage.internal.engine;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.modelscan.storage.BusyException;
import dev.modelscan.storage.CancelledException;
import dev.modelscan.storage.UnavailableException;
import dev.modelscan.storage.internal.query.Session;
import dev.modelscan.storage.internal.query.Watchdog;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;
import org.postgresql.core.BaseConnection;
import org.postgresql.core.TransactionState;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Connections to a server, each with the library's settings and the statements that it keeps prepared. One pool serves any
 * number of schemas: a connection that last served another is pointed to the one that is asked for.
 *
 * <p>The connections of a data source of the caller's have their settings put back before they return to it, and keep no
 * statements.
 */
final class PostgresPool implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(PostgresPool.class);

    private static final long SHORTEST_WAIT_MILLIS = 250;
    /** SQLSTATE sqlclient_unable_to_establish_sqlconnection. */
    private static final String NO_CONNECTION = "08001";

    private static final long CLOSE_MILLIS = 30_000;

    private final PostgresServer server;
    private final Watchdog watchdog;
    private final PostgresSettings settings;
    private final @Nullable HikariDataSource pool;
    private final DataSource source;
    // By the driver's own connections, which the pool hands out again and again in other wrappers.
    private final Map<Connection, Pooled> known = new ConcurrentHashMap<>();
    // The connections of a data source are not this one's to count.
    private final AtomicInteger leased = new AtomicInteger();
    private volatile boolean onCitus;
    private volatile boolean closed;

    /** A connection of the driver's, its statements and settings, and the schema that it looks into. */
    private static final class Pooled {

        final Session session;
        final PostgresSettings settings;

        @Nullable
        String schema;

        Pooled(Connection connection, PostgresSettings settings) {
            this.session = new Session(connection, PostgresDialect.INSTANCE);
            this.settings = settings;
        }
    }

    /** A connection that is somebody's until it is given back. */
    static final class Lease {

        private final Connection outer;
        private final Session session;

        private Lease(Connection outer, Session session) {
            this.outer = outer;
            this.session = session;
        }

        Session session() {
            return session;
        }
    }

    /** Connects with the first lease. */
    PostgresPool(
            PostgresServer server, Watchdog watchdog, PostgresSettings settings, @Nullable String url, String name) {
        this.server = server;
        this.watchdog = watchdog;
        this.settings = settings;
        if (server.dataSource() == null) {
            this.pool = new HikariDataSource(configuration(server, Objects.requireNonNull(url), name));
            this.source = pool;
        } else {
            this.pool = null;
            this.source = server.dataSource();
        }
    }

    private static HikariConfig configuration(PostgresServer server, String url, String name) {
        HikariConfig configuration = new HikariConfig();
        configuration.setPoolName("modelscan-storage-" + name);
        configuration.setJdbcUrl(url);
        configuration.setDataSourceProperties(server.properties());
        configuration.setMaximumPoolSize(server.poolSize());
        configuration.setMinimumIdle(1);
        configuration.setConnectionTimeout(
                Math.max(SHORTEST_WAIT_MILLIS, server.busyTimeout().toMillis()));
        configuration.setValidationTimeout(Math.max(
                SHORTEST_WAIT_MILLIS,
                Math.min(server.busyTimeout().toMillis(), Duration.ofSeconds(5).toMillis())));
        // Whether the server can be reached is for the caller to find out, with the library's errors.
        configuration.setInitializationFailTimeout(-1);
        return configuration;
    }

    /** A connection that looks into the schema, or where it is null, into what the server chooses. */
    Lease acquire(@Nullable String schema) throws SQLException {
        // Neither the pool nor the driver could give back what they had taken at the stack's end. Whoever gives the lease back does so
        // from about the same depth, and finds as much.
        StackReserve.require();
        // First, so that closing waits for this one, or this one finds it closed.
        leased.incrementAndGet();
        try {
            return lease(schema);
        } catch (Throwable t) {
            leased.decrementAndGet();
            throw t;
        }
    }

    /** Whether Citus runs on the server; known with the first lease. */
    boolean isOnCitus() {
        return onCitus;
    }

    private Lease lease(@Nullable String schema) throws SQLException {
        if (closed) {
            throw new UnavailableException(server.name() + " is closed", null);
        }
        Connection outer = connect();
        if (pool == null) {
            BorrowedConnection borrowed = BorrowedConnection.of(outer, settings.in(schema));
            onCitus = borrowed.before().areOfCitus();
            return borrowed(borrowed);
        }
        try {
            return pooled(outer, schema);
        } catch (SQLException | RuntimeException | Error e) {
            discard(outer);
            throw e;
        }
    }

    private Connection connect() throws SQLException {
        try {
            return source.getConnection();
        } catch (SQLException e) {
            if (e.getCause() instanceof InterruptedException) {
                Thread.currentThread().interrupt();
                throw new CancelledException("interrupted while waiting for a connection to " + server.name(), e);
            }
            // The pool's own exception has no state but that of what kept it from connecting.
            if (pool != null && e.getSQLState() == null && !closed) {
                if (pool.getHikariPoolMXBean().getActiveConnections() < server.poolSize()) {
                    throw new SQLException(
                            "none could be made within " + server.busyTimeout().toMillis() + " ms", NO_CONNECTION, e);
                }
                throw new BusyException(
                        "all " + server.poolSize() + " connections to " + server.name() + " were in use for "
                                + server.busyTimeout().toMillis()
                                + " ms; close streams and cursors of dsl(), shorten transactions, or raise poolSize",
                        e);
            }
            throw e;
        }
    }

    private Lease borrowed(Connection outer) {
        Session session = new Session(outer, PostgresDialect.INSTANCE);
        watchdog.watch(session);
        return new Lease(outer, session);
    }

    private Lease pooled(Connection outer, @Nullable String schema) throws SQLException {
        // Its statements outlive the wrapper that the pool hands out; closing the wrapper would close them.
        Connection inner = (Connection) outer.unwrap(PGConnection.class);
        Pooled pooled = known.get(inner);
        if (pooled == null) {
            forgetClosed();
            // The driver sets the name after it has connected, so that a reset would lose it.
            pooled = new Pooled(inner, settings.with("application_name", inner.getClientInfo("ApplicationName")));
            onCitus = pooled.settings.in(schema).apply(inner).areOfCitus();
            pooled.schema = schema;
            known.put(inner, pooled);
            watchdog.watch(pooled.session);
        } else if (schema != null && !schema.equals(pooled.schema)) {
            new PostgresSettings(Map.of()).in(schema).apply(inner);
            pooled.schema = schema;
        }
        return new Lease(outer, pooled.session);
    }

    /** The pool closes connections that have become old, and says so to nobody. */
    private void forgetClosed() {
        known.forEach((connection, pooled) -> {
            if (isClosed(connection)) {
                known.remove(connection);
                watchdog.forget(pooled.session);
            }
        });
    }

    private static boolean isClosed(Connection connection) {
        try {
            return connection.isClosed();
        } catch (SQLException e) {
            return true;
        }
    }

    /** Takes a connection back; what was left open on it is rolled back. One that broke is closed instead. */
    void release(Lease lease, boolean broken) {
        Connection inner = lease.session.connection();
        if (pool == null) {
            watchdog.forget(lease.session);
        }
        try {
            if (broken || !lease.session.running().isIdle()) {
                // A statement that has not ended left the driver in the midst of an answer.
                discard(lease.outer);
                return;
            }
            if (!inner.getAutoCommit()) {
                inner.rollback();
                inner.setAutoCommit(true);
            }
            if (pool == null) {
                lease.session.closeStatements();
            } else if (lease.session.takeRanCallersSql()) {
                renew(inner);
            }
            lease.outer.close();
        } catch (SQLException e) {
            LOG.debug("a connection to {} could not be given back", server.name(), e);
            discard(lease.outer);
        } catch (RuntimeException | Error e) {
            discard(lease.outer);
            throw e;
        } finally {
            leased.decrementAndGet();
        }
    }

    /** So that the next call finds nothing of what a caller's own SQL has left behind. */
    private void renew(Connection inner) throws SQLException {
        if (((BaseConnection) inner).getTransactionState() != TransactionState.IDLE) {
            throw new SQLException("SQL of the caller's own began a transaction, and did not end it");
        }
        inner.setReadOnly(false);
        Pooled pooled = Objects.requireNonNull(known.get(inner));
        pooled.settings.in(pooled.schema).renew(inner);
    }

    private void discard(Connection outer) {
        try {
            if (pool == null) {
                outer.close();
            } else {
                pool.evictConnection(outer);
                outer.close();
            }
        } catch (SQLException e) {
            LOG.debug("closing a connection to {} failed", server.name(), e);
        }
    }

    /** Waits for a while for connections that are in use. */
    @Override
    public void close() {
        closed = true;
        long deadline = System.currentTimeMillis() + CLOSE_MILLIS;
        try {
            while (leased.get() > 0 && System.currentTimeMillis() < deadline) {
                Thread.sleep(5);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        if (pool != null) {
            pool.close();
        }
    }
}
