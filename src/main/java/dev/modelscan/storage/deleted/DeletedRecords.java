package dev.modelscan.storage.deleted;

import dev.modelscan.storage.DatabaseBuilder;
import dev.modelscan.storage.Page;
import dev.modelscan.storage.PageRequest;
import dev.modelscan.storage.errors.ConflictException;
import dev.modelscan.storage.errors.NotFoundException;
import dev.modelscan.storage.errors.ReferenceException;
import dev.modelscan.storage.errors.SchemaException;
import java.time.Instant;
import java.util.Optional;

/**
 * The records that {@code delete} has taken out of their tables, with all that was deleted with them. They are kept
 * if the database that deletes them was opened with {@link DatabaseBuilder#keepDeleted}. Any database can restore
 * them.
 *
 * <p>With a record go the rows that its deletion deletes (of a conversation its messages with their parts, origins and
 * summaries; of a task its scores; of a team or an agent its memberships), also those of the application's tables. Rows
 * that lose their reference to it are noted, and get it back. Blobs of its messages stay.
 *
 * <p>Not kept is what other calls delete, such as {@code deleteByTask}, {@code replaceTail}, {@code removeMember} and
 * {@code deleteUnused}, a {@code delete} of the application's own tables, or SQL. Each deletion that is kept purges up
 * to ten that have been kept for longer than the option says.
 *
 * <p>The library implements it; it may gain methods in any release. Each method may also throw what
 * {@link dev.modelscan.storage.Repository} says of every call.
 *
 * @since 0.1.0
 */
public interface DeletedRecords {

    /**
     * The deleted record with that key.
     *
     * @throws NotFoundException if there is none
     */
    DeletedRecord get(DeletedRecordId id);

    /**
     * What was deleted last of that kind under that key, or nothing.
     *
     * @param kind such as {@code task}; see {@link DeletedRecord#kind}
     * @param recordId the key that the record had
     */
    Optional<DeletedRecord> findNewest(String kind, String recordId);

    /** The deleted records, by {@code deletedAt}, then id. */
    Page<DeletedRecord> list(PageRequest request);

    /** The deleted records of a kind, by {@code deletedAt}, then id. */
    Page<DeletedRecord> listByKind(String kind, PageRequest request);

    /**
     * Puts a record back, with all that was deleted with it, and gives those that referred to it their reference,
     * unless they refer to another by now. All of it happens, or nothing. The rows are as they were, with their
     * versions and times; a row that gets its reference back is updated.
     *
     * <p>A message of a conversation with branches comes back to its place. What followed it goes on following the
     * message before it, as the deletion has left it.
     *
     * @return what was restored, which is no longer a deleted record
     * @throws NotFoundException if there is no deleted record with that key
     * @throws ConflictException if a key, a name or another unique value is taken by now; the message names it
     * @throws ReferenceException if it refers to a record that is no longer there; the message names it
     * @throws SchemaException if a table or column that it needs is no longer there
     */
    DeletedRecord restore(DeletedRecordId id);

    /**
     * Forgets a deleted record for ever, and the blobs that nothing else refers to.
     *
     * @throws NotFoundException if there is no deleted record with that key
     */
    void purge(DeletedRecordId id);

    /**
     * Forgets the records that were deleted before a time, for ever. Each transaction purges up to 100, so that others
     * can write in between; inside {@code withTx} all of it is that transaction. If it is interrupted, what has been
     * purged stays so, and another call goes on.
     *
     * @return how many
     */
    int purgeDeletedBefore(Instant time);
}
