package dev.modelscan.storage.internal.sqlite;

import dev.modelscan.storage.DatabaseOptions;
import dev.modelscan.storage.MigrationSet;
import dev.modelscan.storage.internal.engine.DatabaseLocation;
import dev.modelscan.storage.internal.engine.DatabaseLocation.Kind;
import dev.modelscan.storage.internal.engine.Engine;
import dev.modelscan.storage.internal.engine.FileBackups;
import dev.modelscan.storage.internal.engine.OpenedStore;
import dev.modelscan.storage.internal.engine.ReadOnlyStore;
import dev.modelscan.storage.internal.engine.WorkspaceHost;
import dev.modelscan.storage.internal.migrate.MigrationPlan;
import dev.modelscan.storage.internal.migrate.MigrationScript;
import dev.modelscan.storage.internal.query.Cleanup;
import dev.modelscan.storage.internal.query.Dialect;
import dev.modelscan.storage.internal.sqlite.file.ConnectionGroup;
import dev.modelscan.storage.internal.sqlite.file.FileFacts;
import dev.modelscan.storage.internal.sqlite.file.SqliteConnections;
import dev.modelscan.storage.internal.sqlite.file.SqliteDialect;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** SQLite: a database is a file, or in memory; workspaces are the files of a directory. */
public final class SqliteEngine implements Engine {

    // Another process may be migrating a large file; its lock goes with it, however it ends.
    static final Duration MIGRATION_TIMEOUT = Duration.ofMinutes(10);

    @Override
    public String name() {
        return "SQLite";
    }

    @Override
    public Dialect dialect() {
        return SqliteDialect.INSTANCE;
    }

    @Override
    public boolean accepts(DatabaseLocation location) {
        return location.kind() == Kind.FILE || location.kind() == Kind.MEMORY;
    }

    @Override
    public Set<String> options(Kind kind) {
        return kind == Kind.MEMORY
                ? Set.of("readers")
                : Set.of(
                        "readers",
                        "cacheSize",
                        "maxConnectedWorkspaces",
                        "durability",
                        "joinTransactions",
                        "readOnly",
                        "validateOnly",
                        "workspace");
    }

    @Override
    public @Nullable String respelled(String scheme) {
        return scheme.equals("jdbc:sqlite") || scheme.equals("file")
                ? "is a URL; write only the path of the file, without " + scheme + ":"
                : null;
    }

    @Override
    public FileBackups backups() {
        return new SqliteBackups();
    }

    @Override
    public String example() {
        return "the path of a SQLite file";
    }

    /**
     * Runs SQLite work.
     *
     * @throws dev.modelscan.storage.errors.UnavailableException if a library is too old
     */
    public static <T> T checked(Supplier<T> work) {
        return SqliteLibrary.checked(work);
    }

    @Override
    public OpenedStore open(DatabaseLocation location, DatabaseOptions options) {
        return location.workspace() == null
                ? open(
                        location.path(),
                        options,
                        SqliteMigrator.plan(options),
                        new ConnectionGroup(options.cacheSize(), 0))
                : openWorkspaces(location, options).open(location.workspace());
    }

    @Override
    public WorkspaceHost openWorkspaces(DatabaseLocation location, DatabaseOptions options) {
        return new SqliteWorkspaces(Objects.requireNonNull(location.path()), options);
    }

    @Override
    public String migrationSql(@Nullable MigrationSet set, long from, long to) {
        List<String> begin = new ArrayList<>(List.of("PRAGMA foreign_keys = OFF", "BEGIN IMMEDIATE"));
        if (set == null && from == 0) {
            begin.add("PRAGMA application_id = " + SqliteConnections.APPLICATION_ID);
        }
        return MigrationScript.of(
                SqliteMigrator.packaged(set),
                from,
                to,
                // Without -bail, it goes on after an error, and commits what is left.
                name() + ", to be run with sqlite3 -bail",
                begin,
                // Flyway reads it by the driver's format.
                "text NOT NULL DEFAULT (strftime('%Y-%m-%d %H:%M:%f', 'now'))");
    }

    /** Opens a file, or if it is null, a new database in memory. */
    static OpenedStore open(@Nullable Path file, DatabaseOptions options, MigrationPlan plan, ConnectionGroup group) {
        return checked(() -> options.readOnly()
                ? openedReadOnly(Objects.requireNonNull(file), options, plan, group)
                : opened(file, options, plan, group));
    }

    private static OpenedStore opened(
            @Nullable Path file, DatabaseOptions options, MigrationPlan plan, ConnectionGroup group) {
        SqliteConnections connections = file == null
                ? SqliteConnections.toMemory(options.busyTimeout())
                : SqliteConnections.toFile(file, options.durability(), options.busyTimeout());
        if (connections.file() != null) {
            FileFacts.requireWritable(connections.file());
        }
        SqliteStore store = new SqliteStore(connections, options, group);
        try {
            if (file == null) {
                // A database in memory lives as long as a connection to it: this one, from before the first migration.
                store.openWriter();
            }
            SqliteMigrator migrator = new SqliteMigrator(connections, plan, MIGRATION_TIMEOUT);
            List<String> applied = List.of();
            if (options.validateOnly()) {
                migrator.validate();
            } else {
                applied = migrator.migrate();
            }
            store.rememberFile();
            return new OpenedStore(store, connections.file(), null, migrator.latestVersion(), migrator.sets(), applied);
        } catch (RuntimeException | Error e) {
            Cleanup.after(e, store);
            throw e;
        }
    }

    private static OpenedStore openedReadOnly(
            Path file, DatabaseOptions options, MigrationPlan plan, ConnectionGroup group) {
        SqliteConnections connections = SqliteConnections.toReadOnlyFile(file, options.busyTimeout());
        SqliteMigrator migrator = new SqliteMigrator(connections, plan, MIGRATION_TIMEOUT);
        migrator.requireCurrent();
        SqliteStore store = new SqliteStore(connections, options, group);
        try {
            store.rememberFile();
            return new OpenedStore(
                    new ReadOnlyStore(store, connections.name()),
                    connections.file(),
                    null,
                    migrator.latestVersion(),
                    migrator.sets(),
                    List.of());
        } catch (RuntimeException | Error e) {
            Cleanup.after(e, store);
            throw e;
        }
    }
}
