package dev.modelscan.storage.internal.sqlite;

import dev.modelscan.storage.DatabaseOptions;
import dev.modelscan.storage.errors.NotFoundException;
import dev.modelscan.storage.errors.StorageException;
import dev.modelscan.storage.errors.UnavailableException;
import dev.modelscan.storage.internal.engine.OpenedStore;
import dev.modelscan.storage.internal.engine.WorkspaceHost;
import dev.modelscan.storage.internal.engine.WorkspaceMigrator;
import dev.modelscan.storage.internal.migrate.MigrationPlan;
import dev.modelscan.storage.internal.sqlite.file.ConnectionGroup;
import dev.modelscan.storage.internal.sqlite.file.FileFacts;
import dev.modelscan.storage.internal.sqlite.file.SqliteConnections;
import dev.modelscan.storage.internal.values.Directories;
import dev.modelscan.storage.internal.values.TextRules;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** Workspaces that are SQLite files of one directory. */
final class SqliteWorkspaces implements WorkspaceHost {

    private static final String SUFFIX = ".db";

    private final Path directory;
    private final DatabaseOptions options;
    private final MigrationPlan plan;
    private final ConnectionGroup group;

    /** The directory is created with the first workspace; read-only it has to be there. */
    SqliteWorkspaces(Path directory, DatabaseOptions options) {
        this.directory = directory.toAbsolutePath().normalize();
        this.options = options;
        this.plan = SqliteMigrator.plan(options);
        this.group = new ConnectionGroup(options.cacheSize(), options.maxConnectedWorkspaces());
        if (options.readOnly() && !Files.exists(directory)) {
            throw new UnavailableException(
                    directory + " does not exist; name the directory of the workspaces. None was created", null);
        }
        if (Files.exists(directory) && !Files.isDirectory(directory)) {
            throw new UnavailableException(
                    directory + " is a file; name a directory, in which each workspace gets a file of its own", null);
        }
    }

    @Override
    public OpenedStore open(String name) {
        return SqliteEngine.open(file(name), options, plan, group).in(name);
    }

    /** A file that cannot be read may well be a workspace; opening it says what is wrong. */
    @Override
    public List<String> list() {
        if (!Files.exists(directory)) {
            return List.of();
        }
        List<String> names = new ArrayList<>();
        try {
            for (Path file : Directories.list(directory, each -> each.endsWith(SUFFIX))) {
                String name = file.getFileName().toString();
                name = name.substring(0, name.length() - SUFFIX.length());
                if (TextRules.workspaceProblem(name) == null && mayBeOurs(name)) {
                    names.add(name);
                }
            }
        } catch (IOException e) {
            throw FileFacts.failed(directory + " cannot be read", e);
        }
        Collections.sort(names);
        return List.copyOf(names);
    }

    private boolean mayBeOurs(String name) {
        try {
            return exists(name);
        } catch (StorageException e) {
            return true;
        }
    }

    @Override
    public boolean exists(String name) {
        return SqliteLibrary.checked(() -> migrator(name).isOurs());
    }

    @Override
    public boolean create(String name) {
        return !exists(name) && !migrate(name).isEmpty();
    }

    @Override
    public boolean drop(String name) {
        return SqliteLibrary.checked(() -> migrator(name).delete());
    }

    @Override
    public WorkspaceMigrator migrator() {
        return new WorkspaceMigrator() {
            @Override
            public List<String> migrate(String name) {
                List<String> applied =
                        SqliteLibrary.checked(() -> toMigrate(name).migrateExisting());
                if (applied == null) {
                    throw new NotFoundException("workspace", name);
                }
                return applied;
            }

            @Override
            public void close() {}
        };
    }

    private List<String> migrate(String name) {
        return SqliteLibrary.checked(() -> toMigrate(name).migrate());
    }

    private SqliteMigrator toMigrate(String name) {
        return new SqliteMigrator(connections(name), plan, SqliteEngine.MIGRATION_TIMEOUT);
    }

    private SqliteMigrator migrator(String name) {
        return new SqliteMigrator(connections(name), plan, options.busyTimeout());
    }

    private SqliteConnections connections(String name) {
        return SqliteConnections.toFile(file(name), options.durability(), options.busyTimeout());
    }

    private Path file(String name) {
        return directory.resolve(name + SUFFIX);
    }

    @Override
    public void close() {}
}
