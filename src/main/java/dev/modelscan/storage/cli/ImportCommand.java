package dev.modelscan.storage.cli;

import dev.modelscan.storage.Database;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** Imports a file of transcripts. */
@Command(
        name = "import",
        description = {
            "Imports chat transcripts: a JSON array or JSON Lines, each record an object with \"messages\" or \"traj\".",
            "",
            "Each transcript becomes a task and a conversation, in one transaction: all of it is stored, or nothing. "
                    + "\"reward\" 1 or more is a completed task, less a failed one, none a pending one. The file "
                    + "becomes a workflow, each role an agent of that name (one that exists is used).",
            "",
            "A message that calls tools is command/execute and holds its content and its calls as JSON; each call is a "
                    + "tool execution of the task. A tool's answer is result/success, or result/error if it begins"
                    + " with \"Error\"; other messages are text/plain, or application/json for a list of parts. All"
                    + " other "
                    + "members of records and messages are kept in the metadata. Times are those of the import.",
            "",
            "Importing again stores only what is new: a record is known by its content and its number in the file. "
                    + "A malformed record is reported with its position, nothing of it is stored, and the exit code"
                    + " is 1; a syntax error in an array ends the import, in JSON Lines only that line is skipped."
        })
final class ImportCommand extends DatabaseCommand {

    @Parameters(paramLabel = "<transcripts>", description = "The file to import.")
    @SuppressWarnings("NullAway.Init") // picocli sets it
    Path transcripts;

    @Override
    public Integer call() {
        // show() prints only after the progress bar has ended.
        return show(importFile());
    }

    private Result importFile() {
        // Opened first, so that a missing file does not create a database.
        try (InputStream in = withProgress(Files.newInputStream(transcripts), Files.size(transcripts));
                Database db = open()) {
            return TranscriptImporter.run(db, fileName(), in);
        } catch (NoSuchFileException e) {
            throw new UncheckedIOException("no such file: " + transcripts, e);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + transcripts + ": " + e.getMessage(), e);
        }
    }

    @Override
    Result execute(Database db) {
        throw new UnsupportedOperationException();
    }

    private String fileName() {
        Path name = transcripts.getFileName();
        return name == null ? transcripts.toString() : name.toString();
    }

    private InputStream withProgress(InputStream in, long size) {
        return isWatched()
                ? ProgressBar.wrap(
                        in,
                        new ProgressBarBuilder()
                                .setTaskName("Importing")
                                .setInitialMax(size)
                                .setUnit(" KiB", 1_024)
                                .setConsumer(new ConsoleProgressBarConsumer(System.err)))
                : in;
    }
}
