package dev.modelscan.storage.cli;

import dev.modelscan.storage.Database;
import java.io.IOException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** Opens a shell of Java on a database. */
@Command(
        name = "shell",
        description = {
            "Opens JShell, in which db is the database and the tables and records are imported. Results are printed as tables."
                    + " It needs a JDK. Ends with /exit or Ctrl-D.",
            "Reads commands from the standard input, too. The exit code is that of /exit."
        })
final class ShellCommand extends WritingCommand {

    @Option(names = "--write", description = "Let what is entered also write.")
    private boolean write;

    @Override
    Database open() {
        return open(!write);
    }

    @Override
    public Integer call() throws IOException {
        if (json) {
            throw new ParameterException(
                    spec.commandLine(), "--json is not for shell; query --json prints rows as JSON");
        }
        if (ModuleLayer.boot().findModule("jdk.jshell").isEmpty()) {
            throw new IOException("shell needs a JDK, with its module jdk.jshell; this Java, in "
                    + System.getProperty("java.home") + ", has none");
        }
        try (Database db = open()) {
            return Shell.run(db, System.in, System.out, isWatched());
        }
    }

    @Override
    Result execute(Database db) {
        throw new UnsupportedOperationException("shell has no result");
    }
}
