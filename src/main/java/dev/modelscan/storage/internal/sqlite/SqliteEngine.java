package dev.modelscan.storage.internal.sqlite;

import dev.modelscan.storage.DatabaseOptions;
import dev.modelscan.storage.internal.engine.DatabaseLocation;
import dev.modelscan.storage.internal.engine.DatabaseLocation.Kind;
import dev.modelscan.storage.internal.engine.Engine;
import dev.modelscan.storage.internal.engine.OpenedStore;
import dev.modelscan.storage.internal.engine.ReadOnlyStore;
import dev.modelscan.storage.internal.engine.WorkspaceHost;
import dev.modelscan.storage.internal.query.Dialect;
import dev.modelscan.storage.internal.sqlite.file.SqliteConnections;
import dev.modelscan.storage.internal.sqlite.file.SqliteDialect;
import java.nio.file.Path;
import java.time.Duration;
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
        return kind == Kind.MEMORY ? Set.of("readers") : Set.of("readers", "durability", "joinTransactions", "readOnly", "workspace");
    }

    @Override
    public @Nullable String respelled(String scheme) {
        return scheme.equals("jdbc:sqlite") || scheme.equals("file")
                ? "is a URL; write only the path of the file, without " + scheme + ":"
                : null;
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
                ? open(location.path(), options)
                : openWorkspaces(location, options).open(location.workspace());
    }

    @Override
    public WorkspaceHost openWorkspaces(DatabaseLocation location, DatabaseOptions options) {
        return new SqliteWorkspaces(Objects.requireNonNull(location.path()), options);
    }

    /** Opens a file, or if it is null, a new database in memory. */
    static OpenedStore open(@Nullable Path file, DatabaseOptions options) {
        return checked(() ->
                options.readOnly() ? openedReadOnly(Objects.requireNonNull(file), options) : opened(file, options));
    }

    private static OpenedStore opened(@Nullable Path file, DatabaseOptions options) {
        SqliteConnections connections = file == null
                ? SqliteConnections.toMemory(options.busyTimeout())
                : SqliteConnections.toFile(file, options.durability(), options.busyTimeout());
        SqliteStore store = new SqliteStore(connections, options);
        try {
            if (file == null) {
                // A database in memory lives as long as a connection to it: this one, from before the first migration.
                store.openWriter();
            }
            SqliteMigrator migrator = new SqliteMigrator(connections, MIGRATION_TIMEOUT);
            List<String> applied = migrator.migrate();
            store.rememberFile();
            return new OpenedStore(store, connections.file(), null, migrator.latestVersion(), applied);
        } catch (RuntimeException | Error e) {
            store.close();
            throw e;
        }
    }

    private static OpenedStore openedReadOnly(Path file, DatabaseOptions options) {
        SqliteConnections connections = SqliteConnections.toReadOnlyFile(file, options.busyTimeout());
        SqliteMigrator migrator = new SqliteMigrator(connections, MIGRATION_TIMEOUT);
        migrator.requireCurrent();
        SqliteStore store = new SqliteStore(connections, options);
        try {
            store.rememberFile();
            return new OpenedStore(
                    new ReadOnlyStore(store, connections.name()),
                    connections.file(),
                    null,
                    migrator.latestVersion(),
                    List.of());
        } catch (RuntimeException | Error e) {
            store.close();
            throw e;
        }
    }
}
