package dev.modelscan.storage.workspaces;

/**
 * How far {@link Workspaces#migrateAll} has come.
 *
 * @param done how many workspaces it is done with, those that failed among them: 1 to {@code total}
 * @param total how many there are
 * @param last what it did with the one that it is done with now
 * @since 0.1
 */
public record MigrationProgress(int done, int total, WorkspaceMigration last) {}
