package dev.modelscan.storage.internal.sqlite.write;

import dev.modelscan.storage.internal.engine.Failure;
import dev.modelscan.storage.internal.engine.Failure.Kind;
import dev.modelscan.storage.internal.engine.Retry;
import dev.modelscan.storage.internal.query.Cleanup;
import dev.modelscan.storage.internal.query.Session;
import dev.modelscan.storage.internal.query.Watchdog;
import dev.modelscan.storage.internal.sqlite.file.ConnectionGroup.Cache;
import dev.modelscan.storage.internal.sqlite.file.ConnectionGroup.Member;
import dev.modelscan.storage.internal.sqlite.file.SqliteConnections;
import dev.modelscan.storage.internal.sqlite.file.SqliteDialect;
import dev.modelscan.storage.internal.sqlite.file.SqliteErrors;
import dev.modelscan.storage.internal.sqlite.file.SqliteState;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The connection that writes, and its transaction statements. The driver's own transaction handling is not
 * used: with {@code transaction_mode=IMMEDIATE} it begins the next transaction inside {@code commit()}, and
 * an idle connection would hold the write lock.
 */
final class WriterConnection {

    private static final Logger LOG = LoggerFactory.getLogger(WriterConnection.class);

    private final Session session;
    private final Watchdog watchdog;
    private final PreparedStatement begin;
    private final PreparedStatement commit;
    private final PreparedStatement rollback;
    private final PreparedStatement savepoint;
    private final PreparedStatement release;
    private final PreparedStatement rollbackToSavepoint;
    private final SqliteState state;
    private final Cache cache;
    private long rowsChanged;
    /** Whether a transaction may be open. */
    private boolean begun;
    /** The next in the list of those that {@link WriterSlot} could not close. */
    @Nullable
    WriterConnection older;

    private WriterConnection(Session session, Watchdog watchdog, Cache cache) throws SQLException {
        this.session = session;
        this.watchdog = watchdog;
        this.cache = cache;
        this.begin = session.connection().prepareStatement("BEGIN IMMEDIATE");
        this.commit = session.connection().prepareStatement("COMMIT");
        this.rollback = session.connection().prepareStatement("ROLLBACK");
        this.savepoint = session.connection().prepareStatement("SAVEPOINT member");
        this.release = session.connection().prepareStatement("RELEASE member");
        this.rollbackToSavepoint = session.connection().prepareStatement("ROLLBACK TO member");
        this.state = new SqliteState(session);
    }

    /**
     * Retries: while the last other connection closes, it locks the file for a moment, so that even opening
     * can find it busy.
     */
    static WriterConnection open(SqliteConnections connections, Watchdog watchdog, Member member, Duration timeout)
            throws SQLException {
        member.connecting();
        Retry retry = new Retry(timeout);
        while (true) {
            try {
                return open(connections, watchdog, member.cache());
            } catch (SQLException e) {
                if (SqliteErrors.classify(e).kind() != Kind.BUSY || !retry.pause()) {
                    throw e;
                }
            }
        }
    }

    private static WriterConnection open(SqliteConnections connections, Watchdog watchdog, Cache cache)
            throws SQLException {
        try {
            return open(new Session(connections.openWriter(cache), SqliteDialect.INSTANCE), watchdog, cache);
        } catch (Throwable t) {
            cache.closed();
            throw t;
        }
    }

    private static WriterConnection open(Session session, Watchdog watchdog, Cache cache) throws SQLException {
        try {
            WriterConnection writer = new WriterConnection(session, watchdog, cache);
            watchdog.watch(session);
            return writer;
        } catch (Throwable t) {
            Cleanup.after(t, () -> watchdog.forget(session), session);
            throw t;
        }
    }

    /** Makes the cache as large as it may be. To be called outside a transaction. */
    void fitCache() throws SQLException {
        if (!cache.fits()) {
            cache.fit(session.connection());
            state.renew();
        }
    }

    Session session() {
        return session;
    }

    void begin(Duration timeout) throws SQLException {
        begun = true;
        execute(begin, timeout);
    }

    void commit(Duration timeout) throws SQLException {
        execute(commit, timeout);
        begun = false;
    }

    void rollBack() throws SQLException {
        rollback.execute();
        begun = false;
    }

    /**
     * Rolls back after a cancellation. SQLite has already rolled back if it cancelled a write, but not after
     * a read, and it rejects all statements until every statement that the driver has not reset is closed.
     * The driver closes a rejected statement, so the ROLLBACK is not the prepared one.
     */
    void rollBackCancelled() throws SQLException {
        session.closeStatements();
        try (Statement once = session.connection().createStatement()) {
            once.execute("ROLLBACK");
        } catch (SQLException e) {
            if (isCancelled(e)) {
                throw e;
            }
            LOG.debug("the transaction was rolled back already", e);
        }
        begun = false;
    }

    private static void execute(PreparedStatement statement, Duration timeout) throws SQLException {
        Retry retry = null;
        while (true) {
            try {
                statement.execute();
                return;
            } catch (SQLException e) {
                retry = retry == null ? new Retry(timeout) : retry;
                if (SqliteErrors.classify(e).kind() != Kind.BUSY || !retry.pause()) {
                    throw e;
                }
            }
        }
    }

    /** Whether no setting differs that a caller's own SQL may have changed. */
    boolean isAsOpened() {
        return state.isAsOpened();
    }

    /**
     * How many rows were inserted, updated or deleted since the last call, including by triggers and foreign
     * keys.
     */
    long takeRowsChanged() throws SQLException {
        long before = rowsChanged;
        rowsChanged = session.dialect().rowsWritten(session.connection());
        return rowsChanged - before;
    }

    /**
     * Runs a member of a group behind a savepoint, and rolls back to it if the member fails. A member is
     * short and is never cancelled: SQLite would roll back the others with it, and the thread to be
     * interrupted is not the one that waits for the result.
     *
     * @return what broke the connection and so the group; null if nothing did
     */
    @Nullable
    Throwable runBehindSavepoint(WriteRequest<?> member) {
        try {
            savepoint.execute();
            runUnwatched(member);
            member.rethrowLackOfResources();
            Throwable failure = member.failure();
            if (failure != null) {
                if (breaksConnection(failure)) {
                    return failure;
                }
                rollbackToSavepoint.execute();
            }
            release.execute();
            return null;
        } catch (SQLException e) {
            member.fail(e);
            return e;
        }
    }

    private void runUnwatched(WriteRequest<?> member) {
        session.running().beginUnwatched();
        try {
            member.run(session);
        } finally {
            session.running().endUnwatched();
        }
    }

    static boolean isCancelled(Throwable cause) {
        SQLException e = Failure.driverException(cause);
        return e != null && SqliteErrors.classify(e).kind() == Kind.CANCELLED;
    }

    static boolean breaksConnection(Throwable cause) {
        return breakingFailure(cause) != null;
    }

    /**
     * A failure after which SQLite may have rolled back while the driver still assumes a transaction, or
     * after which this connection cannot write but another one may; null for any other failure.
     */
    static @Nullable Failure breakingFailure(Throwable cause) {
        for (Throwable t = cause; t != null; t = t.getCause()) {
            Failure failure = t instanceof SQLException e ? SqliteErrors.classify(e) : null;
            if (failure != null && (failure.breaksConnection() || failure.kind() == Kind.READ_ONLY)) {
                return failure;
            }
        }
        return null;
    }

    /**
     * Rolls back an open transaction and closes. If this fails it must be called again, since the connection
     * may hold the write lock.
     */
    void close() throws SQLException {
        watchdog.forget(session);
        if (begun) {
            try (Statement once = session.connection().createStatement()) {
                once.execute("ROLLBACK");
            } catch (SQLException e) {
                LOG.debug("no transaction was open", e);
            }
        }
        session.close();
        cache.closed();
    }

    /** Instead of {@link #close}, if closing could write to what is left of a truncated file. */
    void leave() {
        watchdog.forget(session);
        cache.closed();
    }
}
