package dev.modelscan.storage.internal.audit;

import static dev.modelscan.storage.schema.Tables.AUDIT_ENTRIES;
import static dev.modelscan.storage.schema.Tables.AUDIT_SETTINGS;

import dev.modelscan.storage.Json;
import dev.modelscan.storage.audit.AuditAction;
import dev.modelscan.storage.audit.AuditVerification;
import dev.modelscan.storage.doctor.Finding;
import dev.modelscan.storage.doctor.Severity;
import dev.modelscan.storage.errors.CorruptDatabaseException;
import dev.modelscan.storage.internal.engine.Sessions;
import dev.modelscan.storage.internal.query.AuditTriggers;
import dev.modelscan.storage.internal.query.Codec;
import dev.modelscan.storage.internal.query.CompiledQuery;
import dev.modelscan.storage.internal.query.Session;
import dev.modelscan.storage.internal.values.StoredJson;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.jooq.impl.DSL;
import org.jspecify.annotations.Nullable;

/** What keeps the audit log from recording what it should, and whether its chain holds. */
final class AuditFindings {

    private static final String ENABLE = "audit enable";
    private static final String SETTINGS_CHANGED = "audit-settings-changed";

    /** An entry of the log's own. */
    private record Switch(
            long position, String action, @Nullable String changes) {

        boolean isOn() {
            return action.equals(AuditAction.ENABLE.toString());
        }

        String text() {
            return "entry " + position + ": " + changes;
        }

        /** Of an erased entry nobody knows, nor of a damaged one, which breaks the chain. */
        boolean mayHaveRedacted(String texts) {
            try {
                return changes == null
                        || StoredJson.of(changes)
                                .toNode()
                                .path("redacted")
                                .equals(Json.parse(texts).toNode());
            } catch (CorruptDatabaseException e) {
                return true;
            }
        }
    }

    private static final CompiledQuery<Switch> LAST_SWITCH = CompiledQuery.rows(
            "audit.lastSwitch",
            row -> new Switch(row.get(Codec.LONG, 1), row.get(Codec.TEXT, 2), row.find(Codec.TEXT, 3)),
            () -> DSL.select(AUDIT_ENTRIES.POSITION, AUDIT_ENTRIES.ACTION, AUDIT_ENTRIES.CHANGES)
                    .from(AUDIT_ENTRIES)
                    .where(AUDIT_ENTRIES
                            .TABLE_NAME
                            .eq(DSL.inline(AUDIT_SETTINGS.getName()))
                            .and(AUDIT_ENTRIES.RECORD_KEY.isNull())
                            .and(AUDIT_ENTRIES.ACTION.in(
                                    DSL.inline(AuditAction.ENABLE.toString()),
                                    DSL.inline(AuditAction.DISABLE.toString()))))
                    .orderBy(AUDIT_ENTRIES.POSITION.desc())
                    .limit(DSL.inline(1)));

    private final List<Finding> findings = new ArrayList<>();

    private AuditFindings() {}

    /** Compares the triggers and the settings with what they have to be; reads at most one entry. */
    static List<Finding> ofRecording(Session session) throws SQLException {
        AuditFindings found = new AuditFindings();
        String redacted = session.query(SqlAuditLog.SETTINGS).first();
        Switch last = session.query(LAST_SWITCH).first();
        if (redacted == null) {
            found.settings(last, null);
        } else if (AuditTriggers.isList(redacted)) {
            found.settings(last, redacted);
            found.triggers(session, AuditTriggers.texts(redacted));
            found.foreign(session);
        } else {
            found.damaged(last, redacted);
            found.foreign(session);
        }
        return found.findings;
    }

    private void settings(@Nullable Switch last, @Nullable String redacted) {
        if (last != null && last.isOn() && (redacted == null || !last.mayHaveRedacted(redacted))) {
            add(
                    Severity.ERROR,
                    SETTINGS_CHANGED,
                    redacted == null
                            ? "the audit log was switched on by this entry, and its settings were removed since without"
                                    + " an entry: nothing is known to be recorded"
                            : "the columns to redact are not those of this entry, which set them: somebody changed the"
                                    + " settings",
                    List.of(last.text()),
                    ENABLE + " --redact, with the columns of the entry");
        }
    }

    /** Which triggers there have to be is not known then. */
    private void damaged(@Nullable Switch last, String redacted) {
        add(
                Severity.ERROR,
                SETTINGS_CHANGED,
                "the columns to redact are not a list of columns: somebody changed the settings. The triggers were not"
                        + " compared",
                List.of(last == null || !last.isOn() ? "settings: " + redacted : last.text()),
                ENABLE + " --redact, with the columns to redact");
    }

    private void foreign(Session session) throws SQLException {
        add(
                Severity.ERROR,
                "audit-trigger-foreign",
                "triggers or rules on the tables of the audit log can change or drop what is recorded",
                AuditTriggers.foreign(session),
                "drop them");
    }

    private void triggers(Session session, List<String> redacted) throws SQLException {
        add(
                Severity.ERROR,
                "audit-trigger-missing",
                "the audit log is on, and does not record all changes of these tables: a trigger is missing, switched"
                        + " off, or another one",
                AuditTriggers.missing(session, redacted),
                ENABLE);
        add(
                Severity.WARNING,
                "audit-redaction-idle",
                "columns to redact that no table has: if one was renamed, its values are recorded now",
                AuditTriggers.idle(session, redacted),
                "audit enable --redact with the columns that there are");
    }

    /** Verifies so many of the newest entries. */
    static List<Finding> ofChain(Sessions sessions, long newest) {
        AuditFindings found = new AuditFindings();
        ChainVerification verification = ChainVerification.ofNewest(sessions, newest);
        AuditVerification verified = verification.run();
        verified.fault()
                .ifPresent(fault -> found.add(
                        Severity.ERROR,
                        "audit-broken",
                        "the chain of the audit log does not hold: " + fault.message(),
                        List.of(String.valueOf(fault.position())),
                        "compare with a backup: audit verify --db <backup>"));
        if (verification.start().position() > 0) {
            found.add(
                    Severity.NOTE,
                    "audit-part-verified",
                    "verified: the newest " + verified.entries() + (verified.entries() == 1 ? " entry" : " entries")
                            + " of the audit log, not the "
                            + verification.start().position() + " before",
                    List.of("from entry " + (verification.start().position() + 1)),
                    "audit verify");
        }
        return found.findings;
    }

    private void add(Severity severity, String code, String cause, List<String> ids, String fix) {
        if (!ids.isEmpty()) {
            findings.add(Finding.of(severity, code, cause, ids, fix));
        }
    }
}
