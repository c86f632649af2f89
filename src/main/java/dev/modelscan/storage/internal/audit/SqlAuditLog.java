package dev.modelscan.storage.internal.audit;

import static dev.modelscan.storage.schema.Tables.AUDIT_ENTRIES;
import static dev.modelscan.storage.schema.Tables.AUDIT_SETTINGS;

import dev.modelscan.storage.Json;
import dev.modelscan.storage.Page;
import dev.modelscan.storage.PageRequest;
import dev.modelscan.storage.audit.AuditAction;
import dev.modelscan.storage.audit.AuditEntry;
import dev.modelscan.storage.audit.AuditHead;
import dev.modelscan.storage.audit.AuditLog;
import dev.modelscan.storage.audit.AuditVerification;
import dev.modelscan.storage.doctor.Finding;
import dev.modelscan.storage.errors.BusyException;
import dev.modelscan.storage.errors.CorruptDatabaseException;
import dev.modelscan.storage.internal.engine.Sessions;
import dev.modelscan.storage.internal.query.AuditTriggers;
import dev.modelscan.storage.internal.query.Changes;
import dev.modelscan.storage.internal.query.Codec;
import dev.modelscan.storage.internal.query.CompiledQuery;
import dev.modelscan.storage.internal.query.Parameter;
import dev.modelscan.storage.internal.query.Session;
import dev.modelscan.storage.internal.repository.PagedQuery;
import dev.modelscan.storage.internal.values.TextRules;
import dev.modelscan.storage.internal.values.TimeBounds;
import java.sql.SQLException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.LongConsumer;
import org.jooq.impl.DSL;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

public final class SqlAuditLog implements AuditLog {

    private static final Logger LOG = LoggerFactory.getLogger(SqlAuditLog.class);
    private static final String ENTITY = "audit log";

    private static final Parameter<String> REDACTED = Parameter.of("redacted", Codec.TEXT, String.class);
    private static final Parameter<Instant> TIME = Parameter.of("enabledAt", Codec.TIME, Instant.class);
    private static final Parameter<Instant> UNTIL = Parameter.of("until", Codec.TIME, Instant.class);

    /** So many entries a doctor compares: about a second of a core. */
    private static final long NEWEST = 100_000;

    static final CompiledQuery<String> SETTINGS = CompiledQuery.rows(
            "audit.settings", row -> row.get(Codec.TEXT, 1), () -> DSL.select(AUDIT_SETTINGS.REDACTED)
                    .from(AUDIT_SETTINGS));

    private static final CompiledQuery<Void> ENABLE = CompiledQuery.command("audit.enable", () -> DSL.insertInto(
                    AUDIT_SETTINGS, AUDIT_SETTINGS.ID, AUDIT_SETTINGS.REDACTED, AUDIT_SETTINGS.ENABLED_AT)
            .values(DSL.inline(1), REDACTED.param(), TIME.param()));

    private static final CompiledQuery<Void> DISABLE =
            CompiledQuery.command("audit.disable", () -> DSL.deleteFrom(AUDIT_SETTINGS));

    private static final PagedQuery.Rows<ChainEntry> ROWS =
            new PagedQuery.Rows<>(() -> AUDIT_ENTRIES, ChainEntry.COLUMNS, ChainEntry::map);
    private static final List<PagedQuery.Key<ChainEntry>> NEWEST_FIRST =
            List.of(PagedQuery.descending(ChainEntry.POSITION));
    private static final PagedQuery<ChainEntry> ALL =
            new PagedQuery<>("audit.page", ROWS, PagedQuery::noCondition, NEWEST_FIRST);
    private static final PagedQuery<ChainEntry> BY_RECORD = new PagedQuery<>(
            "audit.byRecord",
            ROWS,
            () -> ChainEntry.TABLE.isParameter().and(ChainEntry.KEY.isParameter()),
            NEWEST_FIRST);
    private static final PagedQuery<ChainEntry> BY_ACTOR =
            new PagedQuery<>("audit.byActor", ROWS, ChainEntry.ACTOR::isParameter, NEWEST_FIRST);
    private static final PagedQuery<ChainEntry> BY_TIME = new PagedQuery<>(
            "audit.byTime",
            ROWS,
            () -> AUDIT_ENTRIES.OCCURRED_AT.ge(TIME.param()).and(AUDIT_ENTRIES.OCCURRED_AT.lt(UNTIL.param())),
            List.of(PagedQuery.descending(ChainEntry.AT), PagedQuery.descending(ChainEntry.POSITION)));

    private final Sessions sessions;
    private final BooleanSupplier inTransaction;

    /**
     * The log over these sessions.
     *
     * @param inTransaction whether this thread is in a transaction
     */
    public SqlAuditLog(Sessions sessions, BooleanSupplier inTransaction) {
        this.sessions = sessions;
        this.inTransaction = inTransaction;
    }

    @Override
    public boolean enable() {
        sealIfNeeded();
        return sessions.writeMany(ENTITY, null, session -> {
            sessions.takeTurn(session, Changes.TURN);
            String stored = session.query(SETTINGS).first();
            return enable(session, stored, stored == null ? List.of() : AuditTriggers.texts(stored));
        });
    }

    @Override
    public boolean enable(Collection<String> redacted) {
        Objects.requireNonNull(redacted, "redacted");
        List<String> columns = redacted.stream().distinct().sorted().toList();
        sealIfNeeded();
        return sessions.writeMany(ENTITY, null, session -> {
            sessions.takeTurn(session, Changes.TURN);
            List<String> idle = AuditTriggers.idle(session, columns);
            if (!idle.isEmpty()) {
                throw new IllegalArgumentException("no table has what " + idle.get(0) + " names, so nothing would be"
                        + " redacted; correct it, or make the table first");
            }
            return enable(session, session.query(SETTINGS).first(), columns);
        });
    }

    private boolean enable(Session session, @Nullable String stored, List<String> columns) throws SQLException {
        String redacted = Json.of(columns).toString();
        if (redacted.equals(stored) && AuditTriggers.missing(session, columns).isEmpty()) {
            return false;
        }
        AuditTriggers.make(session, columns);
        session.query(DISABLE).update();
        session.query(ENABLE).set(REDACTED, redacted).set(TIME, sessions.now()).update();
        forgetSettings(session);
        AuditChain.append(session, own(AuditAction.ENABLE, Json.of(Map.of("redacted", columns))));
        return true;
    }

    /** The new row has lost who acts in this transaction. */
    private void forgetSettings(Session session) throws SQLException {
        String actor = sessions.actor();
        if (actor != null) {
            session.dialect().changes().actAs(session, actor);
        }
    }

    @Override
    public void disable() {
        sealIfNeeded();
        sessions.writeMany(ENTITY, null, session -> {
            sessions.takeTurn(session, Changes.TURN);
            AuditTriggers.drop(session);
            if (session.query(DISABLE).update() > 0) {
                AuditChain.append(session, own(AuditAction.DISABLE, Json.emptyObject()));
            }
            return true;
        });
    }

    private ChainEntry own(AuditAction action, Json changes) {
        Instant now = Instant.now().truncatedTo(ChronoUnit.MICROS);
        return ChainEntry.pending(now, sessions.actor(), action, AUDIT_SETTINGS.getName(), changes);
    }

    @Override
    public boolean isEnabled() {
        return sessions.read(ENTITY, null, session -> session.query(SETTINGS).first() != null);
    }

    @Override
    public long seal() {
        return AuditChain.sealAll(sessions);
    }

    /**
     * Does nothing in a transaction. One that the caller ends may be rolled back after the caller has learned a head; inside {@code
     * withTx} this thread can write nothing beside it.
     */
    private void sealIfNeeded() {
        if (sessions.options().readOnly() || inTransaction.getAsBoolean()) {
            return;
        }
        try {
            seal();
        } catch (BusyException e) {
            LOG.debug("somebody else writes, so new entries of the audit log wait", e);
        }
    }

    @Override
    public Page<AuditEntry> list(PageRequest request) {
        return page(ALL, request, PagedQuery.Filter.NONE);
    }

    @Override
    public Page<AuditEntry> listByRecord(String table, String key, PageRequest request) {
        Objects.requireNonNull(table, "table");
        Objects.requireNonNull(key, "key");
        Objects.requireNonNull(request, "request");
        return TextRules.isStorable(table) && TextRules.isStorable(key)
                ? page(BY_RECORD, request, execution -> execution
                        .set(ChainEntry.TABLE.parameter(), table)
                        .set(ChainEntry.KEY.parameter(), key))
                : new Page<>(List.of(), Optional.empty());
    }

    @Override
    public Page<AuditEntry> listByActor(String actor, PageRequest request) {
        Objects.requireNonNull(actor, "actor");
        Objects.requireNonNull(request, "request");
        return TextRules.isStorable(actor)
                ? page(BY_ACTOR, request, execution -> execution.set(ChainEntry.ACTOR.parameter(), actor))
                : new Page<>(List.of(), Optional.empty());
    }

    @Override
    public Page<AuditEntry> listBetween(Instant from, Instant until, PageRequest request) {
        Objects.requireNonNull(from, "from");
        Objects.requireNonNull(until, "until");
        Objects.requireNonNull(request, "request");
        Instant first = TimeBounds.firstStored(from);
        return first == null
                ? new Page<>(List.of(), Optional.empty())
                : page(BY_TIME, request, execution -> execution.set(TIME, first).set(UNTIL, TimeBounds.end(until)));
    }

    private Page<AuditEntry> page(PagedQuery<ChainEntry> list, PageRequest request, PagedQuery.Filter filter) {
        Objects.requireNonNull(request, "request");
        sealIfNeeded();
        return sessions.read(ENTITY, null, session -> entries(list.fetch(session, request, filter)));
    }

    private static Page<AuditEntry> entries(Page<ChainEntry> page) {
        return new Page<>(page.items().stream().map(ChainEntry::entry).toList(), page.next());
    }

    @Override
    public AuditHead head() {
        sealIfNeeded();
        return sessions.read(ENTITY, null, AuditChain::head);
    }

    @Override
    public AuditVerification verify() {
        return verify(AuditHead.NONE);
    }

    @Override
    public AuditVerification verify(AuditHead known) {
        return verify(known, compared -> {});
    }

    @Override
    public AuditVerification verify(AuditHead known, LongConsumer progress) {
        Objects.requireNonNull(known, "known");
        Objects.requireNonNull(progress, "progress");
        try {
            sealIfNeeded();
        } catch (CorruptDatabaseException e) {
            LOG.debug("nothing can be put behind the last entry, which is named below", e);
        }
        return ChainVerification.ofAll(sessions, known, progress).run();
    }

    @Override
    public List<Finding> findings() {
        return sessions.read(ENTITY, null, AuditFindings::ofRecording);
    }

    /** {@link #findings()}, and whether the end of the chain holds. */
    public List<Finding> examined() {
        List<Finding> findings = new ArrayList<>(findings());
        findings.addAll(AuditFindings.ofChain(sessions, NEWEST));
        return findings;
    }
}
