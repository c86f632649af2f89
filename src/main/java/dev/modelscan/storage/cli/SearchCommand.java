package dev.modelscan.storage.cli;

import static dev.modelscan.storage.schema.Tables.AGENTS;

import com.fasterxml.jackson.annotation.JsonIgnore;
import dev.modelscan.storage.Database;
import dev.modelscan.storage.Page;
import dev.modelscan.storage.agents.AgentId;
import dev.modelscan.storage.cli.imports.MessageReader;
import dev.modelscan.storage.conversations.Message;
import dev.modelscan.storage.search.Search;
import dev.modelscan.storage.search.SearchHit;
import dev.modelscan.storage.search.SearchProgress;
import dev.modelscan.storage.tools.ToolExecution;
import java.io.PrintWriter;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Searches messages and what tools were given and answered. */
@Command(
        name = "search",
        description = {
            "Finds messages, and calls of tools, by the words in them, the newest first. All words must be in one text.",
            "",
            "  search 'deploy fail* \"out of memory\" sender:planner tool:bash'",
            "  search 'deploy after:2026-01-31 before:2026-02-01'",
            "  search tool:bash",
            "",
            "The database needs a search index, which search --enable makes once."
        },
        modelTransformer = SharedOptions.OfSearch.class)
final class SearchCommand extends PagedCommand {

    private static final int DEFAULT_LIMIT = 20;

    @Parameters(
            arity = "0..*",
            paramLabel = "<query>",
            description = "The words. Put quotes around them, for the shell.")
    List<String> words = List.of();

    @ArgGroup
    @Nullable
    Index index;

    /** What is to be done with the index, instead of a search. */
    static final class Index {
        @Option(names = "--enable", description = "Make the index, if it is missing.")
        boolean enable;

        @Option(names = "--disable", description = "Remove the index.")
        boolean disable;

        @Option(names = "--rebuild", description = "Make the index anew.")
        boolean rebuild;
    }

    SearchCommand() {
        super(DEFAULT_LIMIT, Search.MAX_LIMIT);
    }

    /** Whatever is done with the index, nothing is migrated. */
    @Override
    Database open() {
        return index == null ? super.open() : builder().validateOnly().open();
    }

    @Override
    Result execute(Database db) {
        String query = String.join(" ", words);
        if (index != null) {
            if (!words.isEmpty()) {
                throw wrong("--enable, --disable and --rebuild search nothing; leave out " + query);
            }
            try (PhaseBar bar = new PhaseBar()) {
                return new IndexState(change(db.search(), index, so -> {
                    if (isWatched()) {
                        bar.show("Indexing", so.done(), so.total());
                    }
                }));
            }
        }
        if (words.isEmpty()) {
            throw wrong("missing words to search for");
        }
        Page<SearchHit> page = db.search().find(query, request());
        SearchFilters filters = SearchFilters.of(query);
        if (page.items().isEmpty()) {
            filters.requireSender(db);
        }
        Map<AgentId, String> names = names(db, page.items());
        Set<String> untimed = RunTimes.unknown(
                db, page.items().stream().flatMap(SearchCommand::run).toList());
        return new Found(
                page.items().stream()
                        .map(hit -> line(hit, names, run(hit).noneMatch(untimed::contains)))
                        .toList(),
                PagedCommand.next(page),
                filters.missing());
    }

    private static String change(Search search, Index index, Consumer<SearchProgress> progress) {
        if (index.disable) {
            search.disable();
            return "The database has no search index.";
        }
        if (index.rebuild) {
            search.rebuild(progress);
            return "The search index was rebuilt.";
        }
        return search.enable(progress) ? "The search index was made." : "The database has a search index already.";
    }

    private static Map<AgentId, String> names(Database db, List<SearchHit> hits) {
        List<AgentId> ids = hits.stream()
                .map(hit -> hit.message() == null
                        ? call(hit).agentId()
                        : hit.message().senderId())
                .flatMap(Stream::ofNullable)
                .distinct()
                .toList();
        return db.dsl()
                .select(AGENTS.ID, AGENTS.NAME)
                .from(AGENTS)
                .where(AGENTS.ID.in(ids))
                .fetchMap(AGENTS.ID, AGENTS.NAME);
    }

    private static ToolExecution call(SearchHit hit) {
        return Objects.requireNonNull(hit.toolExecution());
    }

    /** The id of the run that an imported message or call belongs to. */
    private static Stream<String> run(SearchHit hit) {
        if (hit.message() != null) {
            return Stream.of(hit.message().conversationId().value());
        }
        ToolExecution call = call(hit);
        return call.taskId() != null
                ? Stream.of(call.taskId().value())
                : Stream.ofNullable(call.messageId()).flatMap(message -> MessageReader.runOf(message).stream());
    }

    private static Line line(SearchHit hit, Map<AgentId, String> names, boolean timed) {
        Message message = hit.message();
        return message == null
                ? new Line(
                        "tool",
                        call(hit).id().value(),
                        null,
                        text(call(hit).taskId()),
                        names.get(call(hit).agentId()),
                        call(hit).toolName(),
                        hit.createdAt(),
                        timed,
                        hit.snippet(),
                        hit.marks())
                : new Line(
                        "message",
                        message.id().value(),
                        message.conversationId().value(),
                        text(message.taskId()),
                        message.senderId() == null ? null : names.get(message.senderId()),
                        null,
                        hit.createdAt(),
                        timed && MessageReader.hasOwnTime(message),
                        hit.snippet(),
                        hit.marks());
    }

    private static @Nullable String text(@Nullable Object id) {
        return id == null ? null : id.toString();
    }

    private record IndexState(String index) implements Result {

        @Override
        public void print(PrintWriter out) {
            out.println(index);
        }
    }

    /**
     * A result.
     *
     * @param kind message or tool
     * @param agent the sender's name, or that of the agent that used the tool
     * @param timed whether the time is its own; if not, the source has none, and it is that of the import
     */
    record Line(
            String kind,
            String id,
            @Nullable String conversation,
            @Nullable String task,
            @Nullable String agent,
            @Nullable String tool,
            Instant created,
            boolean timed,
            String snippet,
            List<SearchHit.Mark> marks) {

        private void print(PrintWriter out) {
            Screen screen = Screen.of(out);
            String time = timed ? TranscriptText.time(created).substring(0, 16) : "time unknown";
            String who = agent == null ? "" : " " + agent + (tool == null ? "" : ",");
            String what = tool == null ? "" : " tool " + tool;
            out.println(screen.line(time + who + what, Screen.COLUMNS));
            String where = conversation != null ? conversation : task;
            out.println(screen.line("    " + (where == null ? kind + " " + id : "show " + where)));
            screen.wrapped(marked(), Screen.COLUMNS - 4, 4).forEach(line -> out.println("    " + line));
        }

        /** The snippet with brackets around what was found. */
        private String marked() {
            StringBuilder marked = new StringBuilder(snippet);
            for (int i = marks.size() - 1; i >= 0; i--) {
                marked.insert(marks.get(i).to(), ']').insert(marks.get(i).from(), '[');
            }
            return marked.toString();
        }
    }

    private record Found(
            List<Line> results,
            @Nullable String next,
            @JsonIgnore String sought) implements Result {

        @Override
        public @Nullable String missing() {
            return results.isEmpty() ? sought : null;
        }

        @Override
        public void print(PrintWriter out) {
            for (Line line : results) {
                line.print(out);
            }
            printNext(next, out);
        }
    }
}
