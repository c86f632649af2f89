package dev.modelscan.storage.internal.postgres;

import dev.modelscan.storage.errors.NotFoundException;
import dev.modelscan.storage.internal.engine.Retry;
import dev.modelscan.storage.internal.engine.WorkspaceMigrator;
import dev.modelscan.storage.internal.migrate.MigrationPlan;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Migrates workspaces. One connection reads all histories; only a schema that is out of date gets further
 * connections.
 */
public final class PostgresWorkspaceMigrator implements WorkspaceMigrator {

    private static final Logger LOG = LoggerFactory.getLogger(PostgresWorkspaceMigrator.class);
    private static final String NO_TABLE = "42P01";

    private final PostgresServer server;
    private final MigrationPlan plan;
    private @Nullable Connection connection;

    /** Connects at the first workspace. */
    PostgresWorkspaceMigrator(PostgresServer server, MigrationPlan plan) {
        this.server = server;
        this.plan = plan;
    }

    @Override
    public List<String> migrate(String name) {
        PostgresMigrator migrator = new PostgresMigrator(server, name, plan);
        return isCurrent(migrator, name) ? List.of() : migrator.migrateExisting();
    }

    private boolean isCurrent(PostgresMigrator migrator, String name) {
        Retry retry = new Retry(server.busyTimeout());
        while (true) {
            try {
                Connection open = connection == null ? server.connect() : connection;
                connection = open;
                return isCurrent(open, migrator, name);
            } catch (SQLException e) {
                // Either the connection failed or, on a cluster, the node that holds this schema.
                close();
                if (!PostgresErrors.mayComeBack(e) || !retry.pause()) {
                    throw migrator.unreachable(e);
                }
            }
        }
    }

    /** A schema that was dropped since it was listed has no history, and is not made again. */
    private static boolean isCurrent(Connection open, PostgresMigrator migrator, String name) throws SQLException {
        try {
            if (migrator.isCurrentByHistory(open)) {
                return true;
            }
        } catch (SQLException e) {
            if (!NO_TABLE.equals(e.getSQLState())) {
                throw e;
            }
        }
        if (!PostgresSchemas.exists(open, name)) {
            throw new NotFoundException("workspace", name);
        }
        return false;
    }

    @Override
    public void close() {
        try {
            if (connection != null) {
                connection.close();
            }
        } catch (SQLException e) {
            LOG.debug("closing a connection to {} failed", server.name(), e);
        }
        connection = null;
    }
}
