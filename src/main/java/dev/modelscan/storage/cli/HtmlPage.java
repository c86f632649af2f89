package dev.modelscan.storage.cli;

import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;

/** Writes a page of plots that needs nothing but itself: inline SVG, the colours of a light or a dark screen. */
final class HtmlPage {

    private static final int WIDTH = 720;
    private static final int ROW = 22;
    private static final int LABEL = 190;
    private static final int VALUE = 290;

    /** So many columns of the labels' font, in which all characters of a column are as wide, fit beside the bars. */
    private static final int LABEL_COLUMNS = 26;

    private static final int HEIGHT = 180;

    private static final String STYLE = """
            :root { --ink: #1c2430; --paper: #fff; --soft: #667; --c0: #2f6fb2; --c1: #c2403a; --c2: #2f8f5b; --c3: #b5791f; --c4: #7a55b0 }
            @media (prefers-color-scheme: dark) {
              :root { --ink: #e4e7ec; --paper: #14181f; --soft: #9aa3b2; --c0: #6aa9e9; --c1: #f0807a; --c2: #66c793; --c3: #e0ad5c; --c4: #b394e6 } }
            body { font: 15px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--paper); max-width: 60em; margin: 2em auto; padding: 0 1em }
            h1 { font-size: 1.4em } h2 { font-size: 1.1em; margin: 1.6em 0 .3em } p { color: var(--soft); margin: .2em 0 }
            svg { max-width: 100%; height: auto; display: block; overflow: visible } text { fill: var(--ink); font: 12px system-ui, sans-serif } .soft { fill: var(--soft) } .name { font: 11px ui-monospace, monospace }
            """;

    private final StringBuilder out = new StringBuilder();

    private final IntConsumer onPlot;
    private int plots;

    /** A page whose listener is told how many plots it has, after each. */
    HtmlPage(String title, IntConsumer onPlot) {
        this.onPlot = onPlot;
        out.append("<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">")
                .append(
                        "<meta name=\"viewport\" content=\"width=device-width\"><meta name=\"color-scheme\" content=\"light dark\">")
                .append("<title>")
                .append(escaped(title))
                .append("</title><style>\n")
                .append(STYLE)
                .append("</style></head><body>\n<h1>")
                .append(escaped(title))
                .append("</h1>\n");
    }

    /** What a part of each bar or column is, and its colour. */
    record Series(String name, int colour) {}

    /**
     * A row of a bar chart. The parts of a bar stand in one another.
     *
     * @param which tells it from others of its name, and so is not cut
     */
    record Bar(String name, String which, String value, List<Double> parts) {

        Bar(String name, String value, List<Double> parts) {
            this(name, "", value, parts);
        }

        private String label() {
            return name + which;
        }

        private String shortLabel() {
            return new Screen(true).line(name, LABEL_COLUMNS - which.length()) + which;
        }
    }

    /** A column of a chart over time. The parts of a column stand on one another. */
    record Column(String label, List<Long> parts) {}

    /**
     * A bar chart.
     *
     * @param none the note if there are no bars
     * @param series the parts of the bars; with more than one there is a legend
     */
    void bars(String title, String note, String none, List<Series> series, List<Bar> bars) {
        heading(title, bars.isEmpty() ? none : note);
        if (bars.isEmpty()) {
            return;
        }
        double most = bars.stream()
                .flatMap(bar -> bar.parts().stream())
                .mapToDouble(Double::doubleValue)
                .max()
                .orElse(0);
        boolean legend = series.size() > 1;
        svg(bars.size() * ROW + (legend ? ROW : 0), title);
        for (int i = 0; i < bars.size(); i++) {
            Bar bar = bars.get(i);
            int y = i * ROW;
            text(LABEL - 8, y + 15, "end", "name", bar.shortLabel());
            // The smaller part stands before the larger one.
            List<Integer> order = IntStream.range(0, series.size())
                    .boxed()
                    .sorted(Comparator.comparing(part -> -bar.parts().get(part)))
                    .toList();
            for (int part : order) {
                double width = most <= 0 ? 0 : bar.parts().get(part) / most * (WIDTH - LABEL - VALUE);
                rect(LABEL, y + 4, width, ROW - 8, series.get(part).colour(), bar.label());
            }
            text(WIDTH - VALUE + 8, y + 15, "start", "soft", bar.value());
        }
        if (legend) {
            legend(LABEL, bars.size() * ROW + 6, series);
        }
        out.append("</svg>\n");
    }

    private void legend(int x, int y, List<Series> series) {
        for (int part = 0; part < series.size(); part++) {
            Series each = series.get(part);
            rect(x + part * 110, y, 10, 10, each.colour(), each.name());
            text(x + part * 110 + 15, y + 9, "start", "", each.name());
        }
    }

    void columns(String title, String note, List<Series> series, List<Column> columns) {
        heading(title, columns.isEmpty() ? "There are none." : note);
        if (columns.isEmpty()) {
            return;
        }
        long most = columns.stream()
                .mapToLong(column ->
                        column.parts().stream().mapToLong(Long::longValue).sum())
                .max()
                .orElse(1);
        svg(HEIGHT + 40, title);
        double width = (double) WIDTH / columns.size();
        for (int i = 0; i < columns.size(); i++) {
            double y = HEIGHT;
            for (int part = 0; part < series.size(); part++) {
                double height = (double) columns.get(i).parts().get(part) / most * (HEIGHT - 20);
                y -= height;
                rect(
                        i * width,
                        y,
                        Math.max(1, Math.min(width - 1, 40)),
                        height,
                        series.get(part).colour(),
                        columns.get(i).label());
            }
        }
        text(0, HEIGHT + 14, "start", "soft", columns.get(0).label());
        if (columns.size() > 1) {
            text(
                    WIDTH,
                    HEIGHT + 14,
                    "end",
                    "soft",
                    columns.get(columns.size() - 1).label());
        }
        text(0, 12, "start", "soft", String.format(Locale.ROOT, "most: %,d", most));
        legend(0, HEIGHT + 24, series);
        out.append("</svg>\n");
    }

    private void heading(String title, String note) {
        // What the plot shows is read by now.
        onPlot.accept(++plots);
        out.append("<h2>").append(escaped(title)).append("</h2>\n");
        if (!note.isEmpty()) {
            out.append("<p>").append(escaped(note)).append("</p>\n");
        }
    }

    private void svg(int height, String title) {
        out.append(String.format(
                Locale.ROOT,
                "<svg viewBox=\"0 0 %d %d\" width=\"%d\" role=\"img\" aria-label=\"%s\">%n",
                WIDTH,
                height,
                WIDTH,
                escaped(title)));
    }

    private void rect(double x, double y, double width, double height, int colour, String title) {
        out.append(String.format(
                Locale.ROOT,
                "<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" fill=\"var(--c%d)\"><title>%s</title></rect>%n",
                x,
                y,
                width,
                height,
                colour % 5,
                escaped(title)));
    }

    private void text(double x, double y, String anchor, String type, String text) {
        out.append(String.format(
                Locale.ROOT,
                "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\" class=\"%s\">%s</text>%n",
                x,
                y,
                anchor,
                type,
                escaped(text)));
    }

    /** Text that is nothing but text, in an element and in an attribute. */
    static String escaped(String text) {
        return TextTable.printable(text)
                .replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;")
                .replace("'", "&#39;");
    }

    String end() {
        return out.append("</body></html>\n").toString();
    }
}
