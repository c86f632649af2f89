package dev.modelscan.storage.cli;

import dev.modelscan.storage.transfer.LeftBehind;
import dev.modelscan.storage.transfer.TransferEstimate;
import dev.modelscan.storage.transfer.TransferResult;
import dev.modelscan.storage.transfer.TransferredTable;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * The result of a transfer.
 *
 * @param workspace the target
 * @param snapshotAt when the copied snapshot was taken
 * @param resumed whether it continued an earlier run
 * @param leftBehind what the source holds and the workspace does not
 * @param tables the tables' rows and hashes, equal on both sides
 * @param copiedRows how many rows this run copied
 * @param copySeconds how long copying took
 * @param copiedPerSecond rows copied per second
 * @param compareSeconds how long comparing took
 * @param comparedPerSecond rows compared per second
 */
record TransferSummary(
        String workspace,
        String snapshotAt,
        boolean resumed,
        List<LeftBehind> leftBehind,
        List<TransferredTable> tables,
        long copiedRows,
        double copySeconds,
        double copiedPerSecond,
        double compareSeconds,
        double comparedPerSecond)
        implements Result {

    static TransferSummary of(String workspace, TransferResult result) {
        return new TransferSummary(
                workspace,
                result.snapshotAt().toString(),
                result.resumed(),
                result.leftBehind(),
                result.tables(),
                result.copiedRows(),
                result.copyTime().toMillis() / 1_000.0,
                result.copiedPerSecond(),
                result.compareTime().toMillis() / 1_000.0,
                result.comparedPerSecond());
    }

    @Override
    public void print(PrintWriter out) {
        TextTable table = new TextTable("table", "rows", "hash of both sides");
        tables.forEach(row -> table.row(row.name(), row.rows(), row.hash()));
        table.print(out);
        out.println();
        out.printf(
                Locale.ROOT,
                "Workspace %s holds the source as it was at %s%s%n",
                workspace,
                snapshotAt,
                resumed ? ", when the transfer was started" : "");
        out.printf(
                Locale.ROOT,
                "%s copied in %.1f s (%,.0f a second), all compared in %.1f s (%,.0f a second)%n",
                Count.of(copiedRows, "row"),
                copySeconds,
                copiedPerSecond,
                compareSeconds,
                comparedPerSecond);
        print(leftBehind, out);
    }

    private static void print(List<LeftBehind> leftBehind, PrintWriter out) {
        leftBehind.forEach(object -> out.println("left behind: " + TextTable.printable(object.toString())));
    }

    /**
     * The result of a dry run.
     *
     * @param workspace the target
     * @param rows how many rows each table has
     * @param snapshotBytes about how much space the snapshot needs
     * @param resumes whether it would continue an earlier run
     * @param leftBehind what the source holds and the workspace would not
     * @param estimatedSeconds about how long it would take
     */
    record Estimate(
            String workspace,
            Map<String, Long> rows,
            long snapshotBytes,
            boolean resumes,
            List<LeftBehind> leftBehind,
            double estimatedSeconds)
            implements Result {

        Estimate(String workspace, TransferEstimate estimate) {
            this(
                    workspace,
                    estimate.rows(),
                    estimate.snapshotBytes(),
                    estimate.resumes(),
                    estimate.leftBehind(),
                    estimate.estimatedTime().toMillis() / 1_000.0);
        }

        @Override
        public void print(PrintWriter out) {
            TextTable table = new TextTable("table", "rows");
            rows.forEach(table::row);
            table.print(out);
            out.println();
            out.printf(
                    Locale.ROOT,
                    "Workspace %s can take all of them, in about %,.0f s; the snapshot needs %s beside the source%n",
                    workspace,
                    Math.ceil(estimatedSeconds),
                    Count.of(snapshotBytes, "byte"));
            if (resumes) {
                out.println("An unfinished transfer will continue from its own snapshot; --restart takes a new one");
            }
            TransferSummary.print(leftBehind, out);
        }
    }
}
