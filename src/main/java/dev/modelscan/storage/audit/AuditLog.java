package dev.modelscan.storage.audit;

import dev.modelscan.storage.Page;
import dev.modelscan.storage.PageRequest;
import dev.modelscan.storage.doctor.Finding;
import dev.modelscan.storage.errors.ReadOnlyException;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.function.LongConsumer;

/**
 * The audit log of a database: each insert, update and delete of every table, the library's and the application's,
 * whoever makes it. Triggers write it in the same transaction as the change, so {@code tx.dsl()}, the application's own
 * SQL and other programs are in it. It records nothing until {@link #enable} is called, and costs nothing until then.
 * Thread-safe.
 *
 * <p>The triggers leave new entries in a queue. {@link #seal} moves them into the chain in batches, so that writers
 * never wait for each other at its end. The hash of each entry in the chain covers all entries before it. The lists,
 * {@link #head} and {@link #verify()} seal first, unless the database was opened read-only or is locked by another
 * writer, or their thread is in a transaction: in {@code withTx}, or in one that the database joins.
 *
 * <p>The lists have the newest entries first, in pages.
 *
 * @since 0.1.0
 */
public interface AuditLog {

    /**
     * {@link #enable(Collection)} that keeps the list of redacted columns if the log is on; otherwise the list is
     * empty. A column that no table has any more stays in the list, and {@link #findings} reports it.
     */
    boolean enable();

    /**
     * Switches the log on: creates triggers for every table that exists now. Opening the database with migrations
     * rebuilds them; after a change of the schema by other means, call this again. On
     * PostgreSQL only the owner of the tables may. Writers wait while it runs, for some milliseconds.
     *
     * @param redacted the columns whose values are never recorded: {@code table.column}, or {@code table.column.member}
     *     for a member of the JSON objects in it, with {@code *} for any table. Columns whose name says password,
     *     secret, token, API key, private key or credentials are redacted in any case. The values stay in the table
     *     itself
     * @return false if it was on, and nothing had to be changed
     * @throws IllegalArgumentException if no table has such a column
     */
    boolean enable(Collection<String> redacted);

    /**
     * Switches the log off, and removes its triggers. What was recorded stays. On PostgreSQL only the owner of the
     * tables may.
     */
    void disable();

    /** Whether the log is on. */
    boolean isEnabled();

    /**
     * Moves what is recorded now into the chain, in transactions of up to a thousand entries. Cheap if there is nothing
     * to do. Call it from time to time: what is not in the chain yet can be changed without a trace.
     *
     * @return how many entries
     * @throws ReadOnlyException if the database was opened read-only
     */
    long seal();

    /** All entries, the newest first. */
    Page<AuditEntry> list(PageRequest request);

    /**
     * What happened to a record, the newest first.
     *
     * @param table the name of its table
     * @param key its key, as in {@link AuditEntry#key}
     */
    Page<AuditEntry> listByRecord(String table, String key, PageRequest request);

    /** What somebody did, the newest first. */
    Page<AuditEntry> listByActor(String actor, PageRequest request);

    /** What happened from a time on until before another, by {@link AuditEntry#at}; the newest first. */
    Page<AuditEntry> listBetween(Instant from, Instant until, PageRequest request);

    /**
     * The end of the chain; {@link AuditHead#NONE} if it has no entry. Keep it elsewhere, to {@code verify} with it.
     */
    AuditHead head();

    /**
     * Reads the whole chain and computes every hash again: 1,000,000 entries take some seconds. It finds an entry that
     * was changed or removed. To find that the chain ends too early or was rewritten, it needs a head that was kept
     * elsewhere: {@link #verify(AuditHead)}.
     */
    AuditVerification verify();

    /**
     * As {@link #verify()}, and compares with a known head. So it also finds an end that was removed, an older database
     * that was put back, and a chain that was rewritten. With {@link AuditHead#NONE} it is {@code verify()}.
     */
    AuditVerification verify(AuditHead known);

    /**
     * {@link #verify(AuditHead)} with a listener. It is called on this thread after each batch, with how many entries
     * were compared so far.
     */
    AuditVerification verify(AuditHead known, LongConsumer progress);

    /**
     * What keeps the log from recording what it should: tables whose triggers are missing, switched off or changed,
     * settings that were removed or changed without an entry, columns to redact that no table has. Reads the catalog
     * and one entry. {@link dev.modelscan.storage.Database#doctor} has them, too.
     *
     * @return the findings; empty if the log is off and was switched off by {@link #disable}
     */
    List<Finding> findings();
}
