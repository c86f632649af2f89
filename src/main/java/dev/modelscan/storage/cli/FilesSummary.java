package dev.modelscan.storage.cli;

import java.io.PrintWriter;
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
        out.println(TextTable.printable(directory) + " (" + format + "): " + Count.of(all, "row") + " of "
                + Count.of(rows.size(), "table"));
    }
}
