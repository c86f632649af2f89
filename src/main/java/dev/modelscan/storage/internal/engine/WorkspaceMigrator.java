package dev.modelscan.storage.internal.engine;

import java.util.List;

/** Migrates workspaces, one after the other. For one thread at a time. */
public interface WorkspaceMigrator extends AutoCloseable {

    /**
     * Migrates one if it is behind. Makes none.
     *
     * @return the names of the migrations that were applied, in order
     * @throws dev.modelscan.storage.errors.NotFoundException if there is none of that name any more
     * @throws dev.modelscan.storage.errors.StorageException if that fails; the next one may still be migrated
     */
    List<String> migrate(String name);

    /** Closes what it keeps open between workspaces. */
    @Override
    void close();
}
