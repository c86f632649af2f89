package dev.modelscan.storage.cli;

import static dev.modelscan.storage.schema.Tables.CONVERSATIONS;
import static dev.modelscan.storage.schema.Tables.MESSAGES;

import dev.modelscan.storage.Database;
import dev.modelscan.storage.Page;
import dev.modelscan.storage.PageRequest;
import dev.modelscan.storage.conversations.Conversation;
import dev.modelscan.storage.conversations.ConversationId;
import dev.modelscan.storage.conversations.Message;
import dev.modelscan.storage.errors.InvalidDataException;
import dev.modelscan.storage.tasks.TaskId;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Shows a conversation as a transcript. */
@Command(
        name = "show",
        description = {
            "Shows a conversation: who said what, and each call of a tool on one line, with its outcome and how long it took.",
            "Creates and migrates nothing. If the conversation has branches, it shows the path to the head."
        },
        modelTransformer = SharedOptions.OfShow.class)
final class ShowCommand extends PagedCommand {

    private static final int DEFAULT_LIMIT = 200;
    private static final int MOST_NAMED = 5;

    @Parameters(
            paramLabel = "<conversation>",
            description =
                    "The id of a conversation or of its task, or the id that it has in the file it was imported from.")
    @SuppressWarnings("NullAway.Init") // picocli sets it
    String name;

    @Option(names = "--full", description = "Show all of each text, and what each tool was given and answered.")
    boolean full;

    @Option(names = "--reasoning", description = "Also show what the model thought.")
    boolean reasoning;

    @Option(names = "--newest", description = "Begin with the newest page, and go on to the one before it.")
    boolean newest;

    ShowCommand() {
        super(DEFAULT_LIMIT, PageRequest.MAX_LIMIT);
    }

    @Override
    Result execute(Database db) {
        PageRequest request = request();
        Conversation conversation = conversation(db);
        return Transcript.of(db, conversation, newest, request, new Transcript.Style(full, reasoning));
    }

    private Conversation conversation(Database db) {
        try {
            Optional<Conversation> found = db.conversations().find(new ConversationId(name));
            if (found.isPresent()) {
                return found.get();
            }
            Page<Message> about = db.messages().listByTask(new TaskId(name), PageRequest.first(1));
            if (!about.items().isEmpty()) {
                return db.conversations().get(onlyConversation(db, about.items().get(0)));
            }
        } catch (InvalidDataException e) {
            // It is no id of ours, and may be one of a file.
        }
        List<ConversationId> named = db.dsl()
                .select(CONVERSATIONS.ID)
                .from(CONVERSATIONS)
                .where(CONVERSATIONS.EXTERNAL_ID.eq(name))
                .orderBy(CONVERSATIONS.ID)
                .limit(MOST_NAMED + 1)
                .fetch(CONVERSATIONS.ID);
        if (named.isEmpty() && isTask(db)) {
            throw new IllegalArgumentException(
                    "no message is about the task " + name + ", so it has no conversation to show");
        }
        return db.conversations().get(only(named, "are named"));
    }

    private boolean isTask(Database db) {
        try {
            return db.tasks().find(new TaskId(name)).isPresent();
        } catch (InvalidDataException e) {
            return false;
        }
    }

    /** The conversation of a task's messages, which are listed by conversation. */
    private ConversationId onlyConversation(Database db, Message first) {
        List<ConversationId> all = db.dsl()
                .selectDistinct(MESSAGES.CONVERSATION_ID)
                .from(MESSAGES)
                .where(MESSAGES.TASK_ID.eq(first.taskId()))
                .orderBy(MESSAGES.CONVERSATION_ID)
                .limit(MOST_NAMED + 1)
                .fetch(MESSAGES.CONVERSATION_ID);
        return only(all, "have messages about the task");
    }

    private ConversationId only(List<ConversationId> found, String what) {
        if (found.isEmpty()) {
            throw new IllegalArgumentException("no conversation, no task and no imported session has the id " + name
                    + "; list conversations shows them");
        }
        if (found.size() > 1) {
            throw new IllegalArgumentException((found.size() > MOST_NAMED ? "more than " + MOST_NAMED : found.size())
                    + " conversations " + what + " " + name + "; give the id of one: "
                    + found.stream()
                            .limit(MOST_NAMED)
                            .map(ConversationId::value)
                            .collect(Collectors.joining(", ")));
        }
        return found.get(0);
    }
}
