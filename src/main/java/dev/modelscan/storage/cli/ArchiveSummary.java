package dev.modelscan.storage.cli;

import static dev.modelscan.storage.schema.Tables.DELETED_RECORDS;

import dev.modelscan.storage.cli.archives.ArchiveReader;
import dev.modelscan.storage.cli.archives.Manifest;
import java.io.PrintWriter;
import java.util.Map;

/**
 * An archive that was written or stored.
 *
 * @param sha256 the hash of its contents
 */
record ArchiveSummary(String file, String format, String done, Map<String, Long> rows, String sha256)
        implements Result {

    static ArchiveSummary of(String file, String done, Manifest manifest) {
        return new ArchiveSummary(file, "native", done, manifest.rows(), manifest.sha256());
    }

    static ArchiveSummary stored(String file, Manifest manifest, boolean newIds, boolean dryRun) {
        Map<String, Long> rows = ArchiveReader.stored(manifest, newIds);
        long deleted = manifest.rows().getOrDefault(DELETED_RECORDS.getName(), 0L)
                - rows.getOrDefault(DELETED_RECORDS.getName(), 0L);
        String done = (dryRun ? "would be " : "") + (newIds ? "stored with new ids" : "stored");
        String leftOut = deleted == 0 ? "" : " (" + Count.of(deleted, "deleted record") + " left out)";
        return new ArchiveSummary(file, "native", done + leftOut, rows, manifest.sha256());
    }

    @Override
    public void print(PrintWriter out) {
        long all = rows.values().stream().mapToLong(Long::longValue).sum();
        out.println(
                TextTable.printable(file) + " (native): " + Count.of(all, "row") + " " + done + ", sha256 " + sha256);
    }
}
