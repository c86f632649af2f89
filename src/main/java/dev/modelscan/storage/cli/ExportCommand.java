package dev.modelscan.storage.cli;

import static dev.modelscan.storage.schema.Tables.CONVERSATIONS;

import dev.modelscan.storage.Database;
import dev.modelscan.storage.Isolation;
import dev.modelscan.storage.cli.archives.ArchiveWriter;
import dev.modelscan.storage.cli.archives.Manifest;
import dev.modelscan.storage.cli.archives.ParquetFiles;
import dev.modelscan.storage.cli.exports.Exporter;
import dev.modelscan.storage.cli.exports.RunFormats;
import dev.modelscan.storage.cli.exports.Scope;
import dev.modelscan.storage.conversations.ConversationId;
import dev.modelscan.storage.tasks.TaskId;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.Writer;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Iterator;
import java.util.Map;
import java.util.Objects;
import java.util.function.LongConsumer;
import java.util.function.ToLongFunction;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;

/** Writes what a database holds to a file. */
@Command(
        name = "export",
        description = {
            "Writes runs in the form of another program: one record a line, in order of time. The form native is an"
                    + " archive of all that the database holds, which import puts into an empty one. The form parquet is"
                    + " a directory of Parquet files for other programs.",
            "",
            "A run that came from the form is written as its source had it. For other runs, standard error lists what the"
                    + " form has no place for; docs/formats.md says what that is."
        })
final class ExportCommand extends DatabaseCommand {

    private static final String NATIVE = "native";
    private static final String PARQUET = "parquet";

    @Parameters(
            paramLabel = "<file>",
            description = "The file to write, or - for the standard output; for parquet, the directory to make.")
    @SuppressWarnings("NullAway.Init") // picocli sets it
    String file;

    @Option(
            names = "--format",
            required = true,
            paramLabel = "<form>",
            description = "The form: ${COMPLETION-CANDIDATES}.",
            completionCandidates = FormatNames.class)
    @SuppressWarnings("NullAway.Init") // picocli sets it
    String format;

    @Option(
            names = "--workflow",
            paramLabel = "<name or id>",
            description = "Only the runs of this workflow, or of all workflows of that name.")
    @Nullable
    String workflow;

    @Option(names = "--task", paramLabel = "<id>", description = "Only the conversations about this task.")
    @Nullable
    String task;

    @Option(names = "--conversation", paramLabel = "<id>", description = "Only this conversation.")
    @Nullable
    String conversation;

    @Option(
            names = "--source",
            paramLabel = "<id or name>",
            description = "Only what was imported from this source: its id, its path or its file name.")
    @Nullable
    String source;

    @Option(
            names = "--since",
            paramLabel = "<time>",
            converter = Moment.class,
            description = "Only runs that began at this time or later: " + Moment.HELP + ".")
    @Nullable
    Instant since;

    @Option(
            names = "--until",
            paramLabel = "<time>",
            converter = Moment.class,
            description = "Only runs that began before this time.")
    @Nullable
    Instant until;

    @Option(
            names = "--dry-run",
            description =
                    "Read everything and write nothing: say how much would be written, and what the form has no place for.")
    boolean dryRun;

    @Option(names = "--force", description = "Replace the file if it exists. Not for parquet.")
    boolean force;

    @Override
    public Integer call() throws IOException {
        boolean whole = isWhole();
        Moment.requireOrder(spec, since, until);
        if (!whole && RunFormats.named(format).isEmpty()) {
            throw wrong("unknown form \"" + format + "\"; known forms:\n" + String.join(", ", new FormatNames()));
        }
        if (whole && isFiltered()) {
            throw wrong("the form " + format + " holds the whole database; leave out "
                    + "--workflow, --task, --conversation, --source, --since and --until");
        }
        if (format.equals(PARQUET)) {
            requireParquet();
        }
        if (dryRun && format.equals(PARQUET)) {
            throw wrong("--dry-run is not for the form parquet; the form native has the same rows");
        }
        if (json && isStream() && !dryRun) {
            throw wrong("--json needs a file: the standard output is the export");
        }
        return super.call();
    }

    private void requireParquet() throws IOException {
        if (isStream() || force) {
            throw wrong("the form parquet is a directory, which must not exist");
        }
        try {
            Class.forName("org.duckdb.DuckDBDriver", false, getClass().getClassLoader());
        } catch (ClassNotFoundException e) {
            throw new IOException(
                    "the form parquet needs DuckDB's JDBC driver, org.duckdb:duckdb_jdbc, on the class path;"
                            + " docs/formats.md says how",
                    e);
        }
    }

    private boolean isFiltered() {
        return Stream.of(workflow, task, conversation, source, since, until).anyMatch(Objects::nonNull);
    }

    private boolean isWhole() {
        return format.equals(NATIVE) || format.equals(PARQUET);
    }

    /** Creates and migrates nothing. An archive is read in one transaction, which a read-only database does not have. */
    @Override
    Database open() {
        return isWhole()
                ? builder().validateOnly().open()
                : builder().readOnly().open();
    }

    @Override
    Result execute(Database db) throws IOException {
        if (format.equals(PARQUET)) {
            try (OutputDirectory output = new OutputDirectory(Path.of(file));
                    PhaseBar bar = new PhaseBar()) {
                LongConsumer progress = watched(bar, "Writing rows", this::rows, db);
                Map<String, Long> rows = db.<Map<String, Long>, IOException>withTx(Isolation.REPEATABLE_READ, tx -> {
                    output.restart();
                    return ParquetFiles.write(tx.dsl(), output.path(), progress);
                });
                output.complete();
                return new FilesSummary(file, format, rows);
            }
        }
        if (dryRun) {
            if (!isStream()) {
                OutputFile.requireFree(Path.of(file), force);
            }
            return write(db, Writer.nullWriter(), () -> {});
        }
        if (isStream()) {
            PrintWriter out = spec.commandLine().getOut();
            Result summary = write(db, out, new Once());
            if (out.checkError()) {
                throw new IOException(Main.UNWRITTEN);
            }
            return new OnError(summary);
        }
        try (OutputFile output = new OutputFile(Path.of(file), force)) {
            Result summary = write(db, output.writer(), output::restart);
            output.complete();
            return summary;
        }
    }

    private Result write(Database db, Writer out, Start start) throws IOException {
        try (PhaseBar bar = new PhaseBar()) {
            if (format.equals(NATIVE)) {
                LongConsumer progress = watched(bar, "Writing rows", this::rows, db);
                // A server that rolls it back gets a second try.
                Manifest written = db.<Manifest, IOException>withTx(Isolation.REPEATABLE_READ, tx -> {
                    start.run();
                    return new ArchiveWriter(out).onProgress(progress).write(tx.dsl());
                });
                return ArchiveSummary.of(file, dryRun ? "would be written" : "written", written);
            }
            Exporter exporter = new Exporter(RunFormats.named(format).orElseThrow(), out)
                    .onProgress(watched(bar, "Writing runs", this::conversations, db));
            exporter.export(db, scope(db));
            return new ExportSummary(file, format, dryRun, exporter.runs(), exporter.messages(), exporter.unsaid());
        }
    }

    private LongConsumer watched(PhaseBar bar, String what, ToLongFunction<Database> count, Database db) {
        if (!isWatched()) {
            return done -> {};
        }
        long total = Math.max(1, count.applyAsLong(db));
        return done -> bar.show(what, Math.min(done, total), total);
    }

    private long rows(Database db) {
        return db.stats().rows().values().stream().mapToLong(Long::longValue).sum();
    }

    /** Each becomes a run, or a part of one. */
    private long conversations(Database db) {
        return conversation != null ? 1 : db.stats().rows().getOrDefault(CONVERSATIONS.getName(), 0L);
    }

    /** What is asked for exists. */
    private Scope scope(Database db) {
        Scope scope = Scope.ALL;
        if (workflow != null) {
            scope = scope.workflows(Lists.workflows(db, workflow));
        }
        if (task != null) {
            scope = scope.task(db.tasks().get(new TaskId(task)).id());
        }
        if (conversation != null) {
            scope = scope.conversation(
                    db.conversations().get(new ConversationId(conversation)).id());
        }
        if (source != null) {
            scope = scope.sources(Lists.sources(db, source));
        }
        scope = since == null ? scope : scope.since(since);
        return until == null ? scope : scope.until(until);
    }

    private boolean isStream() {
        return file.equals("-");
    }

    private ParameterException wrong(String message) {
        return new ParameterException(spec.commandLine(), message);
    }

    /** A summary that is printed to standard error, since the standard output is the export. */
    private record OnError(Result summary) implements Result {

        @Override
        public void print(PrintWriter out) {}

        @Override
        public void printFailures(PrintWriter err) {
            summary.print(err);
            summary.printFailures(err);
        }
    }

    /** Begins a try to write an output: what the try before has written is no part of it. */
    @FunctionalInterface
    private interface Start {
        void run() throws IOException;
    }

    /** Of an output that cannot be taken back. */
    private static final class Once implements Start {
        private boolean begun;

        @Override
        public void run() throws IOException {
            if (begun) {
                throw new IOException("the server ended the transaction that was read, and the standard output has a"
                        + " part of it: it is not an archive. Export again, or to a file, which is then written anew");
            }
            begun = true;
        }
    }

    /** The names of the forms. */
    static final class FormatNames implements Iterable<String> {
        @Override
        public Iterator<String> iterator() {
            return Stream.concat(Stream.of(NATIVE, PARQUET), RunFormats.names().stream())
                    .iterator();
        }
    }
}
