package dev.modelscan.storage.cli;

import dev.modelscan.storage.cli.imports.FileResult;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * The result of an import. Its members but the last two are sums over the files.
 *
 * @param imported how many transcripts it stored
 * @param grown how many were stored before, and have grown
 * @param restored how many tasks that were deleted it put back
 * @param skipped how many were stored already
 * @param failed how many records it could not store
 * @param warnings how many odd things it kept
 * @param messages how many messages it stored
 * @param toolExecutions how many tool executions it stored
 * @param toolFailures how many of those failed
 * @param modelCalls how many model calls it stored
 * @param redacted how many secrets it took out
 * @param files each file's own result
 * @param error what ended the import before its end; null if nothing did
 * @param dryRun whether it only says what would be stored
 */
record ImportSummary(
        long imported,
        long grown,
        long restored,
        long skipped,
        long failed,
        long warnings,
        long messages,
        long toolExecutions,
        long toolFailures,
        long modelCalls,
        long redacted,
        List<FileSummary> files,
        @Nullable String error,
        boolean dryRun)
        implements Result {

    /** How many warnings are printed; JSON has more of them. */
    private static final int PRINTED = 20;

    /** One file's result. */
    record FileSummary(
            String file,
            @Nullable String form,
            @Nullable String problem,
            boolean leftOut,
            long imported,
            long grown,
            long restored,
            long skipped,
            long failed,
            long warned,
            List<FileResult.Note> warnings,
            List<FileResult.Note> failures) {

        private static FileSummary of(FileResult result) {
            return new FileSummary(
                    result.file(),
                    result.form(),
                    result.problem(),
                    result.isLeftOut(),
                    result.imported(),
                    result.grown(),
                    result.restored(),
                    result.skipped(),
                    result.failed(),
                    result.warned(),
                    result.warnings(),
                    result.failures());
        }

        private boolean isComplete() {
            return failed == 0 && (problem == null || leftOut);
        }
    }

    static ImportSummary of(List<FileResult> results, long redacted, @Nullable String error, boolean dryRun) {
        return new ImportSummary(
                sum(results, FileResult::imported),
                sum(results, FileResult::grown),
                sum(results, FileResult::restored),
                sum(results, FileResult::skipped),
                sum(results, FileResult::failed),
                sum(results, FileResult::warned),
                sum(results, FileResult::messages),
                sum(results, FileResult::toolExecutions),
                sum(results, FileResult::toolFailures),
                sum(results, FileResult::modelCalls),
                redacted,
                results.stream().map(FileSummary::of).toList(),
                error,
                dryRun);
    }

    private static long sum(List<FileResult> results, ToLongFunction<FileResult> count) {
        return results.stream().mapToLong(count).sum();
    }

    @Override
    public void print(PrintWriter out) {
        if (files.stream().allMatch(file -> file.form == null)) {
            return;
        }
        for (FileSummary file : files) {
            if (file.form == null) {
                continue;
            }
            out.printf(
                    Locale.ROOT,
                    "%s (%s): %s %simported, %,d stored already, %s failed%s%n",
                    TextTable.printable(file.file),
                    file.form,
                    Count.of(file.imported, "transcript"),
                    dryRun ? "would be " : "",
                    file.skipped,
                    Count.of(file.failed, "record"),
                    more(file));
        }
        if (files.size() > 1) {
            out.println(Count.of(files.size(), "file") + notRead() + ": " + Count.of(imported, "transcript")
                    + (dryRun ? " would be" : "") + " imported");
        }
        out.printf(
                Locale.ROOT,
                "%s and %s%s %s stored%s%n",
                Count.of(messages, "message"),
                Count.of(toolExecutions, "call of a tool", "calls of tools"),
                toolFailures == 0 ? "" : String.format(Locale.ROOT, " (%,d had failed)", toolFailures),
                dryRun ? "would be" : "were",
                redacted == 0 ? "" : "; " + Count.of(redacted, "secret") + " redacted");
        if (dryRun) {
            out.println("A dry run: nothing was stored.");
        }
    }

    /** How many files were read, if that is not all. */
    private String notRead() {
        long leftOut = files.stream().filter(FileSummary::leftOut).count();
        long unread = files.stream()
                .filter(file -> !file.leftOut && file.form == null)
                .count();
        return leftOut + unread == 0
                ? ""
                : String.format(Locale.ROOT, " (%,d read", files.size() - leftOut - unread)
                        + (leftOut == 0 ? "" : String.format(Locale.ROOT, ", %,d left out", leftOut))
                        + (unread == 0 ? "" : String.format(Locale.ROOT, ", %,d not read", unread))
                        + ")";
    }

    private static String more(FileSummary file) {
        StringBuilder text = new StringBuilder();
        append(text, file.grown, "grown", "grown");
        append(text, file.restored, "put back", "put back");
        append(text, file.warned, "warning", "warnings");
        return text.toString();
    }

    private static void append(StringBuilder text, long count, String one, String many) {
        if (count > 0) {
            text.append(", ").append(Count.of(count, one, many));
        }
    }

    @Override
    public void printFailures(PrintWriter err) {
        for (FileSummary file : files) {
            print(err, file, "", file.failures, file.failed, file.failures.size());
            print(err, file, "warning: ", file.warnings, file.warned, PRINTED);
            if (file.problem != null) {
                err.println((file.leftOut ? "left out: " : "error: ") + TextTable.printable(file.file) + " "
                        + TextTable.printable(file.problem));
            }
        }
        if (error != null) {
            err.println("error: " + TextTable.printable(error));
            err.println("What was stored before stays. The same command again stores the rest.");
        }
    }

    private static void print(
            PrintWriter err, FileSummary file, String kind, List<FileResult.Note> notes, long count, int most) {
        List<FileResult.Note> printed = notes.subList(0, Math.min(most, notes.size()));
        for (FileResult.Note note : printed) {
            err.println(TextTable.printable(file.file) + ": " + kind + place(note)
                    + TextTable.printable((note.field() == null ? "" : note.field() + " ") + note.text()));
        }
        if (count > printed.size()) {
            err.printf(Locale.ROOT, "%s: and %,d more%n", TextTable.printable(file.file), count - printed.size());
        }
    }

    private static String place(FileResult.Note note) {
        return (note.line() > 0 ? "line " + note.line() + ", " : "")
                + (note.record() > 0 ? "record " + note.record() + ": " : "");
    }

    @Override
    public int exitCode() {
        boolean complete = error == null && files.stream().allMatch(FileSummary::isComplete);
        boolean any = files.stream().anyMatch(file -> file.form != null);
        return complete && any ? 0 : 1;
    }
}
