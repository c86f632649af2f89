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
 * Any number of workspaces in one place. Each is a {@link Database} of its own, and none sees what another holds. Thread-safe:
 * one serves a whole application. {@link DatabaseBuilder#openWorkspaces()} opens it.
 *
 * <ul>
 *   <li>On PostgreSQL a workspace is a schema of one database. All of them share one pool, so that a workspace that is open costs no
 *       connection. On Citus each schema lives on one node.
 *   <li>On SQLite a workspace is the file {@code <name>.db} of one directory. One that is open has connections of its own.
 * </ul>
 *
 * <p>A name has 1 to 63 of the characters a to z, 0 to 9 and _, and begins with a letter. Names that
 * PostgreSQL, Citus or Windows keep for themselves, such as {@code public} or {@code con}, are refused. Every
 * method throws {@link IllegalArgumentException} for what is no such name, and {@link UnavailableException}
 * where this is closed, or the server or the directory cannot be reached. Opened with {@link
 * DatabaseBuilder#readOnly()}, all but {@link #open}, {@link #list} and {@link #exists} throw {@link
 * ReadOnlyException}.
 *
 * @since 0.1
 */
public interface Workspaces extends AutoCloseable {

    /**
     * Opens a workspace, which is made where it is missing, and migrated where it is behind. Several threads, and several
     * processes, may open the same one. Closing it leaves the others, and what they share, as they are.
     *
     * @throws SchemaException where the schema or the file is another program's, is newer, or cannot be migrated
     * @throws BusyException where it is being dropped, or another process migrates it for too long
     */
    Database open(String name);

    /**
     * The names of all workspaces, sorted. Schemas and files of other programs are left out, and so are schemas that the role
     * may not use. One query on PostgreSQL; on SQLite each file of the directory is looked into.
     *
     * @return an immutable list
     */
    List<String> list();

    /**
     * What is not as one would expect of some workspaces, each with what to do: those that are on no worker of a Citus cluster,
     * although there is one. Two queries on PostgreSQL; nothing is asked on SQLite.
     *
     * @return an immutable list, in the order of {@link #list}; empty if there is nothing to tell
     */
    List<String> notes();

    /** Whether there is a workspace of that name; false for a schema or a file of another program. */
    boolean exists(String name);

    /**
     * Makes a workspace, which {@link #open} does by itself; this one tells a new one from one that is there. Of several
     * that make the same one at once, one succeeds. A schema that is there and empty becomes the workspace.
     *
     * @throws ConflictException where it exists
     * @throws SchemaException where the schema or the file is another program's, or the role may not make it
     */
    void create(String name);

    /**
     * Deletes a workspace with everything in it, for ever: the file with all that SQLite keeps beside it, or the schema with every
     * table in it, the caller's own too, and with what refers to them from other schemas.
     *
     * @param confirmation the name once more
     * @throws IllegalArgumentException if the confirmation is not the name
     * @throws NotFoundException where there is no such workspace
     * @throws SchemaException where the schema or the file is another program's, or belongs to another role
     * @throws BusyException where it is open here, is being migrated, or somebody holds a lock on it for longer than {@link
     *     DatabaseOptions#busyTimeout()}. On SQLite every process that has it open stands against it; on PostgreSQL a process that
     *     has it open, and does nothing with it, cannot be seen
     */
    void drop(String name, String confirmation);

    /**
     * Migrates every workspace that is behind, several at a time. One that fails is reported, and the others go on. One that is
     * up to date costs a read.
     *
     * @param parallelism how many at a time, 1 to 100. On PostgreSQL each needs up to four connections besides the pool
     * @param progress called after each workspace, on this thread; what it throws ends the call, after the workspaces that are
     *     being migrated
     * @return one for each workspace, sorted by name; immutable
     * @throws IllegalArgumentException if {@code parallelism} is out of range
     * @throws CancelledException where this thread is interrupted; what was migrated until then stays so
     */
    List<WorkspaceMigration> migrateAll(int parallelism, Consumer<? super MigrationProgress> progress);

    /** What it was opened with. */
    DatabaseOptions options();

    /**
     * Closes all workspaces that were opened here, and what they share, after what is under way. Closing twice is no error.
     *
     * @throws IllegalStateException inside {@code withTx} of one of them; the others may be closed then
     */
    @Override
    void close();
}
