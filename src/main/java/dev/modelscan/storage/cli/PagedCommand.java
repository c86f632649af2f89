package dev.modelscan.storage.cli;

import dev.modelscan.storage.Cursor;
import dev.modelscan.storage.Page;
import dev.modelscan.storage.PageRequest;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** A command that prints one page, and the cursor of the next one. */
abstract class PagedCommand extends ReadingCommand {

    @Option(names = "--after", paramLabel = "<cursor>", description = "Go on where a page ended; it prints its cursor.")
    @Nullable
    private String after;

    /** The page after the cursor, or the first one. */
    final PageRequest request(int limit) {
        if (limit < 1 || limit > PageRequest.MAX_LIMIT) {
            throw wrong("--limit is " + limit + ", and must be 1 to " + PageRequest.MAX_LIMIT);
        }
        return new PageRequest(limit, after == null ? null : new Cursor(after));
    }

    /** The cursor of the page that follows; null if none does. */
    static @Nullable String next(Page<?> page) {
        return page.next().map(PageRequest::after).map(String::valueOf).orElse(null);
    }

    final ParameterException wrong(String message) {
        return new ParameterException(spec.commandLine(), message);
    }
}
