package dev.modelscan.storage.internal.sqlite;

import dev.modelscan.storage.doctor.Finding;
import dev.modelscan.storage.doctor.Severity;
import dev.modelscan.storage.internal.query.PlainSql;
import dev.modelscan.storage.internal.sqlite.SqliteSchema.Entry;
import dev.modelscan.storage.internal.sqlite.file.FileFacts;
import dev.modelscan.storage.internal.sqlite.file.LogReaders;
import dev.modelscan.storage.internal.sqlite.file.SingleNumber;
import dev.modelscan.storage.internal.sqlite.file.SqliteFiles;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** What SQLite itself can tell about a database: pages, indexes, keys, schema, log and free space. */
final class SqliteDoctor {

    private static final String REPAIR = "doctor --repair";
    private static final String REBUILD = "search --rebuild, or doctor --repair";
    private static final String SEARCH = "search_words";
    private static final String RESTORE = "restore <backup>";
    private static final int MOST = 1_000;

    /** A log above this was not cut for a long time; the library cuts it at 64 MB. */
    private static final long LONG_LOG = 128L << 20;

    /**
     * In a larger file the entries of indexes are counted, and not compared with their rows one by one: of 10⁶ messages, 840 MB,
     * comparing took 9.4 s of a core, and the check without it 4.5, before the counting.
     */
    static final long COMPARED_BYTES = 256L << 20;

    /** Free pages that are worth a note: 4 MB and a quarter of the file. */
    private static final long FREE_PAGES = 1_000;

    private static final int FREE_SHARE = 4;

    private final SqliteSchema expected;
    private final @Nullable Path file;
    private final long comparedBytes;
    private final List<Finding> findings = new ArrayList<>();

    /** The damaged unique indexes of which rows are duplicates. */
    private Map<String, Finding> duplicated = Map.of();

    /**
     * A doctor of one examination.
     *
     * @param comparedBytes up to which size indexes are compared with their rows
     */
    SqliteDoctor(SqliteSchema expected, @Nullable Path file, long comparedBytes) {
        this.expected = expected;
        this.file = file;
        this.comparedBytes = comparedBytes;
    }

    List<Finding> examine(Connection connection) throws SQLException {
        schema(connection);
        integrity(connection);
        foreignKeys(connection);
        if (!found("schema-drift") && !found("page-damaged")) {
            search(connection);
        }
        space(connection);
        log();
        access();
        return findings;
    }

    private boolean found(String code) {
        return findings.stream().anyMatch(finding -> finding.code().equals(code));
    }

    private void add(Severity severity, String code, String cause, List<String> ids, @Nullable String fix) {
        findings.add(Finding.of(severity, code, cause, ids, fix));
    }

    private void schema(Connection connection) throws SQLException {
        List<Entry> found = SqliteSchema.read(connection);
        missing(connection, expected.missingIn(found));
        changed(connection, expected.changedIn(found));
    }

    private void missing(Connection connection, List<Entry> entries) throws SQLException {
        for (Entry entry : entries) {
            switch (entry.type()) {
                case "index" ->
                    findings.add(duplicates(connection, entry)
                            .orElseGet(() -> Finding.of(
                                    Severity.WARNING,
                                    "index-missing",
                                    "an index is missing",
                                    List.of(entry.name()),
                                    REPAIR)));
                case "trigger" ->
                    add(Severity.ERROR, "trigger-missing", "a trigger is missing", List.of(entry.name()), REPAIR);
                default ->
                    add(
                            Severity.ERROR,
                            "schema-drift",
                            "a " + entry.type() + " of the schema is missing",
                            List.of(entry.name()),
                            RESTORE);
            }
        }
    }

    private void changed(Connection connection, List<Entry> entries) throws SQLException {
        for (Entry entry : entries) {
            List<String> gone = new ArrayList<>();
            if (entry.type().equals("table")) {
                TreeSet<String> columns = new TreeSet<>(String.CASE_INSENSITIVE_ORDER);
                columns.addAll(SqliteSchema.columns(connection, entry.name()));
                expected.columnsOf(entry.name()).stream()
                        .filter(column -> !columns.contains(column))
                        .forEach(column -> gone.add(entry.name() + "." + column));
            }
            if (gone.isEmpty()) {
                add(
                        Severity.NOTE,
                        "schema-changed",
                        "a " + entry.type() + " is not as the migrations make it",
                        List.of(entry.name()),
                        null);
            } else {
                add(Severity.ERROR, "schema-drift", "columns of the schema are missing", gone, RESTORE);
            }
        }
    }

    private static Optional<Finding> duplicates(Connection connection, Entry index) throws SQLException {
        try {
            return UniqueIndexes.duplicatesOf(connection, index.name(), index.table(), index.sql());
        } catch (SQLException e) {
            if (SearchDoctor.isUnreadable(e)) {
                // Another finding says that the table or a column is missing or damaged.
                return Optional.empty();
            }
            throw e;
        }
    }

    private void integrity(Connection connection) throws SQLException {
        boolean compares = compares(connection);
        List<String> indexes = compares ? new ArrayList<>() : IndexCounts.wrong(connection);
        List<String> rows = new ArrayList<>();
        List<String> pages = new ArrayList<>();
        check(connection, compares, indexes, rows, pages);
        if (!indexes.isEmpty()) {
            add(Severity.ERROR, "index-damaged", "indexes and their tables differ", indexes, REPAIR);
            duplicated = UniqueIndexes.duplicatesOf(connection, indexes);
            findings.addAll(duplicated.values());
        }
        if (!pages.isEmpty()) {
            add(Severity.ERROR, "page-damaged", "pages of the file are damaged", pages, RESTORE);
        }
        if (!rows.isEmpty()) {
            add(
                    Severity.ERROR,
                    "row-invalid",
                    "rows that the schema does not allow, such as JSON that cannot be read",
                    rows,
                    null);
            json(connection);
        }
    }

    /** Lets SQLite check the file, and sorts what it says. */
    private void check(
            Connection connection, boolean compares, List<String> indexes, List<String> rows, List<String> pages) {
        try (Statement statement = connection.createStatement();
                ResultSet lines = statement.executeQuery(
                        "PRAGMA " + (compares ? "integrity" : "quick") + "_check(" + MOST + ")")) {
            while (lines.next()) {
                String line = lines.getString(1);
                if (line.contains("constraint failed") || line.contains(" value in ")) {
                    rows.add(line);
                } else if (line.contains("FTS5") || line.startsWith("fts5: ")) {
                    fullText(line);
                } else if (line.contains(" index ") || line.startsWith("wrong # of entries")) {
                    indexes.add(line);
                } else if (!line.equals("ok")) {
                    pages.add(line);
                }
            }
        } catch (SQLException e) {
            String message = String.valueOf(e.getMessage());
            if (message.contains(SEARCH)) {
                fullText(message);
            } else {
                pages.add(message);
            }
        }
    }

    private void fullText(String line) {
        if (line.contains(SEARCH)) {
            add(Severity.ERROR, "search-broken", "the search index is damaged", List.of(line), REBUILD);
        } else {
            add(Severity.ERROR, "index-damaged", "a full-text index of yours is damaged", List.of(line), null);
        }
    }

    private boolean compares(Connection connection) throws SQLException {
        return SqliteFiles.pageBytes(connection) <= comparedBytes;
    }

    private void search(Connection connection) throws SQLException {
        List<String> differences = SearchDoctor.differences(connection, compares(connection));
        if (!differences.isEmpty()) {
            add(
                    Severity.ERROR,
                    "search-broken",
                    "the search index and the rows differ; a search does not find all",
                    differences,
                    REBUILD);
        }
    }

    /** Only if a check has failed: every column with JSON has one. */
    private void json(Connection connection) throws SQLException {
        for (String column : expected.jsonColumns()) {
            int dot = column.indexOf('.');
            String table = column.substring(0, dot);
            List<String> ids = keys(
                    connection,
                    "SELECT " + key(connection, table) + " FROM " + table + " WHERE "
                            + column.substring(dot + 1) + " IS NOT NULL AND NOT json_valid("
                            + column.substring(dot + 1) + ") ORDER BY 1 LIMIT " + MOST);
            if (!ids.isEmpty()) {
                add(Severity.ERROR, "json-invalid", column + " cannot be read as JSON", ids, null);
            }
        }
    }

    private void foreignKeys(Connection connection) throws SQLException {
        record Broken(String table, @Nullable String row) {}
        Map<String, List<Broken>> all = new LinkedHashMap<>();
        try (Statement statement = connection.createStatement();
                ResultSet broken = statement.executeQuery(
                        "SELECT \"table\", rowid, parent FROM pragma_foreign_key_check LIMIT " + MOST)) {
            while (broken.next()) {
                String table = broken.getString(1);
                all.computeIfAbsent(
                                "rows of " + table + " that refer to rows of " + broken.getString(3)
                                        + " that do not exist",
                                key -> new ArrayList<>())
                        .add(new Broken(table, broken.getString(2)));
            }
        }
        for (Map.Entry<String, List<Broken>> each : all.entrySet()) {
            List<String> ids = new ArrayList<>();
            for (Broken broken : each.getValue()) {
                // A table WITHOUT ROWID does not say which.
                ids.addAll(
                        broken.row() == null
                                ? List.of("of " + broken.table())
                                : keys(
                                        connection,
                                        "SELECT " + key(connection, broken.table()) + " FROM "
                                                + PlainSql.quoted(broken.table()) + " WHERE rowid = " + broken.row()));
            }
            add(Severity.ERROR, "reference-broken", each.getKey(), ids, "delete the rows, or restore a backup");
        }
    }

    private void space(Connection connection) throws SQLException {
        long free = SingleNumber.of(connection, "PRAGMA freelist_count");
        long pages = SingleNumber.of(connection, "PRAGMA page_count");
        if (free >= FREE_PAGES && free * FREE_SHARE >= pages) {
            add(
                    Severity.NOTE,
                    "free-pages",
                    "of " + pages + " pages " + free + " are free; the file does not shrink by itself",
                    List.of(),
                    "Database.compact() or retention --vacuum, while nobody writes; both need as much space again");
        }
    }

    private void log() {
        if (file == null) {
            return;
        }
        long bytes = SqliteFiles.beside(file, "-wal").toFile().length();
        if (bytes > LONG_LOG) {
            add(
                    Severity.WARNING,
                    "log-long",
                    "the write-ahead log has " + (bytes >> 20) + " MB: a reader keeps an old snapshot open",
                    LogReaders.of(file),
                    "end these processes, or close their streams, cursors and transactions");
        }
    }

    /** A file that is only to be read is no fault; a log that stops the writers of a file that may be written is one. */
    private void access() {
        String reason = file == null ? null : FileFacts.whyNotWritten(file);
        if (file != null && reason != null) {
            add(
                    Files.isWritable(file) ? Severity.WARNING : Severity.NOTE,
                    "cannot-write",
                    "this process cannot write to the database: " + reason,
                    List.of(),
                    "make it writable, unless the database is only to be read");
        }
    }

    /** Of what is missing then, neither indexes nor triggers can be made; a backup has all of it. */
    boolean isDrifted(Connection connection) throws SQLException {
        schema(connection);
        return found("schema-drift");
    }

    /** The indexes and triggers that are missing, without the unique indexes of which rows are duplicates. */
    List<Entry> missing(Connection connection) throws SQLException {
        List<Entry> missing = new ArrayList<>();
        for (Entry entry : expected.missingIn(SqliteSchema.read(connection))) {
            if (entry.type().equals("trigger")
                    || (entry.type().equals("index")
                            && duplicates(connection, entry).isEmpty())) {
                missing.add(entry);
            }
        }
        return missing;
    }

    /** Whether an index of the library's or of the application's differs from its table. */
    boolean hasDamagedIndex(Connection connection) throws SQLException {
        findings.clear();
        integrity(connection);
        return findings.stream()
                .anyMatch(finding -> finding.code().equals("index-damaged") && REPAIR.equals(finding.fix()));
    }

    /** The damaged indexes that cannot be built again, since rows are duplicates. To be asked after {@link #hasDamagedIndex}. */
    Set<String> hindered() {
        return duplicated.keySet();
    }

    /** To be asked after {@link #hasDamagedIndex}. */
    boolean hasBrokenSearch(Connection connection) throws SQLException {
        return found("search-broken")
                || !SearchDoctor.differences(connection, compares(connection)).isEmpty();
    }

    static List<String> keys(Connection connection, String sql) throws SQLException {
        List<String> keys = new ArrayList<>();
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            while (rows.next()) {
                keys.add(String.valueOf(rows.getString(1)));
            }
        }
        return keys;
    }

    /** The first column is the key, or begins it. */
    static String key(Connection connection, String table) throws SQLException {
        return SqliteSchema.columns(connection, table).stream()
                .findFirst()
                .map(PlainSql::quoted)
                .orElse("rowid");
    }
}
