package dev.modelscan.storage.internal.repository;

import static dev.modelscan.storage.schema.Tables.CONVERSATIONS;
import static dev.modelscan.storage.schema.Tables.DELETED_BLOBS;
import static dev.modelscan.storage.schema.Tables.DELETED_RECORDS;
import static dev.modelscan.storage.schema.Tables.DELETED_ROWS;
import static dev.modelscan.storage.schema.Tables.MESSAGES;
import static dev.modelscan.storage.schema.Tables.MESSAGE_PARTS;
import static dev.modelscan.storage.schema.Tables.TOOL_EXECUTIONS;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.modelscan.storage.Json;
import dev.modelscan.storage.internal.query.Catalog.OnDelete;
import dev.modelscan.storage.internal.query.Catalog.Reference;
import dev.modelscan.storage.internal.query.PlainSql;
import dev.modelscan.storage.internal.query.Session;
import dev.modelscan.storage.internal.repository.ErasureDocuments.Kept;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Erases rows of deleted records. A deleted record whose own row is erased goes; of others the erased rows go, and what refers to them
 * loses its reference, so that the rest can still be restored.
 */
final class ErasureOfArchive {

    private final Session session;
    private final ErasureSearch search;
    private final ErasedKeys keys;

    /** The records of which something goes, and whether all of it does. */
    private final Map<String, Boolean> touched = new LinkedHashMap<>();

    /** A record, and a blob that it holds no longer. */
    private final List<List<String>> released = new ArrayList<>();

    private final List<Kept> gone = new ArrayList<>();
    private final List<Kept> changed = new ArrayList<>();

    ErasureOfArchive(Session session, ErasureSearch search) {
        this.session = session;
        this.search = search;
        this.keys = search.keys();
    }

    /** Finds what goes. Writes nothing. */
    void find() throws SQLException {
        for (String table : tables()) {
            List<Reference> references = search.references().stream()
                    .filter(each -> each.table().equals(table) && each.columns().size() == 1)
                    .toList();
            ErasureDocuments.forEachKept(session, table, kept -> {
                String key = ErasureDocuments.key(search.tables().get(table), kept.document());
                if ((key != null && keys.all(table).contains(key)) || goesWith(kept, references)) {
                    gone.add(new Kept(
                            kept.record(),
                            kept.position(),
                            kept.emptied(),
                            Json.emptyObject().toNode()));
                    boolean isOwn = kept.emptied() == null && kept.position() == 1;
                    touched.merge(kept.record(), isOwn, Boolean::logicalOr);
                } else {
                    JsonNode rest = without(table, kept.document(), key, references);
                    if (rest != null) {
                        changed.add(new Kept(kept.record(), kept.position(), kept.emptied(), rest));
                    }
                }
            });
        }
        changed.removeIf(kept -> Boolean.TRUE.equals(touched.get(kept.record())));
        findHeldBlobs();
    }

    /** A record that goes holds no blobs any more; another one holds those of its rows. */
    private void findHeldBlobs() throws SQLException {
        Map<String, Set<String>> needed = new HashMap<>();
        touched.keySet().forEach(record -> needed.put(record, new HashSet<>()));
        if (needed.isEmpty()) {
            return;
        }
        ErasureDocuments.forEachKept(session, MESSAGE_PARTS.getName(), kept -> {
            String key = ErasureDocuments.key(search.tables().get(MESSAGE_PARTS.getName()), kept.document());
            Set<String> blobs = needed.get(kept.record());
            if (blobs != null
                    && !Boolean.TRUE.equals(touched.get(kept.record()))
                    && !(key != null && keys.all(MESSAGE_PARTS.getName()).contains(key))) {
                blobs.addAll(ErasureDocuments.values(kept.document(), MESSAGE_PARTS.BLOB_ID.getName()));
            }
        });
        String sql = "SELECT " + PlainSql.quoted(DELETED_BLOBS.BLOB_ID.getName()) + " FROM "
                + PlainSql.table(session, DELETED_BLOBS.getName()) + " WHERE "
                + PlainSql.quoted(DELETED_BLOBS.DELETED_RECORD_ID.getName()) + " = ?";
        for (Map.Entry<String, Set<String>> record : needed.entrySet()) {
            for (String held : PlainSql.rows(session, sql, List.of(record.getKey()), row -> row.getString(1))) {
                if (!record.getValue().contains(held)) {
                    released.add(List.of(record.getKey(), held));
                    keys.addLive(
                            DELETED_BLOBS.getName(),
                            Json.of(List.of(record.getKey(), held)).toString());
                }
            }
        }
    }

    /** Whether its row would be deleted with one that is erased. */
    private boolean goesWith(Kept kept, List<Reference> references) {
        return references.stream()
                .anyMatch(each -> each.onDelete() == OnDelete.CASCADE
                        && ErasureDocuments.has(
                                kept.document(), each.columns().get(0), keys.all(each.target())::contains));
    }

    /** Tables that have rows in the archive. */
    private Set<String> tables() throws SQLException {
        String name = PlainSql.quoted(DELETED_ROWS.TABLE_NAME.getName());
        Set<String> tables = new TreeSet<>(PlainSql.rows(
                session,
                "SELECT DISTINCT " + name + " FROM " + PlainSql.table(session, DELETED_ROWS.getName()),
                List.of(),
                row -> row.getString(1)));
        tables.removeIf(table -> !search.tables().has(table));
        return tables;
    }

    /** The document without references to what is erased, and without text that says what was said; null if it has none. */
    private @Nullable JsonNode without(
            String table, JsonNode document, @Nullable String key, List<Reference> references) {
        ObjectNode rest = document.deepCopy();
        for (Reference reference : references) {
            String column = reference.columns().get(0);
            empty(rest, column, keys.all(reference.target())::contains);
        }
        if (search.ofAgent()) {
            boolean titled = table.equals(CONVERSATIONS.getName())
                    && key != null
                    && search.seen(table).contains(key);
            if (titled) {
                empty(rest, CONVERSATIONS.TITLE.getName(), text -> true);
            }
            boolean answered = table.equals(TOOL_EXECUTIONS.getName())
                    && ErasureDocuments.has(
                            document,
                            TOOL_EXECUTIONS.ANSWER_MESSAGE_ID.getName(),
                            keys.all(MESSAGES.getName())::contains);
            if (answered) {
                empty(rest, TOOL_EXECUTIONS.OUTPUT.getName(), text -> true);
                empty(rest, TOOL_EXECUTIONS.ERROR.getName(), text -> true);
            }
        }
        return rest.equals(document) ? null : rest;
    }

    private static void empty(ObjectNode document, String member, Predicate<String> wanted) {
        if (ErasureDocuments.has(document, member, wanted)) {
            document.putNull(member);
        }
    }

    /** How many rows are removed, by table. */
    Map<String, Long> removed() {
        Map<String, Long> removed = new TreeMap<>();
        long records = touched.values().stream().filter(whole -> whole).count();
        if (records > 0) {
            removed.put(DELETED_RECORDS.getName(), records);
        }
        long rows = gone.stream()
                .filter(kept -> !Boolean.TRUE.equals(touched.get(kept.record())))
                .count();
        if (rows > 0) {
            removed.put(DELETED_ROWS.getName(), rows);
        }
        return removed;
    }

    /** How many rows lose a reference, and how many records the name of who deleted them. */
    Map<String, Long> changed() throws SQLException {
        Map<String, Long> counts = new TreeMap<>();
        if (!changed.isEmpty()) {
            counts.put(DELETED_ROWS.getName(), (long) changed.size());
        }
        long named = 0;
        for (List<String> list : ErasedKeys.lists(search.actors())) {
            named += PlainSql.rows(session, "SELECT count(*)" + deletedBy(list), list, row -> row.getLong(1))
                    .get(0);
        }
        if (named > 0) {
            counts.put(DELETED_RECORDS.getName(), named);
        }
        return counts;
    }

    private String deletedBy(List<String> list) {
        return " FROM " + PlainSql.table(session, DELETED_RECORDS.getName()) + " WHERE "
                + PlainSql.quoted(DELETED_RECORDS.DELETED_BY.getName()) + ErasedKeys.in(new ArrayList<>(list));
    }

    /** Removes and changes what was found. */
    void apply() throws SQLException {
        String rows = PlainSql.table(session, DELETED_ROWS.getName());
        String at = " WHERE " + PlainSql.quoted(DELETED_ROWS.DELETED_RECORD_ID.getName()) + " = ? AND "
                + PlainSql.quoted(DELETED_ROWS.POSITION.getName()) + " = ?";
        for (Kept kept : changed) {
            PlainSql.update(
                    session,
                    "UPDATE " + rows + " SET " + PlainSql.quoted(DELETED_ROWS.DOCUMENT.getName()) + " = ?" + at,
                    List.of(Json.of(kept.document()).toString(), kept.record(), kept.position()));
        }
        String held = PlainSql.quoted(DELETED_BLOBS.DELETED_RECORD_ID.getName()) + " = ? AND "
                + PlainSql.quoted(DELETED_BLOBS.BLOB_ID.getName()) + " = ?";
        for (List<String> each : released) {
            PlainSql.update(
                    session,
                    "DELETE FROM " + PlainSql.table(session, DELETED_BLOBS.getName()) + " WHERE " + held,
                    each);
        }
        for (Map.Entry<String, Boolean> record : touched.entrySet()) {
            if (record.getValue()) {
                PlainSql.update(
                        session,
                        "DELETE FROM " + PlainSql.table(session, DELETED_RECORDS.getName()) + " WHERE "
                                + PlainSql.quoted(DELETED_RECORDS.ID.getName()) + " = ?",
                        List.of(record.getKey()));
            } else {
                deleteRows(record.getKey());
            }
        }
        for (List<String> list : ErasedKeys.lists(search.actors())) {
            String by = PlainSql.quoted(DELETED_RECORDS.DELETED_BY.getName());
            PlainSql.update(
                    session,
                    "UPDATE " + PlainSql.table(session, DELETED_RECORDS.getName()) + " SET " + by + " = NULL WHERE "
                            + by + ErasedKeys.in(list),
                    list);
        }
    }

    private void deleteRows(String record) throws SQLException {
        List<String> positions = gone.stream()
                .filter(kept -> kept.record().equals(record))
                .map(kept -> String.valueOf(kept.position()))
                .toList();
        for (List<String> list : ErasedKeys.lists(positions)) {
            List<Object> values = new ArrayList<>(List.of(record));
            list.forEach(position -> values.add(Long.valueOf(position)));
            PlainSql.update(
                    session,
                    "DELETE FROM " + PlainSql.table(session, DELETED_ROWS.getName()) + " WHERE "
                            + PlainSql.quoted(DELETED_ROWS.DELETED_RECORD_ID.getName()) + " = ? AND "
                            + PlainSql.quoted(DELETED_ROWS.POSITION.getName()) + ErasedKeys.in(list),
                    values);
        }
    }
}
