package dev.modelscan.storage.cli;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Rows of text in aligned columns: numbers right-aligned, text left-aligned. */
final class TextTable {

    private static final int BAR_WIDTH = 30;

    private final List<List<Object>> rows = new ArrayList<>();
    private final List<String> header;

    TextTable(String... header) {
        this.header = List.of(header);
        rows.add(List.of((Object[]) header));
    }

    /** Adds a row with as many cells as the header has. */
    TextTable row(Object... cells) {
        rows.add(List.of(cells));
        return this;
    }

    void print(PrintWriter out) {
        int[] widths = new int[header.size()];
        for (List<Object> row : rows) {
            for (int i = 0; i < widths.length; i++) {
                widths[i] = Math.max(widths[i], width(text(row.get(i))));
            }
        }
        for (List<Object> row : rows) {
            StringBuilder line = new StringBuilder();
            for (int i = 0; i < widths.length; i++) {
                String text = text(row.get(i));
                String space = " ".repeat(widths[i] - width(text));
                line.append("  ").append(isNumeric(i) ? space + text : text + space);
            }
            out.println(line.toString().stripTrailing());
        }
    }

    /**
     * A bar whose length is the value's share of the largest one; at least one character if the value is
     * above 0.
     */
    static String bar(long value, long largest) {
        if (value <= 0) {
            return "";
        }
        return "\u2588".repeat((int) Math.max(1, Math.round((double) BAR_WIDTH * value / largest)));
    }

    /** Makes text safe to print: on one line, without control characters. */
    static String printable(String text) {
        return text.replaceAll("[\\p{Cc}\\p{Zl}\\p{Zp}]", "?");
    }

    private boolean isNumeric(int column) {
        return rows.size() > 1 && rows.get(1).get(column) instanceof Number;
    }

    private static String text(Object cell) {
        if (cell instanceof Double number) {
            return String.format(Locale.ROOT, "%.1f", number);
        }
        return cell instanceof Long number ? String.format(Locale.ROOT, "%,d", number) : printable(cell.toString());
    }

    private static int width(String text) {
        return text.codePointCount(0, text.length());
    }
}
