package dev.modelscan.storage.workspaces;

/**
 * The progress of {@link Workspaces#migrateAll}.
 *
 * @param done how many workspaces are finished, including those that failed: 1 to {@code total}
 * @param total how many workspaces there are
 * @param last the result of the workspace that was finished last
 * @since 0.1.0
 */
public record MigrationProgress(int done, int total, WorkspaceMigration last) {}
