package dev.modelscan.storage.audit;

import dev.modelscan.storage.Json;
import java.time.Instant;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A change that the audit log recorded.
 *
 * @param position its place in the chain, from 1, without gaps
 * @param at when: of a change by the clock of the database's engine, to the millisecond on SQLite and the microsecond
 *     on PostgreSQL; of {@link AuditAction#ENABLE}, {@link AuditAction#DISABLE} and {@link AuditAction#ERASE} by the
 *     clock of the program
 * @param actor who, as {@link dev.modelscan.storage.Database#as} was told; null if that was not called, and for other programs
 * @param table the table
 * @param key the row's primary key before the change, as text; of several columns, a JSON array without spaces. Null if
 *     the table has none, or if the entry is about no row
 * @param changes a JSON object: the values of an inserted or deleted row that are not null, by column; of an updated
 *     row an array of two values, before and after, for each column that changed. Times and JSON are text, bytes are an
 *     array of one text of hexadecimal digits. An entry that was erased has no actor, no key, and no members here; one
 *     of an erasure is its receipt
 * @param hash the entry's hash, which follows from all entries up to it: 64 hexadecimal digits
 * @since 0.1.0
 */
public record AuditEntry(
        long position,
        Instant at,
        @Nullable String actor,
        String table,
        @Nullable String key,
        AuditAction action,
        Json changes,
        String hash) {

    /** Not API, since components may be added: the library makes them. */
    public AuditEntry {
        Objects.requireNonNull(at, "at");
        Objects.requireNonNull(table, "table");
        Objects.requireNonNull(action, "action");
        Objects.requireNonNull(changes, "changes");
        Objects.requireNonNull(hash, "hash");
    }
}
