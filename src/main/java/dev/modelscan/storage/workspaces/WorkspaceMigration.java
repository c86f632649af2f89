package dev.modelscan.storage.workspaces;

import dev.modelscan.storage.errors.StorageException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What {@link Workspaces#migrateAll} did with one workspace.
 *
 * @param name the workspace
 * @param appliedMigrations the names of the migrations that were applied, in order; empty where it was up to date, or failed
 * @param failure why it could not be migrated, with the workspace's name in its message; null where it is up to date now
 * @since 0.1
 */
public record WorkspaceMigration(
        String name,
        List<String> appliedMigrations,
        @Nullable StorageException failure) {

    /** Copies the list. */
    public WorkspaceMigration {
        appliedMigrations = List.copyOf(appliedMigrations);
    }

    /** Whether it could not be migrated. */
    public boolean isFailed() {
        return failure != null;
    }
}
