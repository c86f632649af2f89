package dev.modelscan.storage.cli;

import dev.modelscan.storage.Database;
import dev.modelscan.storage.agents.AgentId;
import dev.modelscan.storage.backups.Keep;
import dev.modelscan.storage.conversations.ConversationId;
import dev.modelscan.storage.erasure.ErasureReceipt;
import dev.modelscan.storage.erasure.ErasureRequest;
import dev.modelscan.storage.errors.StorageException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;

/** The commands that erase. */
@Command(
        name = "erase",
        description = {
            "Erases an agent, a conversation, or what an external id names: from all tables, deleted records, the search index,"
                    + " the audit log, and the bytes of a SQLite file.",
            "If it is killed, run it again: 3 then says that its rows were gone already. Not reached: backups, exports,"
                    + " replicas, and what others wrote about it.",
            "",
            "Exit code: 0 erased, or counted; 1 refused, or erased and not scrubbed (run erase scrub); 3 nothing of it"
                    + " was found."
        },
        subcommands = {
            EraseCommand.OfAgent.class,
            EraseCommand.OfConversation.class,
            EraseCommand.OfExternalId.class,
            EraseCommand.Scrub.class
        })
final class EraseCommand extends CommandGroup {

    /** Erases one thing, and migrates nothing. */
    abstract static class Erasing extends DatabaseCommand {

        @Option(names = "--dry-run", description = "Count what would be erased, and write nothing.")
        boolean dryRun;

        @Option(
                names = "--no-scrub",
                description =
                        "Leave what deleted rows have left in the file, for many erasures: run \"erase scrub\" after"
                                + " the last one.")
        boolean noScrub;

        @Option(names = "--actor", paramLabel = "<name>", description = "Who erases, for the receipt.")
        @Nullable
        String actor;

        @Option(
                names = "--backups",
                paramLabel = "<directory>",
                description = "Name the backups in this directory, which may still hold it.")
        @Nullable
        Path backups;

        @Option(
                names = "--keep",
                paramLabel = "<count>",
                description =
                        "Which of them are kept, as 24h,7d,4w: says when each is deleted, if one is added every hour."
                                + " Needs --backups.")
        @Nullable
        String keep;

        abstract ErasureRequest request();

        /** Refuses what names something in another way, since that it was not found would be read as erased. */
        void check(Database db) {}

        @Override
        Database open() {
            return dryRun
                    ? builder().readOnly().open()
                    : builder().validateOnly().open();
        }

        @Override
        Result execute(Database db) {
            if (keep != null && backups == null) {
                throw new ParameterException(spec.commandLine(), "--keep needs --backups");
            }
            check(db);
            ErasureRequest request = request();
            if (backups != null) {
                request = request.backups(backups, keep == null ? null : Keep.parse(keep));
            }
            Database acting = actor == null ? db : db.as(actor);
            if (dryRun) {
                return ErasureSummary.of(true, acting.erasure().preview(request));
            }
            ErasureReceipt receipt = erase(acting, request.withoutScrub());
            if (noScrub) {
                return ErasureSummary.of(false, receipt);
            }
            if (json) {
                return ErasureSummary.scrubbed(receipt, scrub(db));
            }
            PrintWriter out = spec.commandLine().getOut();
            ErasureSummary.of(false, receipt).printErased(out);
            out.flush();
            return ErasureSummary.scrubbed(receipt, scrub(db)).scrubResult();
        }

        /** Why the scrub failed; null if it did not. */
        private @Nullable String scrub(Database db) {
            try {
                if (!isWatched()) {
                    db.erasure().scrub();
                    return null;
                }
                try (PhaseBar bar = new PhaseBar()) {
                    bar.show("Scrub", 0, 1);
                    db.erasure().scrub();
                    bar.show("Scrub", 1, 1);
                    return null;
                }
            } catch (StorageException e) {
                return String.valueOf(e.getMessage());
            }
        }

        private ErasureReceipt erase(Database db, ErasureRequest request) {
            if (!isWatched()) {
                return db.erasure().erase(request);
            }
            try (PhaseBar bar = new PhaseBar()) {
                return db.erasure()
                        .erase(
                                request,
                                so -> bar.show(
                                        so.phase().name().charAt(0)
                                                + so.phase().name().substring(1).toLowerCase(Locale.ROOT),
                                        so.done(),
                                        Math.max(1, so.total())));
            }
        }
    }

    @Command(
            name = "agent",
            description = {
                "Erases an agent with what it wrote: messages, tool executions, tasks, model calls, memberships. Others'"
                        + " records stay.",
                "",
                "Exit code: 0 erased, or counted; 3 nothing of it was found."
            })
    static final class OfAgent extends Erasing {

        @Parameters(paramLabel = "<id>", description = "The agent's id.")
        @SuppressWarnings("NullAway.Init") // picocli sets it
        String id;

        @Option(
                names = "--pseudonymise",
                description = "Keep the records without their content, under a new agent with a meaningless name.")
        boolean pseudonymise;

        @Override
        void check(Database db) {
            if (db.agents().find(new AgentId(id)).isEmpty()) {
                db.agents().findByName(id).ifPresent(agent -> {
                    throw new ParameterException(
                            spec.commandLine(), id + " is the name of the agent " + agent.id() + "; give its id");
                });
            }
        }

        @Override
        ErasureRequest request() {
            ErasureRequest request = ErasureRequest.agent(new AgentId(id));
            return pseudonymise ? request.pseudonymised() : request;
        }
    }

    @Command(
            name = "conversation",
            description = {
                "Erases a conversation with its messages, tool executions and model calls, and the tasks that have messages"
                        + " nowhere else.",
                "",
                "Exit code: 0 erased, or counted; 3 nothing of it was found."
            })
    static final class OfConversation extends Erasing {

        @Parameters(paramLabel = "<id>", description = "The conversation's id.")
        @SuppressWarnings("NullAway.Init") // picocli sets it
        String id;

        @Override
        ErasureRequest request() {
            return ErasureRequest.conversation(new ConversationId(id));
        }
    }

    @Command(
            name = "external-id",
            description = {
                "Erases what was imported under an id: tasks and conversations with all of their content, workflows, messages"
                        + " and model calls.",
                "",
                "Exit code: 0 erased, or counted; 3 nothing of it was found."
            })
    static final class OfExternalId extends Erasing {

        @Parameters(index = "0", paramLabel = "<format>", description = "The form of the source, such as claude-code.")
        @SuppressWarnings("NullAway.Init") // picocli sets it
        String format;

        @Parameters(index = "1", paramLabel = "<id>", description = "Its id there.")
        @SuppressWarnings("NullAway.Init") // picocli sets it
        String id;

        @Override
        ErasureRequest request() {
            return ErasureRequest.externalId(format, id);
        }
    }

    @Command(
            name = "scrub",
            description = {
                "Removes what deleted rows have left behind: rewrites a SQLite file, which needs as much space again,"
                        + " while nobody writes. On PostgreSQL: VACUUM (ANALYZE)."
            })
    static final class Scrub extends WritingCommand {

        @Override
        Result execute(Database db) {
            db.erasure().scrub();
            return new Scrubbed(true);
        }

        private record Scrubbed(boolean scrubbed) implements Result {
            @Override
            public void print(PrintWriter out) {
                out.println("scrubbed");
            }
        }
    }
}
