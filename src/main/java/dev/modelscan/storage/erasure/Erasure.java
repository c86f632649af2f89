package dev.modelscan.storage.erasure;

import dev.modelscan.storage.errors.BusyException;
import dev.modelscan.storage.errors.ReadOnlyException;
import dev.modelscan.storage.errors.ReferenceException;
import dev.modelscan.storage.errors.StorageException;
import java.util.function.Consumer;

/**
 * Erases an agent, a conversation, or what an external id names: from the tables, from the archive of deleted records,
 * from the search index, and from the audit log, whose chain still verifies. {@code docs/erasure.md} says what goes and
 * what stays.
 *
 * <p>Rows are erased in one transaction, with the receipt; then {@link #scrub} removes what deleted rows have left
 * behind. It can be killed at any moment and run again. Records that were deleted before are erased as well, so a
 * record need not exist.
 *
 * <p>Not reached: backups, copies and exports of the database, replicas, log files, text about the participant that
 * others wrote, and tables of the application's whose rows no foreign key ties to what is erased.
 *
 * <p>Thread-safe. Not for use in a transaction.
 *
 * @since 0.1.0
 */
public interface Erasure {

    /**
     * Counts what {@link #erase(ErasureRequest)} would do now. Writes nothing. Also works on a database that was opened
     * read-only. {@link ErasureReceipt#auditEntries} does not have the entries that the erasure itself would make.
     *
     * @throws ReferenceException as {@link #erase(ErasureRequest)} does
     */
    ErasureReceipt preview(ErasureRequest request);

    /**
     * Erases. Nobody else can write to a SQLite database meanwhile.
     *
     * <p>Rows are erased when the scrub begins. If the scrub fails, the call throws, and the receipt is only in the
     * audit log, if at all. To have it in any case, erase with {@link ErasureRequest#withoutScrub}, keep the receipt,
     * and call {@link #scrub}.
     *
     * @return what was done; {@link ErasureReceipt#isEmpty} if nothing of it was found
     * @throws ReferenceException if rows of the application's refer to what is erased, and their foreign key neither
     *     deletes nor empties them; the message names the table. Nothing was erased
     * @throws BusyException if it did not get the write lock in time; then nothing was erased. Or from the scrub, if a
     *     reader keeps old pages of a SQLite file from being removed; then the rows are erased: call {@link #scrub}
     *     again
     * @throws ReadOnlyException if the database was opened read-only
     * @throws IllegalStateException in a transaction
     */
    default ErasureReceipt erase(ErasureRequest request) {
        return erase(request, progress -> {});
    }

    /**
     * {@link #erase(ErasureRequest)} with a listener, which is called on this thread. What it throws ends the erasure.
     */
    ErasureReceipt erase(ErasureRequest request, Consumer<? super ErasureProgress> progress);

    /**
     * Removes what deleted rows have left in the storage, as {@link #erase} does at its end. For requests that were
     * made with {@link ErasureRequest#withoutScrub}.
     *
     * <p>On SQLite it removes erased words from the search index, rewrites the whole file ({@code VACUUM}, which needs
     * as much space again), and empties the log. On PostgreSQL it runs {@code VACUUM (ANALYZE)}: dead rows and the
     * statistics of their values go, and their bytes may stay in pages of the server, and in its log, until they are
     * written over.
     *
     * @throws BusyException if a reader keeps old pages of a SQLite file from being removed
     * @throws StorageException if another role owns tables of a PostgreSQL schema; it names the role. Its other tables are
     *     scrubbed
     * @throws ReadOnlyException if the database was opened read-only
     * @throws IllegalStateException in a transaction
     */
    void scrub();
}
