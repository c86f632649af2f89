package dev.modelscan.storage.cli;

import dev.modelscan.storage.Database;
import dev.modelscan.storage.retention.Retention;
import dev.modelscan.storage.retention.RetentionPolicy;
import dev.modelscan.storage.retention.RetentionResult;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** Deletes what is not to be kept. */
@Command(
        name = "retention",
        description = {
            "Deletes what is older than the given times, or more than the given numbers, in small batches, while programs"
                    + " go on. A call of a tool is deleted with its answer. What is deleted cannot be restored; --dry-run"
                    + " counts it first. Creates and migrates nothing.",
            "",
            "If it is interrupted, run it again to go on. A time is 30d or 12h, for example."
        })
final class RetentionCommand extends WritingCommand {

    @Option(
            names = "--conversations",
            paramLabel = "<time>",
            converter = Intervals.class,
            description = "Keep a conversation this long after its newest message.")
    @Nullable
    Duration conversations;

    @Option(
            names = "--messages-per-conversation",
            paramLabel = "<number>",
            description = "Keep this many of the newest messages of each conversation.")
    @Nullable
    Integer messagesPerConversation;

    @Option(
            names = "--message-bytes-per-conversation",
            paramLabel = "<number>",
            description = "Keep the newest messages of each conversation, up to this many bytes.")
    @Nullable
    Long messageBytesPerConversation;

    @Option(
            names = "--message-bytes",
            paramLabel = "<number>",
            description = "Keep the newest conversations, up to this many bytes of messages in all.")
    @Nullable
    Long messageBytes;

    @Option(
            names = "--tasks",
            paramLabel = "<time>",
            converter = Intervals.class,
            description = "Keep a task this long after it ended.")
    @Nullable
    Duration tasks;

    @Option(
            names = "--tasks-per-agent",
            paramLabel = "<number>",
            description = "Keep this many of the newest tasks of each agent that have ended.")
    @Nullable
    Integer tasksPerAgent;

    @Option(
            names = "--tool-executions",
            paramLabel = "<time>",
            converter = Intervals.class,
            description = "Keep a tool execution this long after it ended.")
    @Nullable
    Duration toolExecutions;

    @Option(
            names = "--model-calls",
            paramLabel = "<time>",
            converter = Intervals.class,
            description = "Keep a model call this long.")
    @Nullable
    Duration modelCalls;

    @Option(names = "--dry-run", description = "Count what would be deleted, and delete nothing.")
    boolean dryRun;

    @Option(
            names = "--vacuum",
            description = "Then give the free pages of a SQLite file back: rewrites the file, which needs as much space"
                    + " again; writers wait.")
    boolean vacuum;

    @Override
    Database open() {
        if (vacuum && location.isServer()) {
            throw new IllegalArgumentException(
                    "--vacuum is for SQLite files; a server vacuums by itself. Nothing was deleted");
        }
        return open(dryRun);
    }

    @Override
    Result execute(Database db) {
        Retention retention = new Retention(db, policy());
        if (dryRun) {
            return Summary.of(true, retention.dryRun(), 0);
        }
        try (PhaseBar bar = new PhaseBar()) {
            if (isWatched()) {
                long total = Math.max(1, new Retention(db, policy()).dryRun().rows());
                retention.onProgress(so -> bar.show("Deleting rows", Math.min(total, so.rows()), total));
            }
            RetentionResult result = retention.run();
            return Summary.of(false, result, vacuum ? compact(db, bar) : 0);
        }
    }

    /** One statement, which does not tell how far it is. */
    private long compact(Database db, PhaseBar bar) {
        if (!isWatched()) {
            return db.compact();
        }
        bar.show("Rewriting the file", 0, 1);
        long freed = db.compact();
        bar.show("Rewriting the file", 1, 1);
        return freed;
    }

    private RetentionPolicy policy() {
        if (Stream.of(
                        conversations,
                        messagesPerConversation,
                        messageBytesPerConversation,
                        messageBytes,
                        tasks,
                        tasksPerAgent,
                        toolExecutions,
                        modelCalls)
                .allMatch(Objects::isNull)) {
            throw new ParameterException(
                    spec.commandLine(),
                    "no rule is given, so everything is kept; give one, such as --conversations 90d");
        }
        return new RetentionPolicy(
                /* conversations= */ conversations,
                /* messagesPerConversation= */ messagesPerConversation,
                /* messageBytesPerConversation= */ messageBytesPerConversation,
                /* messageBytes= */ messageBytes,
                /* tasks= */ tasks,
                /* tasksPerAgent= */ tasksPerAgent,
                /* toolExecutions= */ toolExecutions,
                /* modelCalls= */ modelCalls);
    }

    /** What was deleted, or would be. */
    record Summary(
            boolean dryRun,
            long conversations,
            long messages,
            long tasks,
            long toolExecutions,
            long modelCalls,
            long kept,
            long bytesFreed)
            implements Result {

        static Summary of(boolean dryRun, RetentionResult result, long bytesFreed) {
            return new Summary(
                    dryRun,
                    result.conversations(),
                    result.messages(),
                    result.tasks(),
                    result.toolExecutions(),
                    result.modelCalls(),
                    result.kept(),
                    bytesFreed);
        }

        @Override
        public void print(PrintWriter out) {
            TextTable table = new TextTable("kind", dryRun ? "would be deleted" : "deleted");
            table.row("conversations", conversations);
            table.row("messages", messages);
            table.row("tasks", tasks);
            table.row("tool executions", toolExecutions);
            table.row("model calls", modelCalls);
            table.print(out);
            if (kept > 0) {
                out.println(Count.of(kept, "row stays", "rows stay") + ", since rows of other tables refer to "
                        + (kept == 1 ? "it" : "them"));
            }
            if (bytesFreed > 0) {
                out.println(Count.of(bytesFreed, "byte was", "bytes were") + " given back");
            }
        }
    }
}
