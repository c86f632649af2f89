package dev.modelscan.storage.cli;

import dev.modelscan.storage.cli.archives.Manifest;
import java.io.PrintWriter;
import java.util.Locale;
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

    @Override
    public void print(PrintWriter out) {
        long all = rows.values().stream().mapToLong(Long::longValue).sum();
        out.printf(Locale.ROOT, "%s (native): %,d rows %s, sha256 %s%n", TextTable.printable(file), all, done, sha256);
    }
}
