package dev.modelscan.storage.internal.erasure;

import static dev.modelscan.storage.schema.Tables.CONVERSATIONS;
import static dev.modelscan.storage.schema.Tables.DELETED_BLOBS;
import static dev.modelscan.storage.schema.Tables.DELETED_RECORDS;
import static dev.modelscan.storage.schema.Tables.DELETED_ROWS;
import static dev.modelscan.storage.schema.Tables.MESSAGE_PARTS;
import static dev.modelscan.storage.schema.Tables.TOOL_EXECUTIONS;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.modelscan.storage.Json;
import dev.modelscan.storage.internal.erasure.ErasureDocuments.Kept;
import dev.modelscan.storage.internal.query.Catalog.OnDelete;
import dev.modelscan.storage.internal.query.Catalog.Reference;
import dev.modelscan.storage.internal.query.PlainSql;
import dev.modelscan.storage.internal.query.Session;
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

    private final ErasureOfBranches branches;

    /** The records of which something goes, and whether all of it does. */
    private final Map<String, Boolean> touched = new LinkedHashMap<>();

    /** How many rows go, and how many change, by record. */
    private final Map<String, Long> gone = new HashMap<>();

    private final Map<String, Long> changed = new HashMap<>();

    /** A record, and a blob that it holds no longer. */
    private final List<List<String>> released = new ArrayList<>();

    ErasureOfArchive(Session session, ErasureSearch search) {
        this.session = session;
        this.search = search;
        this.keys = search.keys();
        this.branches = new ErasureOfBranches(session, search);
    }

    /** What becomes of a row. */
    private interface Fate {

        void goes(Kept kept) throws SQLException;

        void changes(Kept kept, JsonNode rest) throws SQLException;
    }

    /** Finds what goes. Writes nothing. */
    void find() throws SQLException {
        branches.find();
        forEach(new Fate() {
            @Override
            public void goes(Kept kept) {
                gone.merge(kept.record(), 1L, Long::sum);
                boolean isOwn = kept.emptied() == null && kept.position() == 1;
                touched.merge(kept.record(), isOwn, Boolean::logicalOr);
            }

            @Override
            public void changes(Kept kept, JsonNode rest) {
                changed.merge(kept.record(), 1L, Long::sum);
            }
        });
        gone.keySet().removeIf(this::isWhole);
        changed.keySet().removeIf(this::isWhole);
        findHeldBlobs();
    }

    private boolean isWhole(String record) {
        return Boolean.TRUE.equals(touched.get(record));
    }

    /** Documents are read each time: all that change may be too many for the memory. */
    private void forEach(Fate fate) throws SQLException {
        for (String table : tables()) {
            List<Reference> references = search.references().stream()
                    .filter(each -> each.table().equals(table) && each.columns().size() == 1)
                    .toList();
            ErasureDocuments.forEachKept(session, table, kept -> {
                String key = ErasureDocuments.key(search.tables().get(table), kept.document());
                if (keys.has(table, key, kept) || goesWith(kept, references)) {
                    fate.goes(kept);
                } else {
                    JsonNode rest = without(table, kept, key, references);
                    if (rest != null) {
                        fate.changes(kept, rest);
                    }
                }
            });
        }
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
            if (blobs != null && !isWhole(kept.record()) && !keys.has(MESSAGE_PARTS.getName(), key, kept)) {
                blobs.addAll(ErasureDocuments.values(kept.document(), MESSAGE_PARTS.BLOB_ID.getName()));
            }
        });
        String record = PlainSql.quoted(DELETED_BLOBS.DELETED_RECORD_ID.getName());
        for (List<String> list : ErasedKeys.lists(needed.keySet())) {
            PlainSql.rows(
                    session,
                    "SELECT " + record + ", " + PlainSql.quoted(DELETED_BLOBS.BLOB_ID.getName()) + " FROM "
                            + PlainSql.table(session, DELETED_BLOBS.getName()) + " WHERE " + record
                            + ErasedKeys.in(list),
                    list,
                    row -> release(row.getString(1), row.getString(2), needed));
        }
    }

    private boolean release(String record, String blob, Map<String, Set<String>> needed) {
        boolean free = !needed.getOrDefault(record, Set.of()).contains(blob);
        if (free) {
            released.add(List.of(record, blob));
            keys.addLive(DELETED_BLOBS.getName(), Json.of(List.of(record, blob)).toString());
        }
        return free;
    }

    /** Whether its row would be deleted with one that is erased. */
    private boolean goesWith(Kept kept, List<Reference> references) {
        return references.stream()
                .anyMatch(each -> each.onDelete() == OnDelete.CASCADE
                        && ErasureDocuments.has(
                                kept.document(), each.columns().get(0), id -> keys.has(each.target(), id, kept)));
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
    private @Nullable JsonNode without(String table, Kept kept, @Nullable String key, List<Reference> references) {
        JsonNode document = kept.document();
        ObjectNode rest = document.deepCopy();
        for (Reference reference : references) {
            String column = reference.columns().get(0);
            empty(rest, column, id -> keys.has(reference.target(), id, kept));
        }
        if (key != null && kept.emptied() == null) {
            branches.join(table, kept.record(), key, rest);
        }
        if (search.ofAgent()) {
            boolean titled = table.equals(CONVERSATIONS.getName())
                    && key != null
                    && search.seen(table).contains(key);
            if (titled) {
                empty(rest, CONVERSATIONS.TITLE.getName(), text -> true);
            }
            String answer = TOOL_EXECUTIONS.ANSWER_MESSAGE_ID.getName();
            boolean answered = table.equals(TOOL_EXECUTIONS.getName())
                    && key != null
                    && search.answered().contains(key)
                    && !ErasureDocuments.has(rest, answer, other -> true);
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
        long rows = gone.values().stream().mapToLong(each -> each).sum();
        if (rows > 0) {
            removed.put(DELETED_ROWS.getName(), rows);
        }
        return removed;
    }

    /** How many rows lose a reference, and how many records the name of who deleted them. */
    Map<String, Long> changed() throws SQLException {
        Map<String, Long> counts = new TreeMap<>();
        if (!changed.isEmpty()) {
            counts.put(
                    DELETED_ROWS.getName(),
                    changed.values().stream().mapToLong(each -> each).sum());
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
        Batch deletes = new Batch("DELETE FROM " + rows + at);
        Batch updates =
                new Batch("UPDATE " + rows + " SET " + PlainSql.quoted(DELETED_ROWS.DOCUMENT.getName()) + " = ?" + at);
        if (!gone.isEmpty() || !changed.isEmpty()) {
            forEach(new Fate() {
                @Override
                public void goes(Kept kept) throws SQLException {
                    if (!isWhole(kept.record())) {
                        deletes.add(List.of(kept.record(), kept.position()), 0);
                    }
                }

                @Override
                public void changes(Kept kept, JsonNode rest) throws SQLException {
                    if (!isWhole(kept.record())) {
                        String document = Json.of(rest).toString();
                        updates.add(List.of(document, kept.record(), kept.position()), document.length());
                    }
                }
            });
        }
        deletes.flush();
        updates.flush();
        applyToRecords();
    }

    private void applyToRecords() throws SQLException {
        Batch holds = new Batch("DELETE FROM " + PlainSql.table(session, DELETED_BLOBS.getName()) + " WHERE "
                + PlainSql.quoted(DELETED_BLOBS.DELETED_RECORD_ID.getName()) + " = ? AND "
                + PlainSql.quoted(DELETED_BLOBS.BLOB_ID.getName()) + " = ?");
        for (List<String> each : released) {
            holds.add(each, 0);
        }
        holds.flush();
        String records = PlainSql.table(session, DELETED_RECORDS.getName());
        List<String> whole = touched.keySet().stream().filter(this::isWhole).toList();
        for (List<String> list : ErasedKeys.lists(whole)) {
            PlainSql.update(
                    session,
                    "DELETE FROM " + records + " WHERE " + PlainSql.quoted(DELETED_RECORDS.ID.getName())
                            + ErasedKeys.in(list),
                    list);
        }
        String by = PlainSql.quoted(DELETED_RECORDS.DELETED_BY.getName());
        for (List<String> list : ErasedKeys.lists(search.actors())) {
            PlainSql.update(
                    session, "UPDATE " + records + " SET " + by + " = NULL WHERE " + by + ErasedKeys.in(list), list);
        }
    }

    /** Writes of one statement, so many at once, or up to so many characters. */
    private final class Batch {

        private static final int MOST = 500;

        private final String sql;
        private final List<List<?>> rows = new ArrayList<>();
        private long characters;

        Batch(String sql) {
            this.sql = sql;
        }

        void add(List<?> values, int length) throws SQLException {
            if (rows.size() == MOST || characters + length > ErasureDocuments.WINDOW_CHARACTERS) {
                flush();
            }
            rows.add(values);
            characters += length;
        }

        void flush() throws SQLException {
            if (!rows.isEmpty()) {
                PlainSql.updateAll(session, sql, rows);
                rows.clear();
                characters = 0;
            }
        }
    }
}
