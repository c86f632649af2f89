package dev.modelscan.storage.internal.erasure;

import static dev.modelscan.storage.schema.Tables.AUDIT_ENTRIES;
import static dev.modelscan.storage.schema.Tables.AUDIT_PENDING;
import static dev.modelscan.storage.schema.Tables.DELETED_ROWS;

import com.fasterxml.jackson.databind.JsonNode;
import dev.modelscan.storage.Json;
import dev.modelscan.storage.audit.AuditAction;
import dev.modelscan.storage.errors.CorruptDatabaseException;
import dev.modelscan.storage.internal.query.Catalog;
import dev.modelscan.storage.internal.query.PlainSql;
import dev.modelscan.storage.internal.query.Session;
import dev.modelscan.storage.internal.values.StoredJson;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jooq.Field;
import org.jspecify.annotations.Nullable;

/** Rows as documents: those of the archive, and those of the audit log. They are read in pages, since they may be long. */
final class ErasureDocuments {

    private static final int PAGE = 200;
    private static final int WINDOW = 1_000;

    /** All of a window, or of a page, is in memory. */
    static final long WINDOW_CHARACTERS = 8_000_000;

    /** The same columns are in both tables. */
    private static final String LOGGED = quoted(AUDIT_ENTRIES.POSITION) + ", " + quoted(AUDIT_ENTRIES.RECORD_KEY) + ", "
            + quoted(AUDIT_ENTRIES.ACTION) + ", " + quoted(AUDIT_ENTRIES.CHANGES);

    /** A document, and when it was written: several rows may have had the key that it names, one after the other. */
    sealed interface Told permits Kept, Logged {

        /** Columns by name. */
        JsonNode document();
    }

    /**
     * A row of the archive. Records that were deleted later have greater ids.
     *
     * @param emptied the column that lost its reference, if the row itself stayed
     */
    record Kept(String record, long position, @Nullable String emptied, JsonNode document) implements Told {}

    /** An entry of the log; the position of one that waits for its place is below 0. */
    record Logged(long position, @Nullable String key, String action, JsonNode document) implements Told {

        /** Those that wait come last. */
        long order() {
            return position > 0 ? position : Long.MAX_VALUE / 2 - position;
        }

        boolean is(AuditAction wanted) {
            return action.equals(wanted.toString());
        }
    }

    private record Window(long end, long characters) {}

    /** Takes a document. */
    @FunctionalInterface
    interface Taker<T> {

        /** Takes one. */
        void take(T document) throws SQLException;
    }

    private ErasureDocuments() {}

    /** Rows of a table in the archive. */
    static void forEachKept(Session session, String table, Taker<Kept> taker) throws SQLException {
        String record = quoted(DELETED_ROWS.DELETED_RECORD_ID);
        String position = quoted(DELETED_ROWS.POSITION);
        String from = " FROM " + PlainSql.table(session, DELETED_ROWS.getName()) + " WHERE (" + record + ", " + position
                + ") > (?, ?) AND " + quoted(DELETED_ROWS.TABLE_NAME) + " = ? ORDER BY " + record + ", " + position
                + " LIMIT ?";
        String sizes = "SELECT length(" + quoted(DELETED_ROWS.DOCUMENT) + ")" + from;
        String sql = "SELECT " + record + ", " + position + ", " + quoted(DELETED_ROWS.EMPTIED) + ", "
                + quoted(DELETED_ROWS.DOCUMENT) + from;
        List<Object> after = List.of("", 0L, table);
        int page = page(session, sizes, after);
        while (page > 0) {
            for (Kept kept : PlainSql.rows(session, sql, with(after, page), ErasureDocuments::kept)) {
                taker.take(kept);
                after = List.of(kept.record(), kept.position(), table);
            }
            page = page(session, sizes, after);
        }
    }

    /** How many documents come next that are not too long together, unless it is one; 0 at the end. */
    private static int page(Session session, String sizes, List<Object> after) throws SQLException {
        long characters = 0;
        int page = 0;
        for (long size : PlainSql.rows(session, sizes, with(after, PAGE), row -> row.getLong(1))) {
            characters += size;
            if (page > 0 && characters > WINDOW_CHARACTERS) {
                return page;
            }
            page++;
        }
        return page;
    }

    private static List<Object> with(List<Object> values, int last) {
        List<Object> all = new ArrayList<>(values);
        all.add(last);
        return all;
    }

    private static Kept kept(ResultSet row) throws SQLException {
        return new Kept(row.getString(1), row.getLong(2), row.getString(3), tree(row.getString(4)));
    }

    /** Entries about a table that are not erased, those that wait for their place in the chain last. */
    static void forEachLogged(Session session, String table, Taker<Logged> taker) throws SQLException {
        forEachInChain(session, table, taker);
        forEachPending(session, table, taker);
    }

    /**
     * Goes through windows of positions, and filters inside of each. A page by table would be found by the index by table, which has
     * all of its entries to be sorted for each page: the time grew with the square of their number, in the write lock.
     */
    private static void forEachInChain(Session session, String table, Taker<Logged> taker) throws SQLException {
        String wanted = quoted(AUDIT_ENTRIES.TABLE_NAME) + " = ? AND " + quoted(AUDIT_ENTRIES.ERASED_IN) + " IS NULL";
        String position = quoted(AUDIT_ENTRIES.POSITION);
        // The limit keeps the planner from putting the filter on the table inside, and so from the index by table.
        String sql = "SELECT " + LOGGED + " FROM (SELECT * FROM "
                + PlainSql.table(session, AUDIT_ENTRIES.getName()) + " WHERE " + position + " > ? AND " + position
                + " <= ? ORDER BY " + position + " LIMIT " + WINDOW + ") AS entries WHERE " + wanted + " ORDER BY "
                + position;
        long last = 0;
        long end = windowEnd(session, wanted, table, last);
        while (end > last) {
            for (Logged logged : PlainSql.rows(session, sql, List.of(last, end, table), row -> logged(row, 1))) {
                taker.take(logged);
            }
            last = end;
            end = windowEnd(session, wanted, table, last);
        }
    }

    /** The last position of the next window, whose documents are not too long together unless it is one; 0 at the end. */
    private static long windowEnd(Session session, String wanted, String table, long last) throws SQLException {
        String position = quoted(AUDIT_ENTRIES.POSITION);
        String sql = "SELECT max(" + position + "), sum(CASE WHEN " + wanted + " THEN length("
                + quoted(AUDIT_ENTRIES.CHANGES) + ") END) FROM (SELECT * FROM "
                + PlainSql.table(session, AUDIT_ENTRIES.getName()) + " WHERE " + position + " > ? ORDER BY " + position
                + " LIMIT ?) AS entries";
        int window = WINDOW;
        while (true) {
            Window found = PlainSql.rows(
                            session,
                            sql,
                            List.of(table, last, window),
                            row -> new Window(row.getLong(1), row.getLong(2)))
                    .get(0);
            if (found.characters() <= WINDOW_CHARACTERS || window == 1) {
                return found.end();
            }
            window /= 2;
        }
    }

    /** They have no index but the key, which is the order. */
    private static void forEachPending(Session session, String table, Taker<Logged> taker) throws SQLException {
        String position = quoted(AUDIT_PENDING.POSITION);
        String from = " FROM " + PlainSql.table(session, AUDIT_PENDING.getName()) + " WHERE "
                + quoted(AUDIT_PENDING.TABLE_NAME) + " = ? AND " + position + " > ? ORDER BY " + position + " LIMIT ?";
        String sizes = "SELECT length(" + quoted(AUDIT_PENDING.CHANGES) + ")" + from;
        String sql = "SELECT " + LOGGED + from;
        List<Object> after = List.of(table, 0L);
        int page = page(session, sizes, after);
        while (page > 0) {
            for (Logged logged : PlainSql.rows(session, sql, with(after, page), row -> logged(row, -1))) {
                taker.take(logged);
                after = List.of(table, -logged.position());
            }
            page = page(session, sizes, after);
        }
    }

    private static Logged logged(ResultSet row, int sign) throws SQLException {
        return new Logged(sign * row.getLong(1), row.getString(2), row.getString(3), tree(row.getString(4)));
    }

    private static String quoted(Field<?> column) {
        return PlainSql.quoted(column.getName());
    }

    /** What does not parse has no members: that somebody has damaged it keeps nobody from being erased. */
    private static JsonNode tree(@Nullable String text) {
        try {
            return text == null
                    ? Json.emptyObject().toNode()
                    : StoredJson.of(text).toNode();
        } catch (CorruptDatabaseException e) {
            return Json.emptyObject().toNode();
        }
    }

    /** The texts of a member: one, or the two of an update. */
    static List<String> values(JsonNode document, String member) {
        JsonNode value = document.path(member);
        List<String> values = new ArrayList<>();
        if (value.isArray()) {
            value.forEach(each -> add(values, each));
        } else {
            add(values, value);
        }
        return values;
    }

    private static void add(List<String> values, JsonNode value) {
        if (value.isValueNode() && !value.isNull()) {
            values.add(value.asText());
        }
    }

    static boolean has(JsonNode document, String member, Predicate<String> wanted) {
        return values(document, member).stream().anyMatch(wanted);
    }

    /** The key of a row as the audit log writes it; null if the document lacks it. */
    static @Nullable String key(Catalog.Table table, JsonNode document) {
        List<String> key = table.key();
        if (key.isEmpty() || key.stream().anyMatch(name -> document.path(name).isMissingNode())) {
            return null;
        }
        return key.size() == 1
                ? document.path(key.get(0)).asText()
                : key.stream()
                        .map(name -> Json.of(document.path(name)).toString())
                        .collect(Collectors.joining(",", "[", "]"));
    }
}
