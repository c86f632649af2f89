package dev.modelscan.storage.benchmark.harness;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Draws lines over a logarithmic axis of rows, as SVG. Its colours are of medium brightness, and the text follows the scheme of
 * the reader, so that it can be read on light and on dark ground.
 */
public final class Plot {

    private static final int WIDTH = 800;
    private static final int HEIGHT = 400;
    private static final int LEFT = 70;
    private static final int RIGHT = 270;
    private static final int TOP = 30;
    private static final int BOTTOM = 60;
    private static final List<String> COLOURS = List.of("#3b82f6", "#f97316", "#22a06b", "#a855f7", "#8b8b8b");

    private final StringBuilder out = new StringBuilder();
    private final double leastPower;
    private final double mostPower;
    private final double top;

    private Plot(double leastPower, double mostPower, double top) {
        this.leastPower = leastPower;
        this.mostPower = mostPower;
        this.top = top;
    }

    /** Writes a line for each name, over the number of rows; the ranges are drawn as bars. */
    public static void write(Path file, String unit, Map<String, Map<Long, Range>> lines) throws IOException {
        List<Long> rows = new ArrayList<>(lines.values().iterator().next().keySet());
        double most = lines.values().stream()
                .flatMap(line -> line.values().stream())
                .mapToDouble(Range::high)
                .max()
                .orElse(1);
        Plot plot = new Plot(Math.log10(rows.get(0)), Math.log10(rows.get(rows.size() - 1)), roundUp(most * 1.05));
        Files.writeString(file, plot.draw(unit, rows, lines));
    }

    /** The next of 1, 2, 5, 10, 20, 50 and on. */
    private static double roundUp(double value) {
        double power = Math.pow(10, Math.floor(Math.log10(value)));
        double digit = value / power;
        return power * (digit <= 1 ? 1 : digit <= 2 ? 2 : digit <= 5 ? 5 : 10);
    }

    private String draw(String unit, List<Long> rows, Map<String, Map<Long, Range>> lines) {
        out.append(String.format(
                Locale.ROOT,
                "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" font-family=\"sans-serif\" font-size=\"13\">%n",
                WIDTH,
                HEIGHT));
        out.append("<title>Cost of reads while the tables grow</title>\n");
        out.append("<style>text{fill:#333}.grid{stroke:#888;stroke-opacity:.3}.axis{stroke:#888}\n");
        out.append("@media(prefers-color-scheme:dark){text{fill:#ddd}}</style>\n");
        axes(unit, rows);
        int index = 0;
        for (Map.Entry<String, Map<Long, Range>> line : lines.entrySet()) {
            line(line.getKey(), COLOURS.get(index % COLOURS.size()), line.getValue(), index);
            index++;
        }
        return out.append("</svg>\n").toString();
    }

    private void axes(String unit, List<Long> rows) {
        for (int step = 0; step <= 5; step++) {
            double value = top * step / 5;
            stroke("grid", LEFT, y(value), WIDTH - RIGHT, y(value));
            text(LEFT - 8, y(value) + 4, "end", number(value));
        }
        for (long count : rows) {
            stroke("axis", x(count), HEIGHT - BOTTOM, x(count), HEIGHT - BOTTOM + 5.0);
            text(x(count), HEIGHT - BOTTOM + 22.0, "middle", String.format(Locale.ROOT, "%,d", count));
        }
        stroke("axis", LEFT, TOP, LEFT, HEIGHT - BOTTOM);
        stroke("axis", LEFT, HEIGHT - BOTTOM, WIDTH - RIGHT, HEIGHT - BOTTOM);
        text((LEFT + WIDTH - RIGHT) / 2.0, HEIGHT - 14.0, "middle", "rows in tasks, and as many in messages");
        text(LEFT - 8.0, TOP - 12.0, "middle", unit);
    }

    private void line(String name, String colour, Map<Long, Range> points, int index) {
        StringBuilder path = new StringBuilder();
        points.forEach((rows, time) -> {
            path.append(String.format(Locale.ROOT, "%.1f,%.1f ", x(rows), y(time.median())));
            out.append(String.format(
                    Locale.ROOT,
                    "<line x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\" stroke=\"%s\" stroke-opacity=\".6\"/>%n",
                    x(rows),
                    y(time.low()),
                    x(rows),
                    y(time.high()),
                    colour));
            out.append(String.format(
                    Locale.ROOT,
                    "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"4\" fill=\"%s\"/>%n",
                    x(rows),
                    y(time.median()),
                    colour));
        });
        out.append(String.format(
                "<polyline points=\"%s\" fill=\"none\" stroke=\"%s\" stroke-width=\"2\"/>%n",
                path.toString().strip(), colour));
        double height = TOP + 20.0 * index;
        out.append(String.format(
                Locale.ROOT,
                "<rect x=\"%d\" y=\"%.1f\" width=\"12\" height=\"12\" fill=\"%s\"/>%n",
                WIDTH - RIGHT + 20,
                height,
                colour));
        text(WIDTH - RIGHT + 40.0, height + 11, "start", name);
    }

    private void stroke(String style, double x1, double y1, double x2, double y2) {
        out.append(String.format(
                Locale.ROOT,
                "<line class=\"%s\" x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\"/>%n",
                style,
                x1,
                y1,
                x2,
                y2));
    }

    private void text(double x, double y, String anchor, String words) {
        out.append(String.format(
                Locale.ROOT, "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\">%s</text>%n", x, y, anchor, words));
    }

    private static String number(double value) {
        return value == Math.rint(value)
                ? String.format(Locale.ROOT, "%.0f", value)
                : String.format(Locale.ROOT, "%.1f", value);
    }

    private double x(double rows) {
        double part = mostPower == leastPower ? 0 : (Math.log10(rows) - leastPower) / (mostPower - leastPower);
        return LEFT + 30 + part * (WIDTH - RIGHT - LEFT - 60);
    }

    private double y(double value) {
        return HEIGHT - BOTTOM - value / top * (HEIGHT - BOTTOM - TOP);
    }
}
