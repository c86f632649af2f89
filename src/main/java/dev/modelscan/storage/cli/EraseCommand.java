package dev.modelscan.storage.cli;

import dev.modelscan.storage.Database;
import dev.modelscan.storage.agents.AgentId;
import dev.modelscan.storage.conversations.ConversationId;
import dev.modelscan.storage.erasure.ErasureRequest;
import java.io.PrintWriter;
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
            "If it was killed, run it again: exit code 3 then says that its rows were gone already. It does not reach"
                    + " backups, exports, replicas, and what others wrote about it.",
            "",
            EraseCommand.CODES
        },
        subcommands = {
            EraseCommand.OfAgent.class,
            EraseCommand.OfConversation.class,
            EraseCommand.OfExternalId.class,
            EraseCommand.Scrub.class
        })
final class EraseCommand extends CommandGroup {

    static final String CODES = "Exit code: 0 erased, or counted; 1 refused, or erased and not scrubbed (run erase"
            + " scrub); 3 nothing was found to erase.";

    @Command(
            name = "agent",
            description = {
                "Erases an agent with what it wrote: messages, tool executions, tasks, model calls, memberships. Others'"
                        + " records stay.",
                "",
                CODES
            })
    static final class OfAgent extends ErasingCommand {

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
                CODES
            })
    static final class OfConversation extends ErasingCommand {

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
                CODES
            })
    static final class OfExternalId extends ErasingCommand {

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
                "Removes traces of deleted rows from the storage: rewrites a SQLite file, which needs as much space again;"
                        + " writers wait. On PostgreSQL: VACUUM (ANALYZE)."
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
