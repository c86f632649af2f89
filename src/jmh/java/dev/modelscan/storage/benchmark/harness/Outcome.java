package dev.modelscan.storage.benchmark.harness;

import java.util.Locale;

/**
 * One number of the report.
 *
 * @param workload what was done
 * @param against what it was compared with, or what was measured
 * @param range the rounds
 * @param goal what it should be, in words; empty if nothing was promised
 * @param verdict {@code yes}, {@code no}, or empty
 * @param detail absolute numbers
 */
public record Outcome(String workload, String against, Range range, String goal, String verdict, String detail) {

    /** A number that should reach a goal, rounded as it is shown, or, without one, is shown alone. */
    public static Outcome of(String workload, String against, Range range, Goal goal, String detail) {
        String verdict = goal == null ? "" : goal.isMet(rounded(range.median())) ? "yes" : "no";
        return new Outcome(workload, against, range, goal == null ? "" : goal.words(), verdict, detail);
    }

    String toLine() {
        return String.join(
                "\t",
                workload,
                against,
                Double.toString(range.median()),
                Double.toString(range.low()),
                Double.toString(range.high()),
                goal,
                verdict,
                detail);
    }

    static Outcome ofLine(String line) {
        String[] part = line.split("\t", -1);
        Range range = new Range(Double.parseDouble(part[2]), Double.parseDouble(part[3]), Double.parseDouble(part[4]));
        return new Outcome(part[0], part[1], range, part[5], part[6], part[7]);
    }

    String toRow() {
        String met = verdict.equals("no") ? "**missed**" : verdict.equals("yes") ? "reached" : "";
        return String.format(
                Locale.ROOT,
                "| %s | %s | %s | %s [%s to %s] | %s | %s |",
                workload,
                against,
                goal,
                number(range.median()),
                number(range.low()),
                number(range.high()),
                met,
                detail);
    }

    private static double rounded(double value) {
        return Math.round(value * 100) / 100.0;
    }

    private static String number(double value) {
        return String.format(Locale.ROOT, value >= 100 ? "%,.0f" : "%.2f", value);
    }
}
