package dev.modelscan.storage.workspaces;

import dev.modelscan.storage.Database;
import dev.modelscan.storage.DatabaseBuilder;
import dev.modelscan.storage.DatabaseOptions;
import dev.modelscan.storage.errors.BusyException;
import dev.modelscan.storage.errors.CancelledException;
import dev.modelscan.storage.errors.ConflictException;
import dev.modelscan.storage.errors.NotFoundException;
import dev.modelscan.storage.errors.ReadOnlyException;
import dev.modelscan.storage.errors.SchemaException;
import dev.modelscan.storage.errors.UnavailableException;
import java.util.List;
import java.util.function.Consumer;

/**
 * Any number of workspaces in one place. Each is a separate {@link Database}, and none sees the records of
 * another. Thread-safe: one instance serves a whole application. {@link DatabaseBuilder#openWorkspaces()}
 * opens it.
 *
 * <ul>
 *   <li>On PostgreSQL a workspace is a schema of one database. All share two pools, so an open workspace costs
 *       no connection. On Citus each schema is on one node.
 *   <li>On SQLite a workspace is the file {@code <name>.db} in one directory. An open one has its own
 *       connections.
 * </ul>
 *
 * <p>A name has 1 to 63 characters of a to z, 0 to 9 and _, and begins with a letter. Names that PostgreSQL,
 * Citus or Windows reserve, such as {@code public} or {@code con}, are rejected. Every method throws {@link
 * IllegalArgumentException} for an invalid name, and {@link UnavailableException} if this is closed, or the
 * server or the directory cannot be reached. If it was opened with {@link DatabaseBuilder#readOnly()}, {@link
 * #create}, {@link #drop} and {@link #migrateAll} throw {@link ReadOnlyException}. If it was
 * opened with {@link DatabaseBuilder#validateOnly()}, {@link #create} and {@link #migrateAll} throw {@link
 * SchemaException}, and {@link #open} opens only what is there and up to date. A workspace gets the sets of
 * {@link DatabaseBuilder#migrations(String)}, too.
 *
 * @since 0.1.0
 */
public interface Workspaces extends AutoCloseable {

    /**
     * Opens a workspace. Creates it if it does not exist, and migrates it if it is behind. Several threads
     * and several processes may open the same one. Closing it does not affect the others.
     *
     * @throws SchemaException if the schema or the file belongs to another program, is newer, or cannot be
     *     migrated
     * @throws BusyException if it is being dropped, or another process migrates it for too long
     */
    Database open(String name);

    /**
     * The names of all workspaces, sorted. Leaves out schemas and files of other programs, and schemas that
     * the role may not use. On PostgreSQL this is one query; on SQLite it opens each file of the directory.
     *
     * @return an immutable list
     */
    List<String> list();

    /**
     * Unexpected states of workspaces, each with what to do: workspaces that are not on a worker of a Citus
     * cluster. Two queries on PostgreSQL, none on SQLite.
     *
     * @return an immutable list, in the order of {@link #list}; empty if there is nothing to report
     */
    List<String> notes();

    /** Whether a workspace has that name; false for a schema or a file of another program. */
    boolean exists(String name);

    /**
     * Creates a workspace. Unlike {@link #open}, this fails if it exists: of several that create the same one
     * at the same time, one succeeds. An existing empty schema becomes the workspace.
     *
     * @throws ConflictException if it exists
     * @throws SchemaException if the schema or the file belongs to another program, or the role may not
     *     create it
     */
    void create(String name);

    /**
     * Deletes a workspace with everything in it: the file with SQLite's other files, or the schema with every
     * table, including those of the application, and everything in other schemas that refers to them.
     *
     * @param confirmation the name again
     * @throws IllegalArgumentException if the confirmation is not the name
     * @throws NotFoundException if there is no such workspace
     * @throws SchemaException if the schema or the file belongs to another program or another role
     * @throws BusyException if it is open here, is being migrated, or somebody holds a lock on it for longer
     *     than {@link DatabaseOptions#busyTimeout()}. On SQLite every process that has it open prevents the
     *     drop. On PostgreSQL an idle process that has it open cannot be seen
     */
    void drop(String name, String confirmation);

    /**
     * Migrates every workspace that is behind, several at a time. If one fails, the result says so, and the
     * others go on. A workspace that is up to date costs a read.
     *
     * @param parallelism how many at a time, 1 to 100. On PostgreSQL each needs two connections
     *     besides the pools
     * @param progress called after each workspace, on this thread. If it throws, the call ends after the
     *     migrations that are running
     * @return one result for each workspace, sorted by name; immutable
     * @throws IllegalArgumentException if {@code parallelism} is out of range
     * @throws CancelledException if this thread is interrupted; workspaces that were migrated until then stay
     *     migrated
     */
    List<WorkspaceMigration> migrateAll(int parallelism, Consumer<? super MigrationProgress> progress);

    /** The options that it was opened with. */
    DatabaseOptions options();

    /**
     * Closes all workspaces that were opened here, and what they share, after the running calls. Closing
     * again does nothing.
     *
     * @throws IllegalStateException inside {@code withTx} of one of them; the others may be closed then
     */
    @Override
    void close();
}
