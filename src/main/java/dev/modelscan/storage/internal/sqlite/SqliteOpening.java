package dev.modelscan.storage.internal.sqlite;

import dev.modelscan.storage.errors.SchemaException;
import dev.modelscan.storage.errors.UnavailableException;
import dev.modelscan.storage.internal.engine.OpenedStore;
import dev.modelscan.storage.internal.engine.ReadOnlyStore;
import dev.modelscan.storage.internal.sqlite.file.SqliteConnections;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Opens SQLite databases. */
public final class SqliteOpening {

    // Another process may be migrating a large file; its lock goes with it, however it ends.
    static final Duration MIGRATION_TIMEOUT = Duration.ofMinutes(10);

    private SqliteOpening() {}

    /**
     * Opens a file, or if it is null, a new database in memory.
     *
     * @param full whether a commit waits for the disk
     */
    public static OpenedStore open(
            @Nullable Path file, boolean full, int readers, Duration busyTimeout, Duration queryTimeout) {
        return SqliteLibrary.checked(() -> opened(file, full, readers, busyTimeout, queryTimeout));
    }

    private static OpenedStore opened(
            @Nullable Path file, boolean full, int readers, Duration busyTimeout, Duration queryTimeout) {
        SqliteConnections connections = file == null
                ? SqliteConnections.toMemory(busyTimeout)
                : SqliteConnections.toFile(file, full, busyTimeout);
        SqliteStore store = new SqliteStore(connections, readers, busyTimeout, queryTimeout);
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

    /**
     * Opens a file that is there and up to date, and writes nothing into it.
     *
     * @throws UnavailableException when there is no such file
     * @throws SchemaException when it has an older schema, or a newer one
     */
    public static OpenedStore openReadOnly(Path file, int readers, Duration busyTimeout, Duration queryTimeout) {
        return SqliteLibrary.checked(() -> openedReadOnly(file, readers, busyTimeout, queryTimeout));
    }

    private static OpenedStore openedReadOnly(Path file, int readers, Duration busyTimeout, Duration queryTimeout) {
        SqliteConnections connections = SqliteConnections.toReadOnlyFile(file, busyTimeout);
        SqliteMigrator migrator = new SqliteMigrator(connections, MIGRATION_TIMEOUT);
        migrator.requireCurrent();
        SqliteStore store = new SqliteStore(connections, readers, busyTimeout, queryTimeout);
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
