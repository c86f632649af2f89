package dev.modelscan.storage.cli;

import com.fasterxml.jackson.annotation.JsonValue;
import dev.modelscan.storage.cli.QueryCommand.Format;
import java.io.PrintWriter;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The rows of a query.
 *
 * @param more whether there are more of them
 */
record QueryRows(Format format, List<String> columns, List<List<Object>> rows, boolean more) implements Result {

    /** Of 80 columns. */
    private static final int NAMES = 30;

    @Override
    public void print(PrintWriter out) {
        switch (format) {
            case table -> table(out);
            case csv -> lines(out, ",", "", QueryRows::csv);
            case markdown -> markdown(out);
            case json -> JsonOutput.print(objects(), out);
        }
    }

    @Override
    public void printFailures(PrintWriter err) {
        if (more) {
            err.println("There are more rows; only the first "
                    + (rows.size() == 1 ? "one is" : Count.of(rows.size(), "row") + " are") + " shown: raise --limit");
        }
    }

    private void table(PrintWriter out) {
        TextTable table = new TextTable(columns.toArray(new String[0]));
        for (List<Object> row : rows) {
            table.row(row.stream()
                    .map(value -> isWhole(value) ? (Object) ((Number) value).longValue() : text(value))
                    .toArray());
        }
        if (table.isTooWide(out)) {
            records(out);
        } else {
            table.print(out);
        }
    }

    /** A line for each value. What is null is left out. */
    private void records(PrintWriter out) {
        Screen screen = Screen.of(out);
        int width =
                Math.min(NAMES, columns.stream().mapToInt(Screen::width).max().orElse(0));
        for (int i = 0; i < rows.size(); i++) {
            out.printf(Locale.ROOT, "row %,d%n", i + 1);
            for (int column = 0; column < columns.size(); column++) {
                Object value = rows.get(i).get(column);
                if (value != null) {
                    String name = screen.line(columns.get(column), width);
                    out.println("  " + name + " ".repeat(width - Screen.width(name)) + "  "
                            + screen.line(text(value), Screen.COLUMNS - width - 4));
                }
            }
        }
    }

    private static boolean isWhole(@Nullable Object value) {
        return value instanceof Long || value instanceof Integer || value instanceof Short;
    }

    private void markdown(PrintWriter out) {
        out.println("| " + columns.stream().map(QueryRows::cell).collect(Collectors.joining(" | ")) + " |");
        out.println("|" + "---|".repeat(columns.size()));
        lines(out, " | ", "| ", QueryRows::cell);
    }

    private void lines(
            PrintWriter out, String between, String edge, java.util.function.Function<String, String> written) {
        if (edge.isEmpty()) {
            out.println(columns.stream().map(written).collect(Collectors.joining(between)));
        }
        for (List<Object> row : rows) {
            out.println(edge
                    + row.stream().map(QueryRows::text).map(written).collect(Collectors.joining(between))
                    + new StringBuilder(edge).reverse());
        }
    }

    /** One object a row, for JSON. A column whose name another has already has its number behind it. */
    @JsonValue
    private List<Map<String, @Nullable Object>> objects() {
        Set<String> names = new LinkedHashSet<>();
        for (int i = 0; i < columns.size(); i++) {
            String name = columns.get(i);
            if (columns.indexOf(name) < i) {
                for (int number = i + 1; names.contains(name) || columns.contains(name); number++) {
                    name = columns.get(i) + "_" + number;
                }
            }
            names.add(name);
        }
        return rows.stream()
                .map(row -> {
                    Map<String, @Nullable Object> object = new LinkedHashMap<>();
                    Iterator<Object> values = row.iterator();
                    for (String name : names) {
                        Object value = values.next();
                        boolean plain = value == null || value instanceof Number || value instanceof Boolean;
                        object.put(name, plain ? value : text(value));
                    }
                    return object;
                })
                .toList();
    }

    private static String text(@Nullable Object value) {
        if (value == null) {
            return "";
        }
        if (value instanceof byte[] bytes) {
            return "0x" + HexFormat.of().formatHex(bytes);
        }
        return value instanceof Object[] array ? Arrays.toString(array) : value.toString();
    }

    /** RFC 4180: quotes around what holds a comma, a quote or a line break. */
    private static String csv(String text) {
        return text.matches("(?s).*[,\"\r\n].*") ? '"' + text.replace("\"", "\"\"") + '"' : text;
    }

    private static String cell(String text) {
        return TextTable.printable(text.replace("\n", " "))
                .replace("\\", "\\\\")
                .replace("|", "\\|")
                .replace("<", "&lt;");
    }
}
