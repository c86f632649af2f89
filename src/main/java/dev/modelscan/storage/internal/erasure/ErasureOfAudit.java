package dev.modelscan.storage.internal.erasure;

import static dev.modelscan.storage.schema.Tables.AGENTS;
import static dev.modelscan.storage.schema.Tables.AUDIT_ENTRIES;
import static dev.modelscan.storage.schema.Tables.AUDIT_PENDING;
import static dev.modelscan.storage.schema.Tables.BLOBS;
import static dev.modelscan.storage.schema.Tables.BLOB_CHUNKS;
import static dev.modelscan.storage.schema.Tables.CONVERSATIONS;
import static dev.modelscan.storage.schema.Tables.DELETED_RECORDS;
import static dev.modelscan.storage.schema.Tables.MESSAGES;
import static dev.modelscan.storage.schema.Tables.TOOL_EXECUTIONS;

import com.fasterxml.jackson.databind.JsonNode;
import dev.modelscan.storage.audit.AuditAction;
import dev.modelscan.storage.internal.audit.AuditChain;
import dev.modelscan.storage.internal.audit.ChainEntry;
import dev.modelscan.storage.internal.audit.ErasedEntries;
import dev.modelscan.storage.internal.erasure.ErasureDocuments.Logged;
import dev.modelscan.storage.internal.query.Catalog.Reference;
import dev.modelscan.storage.internal.query.PlainSql;
import dev.modelscan.storage.internal.query.Session;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Erases entries of the audit log: who, which row, and what changed. Time, table, action and hashes stay. The receipt has a digest of
 * what stays, so that nobody can take content out of other entries and say that they were erased.
 */
final class ErasureOfAudit {

    private final Session session;
    private final ErasureSearch search;
    private final ErasedKeys keys;

    ErasureOfAudit(Session session, ErasureSearch search) {
        this.session = session;
        this.search = search;
        this.keys = search.keys();
    }

    /** Which entries of a log go: by table and key, by position, and by actor. */
    private record Chosen(Map<String, Set<String>> keys, Set<Long> positions, Set<String> actors) {}

    private Chosen choose(Set<String> blobs) throws SQLException {
        Map<String, Set<String>> chosen = new TreeMap<>();
        keys.tables().forEach(table -> chosen.put(table, keys.all(table)));
        if (!blobs.isEmpty()) {
            chosen.put(BLOBS.getName(), blobs);
        }
        Set<Long> positions = new TreeSet<>(keys.told());
        chooseOfSome(positions);
        if (!blobs.isEmpty()) {
            choose(
                    BLOB_CHUNKS.getName(),
                    positions,
                    logged -> ErasureDocuments.has(logged.document(), BLOB_CHUNKS.BLOB_ID.getName(), blobs::contains));
        }
        choose(DELETED_RECORDS.getName(), positions, this::isOfErased);
        if (search.ofAgent()) {
            Set<String> tables = new LinkedHashSet<>();
            search.references().stream()
                    .filter(each -> each.target().equals(AGENTS.getName()) && !each.isForeign())
                    .forEach(each -> tables.add(each.table()));
            tables.add(CONVERSATIONS.getName());
            tables.add(DELETED_RECORDS.getName());
            for (String table : tables) {
                choose(table, positions, logged -> tells(table, logged));
            }
        }
        return new Chosen(chosen, positions, search.actors());
    }

    /** Of a key that several rows had the entries about those that are erased. */
    private void chooseOfSome(Set<Long> positions) throws SQLException {
        for (Map.Entry<String, Set<String>> some : keys.some().entrySet()) {
            choose(some.getKey(), positions, logged -> keys.has(some.getKey(), logged.key(), logged));
        }
    }

    /** Whether a deletion is one of a record that is erased; it may have been restored or purged since. */
    private boolean isOfErased(Logged logged) {
        JsonNode deletion = logged.document();
        return ErasureDocuments.values(deletion, DELETED_RECORDS.KIND.getName()).stream()
                .map(ErasureRules::tableOf)
                .anyMatch(table -> ErasureDocuments.has(
                        deletion, DELETED_RECORDS.RECORD_ID.getName(), id -> keys.has(table, id, logged)));
    }

    /** Whether an entry of somebody else's record names the agent as what it refers to, or holds what the agent said. */
    private boolean tells(String table, Logged logged) {
        JsonNode document = logged.document();
        for (Reference reference : search.references()) {
            boolean names = reference.table().equals(table)
                    && reference.target().equals(AGENTS.getName())
                    && ErasureDocuments.has(document, reference.columns().get(0), keys.all(AGENTS.getName())::contains);
            if (names) {
                return true;
            }
        }
        if (table.equals(DELETED_RECORDS.getName())) {
            return ErasureDocuments.has(document, DELETED_RECORDS.DELETED_BY.getName(), search.actors()::contains);
        }
        if (table.equals(CONVERSATIONS.getName())) {
            return document.has(CONVERSATIONS.TITLE.getName())
                    && logged.key() != null
                    && search.seen(table).contains(logged.key());
        }
        return table.equals(TOOL_EXECUTIONS.getName()) && isAnswered(logged);
    }

    private boolean isAnswered(Logged logged) {
        JsonNode document = logged.document();
        boolean told = document.has(TOOL_EXECUTIONS.OUTPUT.getName()) || document.has(TOOL_EXECUTIONS.ERROR.getName());
        return told
                && ((logged.key() != null && search.answered().contains(logged.key()))
                        || ErasureDocuments.has(
                                document,
                                TOOL_EXECUTIONS.ANSWER_MESSAGE_ID.getName(),
                                id -> keys.has(MESSAGES.getName(), id, logged)));
    }

    /** Whether an entry is chosen. */
    @FunctionalInterface
    private interface Choice {
        boolean of(Logged logged);
    }

    private void choose(String table, Set<Long> positions, Choice choice) throws SQLException {
        ErasureDocuments.forEachLogged(session, table, logged -> {
            if (choice.of(logged)) {
                positions.add(logged.position());
            }
        });
    }

    /** How many entries there are to erase; those that wait for their place are among them. */
    long count() throws SQLException {
        Set<String> blobs = new LinkedHashSet<>(search.releasedBlobs());
        blobs.addAll(search.blobsToRelease());
        Chosen chosen = choose(blobs);
        Set<Long> all = new TreeSet<>(chosen.positions());
        for (String log : List.of(AUDIT_ENTRIES.getName(), AUDIT_PENDING.getName())) {
            int sign = log.equals(AUDIT_PENDING.getName()) ? -1 : 1;
            String select = "SELECT " + PlainSql.quoted(AUDIT_ENTRIES.POSITION.getName()) + " FROM "
                    + PlainSql.table(session, log) + " WHERE "
                    + (sign > 0 ? PlainSql.quoted(AUDIT_ENTRIES.ERASED_IN.getName()) + " IS NULL AND " : "");
            for (Statement statement : statements(chosen, false)) {
                all.addAll(PlainSql.rows(
                        session, select + statement.condition(), statement.values(), row -> sign * row.getLong(1)));
            }
        }
        return all.size();
    }

    private record Statement(String condition, List<Object> values) {}

    private List<Statement> statements(Chosen chosen, boolean withPositions) {
        List<Statement> statements = new ArrayList<>();
        chosen.keys().forEach((table, all) -> {
            for (List<String> list : ErasedKeys.lists(all)) {
                List<Object> values = new ArrayList<>(List.of(table));
                values.addAll(list);
                statements.add(new Statement(
                        PlainSql.quoted(AUDIT_ENTRIES.TABLE_NAME.getName()) + " = ? AND "
                                + PlainSql.quoted(AUDIT_ENTRIES.RECORD_KEY.getName()) + ErasedKeys.in(list),
                        values));
            }
        });
        for (List<String> list : ErasedKeys.lists(chosen.actors())) {
            List<Object> values = new ArrayList<>(list);
            values.add(AUDIT_ENTRIES.getName());
            values.add(AuditAction.ERASE.toString());
            // Receipts of earlier erasures stay as they are: what they vouch for would have none.
            statements.add(new Statement(
                    PlainSql.quoted(AUDIT_ENTRIES.ACTOR.getName()) + ErasedKeys.in(list) + " AND NOT ("
                            + PlainSql.quoted(AUDIT_ENTRIES.TABLE_NAME.getName()) + " = ? AND "
                            + PlainSql.quoted(AUDIT_ENTRIES.ACTION.getName()) + " = ?)",
                    values));
        }
        if (withPositions) {
            List<String> texts =
                    chosen.positions().stream().map(String::valueOf).toList();
            for (List<String> list : ErasedKeys.lists(texts)) {
                List<Object> values = new ArrayList<>();
                list.forEach(position -> values.add(Long.valueOf(position)));
                statements.add(
                        new Statement(PlainSql.quoted(AUDIT_ENTRIES.POSITION.getName()) + ErasedKeys.in(list), values));
            }
        }
        return statements;
    }

    /**
     * Erases entries, all of which have to be in the chain.
     *
     * @param receipt the position that the receipt is going to have
     * @return how many, and the digest of what stays of them
     */
    ErasedEntries apply(long receipt) throws SQLException {
        String update = "UPDATE " + PlainSql.table(session, AUDIT_ENTRIES.getName()) + " SET "
                + PlainSql.quoted(AUDIT_ENTRIES.ACTOR.getName()) + " = NULL, "
                + PlainSql.quoted(AUDIT_ENTRIES.RECORD_KEY.getName()) + " = NULL, "
                + PlainSql.quoted(AUDIT_ENTRIES.CHANGES.getName()) + " = NULL, "
                + PlainSql.quoted(AUDIT_ENTRIES.ERASED_IN.getName()) + " = ? WHERE "
                + PlainSql.quoted(AUDIT_ENTRIES.ERASED_IN.getName()) + " IS NULL AND ";
        for (Statement statement : statements(choose(search.releasedBlobs()), true)) {
            List<Object> values = new ArrayList<>(List.of(receipt));
            values.addAll(statement.values());
            PlainSql.update(session, update + statement.condition(), values);
        }
        ErasedEntries erased = new ErasedEntries();
        long last = 0;
        while (true) {
            List<ChainEntry> page = AuditChain.erasedIn(session, receipt, last);
            if (page.isEmpty()) {
                return erased;
            }
            for (ChainEntry entry : page) {
                erased.add(entry);
                last = entry.position();
            }
        }
    }
}
