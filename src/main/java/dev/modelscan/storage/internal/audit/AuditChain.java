package dev.modelscan.storage.internal.audit;

import static dev.modelscan.storage.schema.Tables.AUDIT_ENTRIES;
import static dev.modelscan.storage.schema.Tables.AUDIT_PENDING;

import dev.modelscan.storage.Json;
import dev.modelscan.storage.audit.AuditHead;
import dev.modelscan.storage.errors.CorruptDatabaseException;
import dev.modelscan.storage.internal.engine.Sessions;
import dev.modelscan.storage.internal.query.Changes;
import dev.modelscan.storage.internal.query.Codec;
import dev.modelscan.storage.internal.query.CompiledQuery;
import dev.modelscan.storage.internal.query.Parameter;
import dev.modelscan.storage.internal.query.Session;
import dev.modelscan.storage.internal.repository.IdList;
import dev.modelscan.storage.internal.repository.Mapping;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jooq.impl.DSL;
import org.jooq.impl.SQLDataType;

/**
 * Puts entries into the chain. Whoever does it holds the turn {@link Changes#TURN}, so the chain has one end.
 *
 * <p>Entries that are not committed are not seen, and get their place when they are. So a place says in which order entries
 * came into the chain.
 */
public final class AuditChain {

    private static final Parameter<String> IDS = Parameter.of("positions", Codec.TEXT, String.class);

    private static final Parameter<Long> UP_TO = Parameter.of("upTo", Codec.LONG, Long.class);

    private static final CompiledQuery<Long> LAST_PENDING = CompiledQuery.rows(
            "audit.lastPending", row -> row.get(Codec.LONG, 1), () -> DSL.select(AUDIT_PENDING.POSITION)
                    .from(AUDIT_PENDING)
                    .orderBy(AUDIT_PENDING.POSITION.desc())
                    .limit(DSL.inline(1)));

    private static final CompiledQuery<Long> COUNT_PENDING =
            CompiledQuery.rows("audit.countPending", row -> row.get(Codec.LONG, 1), () -> DSL.select(
                            DSL.count().cast(SQLDataType.BIGINT))
                    .from(AUDIT_PENDING));

    private static final CompiledQuery<AuditBatch.Size> SIZES =
            CompiledQuery.rows("audit.sizes", AuditBatch.Size::map, () -> DSL.select(
                            AUDIT_PENDING.POSITION,
                            DSL.length(AUDIT_PENDING.CHANGES).cast(SQLDataType.BIGINT))
                    .from(AUDIT_PENDING)
                    .where(AUDIT_PENDING.POSITION.le(UP_TO.param()))
                    .orderBy(AUDIT_PENDING.POSITION)
                    .limit(Mapping.LIMIT.param()));

    private static final CompiledQuery<ChainEntry> PENDING =
            CompiledQuery.rows("audit.pending", ChainEntry::mapPending, () -> DSL.select(ChainEntry.PENDING.fields())
                    .from(AUDIT_PENDING)
                    .where(AUDIT_PENDING.POSITION.in(
                            DSL.select(IdList.value().cast(SQLDataType.BIGINT)).from(IdList.of(IDS.param()))))
                    .orderBy(AUDIT_PENDING.POSITION));

    private static final CompiledQuery<Void> DELETE =
            CompiledQuery.command("audit.delete", () -> DSL.deleteFrom(AUDIT_PENDING)
                    .where(AUDIT_PENDING.POSITION.in(
                            DSL.select(IdList.value().cast(SQLDataType.BIGINT)).from(IdList.of(IDS.param())))));

    private static final CompiledQuery<Void> INSERT =
            CompiledQuery.command("audit.insert", () -> DSL.insertInto(AUDIT_ENTRIES, ChainEntry.COLUMNS.fields())
                    .values(ChainEntry.COLUMNS.params()));

    private record Last(long position, String hash) {

        AuditHead head() {
            try {
                return new AuditHead(position, hash);
            } catch (IllegalArgumentException e) {
                throw new CorruptDatabaseException(
                        "the hash of audit entry " + position
                                + " is not a hash; find the first bad entry: audit verify",
                        e);
            }
        }
    }

    private static final CompiledQuery<Last> LAST = CompiledQuery.rows(
            "audit.last", row -> new Last(row.get(Codec.LONG, 1), row.get(Codec.TEXT, 2)), () -> DSL.select(
                            AUDIT_ENTRIES.POSITION, AUDIT_ENTRIES.HASH)
                    .from(AUDIT_ENTRIES)
                    .orderBy(AUDIT_ENTRIES.POSITION.desc())
                    .limit(DSL.inline(1)));

    private static final Parameter<Long> ERASED_IN = Parameter.of("erasedIn", Codec.LONG, Long.class);

    private static final CompiledQuery<ChainEntry> ERASED =
            CompiledQuery.rows("audit.erased", ChainEntry::map, () -> DSL.select(ChainEntry.COLUMNS.fields())
                    .from(AUDIT_ENTRIES)
                    .where(AUDIT_ENTRIES.ERASED_IN.eq(ERASED_IN.param()))
                    .and(AUDIT_ENTRIES.POSITION.gt(
                            ChainEntry.POSITION.parameter().param()))
                    .orderBy(AUDIT_ENTRIES.POSITION)
                    .limit(Mapping.LIMIT.param()));

    private static final CompiledQuery<Last> FIRST = CompiledQuery.rows(
            "audit.first", row -> new Last(row.get(Codec.LONG, 1), row.get(Codec.TEXT, 2)), () -> DSL.select(
                            AUDIT_ENTRIES.POSITION, AUDIT_ENTRIES.HASH)
                    .from(AUDIT_ENTRIES)
                    .where(AUDIT_ENTRIES.POSITION.ge(
                            ChainEntry.POSITION.parameter().param()))
                    .orderBy(AUDIT_ENTRIES.POSITION)
                    .limit(DSL.inline(1)));

    private AuditChain() {}

    public static AuditHead head(Session session) throws SQLException {
        Last last = session.query(LAST).first();
        return last == null ? AuditHead.NONE : last.head();
    }

    /** How many entries wait to be sealed. */
    static long countPending(Session session) throws SQLException {
        return Objects.requireNonNull(session.query(COUNT_PENDING).first());
    }

    /** The position of the last entry; 0 if there is none. */
    static long lastPosition(Session session) throws SQLException {
        Last last = session.query(LAST).first();
        return last == null ? 0 : last.position();
    }

    /**
     * The entry before so many of the newest; {@link AuditHead#NONE} if there are no more, or if its hash is none, which only
     * the whole chain tells.
     */
    static AuditHead headBefore(Session session, long newest) throws SQLException {
        Last last = session.query(LAST).first();
        Last before = last == null || last.position() <= newest
                ? null
                : session.query(FIRST)
                        .set(ChainEntry.POSITION.parameter(), last.position() - newest)
                        .first();
        try {
            return before == null ? AuditHead.NONE : before.head();
        } catch (CorruptDatabaseException e) {
            return AuditHead.NONE;
        }
    }

    /** The position of the newest entry that waits; 0 if none does. */
    static long lastPending(Session session) throws SQLException {
        Long last = session.query(LAST_PENDING).first();
        return last == null ? 0 : last;
    }

    /**
     * Moves all that waits now, each batch in a transaction of its own. What comes meanwhile is left, since writers may be
     * faster. Returns how many entries.
     */
    public static long sealAll(Sessions sessions) {
        long last = sessions.read(Changes.TURN, null, AuditChain::lastPending);
        long all = 0;
        boolean more = last > 0;
        while (more) {
            int moved = sessions.<Integer>writeMany(Changes.TURN, null, session -> {
                sessions.takeTurn(session, Changes.TURN);
                return seal(session, last);
            });
            all += moved;
            more = moved > 0;
        }
        return all;
    }

    /** Moves a batch of what waits up to a position. Returns how many entries; 0 if none of them is left. */
    private static int seal(Session session, long upTo) throws SQLException {
        String positions = batch(session, upTo);
        List<ChainEntry> pending = session.query(PENDING).set(IDS, positions).list();
        if (pending.isEmpty()) {
            return 0;
        }
        AuditHead head = head(session);
        boolean isNumbered = session.dialect().changes().numbersEntries();
        List<ChainEntry> sealed = new ArrayList<>();
        for (ChainEntry each : pending) {
            long next = head.position() + 1;
            // A number that is missing stays missing, and verify says so.
            ChainEntry entry = each.behind(head, isNumbered ? Math.max(next, each.position()) : next);
            sealed.add(entry);
            head = entry.head();
        }
        session.query(INSERT).updateAll(ChainEntry.COLUMNS, sealed);
        session.query(DELETE).set(IDS, positions).update();
        return sealed.size();
    }

    private static String batch(Session session, long upTo) throws SQLException {
        List<AuditBatch.Size> waiting = session.query(SIZES)
                .set(UP_TO, upTo)
                .set(Mapping.LIMIT, AuditBatch.MOST)
                .list();
        return Json.of(AuditBatch.first(waiting)).toString();
    }

    /** Adds an entry of the log's own at the end. */
    static void append(Session session, ChainEntry entry) throws SQLException {
        sealAll(session);
        appendNext(session, entry);
    }

    /** Moves all that waits now, in this transaction: little, if what waited before was moved before it. */
    public static void sealAll(Session session) throws SQLException {
        long last = lastPending(session);
        int moved = seal(session, last);
        while (moved > 0) {
            moved = seal(session, last);
        }
    }

    /** Adds an entry behind the last one that is in the chain. Returns its position. */
    public static long appendNext(Session session, ChainEntry entry) throws SQLException {
        AuditHead head = head(session);
        long next = head.position() + 1;
        session.query(INSERT)
                .setAll(ChainEntry.COLUMNS, entry.behind(head, next))
                .update();
        return next;
    }

    /** A batch of the entries that a receipt has erased, behind a position. */
    public static List<ChainEntry> erasedIn(Session session, long receipt, long after) throws SQLException {
        return session.query(ERASED)
                .set(ERASED_IN, receipt)
                .set(ChainEntry.POSITION.parameter(), after)
                .set(Mapping.LIMIT, AuditBatch.MOST)
                .list();
    }
}
