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
        AuditFault fault = null;
        while (fault == null) {
            List<ChainEntry> batch = from(head.position() + 1);
            if (batch.isEmpty()) {
                fault = endFault();
                break;
            }
            fault = fault(batch);
        }
        return new AuditVerification(checked, head, Optional.ofNullable(fault));
    }

    private List<ChainEntry> from(long position) {
        return sessions.read("audit log", null, session -> session.query(FROM)
                .set(ChainEntry.POSITION.parameter(), position)
                .set(Mapping.LIMIT, BATCH)
                .list());
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
        if (fault == null
                && entry.position() == known.position()
                && !entry.hash().equals(known.hash())) {
            fault = new AuditFault(
                    Kind.REWRITTEN,
                    entry.position(),
                    "the entry has another hash than the known head: the chain was made anew");
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
