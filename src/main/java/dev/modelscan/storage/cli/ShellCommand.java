package dev.modelscan.storage.cli;

import dev.modelscan.storage.Database;
import java.io.IOException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Opens a shell of Java on a database. */
@Command(
        name = "shell",
        description = {
            "Opens JShell, in which db is the database and the tables and records are imported. Results are printed as tables."
                    + " It needs a JDK. Ends with /exit or Ctrl-D.",
            "Also reads commands from the standard input. The exit code is that of /exit."
        },
        modelTransformer = SharedOptions.OfShell.class)
final class ShellCommand extends WritingCommand {

    @Option(names = "--write", description = "Open the database for writing, too.")
    private boolean write;

    @Override
    Database open() {
        return open(!write);
    }

    @Override
    public Integer call() throws IOException {
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
