package dev.modelscan.storage.workspaces;

import dev.modelscan.storage.errors.StorageException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The result of {@link Workspaces#migrateAll} for one workspace.
 *
 * @param name the workspace
 * @param appliedMigrations the names of the migrations that were applied, in order; empty if it was up to
 *     date, or failed
 * @param failure why it could not be migrated, with the name of the workspace in its message; null if it is
 *     up to date now
 * @since 0.1.0
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
