package dev.modelscan.storage.cli;

import static dev.modelscan.storage.schema.Tables.SOURCES;

import dev.modelscan.storage.Database;
import dev.modelscan.storage.PageRequest;
import dev.modelscan.storage.analytics.Scope;
import dev.modelscan.storage.sources.SourceId;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** Shows the activity of a database's agents. */
@Command(
        name = "report",
        description =
                "Shows tasks by status, tools, how often they fail and how long they take, models, their tokens and cost,"
                        + " sizes of conversations, and busy agents. Makes and migrates nothing.")
final class ReportCommand extends ReadingCommand {

    static final int DEFAULT_TOP = 10;

    @Option(
            names = "--top",
            paramLabel = "<rows>",
            description = "The most rows of each list, 1 to " + PageRequest.MAX_LIMIT + ". Default: " + DEFAULT_TOP)
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
            description = "Count only what was created since then: " + Moment.HELP + ".")
    @Nullable
    Instant since;

    @Option(
            names = "--until",
            paramLabel = "<time>",
            converter = Moment.class,
            description = "Count only what was created before then.")
    @Nullable
    Instant until;

    @Option(
            names = "--html",
            paramLabel = "<file>",
            description =
                    "Write a page with plots instead. It needs no network; with --workflow and the like it is refused.")
    @Nullable
    Path html;

    @Option(names = "--force", description = "Replace the page if it exists.")
    boolean force;

    @Override
    public Integer call() throws IOException {
        if (html != null && (workflow != null || source != null || since != null || until != null)) {
            throw new ParameterException(
                    spec.commandLine(),
                    "--html shows the whole database; leave out --workflow, --source, --since and --until");
        }
        if (top < 1 || top > PageRequest.MAX_LIMIT) {
            throw new ParameterException(
                    spec.commandLine(), "--top is " + top + ", and must be 1 to " + PageRequest.MAX_LIMIT);
        }
        return super.call();
    }

    @Override
    Result execute(Database db) throws IOException {
        if (html != null) {
            String page = HtmlReport.of(db, name(db), Report.of(db, Scope.ALL, top), top);
            try (OutputFile output = new OutputFile(html, force)) {
                output.stream().write(page.getBytes(StandardCharsets.UTF_8));
                output.complete();
            }
            return new PageWritten(html.toString());
        }
        Scope scope = Scope.ALL;
        scope = workflow == null ? scope : scope.workflows(Lists.workflows(db, workflow));
        scope = source == null ? scope : scope.source(source(db, source));
        scope = since == null ? scope : scope.since(since);
        scope = until == null ? scope : scope.until(until);
        return Report.of(db, scope, top);
    }

    /** The file's name, or what names the server's database. */
    private String name(Database db) {
        Path file = db.file();
        return file == null || file.getFileName() == null
                ? place(db)
                : file.getFileName().toString();
    }

    private static SourceId source(Database db, String name) {
        List<SourceId> found = db.dsl()
                .select(SOURCES.ID)
                .from(SOURCES)
                .where(SOURCES.NAME.eq(name))
                .or(SOURCES.NAME.endsWith("/" + name))
                .or(SOURCES.ID.eq(new SourceId(name)))
                .orderBy(SOURCES.ID)
                .limit(2)
                .fetch(SOURCES.ID);
        if (found.isEmpty()) {
            throw new IllegalArgumentException("no source has the name or id " + name);
        }
        if (found.size() > 1) {
            throw new IllegalArgumentException("several sources are named " + name + "; give the id of one");
        }
        return found.get(0);
    }

    /** The page was written. */
    private record PageWritten(String file) implements Result {
        @Override
        public void print(PrintWriter out) {
            out.println("wrote " + TextTable.printable(file));
        }
    }
}
