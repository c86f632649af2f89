package dev.modelscan.storage.cli.exports;

import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectWriter;
import dev.modelscan.storage.Database;
import dev.modelscan.storage.cli.formats.Fields;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.LongConsumer;

/** Writes the runs of a database in the form of another program, one record a line. */
public final class Exporter {

    private static final ObjectWriter PLAIN = Fields.MAPPER.writer();

    /** UTF-8 has no half of a surrogate pair; as an escape it can be written. */
    private static final ObjectWriter ASCII = PLAIN.with(JsonWriteFeature.ESCAPE_NON_ASCII);

    private final RunFormat format;
    private final Writer out;
    private final Map<String, Long> unsaid = new TreeMap<>();
    private LongConsumer progress = written -> {};
    private long runs;
    private long messages;

    /** Writes to a writer, which the caller closes. */
    public Exporter(RunFormat format, Writer out) {
        this.format = format;
        this.out = out;
    }

    /** Sets a listener, which is told after each run how many were written so far, with those inside of others. */
    public Exporter onProgress(LongConsumer listener) {
        this.progress = listener;
        return this;
    }

    /**
     * Writes the runs, as one state of the database has them. Others write meanwhile.
     *
     * @throws UncheckedIOException if they cannot be written
     */
    public void export(Database db, Scope scope) {
        db.dsl().transaction(reading -> {
            StoredRuns stored = new StoredRuns(reading.dsl(), scope, format.isNested());
            stored.forEach(this::write);
            unsaid.putAll(stored.besideAll());
        });
    }

    private void write(Run run) {
        Set<String> ofRun = new HashSet<>();
        if (run.started().parentRun() != null && !format.isOwn(run.form())) {
            ofRun.add("whose sub-agent it is");
        }
        addBeside(run, ofRun);
        JsonNode record = format.write(run, ofRun::add);
        try {
            String line = PLAIN.writeValueAsString(record);
            out.write(isWhole(line) ? line : ASCII.writeValueAsString(record));
            out.write('\n');
        } catch (IOException e) {
            throw new UncheckedIOException(e.getMessage(), e);
        }
        ofRun.forEach(what -> unsaid.merge(what, 1L, Long::sum));
        count(run);
        progress.accept(runs);
    }

    private void addBeside(Run run, Set<String> ofRun) {
        run.beside().stream()
                .filter(what -> !format.isOwn(run.form()) || !Beside.OF_SOURCE.contains(what))
                .forEach(ofRun::add);
        run.children().forEach(child -> addBeside(child, ofRun));
    }

    private static boolean isWhole(String line) {
        return line.codePoints()
                .noneMatch(point -> point >= Character.MIN_SURROGATE && point <= Character.MAX_SURROGATE);
    }

    private void count(Run run) {
        runs++;
        messages += run.messages().size();
        run.children().forEach(this::count);
    }

    /** How many runs were written. */
    public long runs() {
        return runs;
    }

    /** How many messages they have. */
    public long messages() {
        return messages;
    }

    /** What the form has no place for, with the number of runs that have it. */
    public Map<String, Long> unsaid() {
        return unsaid;
    }
}
