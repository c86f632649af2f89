package dev.modelscan.storage.cli;

import dev.modelscan.storage.Cursor;
import dev.modelscan.storage.Page;
import dev.modelscan.storage.PageRequest;
import java.io.PrintWriter;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** A command that prints one page, and the cursor of the next one. */
abstract class PagedCommand extends ReadingCommand {

    @Option(
            names = "--after",
            paramLabel = "<cursor>",
            description = "Go on where a page ended: the cursor that it printed.")
    @Nullable
    private String after;

    @Option(
            names = "--limit",
            paramLabel = "<rows>",
            description = "How many rows a page has at most, 1 to 10,000. Default: ${DEFAULT-VALUE}.")
    private int limit;

    final int most;

    PagedCommand(int limit, int most) {
        this.limit = limit;
        this.most = most;
    }

    /** The page after the cursor, or the first one. */
    final PageRequest request() {
        if (limit < 1 || limit > most) {
            throw wrong("--limit is " + limit + ", and must be 1 to " + most);
        }
        return new PageRequest(limit, after == null ? null : new Cursor(after));
    }

    /** Says how to get the page that follows, if one does. */
    static void printNext(@Nullable String next, PrintWriter out) {
        if (next != null) {
            out.println();
            out.println("More follow: --after " + next);
        }
    }

    /** The cursor of the page that follows; null if none does. */
    static @Nullable String next(Page<?> page) {
        return page.next().map(PageRequest::after).map(String::valueOf).orElse(null);
    }

    final ParameterException wrong(String message) {
        return new ParameterException(spec.commandLine(), message);
    }
}
