package dev.modelscan.storage.internal.engine;

import java.util.List;

/** Where the workspaces of an engine are. Names were checked before they come here. Thread-safe. */
public interface WorkspaceHost extends AutoCloseable {

    /** Opens one, which is made if it is missing, and migrated if it is behind. */
    OpenedStore open(String name);

    /** The names of all, sorted. */
    List<String> list();

    /** What is unusual about some of them, each with what to do. */
    default List<String> notes() {
        return List.of();
    }

    /** Whether there is one of that name. */
    boolean exists(String name);

    /** Makes one; false if somebody else made it first. */
    boolean create(String name);

    /** Deletes one that nobody has open, with all that is in it; false if there is none. */
    boolean drop(String name);

    /** What one thread migrates any number of workspaces with. */
    WorkspaceMigrator migrator();

    /** Closes what the workspaces share, after what is under way. Closing twice is no error. */
    @Override
    void close();
}
