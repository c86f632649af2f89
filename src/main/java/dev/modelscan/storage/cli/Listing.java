package dev.modelscan.storage.cli;

import com.fasterxml.jackson.annotation.JsonValue;
import java.io.PrintWriter;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * A page of records.
 *
 * @param kind what they are, such as tasks
 * @param rows their values, by name
 * @param next the cursor of the next page; null after the last
 */
record Listing(
        String kind,
        List<Map<String, @Nullable Object>> rows,
        @Nullable String next) implements Result {

    /** The name of a value that no column shows: whether what was created has a time, or that of its import. */
    static final String TIMED = "timed";

    /** Columns that other commands take, so that they are never cut. */
    private static final Set<String> WHOLE = Set.of("id", "name", "tool");

    /** A row of these names and values, by turns. */
    static Map<String, @Nullable Object> row(@Nullable Object... namesAndValues) {
        Map<String, @Nullable Object> row = new LinkedHashMap<>();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            row.put(String.valueOf(namesAndValues[i]), namesAndValues[i + 1]);
        }
        return row;
    }

    @JsonValue
    Map<String, @Nullable Object> document() {
        return row(kind, rows, "next", next);
    }

    @Override
    public @Nullable String missing() {
        return rows.isEmpty() ? kind : null;
    }

    @Override
    public void print(PrintWriter out) {
        List<String> columns = rows.get(0).keySet().stream()
                .filter(name -> !name.equals(TIMED))
                .toList();
        TextTable table = new TextTable(columns.toArray(String[]::new))
                .whole(IntStream.range(0, columns.size())
                        .filter(i -> WHOLE.contains(columns.get(i)))
                        .toArray());
        rows.forEach(row -> table.row(
                columns.stream().map(name -> shown(row, row.get(name))).toArray()));
        table.print(out);
        PagedCommand.printNext(next, out);
    }

    private static Object shown(Map<String, @Nullable Object> row, @Nullable Object value) {
        boolean unknown = value instanceof Instant && Boolean.FALSE.equals(row.get(TIMED));
        return unknown ? "unknown" : Objects.requireNonNullElse(value, "");
    }
}
