package dev.modelscan.storage.cli;

import dev.modelscan.storage.Database;
import dev.modelscan.storage.analytics.Scope;
import dev.modelscan.storage.cli.files.Input;
import dev.modelscan.storage.cli.imports.FileImport;
import dev.modelscan.storage.cli.imports.FileResult;
import dev.modelscan.storage.cli.imports.ImportOptions;
import dev.modelscan.storage.cli.temporary.TemporaryFiles;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine.Command;

/** Imports the sample that comes with the program, and runs the other commands on it. */
@Command(
        name = "demo",
        description = {
            "Imports a small sample, and shows its status and report.",
            "Without --db it works on a temporary database, which it deletes."
        },
        modelTransformer = SharedOptions.OfDemo.class)
final class DemoCommand extends DatabaseCommand {

    static final String SAMPLE = "sample-transcripts.json";

    @Override
    public Integer call() throws IOException {
        if (location.database != null || workspace != null) {
            return super.call();
        }
        Path directory = TemporaryFiles.createDirectory();
        try {
            try (Database db = Database.open(directory.resolve("demo.db"))) {
                return show(execute(db));
            }
        } finally {
            TemporaryFiles.delete(directory);
        }
    }

    @Override
    Result execute(Database db) throws IOException {
        try (InputStream in = sample()) {
            FileResult result = new FileImport(() -> db, Input.stream(SAMPLE, in), ImportOptions.DEFAULT).run();
            ImportSummary summary = ImportSummary.of(List.of(result), 0, null, false);
            return new Demo(summary, Status.of(db, place(db)), Report.of(db, Scope.ALL, ReportCommand.DEFAULT_TOP));
        }
    }

    static InputStream sample() throws IOException {
        InputStream sample = DemoCommand.class.getResourceAsStream(SAMPLE);
        if (sample == null) {
            throw new FileNotFoundException(SAMPLE + " is missing from the program");
        }
        return sample;
    }

    private record Demo(ImportSummary imported, Status status, Report report) implements Result {

        @Override
        public void print(PrintWriter out) {
            section(out, "import " + SAMPLE, imported);
            section(out, "status", status);
            section(out, "report", report);
            out.println("Next, with transcripts of your own:");
            out.println("  modelscan-storage import transcripts.json --db modelscan.db");
            out.println("  modelscan-storage report --db modelscan.db");
        }

        private static void section(PrintWriter out, String title, Result result) {
            out.println("== " + title + " ==");
            result.print(out);
            out.println();
        }
    }
}
