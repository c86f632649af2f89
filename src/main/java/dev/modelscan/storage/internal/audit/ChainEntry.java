package dev.modelscan.storage.internal.audit;

import static dev.modelscan.storage.schema.Tables.AUDIT_ENTRIES;
import static dev.modelscan.storage.schema.Tables.AUDIT_PENDING;

import com.fasterxml.jackson.databind.JsonNode;
import dev.modelscan.storage.Json;
import dev.modelscan.storage.audit.AuditAction;
import dev.modelscan.storage.audit.AuditEntry;
import dev.modelscan.storage.audit.AuditHead;
import dev.modelscan.storage.errors.CorruptDatabaseException;
import dev.modelscan.storage.internal.codec.Formats;
import dev.modelscan.storage.internal.query.Codec;
import dev.modelscan.storage.internal.query.Column;
import dev.modelscan.storage.internal.query.Columns;
import dev.modelscan.storage.internal.query.Row;
import dev.modelscan.storage.internal.values.Sha256;
import dev.modelscan.storage.internal.values.StoredJson;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * An entry of the audit log as it is stored, and its hashes.
 *
 * @param changes the exact text; null if it was erased
 * @param payloadHash empty while the entry is pending, as the hash
 */
public record ChainEntry(
        long position,
        Instant at,
        @Nullable String actor,
        String table,
        @Nullable String key,
        String action,
        @Nullable String changes,
        String payloadHash,
        String hash,
        @Nullable Long erasedIn) {

    private static final HexFormat HEX = HexFormat.of();

    static final Columns<ChainEntry> COLUMNS = new Columns<>("audit entry");
    static final Column<ChainEntry, Long> POSITION =
            COLUMNS.add("position", Codec.LONG, () -> AUDIT_ENTRIES.POSITION, ChainEntry::position);
    static final Column<ChainEntry, Instant> AT =
            COLUMNS.add("at", Codec.TIME, () -> AUDIT_ENTRIES.OCCURRED_AT, ChainEntry::at);
    static final Column<ChainEntry, String> ACTOR =
            COLUMNS.add("actor", Codec.TEXT, () -> AUDIT_ENTRIES.ACTOR, ChainEntry::actor);
    static final Column<ChainEntry, String> TABLE =
            COLUMNS.add("table", Codec.TEXT, () -> AUDIT_ENTRIES.TABLE_NAME, ChainEntry::table);
    static final Column<ChainEntry, String> KEY =
            COLUMNS.add("key", Codec.TEXT, () -> AUDIT_ENTRIES.RECORD_KEY, ChainEntry::key);
    private static final Column<ChainEntry, String> ACTION =
            COLUMNS.add("action", Codec.TEXT, () -> AUDIT_ENTRIES.ACTION, ChainEntry::action);
    private static final Column<ChainEntry, String> CHANGES =
            COLUMNS.add("changes", Codec.TEXT, () -> AUDIT_ENTRIES.CHANGES, ChainEntry::changes);
    private static final Column<ChainEntry, String> PAYLOAD_HASH =
            COLUMNS.add("payloadHash", Codec.TEXT, () -> AUDIT_ENTRIES.PAYLOAD_HASH, ChainEntry::payloadHash);
    private static final Column<ChainEntry, String> HASH =
            COLUMNS.add("hash", Codec.TEXT, () -> AUDIT_ENTRIES.HASH, ChainEntry::hash);
    private static final Column<ChainEntry, Long> ERASED_IN =
            COLUMNS.add("erasedIn", Codec.LONG, () -> AUDIT_ENTRIES.ERASED_IN, ChainEntry::erasedIn);

    /** Those of an entry that is not in the chain yet. */
    static final Columns<ChainEntry> PENDING = new Columns<>("audit pending");

    static final Column<ChainEntry, Long> PENDING_POSITION =
            PENDING.add("position", Codec.LONG, () -> AUDIT_PENDING.POSITION, ChainEntry::position);

    static {
        PENDING.add("at", Codec.TIME, () -> AUDIT_PENDING.OCCURRED_AT, ChainEntry::at);
        PENDING.add("actor", Codec.TEXT, () -> AUDIT_PENDING.ACTOR, ChainEntry::actor);
        PENDING.add("table", Codec.TEXT, () -> AUDIT_PENDING.TABLE_NAME, ChainEntry::table);
        PENDING.add("key", Codec.TEXT, () -> AUDIT_PENDING.RECORD_KEY, ChainEntry::key);
        PENDING.add("action", Codec.TEXT, () -> AUDIT_PENDING.ACTION, ChainEntry::action);
        PENDING.add("changes", Codec.TEXT, () -> AUDIT_PENDING.CHANGES, ChainEntry::changes);
    }

    static ChainEntry map(Row row) throws SQLException {
        return new ChainEntry(
                /* position= */ row.get(POSITION),
                /* at= */ row.get(AT),
                /* actor= */ row.find(ACTOR),
                /* table= */ row.get(TABLE),
                /* key= */ row.find(KEY),
                /* action= */ row.get(ACTION),
                /* changes= */ row.find(CHANGES),
                /* payloadHash= */ row.get(PAYLOAD_HASH),
                /* hash= */ row.get(HASH),
                /* erasedIn= */ row.find(ERASED_IN));
    }

    /** The columns of a pending entry have the same positions. */
    static ChainEntry mapPending(Row row) throws SQLException {
        return new ChainEntry(
                /* position= */ row.get(POSITION),
                /* at= */ row.get(AT),
                /* actor= */ row.find(ACTOR),
                /* table= */ row.get(TABLE),
                /* key= */ row.find(KEY),
                /* action= */ row.get(ACTION),
                /* changes= */ row.find(CHANGES),
                /* payloadHash= */ "",
                /* hash= */ "",
                /* erasedIn= */ null);
    }

    public static ChainEntry pending(
            Instant at, @Nullable String actor, AuditAction action, String table, Json changes) {
        return new ChainEntry(0, at, actor, table, null, action.toString(), changes.toString(), "", "", null);
    }

    /** Whether it is the receipt of an erasure. */
    boolean isReceipt() {
        return erasedIn == null && action.equals(AuditAction.ERASE.toString()) && table.equals(AUDIT_ENTRIES.getName());
    }

    /** Its changes, as a tree. */
    JsonNode document() {
        return (changes == null ? Json.emptyObject() : StoredJson.of(changes)).toNode();
    }

    AuditEntry entry() {
        AuditAction known;
        try {
            known = AuditAction.valueOf(action.toUpperCase(Locale.ROOT));
        } catch (IllegalArgumentException e) {
            throw new CorruptDatabaseException(
                    "audit entry " + position + " has the unknown action " + action + "; verify the log", e);
        }
        Json shown = changes == null ? Json.emptyObject() : StoredJson.of(changes);
        return new AuditEntry(position, at, actor, table, key, known, shown, hash);
    }

    AuditHead head() {
        return new AuditHead(position, hash);
    }

    /** This entry behind another in the chain. */
    ChainEntry behind(AuditHead last, long place) {
        String payload = computedPayloadHash();
        return new ChainEntry(
                /* position= */ place,
                /* at= */ at,
                /* actor= */ actor,
                /* table= */ table,
                /* key= */ key,
                /* action= */ action,
                /* changes= */ changes,
                /* payloadHash= */ payload,
                /* hash= */ hash(last.hash(), place, payload),
                /* erasedIn= */ null);
    }

    /** Of a JSON array of texts: time, actor, table, key, action and changes, as they are stored; without spaces. */
    String computedPayloadHash() {
        List<@Nullable String> payload = new ArrayList<>();
        payload.add(Formats.INSTANT.encode().apply(at));
        payload.add(actor);
        payload.add(table);
        payload.add(key);
        payload.add(action);
        payload.add(changes);
        return sha256(Json.of(payload).toString());
    }

    /** What its hash has to be behind another. */
    String computedHash(String last) {
        return hash(last, position, payloadHash);
    }

    private static String hash(String last, long position, String payloadHash) {
        return sha256(last + ':' + position + ':' + payloadHash);
    }

    private static String sha256(String text) {
        return HEX.formatHex(Sha256.digest().digest(text.getBytes(StandardCharsets.UTF_8)));
    }
}
