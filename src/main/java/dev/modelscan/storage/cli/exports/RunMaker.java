package dev.modelscan.storage.cli.exports;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.modelscan.storage.agents.AgentId;
import dev.modelscan.storage.cli.exports.StoredRuns.Head;
import dev.modelscan.storage.cli.formats.Event.MessageRead;
import dev.modelscan.storage.cli.formats.Event.ModelCalled;
import dev.modelscan.storage.cli.formats.Event.RunEnded;
import dev.modelscan.storage.cli.formats.Event.RunStarted;
import dev.modelscan.storage.cli.formats.Event.Usage;
import dev.modelscan.storage.cli.formats.Fields;
import dev.modelscan.storage.cli.formats.Place;
import dev.modelscan.storage.cli.formats.Role;
import dev.modelscan.storage.cli.imports.BlobBytes;
import dev.modelscan.storage.cli.imports.MessageReader;
import dev.modelscan.storage.conversations.Message;
import dev.modelscan.storage.conversations.MessageId;
import dev.modelscan.storage.conversations.MessageRole;
import dev.modelscan.storage.models.ModelCall;
import dev.modelscan.storage.tasks.Task;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Makes the run of one conversation from its rows. */
final class RunMaker {

    private static final Place NOWHERE = new Place(0, 0, -1);

    private final RunRows rows;
    private final Head head;
    private final MessageReader reader;
    private final @Nullable Task task;
    private final String form;

    RunMaker(RunRows rows, Head head, BlobBytes blobs) {
        this.rows = rows;
        this.head = head;
        this.reader = new MessageReader(blobs);
        this.task = rows.taskOf(head);
        this.form = head.format() == null ? "" : head.format();
    }

    Run make() {
        boolean timed = task == null || MessageReader.isTimed(task.metadata());
        List<MessageRead> messages = new ArrayList<>();
        for (Message message : rows.messagesOf(head)) {
            MessageRead.Builder read = reader.read(head.id().value(), rows.whole(message), nameOf(message.id()), timed);
            MessageId parent = message.parentId();
            read.parentId(parent == null || parent.equals(message.id()) ? null : nameOf(parent))
                    .author(author(message));
            messages.add(read.build());
        }
        return new Run(
                form,
                started(),
                messages,
                calls(),
                ended(),
                task == null ? List.of() : rows.childrenOf(task.id()),
                new Beside(rows, head, task).all(messages));
    }

    /** Forms other than ATIF ask for no id of a message, and a message of ATIF without an id has none. */
    private @Nullable String nameOf(MessageId id) {
        String name = rows.nameOf(id);
        return name != null || form.equals("atif") ? name : id.value();
    }

    /** Who wrote it, unless that is the run's agent or what the role says. */
    private @Nullable String author(Message message) {
        AgentId sender = message.senderId();
        String name = rows.agent(sender);
        boolean isRole = message.role() != null
                && message.role().name().toLowerCase(Locale.ROOT).equals(name);
        boolean isRuns = task != null && sender.equals(task.agentId());
        return isRole || isRuns || message.role() == MessageRole.TOOL ? null : name;
    }

    private RunStarted started() {
        String agent = task == null ? null : rows.agent(task.agentId());
        String assistant = Role.ASSISTANT.name().toLowerCase(Locale.ROOT);
        ObjectNode words = task == null ? Fields.object() : reader.wordsOf(task.metadata());
        return new RunStarted(
                head.id().value(),
                NOWHERE,
                head.externalId() == null ? head.id().value() : head.externalId(),
                task == null || task.parentId() == null ? null : task.parentId().value(),
                head.title(),
                assistant.equals(agent) ? null : agent,
                task == null ? head.createdAt() : task.startedAt(),
                words);
    }

    private @Nullable RunEnded ended() {
        return task == null
                ? null
                : new RunEnded(
                        head.id().value(),
                        NOWHERE,
                        null,
                        task.status(),
                        task.error(),
                        task.completedAt(),
                        null,
                        Fields.object());
    }

    private List<ModelCalled> calls() {
        return rows.callsOf(head, task).stream().map(this::called).toList();
    }

    private ModelCalled called(ModelCall call) {
        MessageId message = call.messageId();
        return new ModelCalled(
                head.id().value(),
                NOWHERE,
                message == null ? null : nameOf(message),
                call.externalId(),
                call.model(),
                call.provider(),
                new Usage(
                        call.inputTokens(),
                        call.outputTokens(),
                        call.cacheReadTokens(),
                        call.cacheWriteTokens(),
                        call.reasoningTokens()),
                call.cost(),
                call.currency(),
                call.startedAt(),
                call.completedAt(),
                call.finishReason());
    }
}
