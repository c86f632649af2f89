package dev.modelscan.storage.cli;

import dev.modelscan.storage.Database;
import dev.modelscan.storage.cli.archives.ArchiveFile;
import dev.modelscan.storage.cli.archives.ArchiveReader;
import dev.modelscan.storage.cli.archives.Manifest;
import dev.modelscan.storage.cli.files.Input;
import dev.modelscan.storage.cli.files.Inputs;
import dev.modelscan.storage.cli.formats.Forms;
import dev.modelscan.storage.cli.imports.FileImport;
import dev.modelscan.storage.cli.imports.FileResult;
import dev.modelscan.storage.cli.imports.ImportOptions;
import dev.modelscan.storage.cli.imports.Redactor;
import dev.modelscan.storage.errors.ConflictException;
import dev.modelscan.storage.errors.StorageException;
import java.io.BufferedInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Stack;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import me.tongfei.progressbar.ProgressBar;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.IParameterPreprocessor;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;

/** Imports files of agents' runs. */
@Command(
        name = "import",
        description = {
            "Imports runs of agents: sessions, transcripts and traces, in the form that another program wrote them.",
            "",
            "The form is detected from the content, and so are gzip, zstd, zip, UTF-16, and whether the file is JSON, JSON"
                    + " Lines or an array. docs/formats.md lists the forms, and what goes where.",
            "",
            "Each run becomes a task and a conversation, in one transaction: all of it is stored, or nothing. A file"
                    + " becomes a workflow. Who acted becomes an agent; one of that name that exists is used. Times are"
                    + " those of the file. The database is created if it is missing, and migrated.",
            "",
            "What is odd is kept, and reported with a warning; a record that cannot be read is reported with its place, and"
                    + " the exit code is 1. Importing again stores only what is new, and what a session has grown by."
        })
final class ImportCommand extends DatabaseCommand {

    @Parameters(
            paramLabel = "<files>",
            arity = "1..*",
            description = "Files, directories or patterns to import; - is the standard input.")
    @SuppressWarnings("NullAway.Init") // picocli sets it
    List<String> files;

    @Option(
            names = "--format",
            paramLabel = "<form>",
            description = "The form of the files, if it is not detected: ${COMPLETION-CANDIDATES}.",
            completionCandidates = FormNames.class)
    @Nullable
    String format;

    @Option(
            names = "--name",
            paramLabel = "<workflow>",
            description = "The name of one workflow for all files. Default: a workflow a file, named after it.")
    @Nullable
    String name;

    @Option(names = "--strict", description = "Refuse a record with anything odd in it.")
    boolean strict;

    @Option(
            names = "--redact",
            paramLabel = "<pattern>",
            arity = "0..1",
            preprocessor = Redact.class,
            description = {
                "Replace keys, tokens and mail addresses before anything is stored, and what the regular expression"
                        + " behind = matches. May be repeated."
            })
    @Nullable
    List<String> redact;

    @Option(
            names = "--new-ids",
            description = "Give the records of an archive new ids, so that the database may hold some of them already.")
    boolean newIds;

    @Option(
            names = "--dry-run",
            description =
                    "Store nothing: say what would be stored beside what the database holds. A SQLite file is copied to"
                            + " the temporary directory for that; on a server a transaction is rolled back.")
    boolean dryRun;

    @Option(
            names = "--actor",
            paramLabel = "<name>",
            converter = Actor.class,
            description = "The name of who imports, for the audit log, if it is on.")
    @Nullable
    String actor;

    @Override
    public Integer call() throws IOException {
        // show() prints only after the progress bar has ended.
        BufferedInputStream in = new BufferedInputStream(System.in);
        ArchiveFile archive = files.size() == 1 ? ArchiveFile.of(files.get(0), in) : null;
        if (archive == null && newIds) {
            throw new ParameterException(
                    spec.commandLine(), "--new-ids goes with one archive, as export --format native writes it");
        }
        return show(archive == null ? importFiles(in) : importArchive(archive));
    }

    /** All of the archive is stored, or nothing. */
    private Result importArchive(ArchiveFile archive) throws IOException {
        if (format != null || name != null || strict || redact != null) {
            throw new ParameterException(
                    spec.commandLine(),
                    "an archive is stored as it is; leave out --format, --name, --strict and --redact");
        }
        try (archive;
                PhaseBar bar = new PhaseBar()) {
            ArchiveReader reader = new ArchiveReader(archive.path());
            if (isWatched()) {
                reader.onProgress(bar::show);
            }
            Manifest manifest = reader.check();
            try (OnInterrupt told =
                            onInterrupt(() -> "nothing of the archive is stored. The same command again stores it.");
                    Opened opened = new Opened()) {
                opened.get().useTx(tx -> reader.store(tx.dsl(), newIds));
            } catch (ConflictException e) {
                throw newIds ? e : taken(archive, e);
            }
            return ArchiveSummary.stored(archive.name(), manifest, newIds, dryRun);
        }
    }

    private static StorageException taken(ArchiveFile archive, ConflictException e) {
        return new StorageException(
                archive.name() + ": the database has a record of the archive already, or an agent or a team of the same"
                        + " name. Nothing was stored; import it into an empty database, or with --new-ids",
                e.entity(),
                e.id(),
                e);
    }

    private ImportSummary importFiles(InputStream standardInput) {
        Redactor redactor = redactor();
        ImportOptions options = new ImportOptions(form(), name, strict, redactor);
        List<FileResult> results = new CopyOnWriteArrayList<>();
        String error = null;
        try (OnInterrupt told = onInterrupt(() -> stored(results));
                Opened opened = new Opened()) {
            for (Input input : Inputs.of(files, standardInput)) {
                FileImport running = new FileImport(opened::get, input, options);
                results.add(running.result());
                running.run(in -> isWatched() && input.size() > 0 ? withProgress(in, input) : in);
            }
        } catch (StorageException e) {
            // What was stored before it is told.
            if (results.stream().noneMatch(result -> result.imported() + result.grown() + result.restored() > 0)) {
                throw e;
            }
            error = Messages.of(e);
        } catch (IOException e) {
            throw new UncheckedIOException(e.getMessage(), e);
        }
        return ImportSummary.of(results, redactor == null ? 0 : redactor.count(), error, dryRun);
    }

    /** Tells what was stored if the user ends the program. */
    private OnInterrupt onInterrupt(Supplier<String> stored) {
        PrintWriter err = spec.commandLine().getErr();
        return new OnInterrupt(() -> {
            err.printf("%ninterrupted: %s%n", dryRun ? "a dry run stores nothing." : stored.get());
            err.flush();
        });
    }

    private static String stored(List<FileResult> results) {
        long stored = results.stream()
                .mapToLong(result -> result.imported() + result.grown() + result.restored())
                .sum();
        return Count.of(stored, "transcript is", "transcripts are")
                + " stored. The same command again stores the rest.";
    }

    private @Nullable String form() {
        if (format != null && Forms.named(format).isEmpty()) {
            throw new ParameterException(
                    spec.commandLine(),
                    "unknown form \"" + format + "\"; known forms:\n" + String.join(", ", Forms.names()));
        }
        return format;
    }

    private @Nullable Redactor redactor() {
        if (redact == null) {
            return null;
        }
        List<Pattern> patterns = new ArrayList<>();
        for (String pattern : redact) {
            try {
                patterns.add(Pattern.compile(pattern));
            } catch (PatternSyntaxException e) {
                throw new ParameterException(
                        spec.commandLine(),
                        "--redact: \"" + pattern + "\" is not a regular expression: " + e.getDescription());
            }
        }
        return new Redactor(patterns);
    }

    @Override
    Result execute(Database db) {
        throw new UnsupportedOperationException();
    }

    private static InputStream withProgress(InputStream in, Input input) {
        InputStream watched = ProgressBar.wrap(
                in, PhaseBar.builder("Importing").setInitialMax(input.size()).setUnit(" KiB", 1_024));
        return new FilterInputStream(watched) {
            private boolean closed;

            /** Whoever decodes a stream closes it, too, and each time the bar would be printed again. */
            @Override
            public void close() throws IOException {
                if (!closed) {
                    closed = true;
                    super.close();
                }
            }
        };
    }

    /** The database, which is opened, and so made, with the first run. */
    private final class Opened implements AutoCloseable {

        private final DryRun discarded = new DryRun();
        private @Nullable Database db;
        private @Nullable Database acting;

        Database get() {
            Database known = acting;
            if (known == null) {
                Database opened = dryRun ? discarded.open(ImportCommand.this) : open();
                db = opened;
                known = actor == null ? opened : opened.as(actor);
                acting = known;
            }
            return known;
        }

        @Override
        public void close() {
            if (dryRun) {
                discarded.close();
            } else if (db != null) {
                db.close();
            }
        }
    }

    /** Takes a pattern behind {@code --redact=}. What follows {@code --redact} is the next argument, such as a file. */
    static final class Redact implements IParameterPreprocessor {
        @Override
        public boolean preprocess(
                Stack<String> arguments, CommandSpec command, ArgSpec option, Map<String, Object> info) {
            List<String> patterns = option.getValue() == null ? new ArrayList<>() : new ArrayList<>(option.getValue());
            if ("=".equals(info.get("separator"))) {
                patterns.add(arguments.pop());
            }
            option.setValue(patterns);
            return true;
        }
    }

    /** The names of the forms. */
    static final class FormNames implements Iterable<String> {
        @Override
        public Iterator<String> iterator() {
            return Forms.names().iterator();
        }
    }
}
