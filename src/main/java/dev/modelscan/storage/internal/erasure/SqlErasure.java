package dev.modelscan.storage.internal.erasure;

import static dev.modelscan.storage.schema.Tables.AGENTS;
import static dev.modelscan.storage.schema.Tables.AUDIT_ENTRIES;
import static dev.modelscan.storage.schema.Tables.AUDIT_SETTINGS;
import static dev.modelscan.storage.schema.Tables.BLOBS;

import dev.modelscan.storage.Json;
import dev.modelscan.storage.agents.Agent;
import dev.modelscan.storage.agents.AgentId;
import dev.modelscan.storage.agents.AgentStatus;
import dev.modelscan.storage.audit.AuditAction;
import dev.modelscan.storage.erasure.Erasure;
import dev.modelscan.storage.erasure.ErasureProgress;
import dev.modelscan.storage.erasure.ErasureProgress.Phase;
import dev.modelscan.storage.erasure.ErasureReceipt;
import dev.modelscan.storage.erasure.ErasureRequest;
import dev.modelscan.storage.erasure.HoldingBackup;
import dev.modelscan.storage.errors.StorageException;
import dev.modelscan.storage.internal.audit.AuditChain;
import dev.modelscan.storage.internal.audit.ChainEntry;
import dev.modelscan.storage.internal.audit.ErasedEntries;
import dev.modelscan.storage.internal.engine.Sessions;
import dev.modelscan.storage.internal.engine.Store;
import dev.modelscan.storage.internal.query.Changes;
import dev.modelscan.storage.internal.query.PlainSql;
import dev.modelscan.storage.internal.query.Session;
import dev.modelscan.storage.internal.repository.SqlAgentRepository;
import dev.modelscan.storage.internal.values.Ids;
import java.sql.SQLException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Erases in one transaction, with the receipt, and then scrubs the storage. */
public final class SqlErasure implements Erasure {

    private static final int STEPS = 4;

    private final Store store;
    private final Sessions sessions;
    private final BooleanSupplier joined;

    /**
     * Erasure of a database.
     *
     * @param joined whether this thread is in a transaction of the caller's
     */
    public SqlErasure(Store store, Sessions sessions, BooleanSupplier joined) {
        this.store = store;
        this.sessions = sessions;
        this.joined = joined;
    }

    @Override
    public ErasureReceipt preview(ErasureRequest request) {
        Objects.requireNonNull(request, "request");
        Instant now = now();
        List<HoldingBackup> backups = ErasureBackups.of(request, now);
        return sessions.read(ErasureRules.name(request), null, session -> {
            ErasureSearch search = new ErasureSearch(session, request, false);
            search.run(progress -> {});
            ErasureOfRows rows = new ErasureOfRows(session, search);
            rows.requireFree();
            ErasureOfArchive archive = new ErasureOfArchive(session, search);
            archive.find();
            Map<String, Long> removed = rows.removed();
            put(removed, BLOBS.getName(), search.blobsToRelease().size());
            removed.putAll(archive.removed());
            Map<String, Long> changed = rows.changed();
            changed.putAll(archive.changed());
            long entries = new ErasureOfAudit(session, search).count();
            return new ErasureReceipt(null, now, actor(search), removed, changed, entries, null, null, false, backups);
        });
    }

    @Override
    public ErasureReceipt erase(ErasureRequest request, Consumer<? super ErasureProgress> progress) {
        Objects.requireNonNull(request, "request");
        Objects.requireNonNull(progress, "progress");
        requireOutside();
        // Many entries may wait: they need not be moved again after an erasure that failed.
        AuditChain.sealAll(sessions);
        ErasureReceipt receipt =
                sessions.writeMany(ErasureRules.name(request), null, session -> erase(session, request, progress));
        if (!request.scrubs()) {
            return receipt;
        }
        progress.accept(new ErasureProgress(Phase.SCRUB, 0, 1));
        boolean scrubbed = store.scrub() == null;
        progress.accept(new ErasureProgress(Phase.SCRUB, 1, 1));
        return scrubbed ? scrubbed(receipt) : receipt;
    }

    private static ErasureReceipt scrubbed(ErasureReceipt receipt) {
        return new ErasureReceipt(
                receipt.id(),
                receipt.at(),
                receipt.actor(),
                receipt.removed(),
                receipt.changed(),
                receipt.auditEntries(),
                receipt.auditPosition(),
                receipt.pseudonym(),
                true,
                receipt.backups());
    }

    private void requireOutside() {
        if (joined.getAsBoolean()) {
            throw new IllegalStateException(
                    "an erasure and its scrub cannot be part of another transaction; call them outside of withTx and"
                            + " of your own transaction");
        }
    }

    @Override
    public void scrub() {
        requireOutside();
        String problem = store.scrub();
        if (problem != null) {
            throw new StorageException(problem, null);
        }
    }

    /** Not the database's clock, which may be a test's: the entry in the log has this time, too. */
    private static Instant now() {
        return Instant.now().truncatedTo(ChronoUnit.MICROS);
    }

    private ErasureReceipt erase(Session session, ErasureRequest request, Consumer<? super ErasureProgress> progress)
            throws SQLException {
        sessions.takeTurn(session, Changes.TURN);
        AuditChain.sealAll(session);
        ErasureLock.holdAll(session, request);
        ErasureSearch search =
                new ErasureSearch(session, request, session.dialect().locksRows());
        search.run(progress);
        ErasureOfRows rows = new ErasureOfRows(session, search);
        rows.requireFree();
        ErasureOfArchive archive = new ErasureOfArchive(session, search);
        archive.find();
        Map<String, Long> removed = rows.removed();
        Map<String, Long> changed = rows.changed();
        removed.putAll(archive.removed());
        changed.putAll(archive.changed());
        progress.accept(new ErasureProgress(Phase.ERASE, 1, STEPS));
        boolean stays =
                request.pseudonymises() && !search.keys().live(AGENTS.getName()).isEmpty();
        AgentId pseudonym = stays ? createPseudonym(session) : null;
        long blobs = search.blobsThere();
        rows.apply(pseudonym, sessions.now());
        progress.accept(new ErasureProgress(Phase.ERASE, 2, STEPS));
        archive.apply();
        put(removed, BLOBS.getName(), blobs - search.blobsThere());
        progress.accept(new ErasureProgress(Phase.AUDIT, 0, 1));
        AuditChain.sealAll(session);
        long place = AuditChain.head(session).position() + 1;
        ErasedEntries entries = new ErasureOfAudit(session, search).apply(place);
        // The receipt goes into the log if that is on, or has entries that need it. An erasure of nothing leaves none.
        boolean logged = !(removed.isEmpty() && changed.isEmpty() && entries.count() == 0)
                && (entries.count() > 0 || isLogOn(session));
        // Backups are listed as late as can be: one that ended while this waited for the lock, or erased, has the rows.
        Instant now = now();
        ErasureReceipt receipt = new ErasureReceipt(
                Ids.next(),
                now,
                actor(search),
                removed,
                changed,
                entries.count(),
                logged ? place : null,
                pseudonym,
                false,
                ErasureBackups.of(request, now));
        if (logged) {
            append(session, request, receipt, entries);
        }
        progress.accept(new ErasureProgress(Phase.AUDIT, 1, 1));
        return receipt;
    }

    /** Who erases; null if that is who is erased. */
    private @Nullable String actor(ErasureSearch search) {
        String actor = sessions.actor();
        return actor == null || search.actors().contains(actor) ? null : actor;
    }

    private static boolean isLogOn(Session session) throws SQLException {
        return !PlainSql.rows(
                        session,
                        "SELECT 1 FROM " + PlainSql.table(session, AUDIT_SETTINGS.getName()),
                        List.of(),
                        row -> true)
                .isEmpty();
    }

    private static void append(Session session, ErasureRequest request, ErasureReceipt receipt, ErasedEntries entries)
            throws SQLException {
        AuditChain.appendNext(
                session,
                ChainEntry.pending(
                        receipt.at(),
                        receipt.actor(),
                        AuditAction.ERASE,
                        AUDIT_ENTRIES.getName(),
                        document(request, receipt, entries)));
    }

    private static Json document(ErasureRequest request, ErasureReceipt receipt, ErasedEntries entries) {
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("receipt", String.valueOf(receipt.id()));
        document.put("kind", ErasureRules.name(request));
        document.put("removed", receipt.removed());
        document.put("changed", receipt.changed());
        entries.addTo(document);
        if (receipt.pseudonym() != null) {
            document.put("pseudonym", receipt.pseudonym().value());
        }
        document.put(
                "backups", receipt.backups().stream().map(SqlErasure::document).toList());
        return Json.of(document);
    }

    private static Map<String, String> document(HoldingBackup backup) {
        Map<String, String> document = new TreeMap<>();
        document.put("file", String.valueOf(backup.file().getFileName()));
        document.put("takenAt", backup.takenAt().toString());
        if (backup.expiresAt() != null) {
            document.put("expiresAt", backup.expiresAt().toString());
        }
        return document;
    }

    private static void put(Map<String, Long> counts, String table, long rows) {
        if (rows > 0) {
            counts.put(table, rows);
        }
    }

    private AgentId createPseudonym(Session session) throws SQLException {
        AgentId id = AgentId.next();
        Agent agent = Agent.builder()
                .id(id)
                .name(ErasedContent.ERASED + "-" + id.value())
                .mode(ErasedContent.ERASED)
                .status(AgentStatus.INACTIVE)
                .createdAt(sessions.now())
                .build();
        session.query(SqlAgentRepository.MAPPING.insert)
                .setAll(SqlAgentRepository.MAPPING.columns, agent)
                .update();
        return id;
    }
}
