package dev.modelscan.storage.support;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What the files of a directory, or the tables of a database, hold, as sorted lines: without the times and random ids of the
 * command that made it, and without hashes over those, in which two runs of the same command differ.
 */
public final class DirectoryPicture {

    private static final byte[] SQLITE = "SQLite format 3\0".getBytes(StandardCharsets.US_ASCII);
    private static final Pattern ID =
            Pattern.compile("([0-9a-f]{8})-([0-9a-f]{4})-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}");
    private static final Pattern TIME =
            Pattern.compile("(\\d{4}-\\d\\d-\\d\\d)[T ](\\d\\d:\\d\\d:\\d\\d)(\\.\\d+)?(Z|\\+00)?");
    private static final Pattern TIME_IN_NAME = Pattern.compile("\\d{8}T\\d{6,9}Z");
    private static final Pattern HASH = Pattern.compile("\"(\\w*[dD]igest|sha256)\":\"[0-9a-f]{64}\"");

    /** Times, hashes over them, and places that an interruption may move. */
    private static final Set<String> BY_NATURE = Set.of(
            "execution_time",
            "installed_on",
            "hash",
            "payload_hash",
            "audit_entries.position",
            "audit_pending.position");

    /** Parts of an index, which has its own check. */
    private static final Pattern NOT_COMPARED = Pattern.compile("search_words.*|search_documents|sqlite_.*");

    private final Instant begin;
    private final List<String> lines = new ArrayList<>();

    private DirectoryPicture(Instant begin) {
        this.begin = begin;
    }

    /**
     * The picture of a directory.
     *
     * @param begin before the command, and after what it began with
     */
    public static DirectoryPicture of(Path directory, Instant begin) throws IOException, SQLException {
        DirectoryPicture picture = new DirectoryPicture(begin);
        for (Path file : files(directory)) {
            String name =
                    TIME_IN_NAME.matcher(directory.relativize(file).toString()).replaceAll("<now>");
            if (isSqlite(file)) {
                try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file)) {
                    picture.add(name, connection);
                }
            } else {
                picture.addText(name, file);
            }
        }
        Collections.sort(picture.lines);
        return picture;
    }

    /** The picture of the schema on a server that a connection works in. */
    public static DirectoryPicture of(Connection connection, Instant begin) throws SQLException {
        DirectoryPicture picture = new DirectoryPicture(begin);
        try (Statement statement = connection.createStatement()) {
            statement.execute("SET TimeZone = 'UTC'");
        }
        picture.add("schema", connection);
        Collections.sort(picture.lines);
        return picture;
    }

    /** Fails with the lines that differ. */
    public void requireSame(DirectoryPicture expected) {
        List<String> missing = minus(expected.lines, lines);
        List<String> more = minus(lines, expected.lines);
        assertThat(missing.size() + more.size())
                .as(() -> "missing:\n" + some(missing) + "\nnot expected:\n" + some(more))
                .isZero();
    }

    private static String some(List<String> lines) {
        return lines.stream()
                .limit(8)
                .map(line -> line.substring(0, Math.min(400, line.length())))
                .collect(Collectors.joining("\n"));
    }

    private static List<String> minus(List<String> some, List<String> others) {
        Map<String, Integer> counts = new HashMap<>();
        others.forEach(line -> counts.merge(line, 1, Integer::sum));
        return some.stream()
                .filter(line -> counts.merge(line, -1, Integer::sum) < 0)
                .toList();
    }

    private static List<Path> files(Path directory) throws IOException {
        try (Stream<Path> all = Files.walk(directory)) {
            return all.filter(Files::isRegularFile)
                    // SQLite's, which come and go with a connection; a lock's file stays beside a database.
                    .filter(file -> !file.toString().matches(".*(-wal|-shm|-journal|-migration.lock)"))
                    .toList();
        }
    }

    private static boolean isSqlite(Path file) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            return Arrays.equals(in.readNBytes(SQLITE.length), SQLITE);
        }
    }

    private void addText(String name, Path file) throws IOException {
        String text = Files.readString(file, StandardCharsets.ISO_8859_1);
        lines.add(name + " " + (text.indexOf('\0') < 0 ? masked(text, Map.of()) : "bytes " + text.hashCode()));
    }

    private void add(String name, Connection connection) throws SQLException {
        List<String> tables = new ArrayList<>();
        try (ResultSet found =
                connection.getMetaData().getTables(null, connection.getSchema(), "%", new String[] {"TABLE"})) {
            while (found.next()) {
                tables.add(found.getString("TABLE_NAME"));
            }
        }
        List<String> rows = new ArrayList<>();
        Map<String, String> names = new HashMap<>();
        if (connection.getMetaData().getDatabaseProductName().equals("SQLite")) {
            addRows("schema", connection, "SELECT type, name, sql FROM sqlite_schema", rows, Map.of());
            addRows("integrity", connection, "PRAGMA integrity_check", rows, Map.of());
        } else {
            addRows(
                    "triggers",
                    connection,
                    "SELECT tgname, tgenabled FROM pg_trigger WHERE NOT tgisinternal",
                    rows,
                    Map.of());
            addRows(
                    "indexes",
                    connection,
                    "SELECT indexdef FROM pg_indexes WHERE schemaname = current_schema",
                    rows,
                    Map.of());
        }
        for (String table : tables) {
            boolean compared = !NOT_COMPARED.matcher(table).matches();
            if (compared || table.equals("search_documents")) {
                String what = compared ? "*" : "count(*)";
                addRows(table, connection, "SELECT " + what + " FROM \"" + table + '"', rows, names);
            }
        }
        rows.forEach(row -> lines.add(name + " " + masked(row, names)));
    }

    /** A new id is told by the name that its row has. */
    private static void addRows(
            String table, Connection connection, String sql, List<String> lines, Map<String, String> names)
            throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            ResultSetMetaData columns = rows.getMetaData();
            while (rows.next()) {
                Map<String, String> row = new LinkedHashMap<>();
                for (int i = 1; i <= columns.getColumnCount(); i++) {
                    row.put(columns.getColumnName(i), value(rows, i));
                }
                if (row.containsKey("id") && row.containsKey("name")) {
                    names.put(
                            row.get("id"),
                            table + ":" + ID.matcher(row.get("name")).replaceAll("<id>"));
                }
                row.keySet().removeIf(column -> BY_NATURE.contains(column) || BY_NATURE.contains(table + '.' + column));
                lines.add(table + " " + row);
            }
        }
    }

    private static String value(ResultSet rows, int column) throws SQLException {
        Object value = rows.getObject(column);
        return value instanceof byte[] bytes ? HexFormat.of().formatHex(bytes) : String.valueOf(rows.getString(column));
    }

    private String masked(String text, Map<String, String> names) {
        UnaryOperator<String> id = found -> names.getOrDefault(found, "<id>");
        String masked = ID.matcher(text)
                .replaceAll(
                        found -> isNewId(found) ? Matcher.quoteReplacement(id.apply(found.group())) : found.group());
        masked = TIME.matcher(masked).replaceAll(found -> isNewTime(found) ? "<now>" : found.group());
        return HASH.matcher(masked).replaceAll("\"$1\":\"<hash>\"");
    }

    private boolean isNewId(MatchResult id) {
        return Long.parseLong(id.group(1) + id.group(2), 16) >= begin.toEpochMilli();
    }

    private boolean isNewTime(MatchResult time) {
        Instant at =
                Instant.parse(time.group(1) + "T" + time.group(2) + (time.group(3) == null ? "" : time.group(3)) + "Z");
        return !at.isBefore(begin.minusSeconds(1));
    }
}
