package dev.modelscan.storage;

import dev.modelscan.storage.errors.BusyException;
import dev.modelscan.storage.errors.ConflictException;
import dev.modelscan.storage.errors.NotFoundException;
import dev.modelscan.storage.errors.ReadOnlyException;
import dev.modelscan.storage.errors.SchemaException;
import dev.modelscan.storage.errors.UnavailableException;
import dev.modelscan.storage.internal.engine.WorkspaceHost;
import dev.modelscan.storage.internal.engines.Locations;
import dev.modelscan.storage.internal.values.Ranges;
import dev.modelscan.storage.internal.workspaces.MigrateAll;
import dev.modelscan.storage.workspaces.MigrationProgress;
import dev.modelscan.storage.workspaces.WorkspaceMigration;
import dev.modelscan.storage.workspaces.Workspaces;
import java.sql.Connection;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The workspaces that a host of some engine keeps. */
final class HostedWorkspaces implements Workspaces {

    private static final int BEING_DROPPED = -1;

    private final WorkspaceHost host;
    private final DatabaseOptions options;
    private final @Nullable Supplier<? extends @Nullable Connection> joined;
    private final Set<Database> open = ConcurrentHashMap.newKeySet();
    // How often each is open, by its name.
    private final ConcurrentMap<String, Integer> uses = new ConcurrentHashMap<>();
    private volatile boolean closed;

    HostedWorkspaces(
            WorkspaceHost host, DatabaseOptions options, @Nullable Supplier<? extends @Nullable Connection> joined) {
        this.host = host;
        this.options = options;
        this.joined = joined;
    }

    @Override
    public Database open(String name) {
        Objects.requireNonNull(name, "name");
        Locations.requireWorkspace(name);
        enter(name);
        boolean opened = false;
        try {
            Database db = new Database(host.open(name), options, joined, this::forget, null);
            open.add(db);
            opened = true;
            // Whoever closed this meanwhile may not have seen the one that was added.
            if (closed) {
                db.close();
                requireOpen();
            }
            return db;
        } finally {
            if (!opened) {
                leave(name);
            }
        }
    }

    @Override
    public List<String> list() {
        requireOpen();
        return host.list();
    }

    @Override
    public List<String> notes() {
        requireOpen();
        return host.notes();
    }

    @Override
    public boolean exists(String name) {
        Objects.requireNonNull(name, "name");
        Locations.requireWorkspace(name);
        requireOpen();
        return host.exists(name);
    }

    @Override
    public void create(String name) {
        Objects.requireNonNull(name, "name");
        Locations.requireWorkspace(name);
        requireMigrating(name);
        enter(name);
        try {
            if (!host.create(name)) {
                throw new ConflictException("workspace " + name + " exists already", "workspace", name, null);
            }
        } finally {
            leave(name);
        }
    }

    @Override
    public void drop(String name, String confirmation) {
        Objects.requireNonNull(name, "name");
        Objects.requireNonNull(confirmation, "confirmation");
        Locations.requireWorkspace(name);
        if (!name.equals(confirmation)) {
            throw new IllegalArgumentException("confirmation " + confirmation + " is not the name of workspace " + name
                    + "; nothing was deleted; give the name once more");
        }
        requireWritable(name);
        requireOpen();
        if (uses.putIfAbsent(name, BEING_DROPPED) != null) {
            throw new BusyException("workspace " + name + " is open; close it before it is dropped", null);
        }
        try {
            if (!host.drop(name)) {
                throw new NotFoundException("workspace", name);
            }
        } finally {
            uses.remove(name);
        }
    }

    @Override
    public List<WorkspaceMigration> migrateAll(int parallelism, Consumer<? super MigrationProgress> progress) {
        Objects.requireNonNull(progress, "progress");
        Ranges.require("parallelism", parallelism, 1, MigrateAll.MAX_PARALLELISM);
        requireMigrating(null);
        return new MigrateAll(host, list()).run(parallelism, progress);
    }

    @Override
    public DatabaseOptions options() {
        return options;
    }

    @Override
    public void close() {
        closed = true;
        open.forEach(Database::close);
        host.close();
    }

    private void enter(String name) {
        requireOpen();
        uses.compute(name, (key, count) -> {
            if (count != null && count == BEING_DROPPED) {
                throw new BusyException("workspace " + name + " is being dropped", null);
            }
            return count == null ? 1 : count + 1;
        });
    }

    private void leave(@Nullable String name) {
        if (name != null) {
            uses.computeIfPresent(name, (key, count) -> count == 1 ? null : count - 1);
        }
    }

    private void forget(Database db) {
        if (open.remove(db)) {
            leave(db.workspace());
        }
    }

    private void requireOpen() {
        if (closed) {
            throw new UnavailableException("the workspaces are closed", null);
        }
    }

    private void requireMigrating(@Nullable String name) {
        requireWritable(name);
        if (options.validateOnly()) {
            throw new SchemaException(
                    "the workspaces were opened with validateOnly(), so none is created or migrated; open them"
                            + " without it"
                            + (name == null ? "" : ", or create the tables of " + name + " by hand"),
                    null);
        }
    }

    private void requireWritable(@Nullable String name) {
        if (options.readOnly()) {
            throw new ReadOnlyException(
                    "the workspaces were opened read-only; open them without readOnly() to create, drop or migrate one",
                    "workspace",
                    name);
        }
    }
}
