package dev.modelscan.storage.cli.exports;

import dev.modelscan.storage.agents.AgentId;
import dev.modelscan.storage.cli.exports.StoredRuns.Head;
import dev.modelscan.storage.cli.formats.Event.MessageRead;
import dev.modelscan.storage.cli.formats.Part;
import dev.modelscan.storage.cli.imports.MessageReader.Whole;
import dev.modelscan.storage.conversations.ContentType;
import dev.modelscan.storage.conversations.Message;
import dev.modelscan.storage.models.ModelCall;
import dev.modelscan.storage.tasks.Task;
import dev.modelscan.storage.tools.ToolExecution;
import dev.modelscan.storage.tools.ToolExecutionStatus;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** What is stored of a run, and no {@link Run} has a place for. */
final class Beside {

    private static final String SCORES = "scores";
    private static final String SILENT = "tools that were used without a message";
    private static final String STARTED_BY = "which tool started a sub-agent";

    /** What a source says in its own words, so that a run that is written as its source had it says it too. */
    static final Set<String> OF_SOURCE = Set.of(SCORES, SILENT, STARTED_BY);

    /** What importers make of a run, and note of the use of a tool. */
    private static final String TYPE = "transcript";

    private static final Set<ContentType> TYPES =
            Set.of(ContentType.TEXT, ContentType.COMMAND, ContentType.SUCCESS, ContentType.ERROR);
    private static final Set<String> NOTES = Set.of("decided_by", "child_run", "call_completed_at");

    private final RunRows rows;
    private final Head head;
    private final @Nullable Task task;
    private final List<Message> messages;
    private final boolean imported;
    private final List<String> all = new ArrayList<>();

    Beside(RunRows rows, Head head, @Nullable Task task) {
        this.rows = rows;
        this.head = head;
        this.task = task;
        this.messages = rows.messagesOf(head);
        this.imported = task != null && task.origin().format() != null;
    }

    /**
     * All of it, in a few words each.
     *
     * @param read what the run says of the messages
     */
    List<String> all(List<MessageRead> read) {
        add(head.head() != null && messages.size() < head.last(), "other branches of the conversation");
        add(rows.hasSummaries(head), "summaries of the conversation");
        add(any(message -> message.receiverId() != null), "whom a message is for");
        // An import marks all as read.
        add(!imported && any(message -> message.readAt() != null), "when a message was read");
        add(any(this::isAboutOthers), "other tasks, or the team, that a message is about");
        add(any(message -> !TYPES.contains(message.contentType())), "the type of a message's content");
        ofTools(read);
        add(rows.callsOf(head, task).stream().anyMatch(this::isMore), "the agent or the metadata of a model call");
        if (task != null) {
            of(task);
        }
        return all;
    }

    private void of(Task task) {
        add(rows.hasScores(task.id()), SCORES);
        add(rows.hasSilentTools(task.id()), SILENT);
        add(task.input() != null || task.output() != null, "input and output of a task");
        add(
                !task.type().equals(TYPE)
                        || task.priority() != 0
                        || (!imported && (task.teamId() != null || task.workflowId() != null)),
                "type, priority, team or workflow of a task");
    }

    private void ofTools(List<MessageRead> read) {
        for (int i = 0; i < messages.size(); i++) {
            Whole whole = rows.whole(messages.get(i));
            List<Part> parts = read.get(i).parts();
            add(
                    whole.asked().size() > count(parts, Part.Call.class)
                            || whole.answered().size() > count(parts, Part.Answer.class),
                    "tools that the parts of a message do not name");
            String text = messages.get(i).content();
            add(
                    whole.asked().stream().anyMatch(Beside::isAnsweredElsewhere)
                            || whole.answered().stream().anyMatch(used -> isMore(used, text)),
                    "what a tool's record says beyond the messages");
            add(whole.asked().stream().anyMatch(used -> used.childTaskId() != null), STARTED_BY);
        }
    }

    private static long count(List<Part> parts, Class<? extends Part> kind) {
        return parts.stream().filter(kind::isInstance).count();
    }

    private static boolean isAnsweredElsewhere(ToolExecution used) {
        return used.answerMessageId() == null
                && (used.status() != ToolExecutionStatus.PENDING
                        || !used.metadata().toNode().isEmpty());
    }

    private static boolean isMore(ToolExecution used, String text) {
        boolean told = used.decidedBy() != null
                || ((used.error() == null || used.error().equals(text))
                        && (used.output() == null || isText(used, text)));
        return !told
                || used.status() == ToolExecutionStatus.TIMEOUT
                || used.metadata().toNode().properties().stream().anyMatch(member -> !NOTES.contains(member.getKey()));
    }

    private static boolean isText(ToolExecution used, String text) {
        var output = Objects.requireNonNull(used.output(), "output").toNode();
        return text.equals(output.isTextual() ? output.textValue() : output.toString());
    }

    private boolean isMore(ModelCall call) {
        AgentId agent = call.agentId();
        boolean known = agent == null
                || (task != null && agent.equals(task.agentId()))
                || any(message -> message.id().equals(call.messageId())
                        && message.senderId().equals(agent));
        return !known || !call.metadata().toNode().isEmpty();
    }

    private boolean isAboutOthers(Message message) {
        return message.teamId() != null
                || (message.taskId() != null
                        && task != null
                        && !message.taskId().equals(task.id()));
    }

    private boolean any(Predicate<Message> test) {
        return messages.stream().anyMatch(test);
    }

    private void add(boolean isStored, String what) {
        if (isStored) {
            all.add(what);
        }
    }
}
