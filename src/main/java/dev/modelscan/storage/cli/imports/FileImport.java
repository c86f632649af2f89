package dev.modelscan.storage.cli.imports;

import dev.modelscan.storage.Database;
import dev.modelscan.storage.cli.files.FileFailure;
import dev.modelscan.storage.cli.files.Input;
import dev.modelscan.storage.cli.files.Source;
import dev.modelscan.storage.cli.files.UnreadableException;
import dev.modelscan.storage.cli.formats.Event;
import dev.modelscan.storage.cli.formats.Events;
import dev.modelscan.storage.cli.formats.Form;
import dev.modelscan.storage.cli.formats.Forms;
import dev.modelscan.storage.cli.formats.Records;
import dev.modelscan.storage.errors.StorageException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.security.MessageDigest;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** Imports one file. */
public final class FileImport {

    private final Supplier<Database> database;
    private final Input input;
    private final ImportOptions options;
    private final FileResult result;

    /**
     * An import of a file.
     *
     * @param database opens the database, and makes it if it is missing; asked when there is something to store
     */
    public FileImport(Supplier<Database> database, Input input, ImportOptions options) {
        this.database = database;
        this.input = input;
        this.options = options;
        this.result = new FileResult(input.shown());
    }

    /** What became of the file, up to now. */
    public FileResult result() {
        return result;
    }

    /** Reads and stores all of it. */
    public FileResult run() {
        return run(bytes -> bytes);
    }

    /**
     * Reads and stores all of it.
     *
     * @param watched gives the bytes it is asked for, and shows how many were read
     * @return what became of it; a file that cannot be read says so
     * @throws StorageException if the database fails; {@link #result} says what was stored before
     */
    public FileResult run(UnaryOperator<InputStream> watched) {
        try (InputStream in = watched.apply(input.open());
                Source source = Source.open(input, in)) {
            if (source.isEmpty()) {
                nothing("is empty; there is nothing to import");
                return result;
            }
            Optional<Form> form = options.form() == null ? Forms.of(source.first()) : Forms.named(options.form());
            if (form.isEmpty()) {
                unknown(source);
            } else {
                read(source, form.get());
            }
        } catch (UnreadableException e) {
            if (e.isOtherThing()) {
                nothing(String.valueOf(e.getMessage()));
            } else {
                result.problem(String.valueOf(e.getMessage()));
            }
        } catch (IOException e) {
            result.problem(reason(e));
        } catch (UncheckedIOException e) {
            result.problem(reason(e));
        }
        return result;
    }

    /** Tells what the database refuses, which ends the import, from what a form cannot read, which is of one file. */
    private static final class Taken implements Events {
        private final Events events;
        private @Nullable RuntimeException failure;

        Taken(Events events) {
            this.events = events;
        }

        @Override
        public void accept(Event event) {
            try {
                events.accept(event);
            } catch (RuntimeException e) {
                failure = e;
                throw e;
            }
        }
    }

    private void unknown(Source source) {
        String text = "is " + source.seen();
        nothing(input.found() ? text : text + "; import --help lists the forms that it reads");
    }

    private void read(Source source, Form form) throws IOException {
        result.form(form.name());
        Provenance provenance = new Provenance(input, form.name(), options.name(), sha256());
        try (Collector collector = new Collector(database, provenance, options, result)) {
            Taken taken = new Taken(collector);
            Records records = source.records(taken);
            try {
                form.read(records, taken);
            } catch (IOException | UncheckedIOException e) {
                // What was read before is stored; the workflow stays open, so that it is seen that more follows.
                result.problem(reason(e) + "; what was read before it is stored");
            } catch (RuntimeException e) {
                if (e == taken.failure) {
                    throw e;
                }
                result.problem("cannot be read: " + e + "; what was read before it is stored");
            }
            collector.finish();
        }
        if (!result.hasRuns() && result.failed() == 0 && result.problem() == null) {
            nothing("holds no run; there is nothing to import");
        }
    }

    /** A file without runs is a failure if it was named, and none in a directory. */
    private void nothing(String text) {
        if (input.found()) {
            result.leaveOut(text);
        } else {
            result.problem(text);
        }
    }

    private static String reason(Exception e) {
        Throwable cause = e instanceof UncheckedIOException && e.getCause() != null ? e.getCause() : e;
        if (cause instanceof java.io.EOFException || cause instanceof java.util.zip.ZipException) {
            return "is damaged or cut off";
        }
        return "cannot be read: "
                + (cause instanceof FileSystemException file ? FileFailure.of(file) : cause.getMessage());
    }

    private @Nullable String sha256() throws IOException {
        if (input.path() == null || !input.isWholeFile()) {
            return null;
        }
        MessageDigest digest = Digests.sha256();
        byte[] buffer = new byte[1 << 16];
        try (InputStream in = Files.newInputStream(input.path())) {
            for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
                digest.update(buffer, 0, count);
            }
        }
        return Digests.hex(digest.digest());
    }
}
