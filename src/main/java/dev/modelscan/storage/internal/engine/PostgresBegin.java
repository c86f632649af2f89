package dev.modelscan.storage.internal.engine;

import dev.modelscan.storage.Isolation;
import dev.modelscan.storage.internal.engine.PostgresPool.Lease;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/** How transactions on a server begin, each with what it needs to be told. */
final class PostgresBegin {

    private final PostgresServer server;
    private final @Nullable PostgresSchema schema;

    PostgresBegin(PostgresServer server, @Nullable PostgresSchema schema) {
        this.server = server;
        this.schema = schema;
    }

    /** For statements of the library's own, which name their schema and are watched from here. */
    void own(Lease lease, Isolation isolation) throws SQLException {
        if (lease.isSetUp() && !lease.onCitus() && isolation == Isolation.READ_COMMITTED) {
            // The session's default; the driver sends BEGIN along with the first statement.
            lease.connection().setAutoCommit(false);
        } else {
            begin(lease, writing(lease, isolation));
        }
    }

    /** For SQL of a caller's, which may do without a schema, and go past what watches it; null is for a snapshot. */
    void callers(Lease lease, @Nullable Isolation isolation) throws SQLException {
        LocalSettings settings = isolation == null ? reading(lease) : writing(lease, isolation);
        begin(lease, settings.in(schema).within(server.queryTimeout()));
    }

    private LocalSettings reading(Lease lease) {
        LocalSettings settings = LocalSettings.reading();
        if (lease.onCitus()) {
            settings.forWorkers();
        }
        return settings.waitingForLocks(server.busyTimeout());
    }

    /** A session of its own has been told how long to wait; but rows of Citus are locked on a worker, which has not. */
    private LocalSettings writing(Lease lease, Isolation isolation) {
        LocalSettings settings = lease.isSetUp() ? LocalSettings.isolated(isolation) : LocalSettings.writing(isolation);
        if (lease.onCitus()) {
            settings.forWorkers().withTriggersOnCitus();
        }
        return lease.isSetUp() && !lease.onCitus() ? settings : settings.waitingForLocks(server.busyTimeout());
    }

    /** A server that became a replica refuses to begin a transaction that writes, in other words than those for a write. */
    private static void begin(Lease lease, LocalSettings settings) throws SQLException {
        try {
            settings.begin(lease.connection());
        } catch (SQLException e) {
            throw "0A000".equals(e.getSQLState()) ? new SQLException(e.getMessage(), "25006", e) : e;
        }
    }
}
