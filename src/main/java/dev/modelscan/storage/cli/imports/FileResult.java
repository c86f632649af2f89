package dev.modelscan.storage.cli.imports;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What became of one file. Counts all, keeps the first warnings and failures, in the order of their records. Thread-safe: one
 * thread reads, another one stores, and a third may tell of both when the program is ended.
 */
public final class FileResult {

    /** The maximum number of warnings, and of failures, that are kept; all are counted. */
    public static final int MOST_KEPT = 1_000;

    /**
     * Something odd, or a record that was not stored.
     *
     * @param record the record's number, from 1; 0 if there is none
     * @param line the line on which the record starts, from 1; 0 if there is none
     * @param field the field in the file's own words; null for the record
     * @param text what is odd or wrong
     */
    public record Note(long record, long line, @Nullable String field, String text) {}

    private final String file;
    private @Nullable String form;
    private @Nullable String problem;
    private boolean leftOut;
    private final List<Note> warnings = new ArrayList<>();
    private final List<Note> failures = new ArrayList<>();
    private long warned;
    private long failed;
    private long imported;
    private long grown;
    private long restored;
    private long skipped;
    private long messages;
    private long toolExecutions;
    private long toolFailures;
    private long modelCalls;

    FileResult(String file) {
        this.file = file;
    }

    synchronized void warn(Note note) {
        warned++;
        if (warnings.size() < MOST_KEPT) {
            warnings.add(note);
        }
    }

    synchronized void fail(Note note) {
        failed++;
        if (failures.size() < MOST_KEPT) {
            failures.add(note);
        }
    }

    synchronized void add(Fate fate, Stored stored) {
        switch (fate) {
            case IMPORTED -> imported++;
            case GROWN -> grown++;
            case RESTORED -> restored++;
            case SKIPPED -> skipped++;
        }
        messages += stored.messages();
        toolExecutions += stored.toolExecutions();
        toolFailures += stored.failures();
        modelCalls += stored.modelCalls();
    }

    synchronized void form(String name) {
        form = name;
    }

    /** The file could not be imported, or not to its end. */
    synchronized void problem(String text) {
        problem = text;
    }

    /** The file was found and not named, and is of no form. */
    synchronized void leaveOut(String text) {
        problem = text;
        leftOut = true;
    }

    public String file() {
        return file;
    }

    public synchronized @Nullable String form() {
        return form;
    }

    public synchronized @Nullable String problem() {
        return problem;
    }

    /** Whether the file is something else, which is no failure in a directory. */
    public synchronized boolean isLeftOut() {
        return leftOut;
    }

    public synchronized List<Note> warnings() {
        return sorted(warnings);
    }

    public synchronized List<Note> failures() {
        return sorted(failures);
    }

    private static List<Note> sorted(List<Note> notes) {
        return notes.stream().sorted(Comparator.comparingLong(Note::record)).toList();
    }

    public synchronized long warned() {
        return warned;
    }

    public synchronized long failed() {
        return failed;
    }

    public synchronized long imported() {
        return imported;
    }

    public synchronized long grown() {
        return grown;
    }

    public synchronized long restored() {
        return restored;
    }

    public synchronized long skipped() {
        return skipped;
    }

    public synchronized long messages() {
        return messages;
    }

    public synchronized long toolExecutions() {
        return toolExecutions;
    }

    public synchronized long toolFailures() {
        return toolFailures;
    }

    public synchronized long modelCalls() {
        return modelCalls;
    }

    /** Whether a run was found, stored or not. */
    synchronized boolean hasRuns() {
        return imported + grown + restored + skipped + failed > 0;
    }

    /** Whether all of it is stored, now or before. */
    public synchronized boolean isComplete() {
        return failed == 0 && (problem == null || leftOut);
    }
}
