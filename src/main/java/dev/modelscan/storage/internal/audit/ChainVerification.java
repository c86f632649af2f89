package dev.modelscan.storage.internal.audit;

import static dev.modelscan.storage.schema.Tables.AUDIT_ENTRIES;

import dev.modelscan.storage.audit.AuditFault;
import dev.modelscan.storage.audit.AuditFault.Kind;
import dev.modelscan.storage.audit.AuditHead;
import dev.modelscan.storage.audit.AuditVerification;
import dev.modelscan.storage.internal.engine.Sessions;
import dev.modelscan.storage.internal.query.Codec;
import dev.modelscan.storage.internal.query.CompiledQuery;
import dev.modelscan.storage.internal.query.Parameter;
import dev.modelscan.storage.internal.repository.Mapping;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.LongConsumer;
import org.jooq.impl.DSL;
import org.jooq.impl.SQLDataType;
import org.jspecify.annotations.Nullable;

/** Reads the chain in batches, each in a transaction of its own, since nothing that is in it may change. */
final class ChainVerification {

    private static final Parameter<Long> LAST = Parameter.of("last", Codec.LONG, Long.class);

    private static final CompiledQuery<AuditBatch.Size> SIZES =
            CompiledQuery.rows("audit.entrySizes", AuditBatch.Size::map, () -> DSL.select(
                            AUDIT_ENTRIES.POSITION,
                            DSL.coalesce(DSL.length(AUDIT_ENTRIES.CHANGES), DSL.inline(0))
                                    .plus(DSL.coalesce(DSL.length(AUDIT_ENTRIES.RECORD_KEY), DSL.inline(0)))
                                    .cast(SQLDataType.BIGINT))
                    .from(AUDIT_ENTRIES)
                    .where(AUDIT_ENTRIES.POSITION.ge(
                            ChainEntry.POSITION.parameter().param()))
                    .orderBy(AUDIT_ENTRIES.POSITION)
                    .limit(Mapping.LIMIT.param()));

    private static final CompiledQuery<ChainEntry> ENTRIES =
            CompiledQuery.rows("audit.entries", ChainEntry::map, () -> DSL.select(ChainEntry.COLUMNS.fields())
                    .from(AUDIT_ENTRIES)
                    .where(AUDIT_ENTRIES
                            .POSITION
                            .ge(ChainEntry.POSITION.parameter().param())
                            .and(AUDIT_ENTRIES.POSITION.le(LAST.param())))
                    .orderBy(AUDIT_ENTRIES.POSITION));

    private final Sessions sessions;
    private final AuditHead known;
    private final AuditHead start;
    private final LongConsumer progress;
    private AuditHead head;

    /** Erased entries whose receipt is still to come, by its position. */
    private final SortedMap<Long, ErasedEntries> erased = new TreeMap<>();

    private long checked;

    private long erasedEntries;
    private long erasedSinceKnown;

    private ChainVerification(Sessions sessions, AuditHead known, AuditHead start, LongConsumer progress) {
        this.sessions = sessions;
        this.known = known;
        this.start = start;
        this.progress = progress;
        this.head = start;
    }

    /** A verification of all entries, which compares with a known head. */
    static ChainVerification ofAll(Sessions sessions, AuditHead known, LongConsumer progress) {
        return new ChainVerification(sessions, known, AuditHead.NONE, progress);
    }

    /** A verification of so many of the newest entries. That they follow from those before is taken for granted. */
    static ChainVerification ofNewest(Sessions sessions, long entries) {
        AuditHead start = sessions.read("audit log", null, session -> AuditChain.headBefore(session, entries));
        return new ChainVerification(sessions, AuditHead.NONE, start, compared -> {});
    }

    /** The entry behind which it begins. */
    AuditHead start() {
        return start;
    }

    /**
     * Verifies. An erasure that ends meanwhile empties entries that were read before, and its receipt, behind the end that the
     * chain had, is about more of them than were counted: then all of it is read again.
     */
    AuditVerification run() {
        while (true) {
            long end = sessions.read("audit log", null, AuditChain::lastPosition);
            AuditVerification verified = runOnce();
            boolean overtaken = verified.fault()
                    .filter(fault -> fault.kind() == Kind.CHANGED && fault.position() > end)
                    .isPresent();
            if (!overtaken) {
                return verified;
            }
            head = start;
            erased.clear();
            checked = 0;
            erasedEntries = 0;
            erasedSinceKnown = 0;
        }
    }

    private AuditVerification runOnce() {
        AuditFault fault = null;
        while (fault == null) {
            List<ChainEntry> batch = from(head.position() + 1);
            if (batch.isEmpty()) {
                fault = endFault();
                fault = fault == null && !erased.isEmpty() ? withoutReceipt(erased.firstKey()) : fault;
                break;
            }
            fault = fault(batch);
            progress.accept(checked);
        }
        long pending = sessions.read("audit log", null, AuditChain::countPending);
        return new AuditVerification(
                checked, head, Optional.ofNullable(fault), erasedEntries, erasedSinceKnown, pending);
    }

    private List<ChainEntry> from(long position) {
        return sessions.read("audit log", null, session -> {
            List<Long> batch = AuditBatch.first(session.query(SIZES)
                    .set(ChainEntry.POSITION.parameter(), position)
                    .set(Mapping.LIMIT, AuditBatch.MOST)
                    .list());
            long last = batch.isEmpty() ? position - 1 : batch.get(batch.size() - 1);
            return session.query(ENTRIES)
                    .set(ChainEntry.POSITION.parameter(), position)
                    .set(LAST, last)
                    .list();
        });
    }

    private @Nullable AuditFault endFault() {
        return head.position() >= known.position()
                ? null
                : new AuditFault(
                        Kind.TRUNCATED,
                        known.position(),
                        "the chain ends before the known head: entries were removed, or an older database was put"
                                + " back");
    }

    private static AuditFault withoutReceipt(ErasedEntries entries) {
        return new AuditFault(
                Kind.CHANGED, entries.first(), "it says that it was erased, and there is no receipt of an erasure");
    }

    private AuditFault withoutReceipt(long receipt) {
        return withoutReceipt(Objects.requireNonNull(erased.get(receipt)));
    }

    private void accept(ChainEntry entry) {
        checked++;
        if (entry.erasedIn() != null) {
            erased.computeIfAbsent(entry.erasedIn(), position -> new ErasedEntries())
                    .add(entry);
            erasedEntries++;
            if (entry.position() <= known.position() && entry.erasedIn() > known.position()) {
                erasedSinceKnown++;
            }
        }
        head = entry.head();
    }

    private @Nullable AuditFault fault(List<ChainEntry> batch) {
        for (ChainEntry entry : batch) {
            AuditFault fault = fault(entry);
            if (fault != null) {
                return fault;
            }
            accept(entry);
        }
        return null;
    }

    private @Nullable AuditFault fault(ChainEntry entry) {
        long expected = head.position() + 1;
        if (entry.position() != expected) {
            return removed(expected);
        }
        AuditFault fault = entry.erasedIn() == null ? payloadFault(entry) : erasedFault(entry);
        if (fault == null) {
            fault = receiptFault(entry);
        }
        if (fault == null && !entry.hash().equals(entry.computedHash(head.hash()))) {
            fault = new AuditFault(
                    Kind.CHANGED,
                    entry.position(),
                    "its hash does not follow from the entry before: one of the two was changed");
        }
        if (fault == null
                && entry.position() == known.position()
                && !entry.hash().equals(known.hash())) {
            fault = new AuditFault(
                    Kind.REWRITTEN,
                    entry.position(),
                    "the entry has another hash than the known head: the chain was rewritten");
        }
        return fault;
    }

    /** Nothing may be left in it that its hash no longer vouches for. */
    private static @Nullable AuditFault erasedFault(ChainEntry entry) {
        boolean isEmpty = entry.changes() == null && entry.key() == null && entry.actor() == null;
        boolean isBefore = entry.erasedIn() != null && entry.erasedIn() > entry.position();
        return isEmpty && isBefore
                ? null
                : new AuditFault(
                        Kind.CHANGED,
                        entry.position(),
                        "it says that it was erased, and has an actor, a key or changes, or no later receipt");
    }

    /** A receipt is about the entries that say so, and they have what it says of them. */
    private @Nullable AuditFault receiptFault(ChainEntry entry) {
        ErasedEntries entries = erased.remove(entry.position());
        boolean isReceipt = entry.isReceipt();
        if (!isReceipt) {
            return entries == null ? null : withoutReceipt(entries);
        }
        if (start.position() > 0) {
            // Some of its entries may be before those that are read.
            return null;
        }
        ErasedEntries named = entries == null ? new ErasedEntries() : entries;
        return named.areThoseOf(entry.document())
                ? null
                : new AuditFault(
                        Kind.CHANGED,
                        entry.position(),
                        "the entries that say they were erased with this receipt are not those that it names");
    }

    private static AuditFault removed(long position) {
        return new AuditFault(Kind.REMOVED, position, "the entry is missing, and later ones are there");
    }

    private static @Nullable AuditFault payloadFault(ChainEntry entry) {
        return entry.payloadHash().equals(entry.computedPayloadHash())
                ? null
                : new AuditFault(
                        Kind.CHANGED,
                        entry.position(),
                        "it is not what was put into the chain: its time, actor, table, key, action or changes differ");
    }
}
