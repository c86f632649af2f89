package dev.modelscan.storage.internal.postgres;

import dev.modelscan.storage.Isolation;
import dev.modelscan.storage.errors.OutcomeUnknownException;
import dev.modelscan.storage.internal.engine.Failure;
import dev.modelscan.storage.internal.engine.Failure.Kind;
import dev.modelscan.storage.internal.engine.TransactionGuard;
import dev.modelscan.storage.internal.postgres.PostgresPool.Lease;
import java.sql.Connection;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/** How transactions on a server begin, each with what it needs to be told, and how they end. */
final class PostgresTransactions {

    private final PostgresServer server;
    private final @Nullable PostgresSchema schema;

    PostgresTransactions(PostgresServer server, @Nullable PostgresSchema schema) {
        this.server = server;
        this.schema = schema;
    }

    /** For statements of the library's own, which name their schema and are watched from here. */
    void own(Lease lease, Isolation isolation) throws SQLException {
        if (lease.isSetUp() && !lease.onCitus() && isolation == Isolation.READ_COMMITTED) {
            // The session's default; the driver sends BEGIN along with the first statement.
            lease.connection().setAutoCommit(false);
        } else {
            writing(lease, isolation).begin(lease.connection());
        }
    }

    /**
     * For a caller's function. Its repositories name their schema, and the server plans a prepared statement anew when the path is
     * another than the last time; so the path is set once the function asks for {@code dsl()}, see {@link #guard}.
     */
    void callers(Lease lease, Isolation isolation) throws SQLException {
        writing(lease, isolation).begin(lease.connection());
    }

    /** For a caller's SQL that only reads a snapshot, which may name no schema, and go past what watches it. */
    void snapshot(Lease lease) throws SQLException {
        reading(lease).in(schema).within(server.queryTimeout()).begin(lease.connection());
    }

    /** Sets for the rest of a transaction what a caller's SQL needs, and learns how to tell whether that SQL ends it. */
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

    /** A session of its own has been told how long to take and to wait; but rows of Citus are locked on a worker, which has not. */
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
     * An answer that is an error means that the server rolled back; no answer, or one without a reason, means nothing. Nothing that
     * could fail comes after it: what is committed is done.
     */
    static void commit(Connection connection, String name, @Nullable String entity, @Nullable String id)
            throws SQLException {
        connection.clearWarnings();
        try {
            connection.commit();
        } catch (SQLException e) {
            Failure failure = PostgresErrors.classifyCommit(e, connection);
            if (failure == null || failure.kind() == Kind.CONNECTION_LOST || failure.kind() == Kind.NODE_AWAY) {
                String subject = entity == null ? "" : (id == null ? entity : entity + " " + id) + ": ";
                throw new OutcomeUnknownException(
                        subject + "what became of a commit on " + name + " is not known ("
                                + PostgresErrors.said(e)
                                + "); it may have taken effect; read back before trying again",
                        entity,
                        id,
                        e);
            }
            throw failure.cause();
        }
    }
}
