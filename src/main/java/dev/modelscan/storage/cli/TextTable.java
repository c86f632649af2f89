package dev.modelscan.storage.cli;

import java.io.PrintWriter;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Locale;

/**
 * Rows of text in aligned columns: numbers right-aligned, text left-aligned. A line is at most {@value Screen#COLUMNS} columns
 * wide: bars take what the other columns leave. If those are too wide, times become days, and then the widest text is cut; of a column that is to stay whole it follows on a line of its own.
 */
final class TextTable {

    private static final int BAR_WIDTH = 30;
    private static final int NARROWEST_BAR = 8;
    private static final int NARROWEST_TEXT = 8;
    private static final int DAY = "2026-01-31".length();
    private static final int MINUTE = "2026-01-31 23:59".length();
    private static final String GAP = "  ";

    /** A value's share of the largest one. */
    record Bar(long value, long largest) {

        private String text(Screen screen, int width) {
            return value <= 0
                    ? ""
                    : screen.block().repeat((int) Math.max(1, Math.round((double) width * value / largest)));
        }
    }

    private final List<List<Object>> rows = new ArrayList<>();
    private final List<String> header;
    private final BitSet whole = new BitSet();

    TextTable(String... header) {
        this.header = List.of(header);
        rows.add(List.of((Object[]) header));
    }

    /** If a text of these columns has to be cut, the next line has it whole. */
    TextTable whole(int... columns) {
        for (int column : columns) {
            whole.set(column);
        }
        return this;
    }

    /** Adds a row with as many cells as the header has. */
    TextTable row(Object... cells) {
        rows.add(List.of(cells));
        return this;
    }

    /** Whether its lines are wider than the screen, with every column as narrow as it gets. */
    boolean isTooWide(PrintWriter out) {
        return Arrays.stream(widths(Screen.of(out)))
                        .map(width -> GAP.length() + width)
                        .sum()
                > Screen.COLUMNS;
    }

    void print(PrintWriter out) {
        Screen screen = Screen.of(out);
        int[] widths = widths(screen);
        for (List<Object> row : rows) {
            StringBuilder line = new StringBuilder();
            for (int i = 0; i < widths.length; i++) {
                String text = row.get(i) instanceof Bar bar
                        ? bar.text(screen, widths[i])
                        : cut(row.get(i), screen, widths[i]);
                String space = " ".repeat(Math.max(0, widths[i] - Screen.width(text)));
                line.append(GAP).append(isNumeric(i) ? space + text : text + space);
            }
            out.println(line.toString().stripTrailing());
            whole.stream()
                    .filter(i -> Screen.width(screen.line(text(row.get(i)))) > widths[i])
                    .forEach(i -> out.println(GAP + GAP + screen.line(text(row.get(i)))));
        }
        if (rows.size() == 1) {
            out.println(GAP + "(none)");
        }
    }

    private int[] widths(Screen screen) {
        int[] widths = new int[header.size()];
        int bar = -1;
        for (List<Object> row : rows) {
            for (int i = 0; i < widths.length; i++) {
                if (row.get(i) instanceof Bar) {
                    bar = i;
                } else {
                    widths[i] = Math.max(widths[i], Screen.width(screen.line(text(row.get(i)))));
                }
            }
        }
        int left = Screen.COLUMNS - GAP.length() * widths.length;
        for (int i = 0; i < widths.length; i++) {
            left -= i == bar ? 0 : widths[i];
        }
        left -= bar < 0 ? 0 : NARROWEST_BAR;
        for (int i = 0; i < widths.length && left < 0; i++) {
            if (isTime(i)) {
                left += widths[i] - DAY;
                widths[i] = DAY;
            }
        }
        for (int widest = widestText(widths); left < 0 && widest >= 0; widest = widestText(widths)) {
            widths[widest]--;
            left++;
        }
        if (bar >= 0) {
            widths[bar] = Math.min(BAR_WIDTH, NARROWEST_BAR + Math.max(0, left));
        }
        return widths;
    }

    /** The widest column of text that can be cut; -1 if there is none. The first names the row, and is the last to be cut. */
    private int widestText(int[] widths) {
        int widest = -1;
        for (int i = 1; i < widths.length; i++) {
            if (!isNumeric(i)
                    && !isTime(i)
                    && widths[i] > NARROWEST_TEXT
                    && (widest < 0 || widths[i] > widths[widest])) {
                widest = i;
            }
        }
        return widest < 0 && !isNumeric(0) && widths[0] > NARROWEST_TEXT ? 0 : widest;
    }

    private String cut(Object cell, Screen screen, int width) {
        if (cell instanceof Instant) {
            return text(cell).substring(0, Math.min(width, MINUTE));
        }
        return screen.line(text(cell), Math.max(1, width));
    }

    /** A bar whose length is the value's share of the largest one; at least one character if the value is above 0. */
    static Bar bar(long value, long largest) {
        return new Bar(value, largest);
    }

    /** Makes text safe to print: on one line, without control characters. */
    static String printable(String text) {
        return new Screen(true).line(text);
    }

    private boolean isNumeric(int column) {
        return rows.stream().anyMatch(row -> row.get(column) instanceof Number);
    }

    private boolean isTime(int column) {
        return rows.stream().anyMatch(row -> row.get(column) instanceof Instant);
    }

    private static String text(Object cell) {
        if (cell instanceof Instant time) {
            return TranscriptText.time(time).substring(0, MINUTE);
        }
        if (cell instanceof BigDecimal number) {
            return number.toPlainString();
        }
        if (cell instanceof Double number) {
            return String.format(Locale.ROOT, "%.1f", number);
        }
        return cell instanceof Long number ? String.format(Locale.ROOT, "%,d", number) : cell.toString();
    }
}
