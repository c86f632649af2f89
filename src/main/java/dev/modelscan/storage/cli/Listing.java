package dev.modelscan.storage.cli;

import com.fasterxml.jackson.annotation.JsonValue;
import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
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
    public void print(PrintWriter out) {
        if (rows.isEmpty()) {
            out.println("no " + kind);
            return;
        }
        TextTable table = new TextTable(rows.get(0).keySet().toArray(String[]::new));
        rows.forEach(row -> table.row(row.values().stream()
                .map(value -> Objects.requireNonNullElse(value, ""))
                .toArray()));
        table.print(out);
        PagedCommand.printNext(next, out);
    }
}
