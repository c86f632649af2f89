package dev.modelscan.storage.internal.postgres;

import dev.modelscan.storage.Isolation;
import dev.modelscan.storage.errors.OutcomeUnknownException;
import dev.modelscan.storage.internal.engine.Failure;
import dev.modelscan.storage.internal.engine.Failure.Kind;
import dev.modelscan.storage.internal.engine.TransactionGuard;
import dev.modelscan.storage.internal.engine.Work;
import dev.modelscan.storage.internal.postgres.PostgresPool.Lease;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Begins transactions of one schema with the settings they need, and commits them. */
final class PostgresTransactions {

    private final PostgresServer server;
    private final @Nullable PostgresSchema schema;
    private final String name;

    /** @param name the database's name in messages */
    PostgresTransactions(PostgresServer server, @Nullable PostgresSchema schema, String name) {
        this.server = server;
        this.schema = schema;
        this.name = name;
    }

    String name() {
        return name;
    }

    Duration busyTimeout() {
        return server.busyTimeout();
    }

    /** Begins, runs and commits. If anything is thrown, releasing the connection rolls back. */
    <T extends @Nullable Object> T transact(Lease lease, @Nullable String entity, @Nullable String id, Work<T> work)
            throws SQLException {
        own(lease);
        T result = work.run(lease.session());
        commit(lease.connection(), entity, id);
        return result;
    }

    /** For the library's own statements, which name their schema and which the watchdog watches. */
    private void own(Lease lease) throws SQLException {
        if (lease.isSetUp() && !lease.onCitus()) {
            // The isolation is the session's default. The driver sends BEGIN with the first statement.
            lease.connection().setAutoCommit(false);
        } else {
            writing(lease, Isolation.READ_COMMITTED).begin(lease.connection());
        }
    }

    /**
     * For a caller's function. Repositories name their schema, and the server replans a prepared statement if
     * the search_path has changed. So the search_path is set only when the function asks for {@code dsl()};
     * see {@link #guard}.
     */
    void callers(Lease lease, Isolation isolation) throws SQLException {
        writing(lease, isolation).begin(lease.connection());
    }

    /** For a caller's SQL that only reads a snapshot. It may name no schema, and may bypass the watchdog. */
    void snapshot(Lease lease) throws SQLException {
        reading(lease).in(schema).within(server.queryTimeout()).begin(lease.connection());
    }

    /**
     * Makes the settings that a caller's SQL needs for the rest of a transaction, and returns a guard that
     * detects whether that SQL ends it.
     */
    TransactionGuard guard(Connection connection) throws SQLException {
        return new PostgresGuard(connection, schema, server.queryTimeout());
    }

    private LocalSettings reading(Lease lease) {
        LocalSettings settings = LocalSettings.reading();
        if (lease.onCitus()) {
            settings.forWorkers();
        }
        return settings.waitingForLocks(server.busyTimeout());
    }

    /**
     * A session of our own already has its timeouts. But on Citus rows are locked on a worker, which does not
     * have them.
     */
    private LocalSettings writing(Lease lease, Isolation isolation) {
        LocalSettings settings = lease.isSetUp() ? LocalSettings.isolated(isolation) : LocalSettings.writing(isolation);
        if (lease.onCitus()) {
            settings.forWorkers().withTriggersOnCitus();
        }
        if (!lease.isSetUp()) {
            settings.within(server.queryTimeout());
        }
        return lease.isSetUp() && !lease.onCitus() ? settings : settings.waitingForLocks(server.busyTimeout());
    }

    /**
     * Commits. If the reply is an error with a reason, the server has rolled back. With no reply or no reason
     * the outcome is unknown. Nothing that can fail follows, so a committed transaction is reported as
     * committed.
     */
    void commit(Connection connection, @Nullable String entity, @Nullable String id) throws SQLException {
        connection.clearWarnings();
        try {
            connection.commit();
        } catch (SQLException e) {
            Failure failure = PostgresErrors.classifyCommit(e, connection);
            if (failure == null || failure.kind() == Kind.CONNECTION_LOST || failure.kind() == Kind.NODE_AWAY) {
                String subject = entity == null ? "" : (id == null ? entity : entity + " " + id) + ": ";
                throw new OutcomeUnknownException(
                        subject + "the result of a commit on " + name + " is not known ("
                                + PostgresErrors.serverText(e)
                                + "); it may have taken effect; read back before trying again",
                        entity,
                        id,
                        e);
            }
            throw failure.cause();
        }
    }
}
