package dev.modelscan.storage.internal.repository;

import static dev.modelscan.storage.schema.Tables.AUDIT_ENTRIES;

import dev.modelscan.storage.audit.AuditFault;
import dev.modelscan.storage.audit.AuditFault.Kind;
import dev.modelscan.storage.audit.AuditHead;
import dev.modelscan.storage.audit.AuditVerification;
import dev.modelscan.storage.internal.engine.Sessions;
import dev.modelscan.storage.internal.query.CompiledQuery;
import java.util.List;
import java.util.Optional;
import org.jooq.impl.DSL;
import org.jspecify.annotations.Nullable;

/** Reads the chain in batches, each in a transaction of its own, since nothing that is in it may change. */
final class ChainVerification {

    /** Entries may be long, and all of a batch are in memory. */
    private static final int BATCH = 200;

    private static final CompiledQuery<ChainEntry> FROM =
            CompiledQuery.rows("audit.from", ChainEntry::map, () -> DSL.select(ChainEntry.COLUMNS.fields())
                    .from(AUDIT_ENTRIES)
                    .where(AUDIT_ENTRIES.POSITION.ge(
                            ChainEntry.POSITION.parameter().param()))
                    .orderBy(AUDIT_ENTRIES.POSITION)
                    .limit(Mapping.LIMIT.param()));

    private final Sessions sessions;
    private final AuditHead known;
    private AuditHead head = AuditHead.NONE;
    private long checked;

    ChainVerification(Sessions sessions, AuditHead known) {
        this.sessions = sessions;
        this.known = known;
    }

    AuditVerification run() {
        AuditFault fault = known.position() == 0 ? null : knownHeadFault();
        while (fault == null) {
            List<ChainEntry> batch = from(head.position() + 1, BATCH);
            if (batch.isEmpty()) {
                break;
            }
            fault = fault(batch);
        }
        return new AuditVerification(checked, head, Optional.ofNullable(fault));
    }

    private List<ChainEntry> from(long position, int most) {
        return sessions.read("audit log", null, session -> session.query(FROM)
                .set(ChainEntry.POSITION.parameter(), position)
                .set(Mapping.LIMIT, most)
                .list());
    }

    /** The entry at the known head is read again, although the hash of the one before it is not known. */
    private @Nullable AuditFault knownHeadFault() {
        List<ChainEntry> found = from(known.position(), 1);
        if (found.isEmpty()) {
            return new AuditFault(
                    Kind.TRUNCATED,
                    known.position(),
                    "the chain ends before the known head: entries were removed, or an older database was put back");
        }
        ChainEntry entry = found.get(0);
        if (entry.position() != known.position()) {
            return removed(known.position());
        }
        if (!entry.hash().equals(known.hash())) {
            return new AuditFault(
                    Kind.REWRITTEN,
                    known.position(),
                    "the entry has another hash than the known head: the chain was made anew");
        }
        AuditFault fault = payloadFault(entry);
        if (fault == null) {
            accept(entry);
        }
        return fault;
    }

    private void accept(ChainEntry entry) {
        checked++;
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
        AuditFault fault = payloadFault(entry);
        if (fault == null && !entry.hash().equals(entry.computedHash(head.hash()))) {
            fault = new AuditFault(
                    Kind.CHANGED,
                    entry.position(),
                    "its hash does not follow from the entry before: one of the two was changed");
        }
        return fault;
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
