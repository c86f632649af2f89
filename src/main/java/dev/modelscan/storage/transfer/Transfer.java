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
 * Copies a SQLite database into a workspace on a PostgreSQL server, and proves that both are the same. Not thread-safe.
 *
 * <pre>{@code
 * TransferResult result = Database.builder()
 *         .url("jdbc:postgresql://host/database")
 *         .workspace("team_a")
 *         .transferFrom(Path.of("modelscan.db"))
 *         .run();
 * }</pre>
 *
 * <p>The source stays usable, and nothing is changed in it. What is copied is the source as it was when the transfer began,
 * from a snapshot in a file beside it, {@code <source>-transfer-<id>}, which needs as much space as the source and is deleted at
 * the end. What is written to the source meanwhile stays there alone.
 *
 * <p>Only the library's own tables are copied. If the source holds anything else, a transfer names it and does nothing, until
 * {@link #leaveBehind} says that it may stay in the source alone. What the target's schema holds beside the library's tables is
 * not touched.
 *
 * <p>The target is made where it is missing, and must hold no rows. Until the transfer has ended, {@link Database} refuses to
 * open it. A transfer that was interrupted, however that happened, is continued by running it again: from the same
 * snapshot, and at most some thousand rows before where it stopped. At the end all rows are read back from both sides and compared.
 *
 * @since 0.1
 */
public interface Transfer {

    /**
     * Takes back what an unfinished transfer has copied, and begins anew with the source as it is now. Where none was begun,
     * this changes nothing: rows that no transfer has copied are never removed.
     */
    Transfer restart();

    /**
     * Goes on without these of the source's tables, views, added columns, triggers and indexes. There is no way to name all at
     * once: a table that is made later would then be left behind in silence.
     *
     * @param names as {@link LeftBehind#name} has them, whatever their case; those that the source does not hold are passed
     *     over. A table takes its indexes and triggers with it. Several calls add up
     * @throws IllegalArgumentException from {@link #dryRun} and {@link #run} for a table or a column of the
     *     library's
     */
    Transfer leaveBehind(String... names);

    /** Who is told of progress, on the thread that runs the transfer. What it throws interrupts the transfer. */
    Transfer onProgress(Consumer<TransferProgress> listener);

    /**
     * Checks all that can be checked without writing: what {@link #run} would refuse of the source, each of its values and
     * references, the target and the role's rights on it, and whether there is space for the snapshot. A trigger or a
     * constraint that the target's owner added may still refuse a row. The source's log cannot be cut while it is read.
     *
     * <p>It goes on after what it finds: of several problems the first is thrown, and the others, up to a hundred rows among
     * them, are its {@linkplain Throwable#getSuppressed() suppressed} exceptions.
     *
     * @throws LeftBehindException as {@link #run} does
     * @throws InvalidDataException as {@link #run} does
     * @throws ReferenceException as {@link #run} does
     * @throws CorruptDatabaseException if SQLite finds the source damaged, or rows that break its checks
     * @throws ConflictException as {@link #run} does
     * @throws SchemaException as {@link #run} does
     * @throws StorageFullException if there is no space for the snapshot
     * @throws UnavailableException if the source or the server cannot be reached, or the server only reads
     */
    TransferEstimate dryRun();

    /**
     * Copies and compares, or goes on with what was begun.
     *
     * @throws LeftBehindException if the source holds what the target would not get, and {@link #leaveBehind} does not name it;
     *     nothing was written
     * @throws InvalidDataException if a value that another program stored cannot be stored in PostgreSQL as it is, or the target
     *     refuses a row; its {@code entity}, {@code id} and {@code field} are the table, the key and the column. What was copied
     *     is taken back: correct the value in the source, and run again
     * @throws ReferenceException if a row of the source refers to one that does not exist; likewise
     * @throws ConflictException where the target holds rows that this transfer has not copied, was begun from another
     *     source or a snapshot that is gone, or differs from the source at the end; then it names the table and the first key
     * @throws SchemaException where a schema is older or newer than this library's, or another program's
     * @throws BusyException where another transfer into the target is under way
     * @throws StorageFullException where there is no space for the snapshot, or in the target
     * @throws CancelledException where the thread is interrupted; running again goes on
     * @throws UnavailableException if the source or the server cannot be reached, or the lock that keeps other transfers out is
     *     lost, since the server or a pooler ended its idle transaction; running again goes on
     */
    TransferResult run();
}
