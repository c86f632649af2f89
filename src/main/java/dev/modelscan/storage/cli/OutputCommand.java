package dev.modelscan.storage.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** What all commands share: the database's location, the output format, and help. */
@Command(mixinStandardHelpOptions = true, versionProvider = Version.class)
abstract class OutputCommand implements Callable<Integer> {

    @Mixin
    @SuppressWarnings("NullAway.Init") // picocli sets it
    Location location;

    @Option(names = "--json", description = "Print one JSON document, and nothing else, to standard output.")
    boolean json;

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    CommandSpec spec;

    /** Prints a result in the requested format, and returns the exit code. */
    final int show(Result result) {
        if (json) {
            JsonOutput.print(result, spec.commandLine().getOut());
        } else {
            result.print(spec.commandLine().getOut());
        }
        result.printFailures(spec.commandLine().getErr());
        return result.exitCode();
    }

    /** Whether to show progress to a user at a terminal. */
    final boolean isWatched() {
        return !json && spec.root().userObject() instanceof Main main && main.isTerminal();
    }
}
