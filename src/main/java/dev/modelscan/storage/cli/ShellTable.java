package dev.modelscan.storage.cli;

import dev.modelscan.storage.Page;
import java.io.PrintWriter;
import java.lang.reflect.RecordComponent;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jooq.Field;
import org.jspecify.annotations.Nullable;

/** A value as a table: rows of a query, records, maps. */
final class ShellTable {

    private static final int MOST_ROWS = 100;
    private static final int MOST_COLUMNS = 8;

    private final List<Map<String, @Nullable Object>> rows = new ArrayList<>();
    private final int all;
    private final boolean more;

    private ShellTable(Collection<?> values, boolean more) {
        this.all = values.size();
        this.more = more;
        values.stream()
                .limit(MOST_ROWS)
                .map(ShellTable::row)
                .filter(Objects::nonNull)
                .forEach(rows::add);
    }

    /** Null if it is none. */
    static @Nullable ShellTable of(@Nullable Object value) {
        Object shown = value instanceof Optional<?> optional ? optional.orElse(null) : value;
        if (shown instanceof Page<?> page) {
            return complete(new ShellTable(page.items(), page.next().isPresent()));
        }
        if (shown instanceof Map<?, ?> map) {
            return complete(new ShellTable(map.entrySet(), false));
        }
        if (shown instanceof Collection<?> collection) {
            return complete(new ShellTable(collection, false));
        }
        Map<String, @Nullable Object> one = row(shown);
        if (one == null) {
            return null;
        }
        one.values().removeIf(part -> text(part).isEmpty());
        return new ShellTable(one.entrySet(), false);
    }

    /** The table if each value is a row. */
    private static @Nullable ShellTable complete(ShellTable table) {
        return table.rows.isEmpty() || table.rows.size() != Math.min(table.all, MOST_ROWS) ? null : table;
    }

    private static @Nullable Map<String, @Nullable Object> row(@Nullable Object value) {
        Map<String, @Nullable Object> row = new LinkedHashMap<>();
        if (value instanceof org.jooq.Record stored) {
            for (Field<?> field : stored.fields()) {
                row.put(field.getName(), stored.get(field));
            }
            return row;
        }
        if (value instanceof Map.Entry<?, ?> entry) {
            row.put("key", entry.getKey());
            row.put("value", entry.getValue());
            return row;
        }
        if (!(value instanceof Record record)) {
            return null;
        }
        for (RecordComponent component : record.getClass().getRecordComponents()) {
            try {
                row.put(component.getName(), component.getAccessor().invoke(record));
            } catch (ReflectiveOperationException e) {
                return null;
            }
        }
        return row;
    }

    void print(PrintWriter out) {
        Set<String> columns = new LinkedHashSet<>();
        rows.forEach(row -> row.forEach((name, part) -> {
            if (!text(part).isEmpty()) {
                columns.add(name);
            }
        }));
        List<String> names =
                rows.get(0).keySet().stream().filter(columns::contains).toList();
        List<String> shown = names.size() > MOST_COLUMNS ? names.subList(0, MOST_COLUMNS) : names;
        TextTable table = new TextTable(shown.toArray(String[]::new));
        for (Map<String, @Nullable Object> row : rows) {
            table.row(shown.stream().map(name -> cell(row.get(name))).toArray());
        }
        table.print(out);
        if (names.size() > shown.size()) {
            out.println("  and " + String.join(", ", names.subList(shown.size(), names.size())));
        }
    }

    /** What the shell says of it, such as {@code 10 rows}. */
    String summary() {
        String count = Count.of(all, "row");
        if (rows.size() < all) {
            return count + ", of which the first " + rows.size() + " are shown";
        }
        return more ? count + ", and more follow: next()" : count;
    }

    private static Object cell(@Nullable Object value) {
        return value instanceof Long || value instanceof Integer ? ((Number) value).longValue() : text(value);
    }

    private static String text(@Nullable Object value) {
        if (value instanceof Optional<?> optional) {
            return text(optional.orElse(null));
        }
        if (value instanceof Instant time) {
            return TranscriptText.time(time);
        }
        if (value instanceof Object[] array) {
            return Arrays.toString(array);
        }
        if (value instanceof Collection<?> collection && collection.isEmpty()) {
            return "";
        }
        return value == null ? "" : value.toString();
    }
}
