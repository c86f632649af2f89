package dev.modelscan.storage.transfer;

import dev.modelscan.storage.Database;
import dev.modelscan.storage.errors.BusyException;
import dev.modelscan.storage.errors.CancelledException;
import dev.modelscan.storage.errors.ConflictException;
import dev.modelscan.storage.errors.CorruptDatabaseException;
import dev.modelscan.storage.errors.InvalidDataException;
import dev.modelscan.storage.errors.ReferenceException;
import dev.modelscan.storage.errors.SchemaException;
import dev.modelscan.storage.errors.StorageFullException;
import dev.modelscan.storage.errors.UnavailableException;
import java.util.function.Consumer;

/**
 * Copies a SQLite database into a workspace on a PostgreSQL server, and compares both. Not thread-safe.
 *
 * <pre>{@code
 * TransferResult result = Database.builder()
 *         .url("jdbc:postgresql://host/database")
 *         .workspace("team_a")
 *         .transferFrom(Path.of("modelscan.db"))
 *         .run();
 * }</pre>
 *
 * <p>The source stays usable and unchanged. The transfer copies the source as it was when the transfer began,
 * from a snapshot in a file next to it, {@code <source>-transfer-<id>}. The snapshot needs as much space as
 * the source, and is deleted at the end. The target does not get what is written to the source later.
 *
 * <p>The transfer copies the library's tables, and those that the sets of {@link
 * dev.modelscan.storage.DatabaseBuilder#migrations(String)} made: the target gets the same migrations. Rows that they
 * insert come from the source. If a table of theirs cannot be carried, the transfer says why before it writes
 * anything. If the source has other objects, the transfer names them and does nothing, until {@link #leaveBehind}
 * allows it to leave them behind. It does not change other objects in the schema of the target.
 *
 * <p>The target is created if it does not exist, and must hold no rows. Until the transfer has ended, {@link
 * Database} does not open it. To continue an interrupted transfer, run it again: it uses the same snapshot,
 * and repeats at most some thousand rows. At the end it reads all rows back from both sides, and compares
 * them.
 *
 * @since 0.1.0
 */
public interface Transfer {

    /**
     * Removes what an unfinished transfer has copied, and starts again with the source as it is now. If no
     * transfer was begun, this changes nothing: rows that no transfer has copied are never removed.
     */
    Transfer restart();

    /**
     * Allows the transfer to leave these tables, views, added columns, triggers and indexes of the source behind,
     * tables of the application's migrations among them. There is no option for all at once, because it would also
     * silently leave out tables that are created later.
     *
     * @param names as in {@link LeftBehind#name}, in any case; names that the source does not have are
     *     ignored. A table includes its indexes and triggers. Several calls add up
     * @throws IllegalArgumentException from {@link #dryRun} and {@link #run} for a table or a column of the
     *     library
     */
    Transfer leaveBehind(String... names);

    /**
     * Sets the listener for progress. It runs on the thread of the transfer. If it throws, the transfer is
     * interrupted.
     */
    Transfer onProgress(Consumer<? super TransferProgress> progress);

    /**
     * Checks everything that can be checked without writing (migrations of the application's that the target lacks are
     * applied in a transaction that is rolled back): the objects that {@link #run} would reject in
     * the source, each value and reference, the target and the rights of the role on it, and the space for
     * the snapshot. A trigger or a constraint in the target may still reject a row. The source's write-ahead
     * log cannot shrink during the check.
     *
     * <p>It continues after a problem. It throws the first problem, with the others, at most a hundred rows,
     * as {@linkplain Throwable#getSuppressed() suppressed} exceptions.
     *
     * @throws LeftBehindException as {@link #run} does
     * @throws InvalidDataException as {@link #run} does
     * @throws ReferenceException as {@link #run} does
     * @throws CorruptDatabaseException if SQLite finds the source damaged, or rows that break its checks
     * @throws ConflictException as {@link #run} does
     * @throws SchemaException as {@link #run} does
     * @throws StorageFullException if there is no space for the snapshot
     * @throws UnavailableException if the source or the server cannot be reached, or the server is read-only
     */
    TransferEstimate dryRun();

    /**
     * Copies and compares. Continues a transfer that was interrupted.
     *
     * @throws LeftBehindException if the source has objects that the target would not get, and {@link
     *     #leaveBehind} does not name them; nothing was written
     * @throws InvalidDataException if PostgreSQL cannot store a value that another program wrote, or the
     *     target rejects a row; {@code entity}, {@code id} and {@code field} are the table, the key and the
     *     column. The copied rows were removed: correct the value in the source, and run again
     * @throws ReferenceException if a row of the source refers to one that does not exist; the copied rows
     *     were removed
     * @throws ConflictException if the target holds rows that this transfer has not copied, if the transfer
     *     was begun from another source or a snapshot that is gone, or if the target differs from the source
     *     at the end; then it names the table and the first key
     * @throws SchemaException if a schema is older or newer than this library's, or belongs to another
     *     program, or if tables of the application's migrations cannot be carried: names all, and why; nothing was
     *     written
     * @throws BusyException if another transfer into the target is running
     * @throws StorageFullException if there is no space for the snapshot, or in the target
     * @throws CancelledException if the thread is interrupted; run again to continue
     * @throws UnavailableException if the source or the server cannot be reached, or if the server or a
     *     pooler ended the idle transaction that holds the lock against other transfers; run again to
     *     continue
     */
    TransferResult run();
}
