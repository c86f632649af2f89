package dev.modelscan.storage.cli;

import dev.modelscan.storage.agents.AgentId;
import dev.modelscan.storage.erasure.ErasureReceipt;
import dev.modelscan.storage.erasure.HoldingBackup;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * What was erased, or would be.
 *
 * @param dryRun whether nothing was written
 * @param found whether there was anything of it
 * @param receipt the receipt's id
 * @param scrubError why the scrub failed, after the rows were erased
 */
record ErasureSummary(
        boolean dryRun,
        boolean found,
        @Nullable String receipt,
        Instant at,
        @Nullable String actor,
        Map<String, Long> removed,
        Map<String, Long> changed,
        long auditEntries,
        @Nullable Long auditPosition,
        @Nullable AgentId pseudonym,
        boolean scrubbed,
        @Nullable String scrubError,
        List<Holding> backups)
        implements Result {

    private static final int NOTHING = 3;

    /** A backup that may still hold it. */
    record Holding(String file, Instant takenAt, @Nullable Instant expiresAt) {

        private static Holding of(HoldingBackup backup) {
            return new Holding(backup.file().toString(), backup.takenAt(), backup.expiresAt());
        }
    }

    static ErasureSummary of(boolean dryRun, ErasureReceipt receipt) {
        return of(dryRun, receipt, receipt.scrubbed(), null);
    }

    /** Of what was erased, and of the scrub after it, which failed if there is an error. */
    static ErasureSummary scrubbed(ErasureReceipt receipt, @Nullable String error) {
        return of(false, receipt, error == null, error);
    }

    private static ErasureSummary of(
            boolean dryRun, ErasureReceipt receipt, boolean scrubbed, @Nullable String scrubError) {
        return new ErasureSummary(
                dryRun,
                !receipt.isEmpty(),
                receipt.id(),
                receipt.at(),
                receipt.actor(),
                receipt.removed(),
                receipt.changed(),
                receipt.auditEntries(),
                receipt.auditPosition(),
                receipt.pseudonym(),
                scrubbed,
                scrubError,
                receipt.backups().stream().map(Holding::of).toList());
    }

    /** What is left to tell behind {@link #printErased}. */
    Result scrubResult() {
        ErasureSummary whole = this;
        return new Result() {
            @Override
            public void print(PrintWriter out) {
                printScrub(out);
            }

            @Override
            public void printFailures(PrintWriter err) {
                whole.printFailures(err);
            }

            @Override
            public int exitCode() {
                return whole.exitCode();
            }
        };
    }

    @Override
    public void print(PrintWriter out) {
        printErased(out);
        if (!dryRun) {
            printScrub(out);
        }
    }

    /** All but the scrub, and so before it: the receipt is there even if the scrub fails or is killed. */
    void printErased(PrintWriter out) {
        if (found) {
            printCounts(out);
            printReceipt(out);
        } else {
            out.println("nothing was found to erase");
        }
        printBackups(out);
    }

    private void printScrub(PrintWriter out) {
        out.println(
                scrubbed
                        ? "traces of deleted rows were removed from the storage"
                        : "traces of deleted rows are still in the storage: run erase scrub");
    }

    @Override
    public void printFailures(PrintWriter err) {
        if (scrubError != null) {
            err.println("error: " + (found ? "the rows are erased, but the scrub after it failed" : "the scrub failed")
                    + "; run erase scrub to finish it: " + TextTable.printable(scrubError));
        }
    }

    private void printCounts(PrintWriter out) {
        TextTable table = dryRun
                ? new TextTable("table", "would be removed", "would change")
                : new TextTable("table", "removed", "changed");
        Set<String> names = new TreeSet<>(removed.keySet());
        names.addAll(changed.keySet());
        for (String name : names) {
            table.row(name, removed.getOrDefault(name, 0L), changed.getOrDefault(name, 0L));
        }
        table.print(out);
        if (auditEntries > 0) {
            out.println(
                    dryRun
                            ? "entries of the audit log that would be erased: " + auditEntries
                                    + ", without those that the erasure itself makes"
                            : "entries of the audit log erased: " + auditEntries);
        }
    }

    private void printReceipt(PrintWriter out) {
        if (pseudonym != null) {
            out.println("records stay under agent " + pseudonym);
        }
        if (!dryRun) {
            out.println("receipt " + receipt + " of " + at
                    + (auditPosition == null ? "" : ", entry " + auditPosition + " of the audit log"));
        }
    }

    private void printBackups(PrintWriter out) {
        if (!backups.isEmpty()) {
            out.println("backups, which may still hold it:");
            TextTable table = new TextTable("backup", "deleted");
            for (Holding backup : backups) {
                table.row(
                        TextTable.printable(
                                String.valueOf(Path.of(backup.file()).getFileName())),
                        backup.expiresAt() == null ? "by nobody" : "about " + backup.expiresAt());
            }
            table.print(out);
        }
    }

    @Override
    public int exitCode() {
        if (scrubError != null) {
            return 1;
        }
        return found ? 0 : NOTHING;
    }
}
