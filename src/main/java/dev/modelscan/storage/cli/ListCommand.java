package dev.modelscan.storage.cli;

import dev.modelscan.storage.Database;
import dev.modelscan.storage.PageRequest;
import java.time.Instant;
import java.util.Arrays;
import java.util.Iterator;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Lists records of one kind, page by page. */
@Command(
        name = "list",
        description = {
            "Lists tasks, conversations, agents, tools or workflows: the oldest first, tools by name.",
            "Creates and migrates nothing."
        })
final class ListCommand extends PagedCommand {

    private static final int DEFAULT_LIMIT = 50;

    /** What can be listed. */
    enum Kind {
        TASKS,
        CONVERSATIONS,
        AGENTS,
        TOOLS,
        WORKFLOWS
    }

    @Parameters(
            paramLabel = "<kind>",
            completionCandidates = Kinds.class,
            description = "tasks, conversations, agents, tools or workflows.")
    @SuppressWarnings("NullAway.Init") // picocli sets it
    String kind;

    @Option(
            names = "--status",
            paramLabel = "<status>",
            description = "Only those of this status. For tasks, agents and workflows.")
    @Nullable
    String status;

    @Option(
            names = "--agent",
            paramLabel = "<name or id>",
            description =
                    "Only the tasks of this agent, the tools that it used, or the conversations in which it spoke.")
    @Nullable
    String agent;

    @Option(
            names = "--workflow",
            paramLabel = "<name or id>",
            description =
                    "Only what belongs to this workflow, or to all of that name. For tasks, conversations and tools.")
    @Nullable
    String workflow;

    @Option(
            names = "--name",
            paramLabel = "<text>",
            description =
                    "Only those with this text in the name; for tasks, in the type; for conversations, in the title or the"
                            + " external id.")
    @Nullable
    String name;

    @Option(
            names = "--since",
            paramLabel = "<time>",
            converter = Moment.class,
            description = "Only what was created at this time or later: " + Moment.HELP + ".")
    @Nullable
    Instant since;

    @Option(
            names = "--until",
            paramLabel = "<time>",
            converter = Moment.class,
            description = "Only what was created before this time.")
    @Nullable
    Instant until;

    @Option(names = "--newest", description = "The newest first; tools from Z to A.")
    boolean newest;

    ListCommand() {
        super(DEFAULT_LIMIT, PageRequest.MAX_LIMIT);
    }

    @Override
    Result execute(Database db) {
        PageRequest request = request();
        Moment.requireOrder(spec, since, until);
        return new Lists(db, this).page(kind(), request);
    }

    private Kind kind() {
        Kind found = null;
        for (Kind each : Kind.values()) {
            if (each.name().equalsIgnoreCase(kind)) {
                found = each;
            }
        }
        if (found == null) {
            throw wrong("\"" + kind + "\" cannot be listed; tasks, conversations, agents, tools and workflows can");
        }
        boolean hasStatus = found != Kind.CONVERSATIONS && found != Kind.TOOLS;
        boolean hasUsers = found != Kind.AGENTS && found != Kind.WORKFLOWS;
        if (status != null && !hasStatus) {
            throw wrong(kind + " have no status");
        }
        if (!hasUsers && (agent != null || workflow != null)) {
            throw wrong(kind + " cannot be listed by agent or workflow");
        }
        return found;
    }

    /** Whether the list is a part of all records, or in another order than theirs. */
    boolean isFiltered() {
        return isNarrowed() || newest;
    }

    @Override
    boolean isNarrowed() {
        return status != null || agent != null || workflow != null || name != null || since != null || until != null;
    }

    /** The kinds, as they are given. */
    static final class Kinds implements Iterable<String> {
        @Override
        public Iterator<String> iterator() {
            return Arrays.stream(Kind.values())
                    .map(kind -> kind.name().toLowerCase(Locale.ROOT))
                    .iterator();
        }
    }
}
