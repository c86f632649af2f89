package dev.modelscan.storage.cli;

import dev.modelscan.storage.Database;
import java.io.IOException;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** What all commands share: the database, the form of the output, and help. */
@Command(mixinStandardHelpOptions = true, versionProvider = Version.class)
abstract class DatabaseCommand implements Callable<Integer> {

    static final String DEFAULT_FILE = "~/.modelscan/modelscan.db";

    @Option(
            names = "--db",
            paramLabel = "<file>",
            description = "The database; made where it is missing. Default: " + DEFAULT_FILE)
    @Nullable
    String file;

    @Option(names = "--json", description = "Print one JSON document, and nothing else, to standard output.")
    boolean json;

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    CommandSpec spec;

    /** Does the work on an open database. */
    abstract Result execute(Database db) throws IOException;

    @Override
    public Integer call() throws IOException {
        try (Database db = Database.open(file == null ? DEFAULT_FILE : file)) {
            return show(execute(db));
        }
    }

    /** Prints a result in the form that was asked for, and returns the exit code. */
    final int show(Result result) {
        if (json) {
            JsonOutput.print(result, spec.commandLine().getOut());
        } else {
            result.print(spec.commandLine().getOut());
        }
        result.printFailures(spec.commandLine().getErr());
        return result.exitCode();
    }
}
