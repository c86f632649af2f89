package dev.modelscan.storage.internal.postgres;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.pool.HikariPool;
import dev.modelscan.storage.errors.BusyException;
import dev.modelscan.storage.errors.CancelledException;
import dev.modelscan.storage.errors.UnavailableException;
import dev.modelscan.storage.internal.engine.ReadOnlyConnection;
import dev.modelscan.storage.internal.engine.StackReserve;
import dev.modelscan.storage.internal.query.Cleanup;
import dev.modelscan.storage.internal.query.Session;
import dev.modelscan.storage.internal.query.Watchdog;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Collections;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.WeakHashMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;
import org.postgresql.core.BaseConnection;
import org.postgresql.core.TransactionState;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Pooled connections to a server, with their prepared statements. One pool serves any number of schemas. If a
 * pooler is in between, nothing is prepared on the server, and settings are made only within transactions.
 *
 * <p>Connections of the caller's data source keep no statements, and have settings only within transactions.
 */
final class PostgresPool implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(PostgresPool.class);

    private static final long SHORTEST_WAIT_MILLIS = 250;
    /** SQLSTATE sqlclient_unable_to_establish_sqlconnection: no connection in time, and the server said nothing. */
    static final String NO_CONNECTION = "08001";

    private static final long CLOSE_MILLIS = 30_000;

    private final PostgresServer server;
    private final Watchdog watchdog;
    private final boolean readOnly;
    private final Map<String, String> hints;
    // Not HikariDataSource, which logs a line or two at INFO whenever it starts and stops.
    private final @Nullable HikariPool pool;
    private final @Nullable PatientDriver driver;
    // Keyed by the driver's connection, because the pool wraps it differently each time.
    private final Map<Connection, Pooled> known = new ConcurrentHashMap<>();
    // Weak keys, because a data source closes its connections without notice.
    private final Map<Connection, ServerSession> borrowed = Collections.synchronizedMap(new WeakHashMap<>());
    // Counted here, because a data source's connections are not in our pool.
    private final AtomicInteger leased = new AtomicInteger();
    private volatile boolean closed;

    /** A driver's connection with its statements and the settings of its own session. */
    private record Pooled(Session session, ServerSession server, Map<String, String> hints) {}

    /** A connection in use until it is released. */
    static final class Lease {

        private final Connection outer;
        private final Connection connection;
        private final Session session;
        private final ServerSession server;
        private final boolean own;

        private Lease(Connection outer, Connection connection, Session session, ServerSession server, boolean own) {
            this.outer = outer;
            this.connection = connection;
            this.session = session;
            this.server = server;
            this.own = own;
        }

        Session session() {
            return session;
        }

        /** The underlying connection; the session's may be read-only. */
        Connection connection() {
            return connection;
        }

        /** Whether the server's session has the library's settings and keeps them. */
        boolean isSetUp() {
            return own && server.direct();
        }

        boolean onCitus() {
            return server.onCitus();
        }
    }

    /** Connects at the first lease. */
    PostgresPool(PostgresServer server, Watchdog watchdog, boolean readOnly, @Nullable String url, String name) {
        this.server = server;
        this.watchdog = watchdog;
        this.readOnly = readOnly;
        // No plan setting: the server plans a caller's own queries by their values.
        this.hints = readOnly
                ? Map.of("default_transaction_read_only", "on")
                : ServerSession.hints(server.busyTimeout(), server.queryTimeout());
        if (server.dataSource() == null) {
            this.driver = new PatientDriver(Objects.requireNonNull(url), server.properties());
            HikariPool opened = new HikariPool(configuration(server, driver, name));
            driver.connectsFor(opened::addBagItem);
            this.pool = opened;
        } else {
            this.driver = null;
            this.pool = null;
        }
    }

    private static HikariConfig configuration(PostgresServer server, PatientDriver driver, String name) {
        HikariConfig configuration = new HikariConfig();
        configuration.setPoolName("modelscan-storage-" + name);
        configuration.setDataSource(driver);
        configuration.setMaximumPoolSize(server.options().poolSize());
        configuration.setMinimumIdle(1);
        configuration.setConnectionTimeout(
                Math.max(SHORTEST_WAIT_MILLIS, server.busyTimeout().toMillis()));
        configuration.setValidationTimeout(Math.max(
                SHORTEST_WAIT_MILLIS,
                Math.min(
                        server.busyTimeout().toMillis() / 4,
                        Duration.ofSeconds(5).toMillis())));
        // The caller checks whether the server can be reached, and reports it with the library's errors.
        configuration.setInitializationFailTimeout(-1);
        configuration.validate();
        return configuration;
    }

    /** Takes a connection for queries on the schema; null for queries that name none. */
    Lease acquire(@Nullable PostgresSchema schema) throws SQLException {
        // The pool and the driver cannot recover if the stack overflows inside them. The lease is released at
        // about the same depth, so the stack then suffices too.
        StackReserve.require();
        // Count first: either closing waits for this lease, or this lease finds the pool closed.
        leased.incrementAndGet();
        try {
            return use(lease(), schema);
        } catch (Throwable t) {
            leased.decrementAndGet();
            throw t;
        }
    }

    private Lease use(Lease lease, @Nullable PostgresSchema schema) {
        try {
            lease.session.use(schema == null ? null : schema.quoted());
            return lease;
        } catch (Throwable t) {
            if (pool == null) {
                watchdog.forget(lease.session);
            }
            discard(lease.outer);
            throw t;
        }
    }

    private Lease lease() throws SQLException {
        if (closed) {
            throw new UnavailableException(server.name() + " is closed", null);
        }
        Connection outer = connect();
        if (pool == null) {
            return borrowed(BorrowedConnection.of(outer));
        }
        try {
            return pooled(outer);
        } catch (SQLException | RuntimeException | Error e) {
            discard(outer);
            throw e;
        }
    }

    private Connection connect() throws SQLException {
        if (pool == null || driver == null) {
            return PostgresServer.borrow(Objects.requireNonNull(server.dataSource()));
        }
        driver.beginWait();
        try {
            return pool.getConnection();
        } catch (SQLException e) {
            if (e.getCause() instanceof InterruptedException) {
                Thread.currentThread().interrupt();
                throw new CancelledException("interrupted while waiting for a connection to " + server.name(), e);
            }
            if (closed) {
                throw new UnavailableException(server.name() + " is closed", e);
            }
            throw noneInTime(driver.failure(), pool.getActiveConnections());
        } finally {
            driver.endWait();
        }
    }

    private SQLException noneInTime(@Nullable SQLException failure, int active) {
        String time = server.busyTimeout().toMillis() + " ms";
        if (failure != null) {
            return new SQLException(
                    "no connection could be opened within " + time + ": " + PostgresErrors.serverText(failure),
                    PostgresErrors.stateOf(failure),
                    failure);
        }
        if (active < server.options().poolSize()) {
            return new SQLException("no connection could be opened within " + time, NO_CONNECTION);
        }
        throw new BusyException(
                "all " + server.options().poolSize() + " connections to " + server.name() + " were in use for " + time
                        + "; close streams and cursors of dsl(), shorten transactions, or raise poolSize",
                null);
    }

    private Lease borrowed(BorrowedConnection outer) throws SQLException {
        try {
            Connection driver = PostgresDialect.driver(outer);
            ServerSession found = driver == null ? null : borrowed.get(driver);
            if (found == null) {
                found = ServerSession.of(outer);
            }
            if (driver != null) {
                borrowed.put(driver, found);
            }
            if (!found.direct()) {
                outer.prepareNothingOnTheServer();
            }
            Session session = new Session(readOnly ? new ReadOnlyConnection(outer) : outer, PostgresDialect.INSTANCE);
            if (!found.direct()) {
                session.share();
            }
            watchdog.watch(session);
            return new Lease(outer, outer, session, found, false);
        } catch (SQLException | RuntimeException | Error e) {
            Cleanup.after(e, outer);
            throw e;
        }
    }

    private Lease pooled(Connection outer) throws SQLException {
        // Statements must outlive the pool's wrapper; closing the wrapper would close them.
        PGConnection driver = outer.unwrap(PGConnection.class);
        Connection inner = (Connection) driver;
        Pooled pooled = known.get(inner);
        if (pooled == null) {
            forgetClosed();
            ServerSession found = ServerSession.of(inner, hints);
            if (!found.direct()) {
                // The server's next session would not know the statement.
                driver.setPrepareThreshold(0);
            }
            // Keeps the next statement read-only even if a caller commits by hand.
            inner.setReadOnly(readOnly);
            Map<String, String> all = new HashMap<>(hints);
            // The driver sets the name after connecting, so RESET ALL would lose it.
            all.put("application_name", inner.getClientInfo("ApplicationName"));
            Session session = new Session(readOnly ? new ReadOnlyConnection(inner) : inner, PostgresDialect.INSTANCE);
            if (!found.direct()) {
                session.share();
            }
            pooled = new Pooled(session, found, all);
            known.put(inner, pooled);
            watchdog.watch(session);
        }
        return new Lease(outer, inner, pooled.session, pooled.server, true);
    }

    /**
     * Forgets connections that the pool has closed at the end of their lifetime, which it does without
     * notice.
     */
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

    /** Releases a connection and rolls back what is open on it. A broken connection is closed instead. */
    void release(Lease lease, boolean broken) {
        if (pool == null) {
            watchdog.forget(lease.session);
        }
        try {
            if (broken || !lease.session.running().isIdle()) {
                // A statement that has not ended left the driver in the middle of a reply.
                discard(lease.outer);
                return;
            }
            end(lease);
            if (pool == null) {
                lease.session.closeStatements();
            }
            lease.outer.close();
        } catch (SQLException | RuntimeException e) {
            // The work over the connection is done and stays valid.
            LOG.debug("a connection to {} could not be released", server.name(), e);
            discard(lease.outer);
        } catch (Error e) {
            discard(lease.outer);
            throw e;
        } finally {
            leased.decrementAndGet();
        }
    }

    /** Ends a transaction and resets what a caller's own SQL has changed. */
    private void end(Lease lease) throws SQLException {
        Connection connection = lease.connection;
        BaseConnection driver = PostgresDialect.driver(connection);
        boolean inTransaction =
                driver == null ? !connection.getAutoCommit() : driver.getTransactionState() != TransactionState.IDLE;
        boolean callersSql = lease.session.takeRanCallersSql();
        if (callersSql && (lease.own || !lease.server.direct())) {
            if (!inTransaction) {
                connection.setAutoCommit(true);
            }
            Map<String, String> set = lease.own ? Objects.requireNonNull(known.get(connection)).hints : Map.of();
            lease.server.clean(connection, inTransaction, set);
        } else if (inTransaction) {
            connection.rollback();
        }
        if (driver != null && driver.getTransactionState() != TransactionState.IDLE) {
            throw new SQLException("SQL of the caller's own began a transaction, and did not end it");
        }
        connection.setAutoCommit(true);
        if (lease.own) {
            connection.setReadOnly(readOnly);
        }
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

    /** Waits for connections in use, up to a limit. */
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
            try {
                pool.shutdown();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
