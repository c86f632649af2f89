package dev.modelscan.storage.cli;

import static dev.modelscan.storage.schema.Tables.WORKFLOWS;

import dev.modelscan.storage.Database;
import dev.modelscan.storage.PageRequest;
import dev.modelscan.storage.analytics.Scope;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Instant;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** Shows the activity of a database's agents. */
@Command(
        name = "report",
        description =
                "Shows tasks by status, tools with their failures and durations, models with their tokens and cost, sizes of"
                        + " conversations, and the busiest agents. Creates and migrates nothing.")
final class ReportCommand extends ReadingCommand {

    static final int DEFAULT_TOP = 10;

    @Option(
            names = "--top",
            paramLabel = "<rows>",
            description = "How many rows each list has at most, 1 to 10,000. Default: " + DEFAULT_TOP + ".")
    int top = DEFAULT_TOP;

    @Option(
            names = "--workflow",
            paramLabel = "<name or id>",
            description = "Count only what belongs to this workflow, or to all workflows of that name.")
    @Nullable
    String workflow;

    @Option(
            names = "--source",
            paramLabel = "<id or name>",
            description = "Count only what was imported from this source: its id, its path or its file name.")
    @Nullable
    String source;

    @Option(
            names = "--since",
            paramLabel = "<time>",
            converter = Moment.class,
            description = "Count only what was created at this time or later: " + Moment.HELP + ".")
    @Nullable
    Instant since;

    @Option(
            names = "--until",
            paramLabel = "<time>",
            converter = Moment.class,
            description = "Count only what was created before this time.")
    @Nullable
    Instant until;

    @Option(
            names = "--html",
            paramLabel = "<file>",
            description = "Write a page with plots instead. It needs no network.")
    @Nullable
    Path html;

    @Option(names = "--force", description = "With --html: replace the page if it exists.")
    boolean force;

    @Override
    public Integer call() throws IOException {
        if (top < 1 || top > PageRequest.MAX_LIMIT) {
            throw new ParameterException(
                    spec.commandLine(), "--top is " + top + ", and must be 1 to " + PageRequest.MAX_LIMIT);
        }
        if (force && html == null) {
            throw new ParameterException(spec.commandLine(), "--force needs --html");
        }
        Moment.requireOrder(spec, since, until);
        return super.call();
    }

    @Override
    Result execute(Database db) throws IOException {
        Scope scope = scope(db);
        if (html == null) {
            return Report.of(db, scope, top);
        }
        try (OutputFile output = new OutputFile(html, force);
                PhaseBar bar = new PhaseBar()) {
            IntConsumer onPlot = isWatched() ? done -> bar.show("Plotting", done, HtmlReport.PLOTS) : done -> {};
            output.writer().write(HtmlReport.of(db, name(db), scope, top, onPlot));
            output.complete();
        }
        return new PageWritten(html.toString());
    }

    private Scope scope(Database db) {
        Scope scope = Scope.ALL;
        scope = workflow == null
                ? scope
                : scope.workflows(db.dsl().fetch(Lists.workflows(db, workflow)).getValues(WORKFLOWS.ID));
        scope = source == null ? scope : scope.sources(Lists.sources(db, source));
        scope = since == null ? scope : scope.since(since);
        return until == null ? scope : scope.until(until);
    }

    /** The file's name, or what names the server's database; and what of it counts. */
    private String name(Database db) {
        Path file = db.file();
        StringBuilder name = new StringBuilder(
                file == null || file.getFileName() == null
                        ? place(db)
                        : file.getFileName().toString());
        append(name, ", workflow ", workflow);
        append(name, ", source ", source);
        append(name, ", since ", since);
        append(name, ", until ", until);
        return name.toString();
    }

    private static void append(StringBuilder name, String what, @Nullable Object value) {
        if (value != null) {
            name.append(what).append(value);
        }
    }

    /** The page was written. */
    private record PageWritten(String file) implements Result {
        @Override
        public void print(PrintWriter out) {
            out.println("wrote " + TextTable.printable(file));
        }
    }
}
