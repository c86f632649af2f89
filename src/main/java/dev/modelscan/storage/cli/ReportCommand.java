package dev.modelscan.storage.cli;

import dev.modelscan.storage.Database;
import dev.modelscan.storage.PageRequest;
import java.io.IOException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** Shows the activity of a database's agents. */
@Command(
        name = "report",
        description = "Shows tasks by status, tools and how often they fail, sizes of conversations, and busy agents.")
final class ReportCommand extends ReadingCommand {

    static final int DEFAULT_TOP = 10;

    @Option(
            names = "--top",
            paramLabel = "<rows>",
            description = "The most rows of each list, 1 to " + PageRequest.MAX_LIMIT + ". Default: " + DEFAULT_TOP)
    int top = DEFAULT_TOP;

    @Override
    public Integer call() throws IOException {
        if (top < 1 || top > PageRequest.MAX_LIMIT) {
            throw new ParameterException(
                    spec.commandLine(), "--top is " + top + ", and must be 1 to " + PageRequest.MAX_LIMIT);
        }
        return super.call();
    }

    @Override
    Result execute(Database db) {
        return Report.of(db, top);
    }
}
