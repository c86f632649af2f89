package dev.modelscan.storage.cli;

import java.io.PrintWriter;
import java.util.Locale;
import java.util.Map;

/**
 * Files that were written.
 *
 * @param rows how many rows each table has
 */
record FilesSummary(String directory, String format, Map<String, Long> rows) implements Result {

    @Override
    public void print(PrintWriter out) {
        long all = rows.values().stream().mapToLong(Long::longValue).sum();
        out.printf(
                Locale.ROOT,
                "%s (%s): %,d rows of %d tables%n",
                TextTable.printable(directory),
                format,
                all,
                rows.size());
    }
}
