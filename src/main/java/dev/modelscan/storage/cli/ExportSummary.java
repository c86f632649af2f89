package dev.modelscan.storage.cli;

import java.io.PrintWriter;
import java.util.Locale;
import java.util.Map;

/**
 * What was exported.
 *
 * @param dryRun whether nothing was written
 * @param unsaid what the form has no place for, with the number of runs that have it
 */
record ExportSummary(String file, String format, boolean dryRun, long runs, long messages, Map<String, Long> unsaid)
        implements Result {

    @Override
    public void print(PrintWriter out) {
        out.printf(
                Locale.ROOT,
                "%s (%s): %s%s with %s%n",
                TextTable.printable(file),
                format,
                dryRun ? "would hold " : "",
                Count.of(runs, "run"),
                Count.of(messages, "message"));
    }

    @Override
    public void printFailures(PrintWriter err) {
        unsaid.forEach((what, count) -> err.printf(
                Locale.ROOT,
                "not in the form %s: %s (%s)%n",
                format,
                TextTable.printable(what),
                Count.of(count, "run")));
    }
}
