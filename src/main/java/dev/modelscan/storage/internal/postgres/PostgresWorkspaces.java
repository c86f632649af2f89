package dev.modelscan.storage.internal.postgres;

import dev.modelscan.storage.errors.UnavailableException;
import dev.modelscan.storage.internal.engine.OpenedStore;
import dev.modelscan.storage.internal.engine.ReadOnlyStore;
import dev.modelscan.storage.internal.engine.WorkspaceHost;
import dev.modelscan.storage.internal.engine.WorkspaceMigrator;
import dev.modelscan.storage.internal.migrate.MigrationPlan;
import dev.modelscan.storage.internal.query.Cleanup;
import java.sql.SQLException;
import java.util.List;

/** Workspaces as schemas of one PostgreSQL database, with a shared pool. */
final class PostgresWorkspaces implements WorkspaceHost {

    private final PostgresServer server;
    private final MigrationPlan plan;
    private final PostgresPools pools;
    private final PostgresStore anySchema;

    /** Connects, and checks that the server can be used. */
    PostgresWorkspaces(PostgresServer server) {
        this.server = server;
        this.plan = PostgresMigrator.plan(server.options());
        this.pools = new PostgresPools(server);
        this.anySchema = new PostgresStore(pools, true, null, null);
        try {
            PostgresEngine.checked(() -> anySchema.read("server", server.name(), session -> {
                PostgresMigrator.requireUsable(session.connection(), server.name());
                return true;
            }));
        } catch (RuntimeException | Error e) {
            Cleanup.after(e, anySchema);
            throw e;
        }
    }

    @Override
    public OpenedStore open(String name) {
        return PostgresEngine.checked(() -> opened(name));
    }

    private OpenedStore opened(String name) {
        PostgresMigrator migrator = new PostgresMigrator(server, name, plan);
        PostgresStore store = new PostgresStore(pools, false, name, migrator.schema());
        boolean readOnly = server.options().readOnly();
        // Over the pool, which costs no connection.
        boolean current =
                !readOnly && store.read("workspace", name, session -> migrator.isCurrent(session.connection()));
        List<String> applied = current ? List.of() : migrator.migrateOrCheck();
        return new OpenedStore(
                readOnly ? new ReadOnlyStore(store, "workspace " + name + " of " + server.name()) : store,
                null,
                name,
                migrator.latestVersion(),
                migrator.sets(),
                applied);
    }

    @Override
    public List<String> list() {
        return PostgresEngine.checked(
                () -> anySchema.read("workspace", null, session -> PostgresSchemas.list(session.connection())));
    }

    @Override
    public List<String> notes() {
        return PostgresEngine.checked(() -> anySchema.read("workspace", null, session -> {
            List<String> names = PostgresSchemas.list(session.connection());
            return CitusSchemas.ordinary(session.connection(), names).stream()
                    .map(CitusSchemas::note)
                    .toList();
        }));
    }

    @Override
    public boolean exists(String name) {
        return PostgresEngine.checked(
                () -> anySchema.read("workspace", name, session -> PostgresSchemas.exists(session.connection(), name)));
    }

    @Override
    public boolean create(String name) {
        return PostgresEngine.checked(() -> !exists(name)
                && !new PostgresMigrator(server, name, plan).migrate().isEmpty());
    }

    @Override
    public boolean drop(String name) {
        return PostgresEngine.checked(() -> dropped(name));
    }

    private boolean dropped(String name) {
        try {
            return PostgresSchemas.drop(server, name);
        } catch (SQLException e) {
            throw new UnavailableException(
                    "workspace " + name + " of " + server.name() + " could not be dropped: "
                            + PostgresErrors.serverText(e),
                    e);
        }
    }

    @Override
    public WorkspaceMigrator migrator() {
        WorkspaceMigrator migrator = new PostgresWorkspaceMigrator(server, plan);
        return new WorkspaceMigrator() {
            @Override
            public List<String> migrate(String name) {
                return PostgresEngine.checked(() -> migrator.migrate(name));
            }

            @Override
            public void close() {
                migrator.close();
            }
        };
    }

    @Override
    public void close() {
        anySchema.close();
    }
}
