package dev.modelscan.storage.cli;

import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;

/**
 * The result of an import.
 *
 * @param file the file's name
 * @param imported how many transcripts it stored
 * @param skipped how many were stored already
 * @param failed how many records it could not store
 * @param messages how many messages it stored
 * @param toolExecutions how many tool executions it stored
 * @param toolFailures how many of those failed
 * @param failures the first records that it could not store
 */
record ImportSummary(
        String file,
        long imported,
        long skipped,
        long failed,
        long messages,
        long toolExecutions,
        long toolFailures,
        List<Failure> failures)
        implements Result {

    /** The maximum number of failures that are kept; all are counted. */
    static final int MAX_FAILURES = 1_000;

    /**
     * A record that was not stored.
     *
     * @param line its line, from 1
     * @param column its column, from 1
     * @param record its number, from 1
     * @param reason why it was not stored
     */
    record Failure(long line, long column, long record, String reason) {}

    @Override
    public void print(PrintWriter out) {
        out.printf(
                Locale.ROOT,
                "%s: %,d transcripts imported, %,d stored already, %,d records failed%n",
                TextTable.printable(file),
                imported,
                skipped,
                failed);
        out.printf(
                Locale.ROOT,
                "%,d messages and %,d tool executions stored, %,d of them failed%n",
                messages,
                toolExecutions,
                toolFailures);
    }

    @Override
    public void printFailures(PrintWriter err) {
        for (Failure failure : failures) {
            err.printf(
                    "%s: line %d, column %d, record %d: %s%n",
                    TextTable.printable(file),
                    failure.line,
                    failure.column,
                    failure.record,
                    TextTable.printable(failure.reason));
        }
        if (failed > failures.size()) {
            err.println("and " + (failed - failures.size()) + " more");
        }
    }

    @Override
    public int exitCode() {
        return failed == 0 ? 0 : 1;
    }
}
