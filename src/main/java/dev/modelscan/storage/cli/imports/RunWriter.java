package dev.modelscan.storage.cli.imports;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.modelscan.storage.Tx;
import dev.modelscan.storage.agents.AgentId;
import dev.modelscan.storage.blobs.BlobId;
import dev.modelscan.storage.cli.formats.Event;
import dev.modelscan.storage.cli.formats.Event.MessageRead;
import dev.modelscan.storage.cli.formats.Event.ModelCalled;
import dev.modelscan.storage.cli.formats.Event.RunEnded;
import dev.modelscan.storage.cli.formats.Event.Scored;
import dev.modelscan.storage.cli.formats.Event.ToolUsed;
import dev.modelscan.storage.cli.formats.Events;
import dev.modelscan.storage.cli.formats.Fields;
import dev.modelscan.storage.cli.formats.Part;
import dev.modelscan.storage.cli.formats.Role;
import dev.modelscan.storage.conversations.ConversationId;
import dev.modelscan.storage.conversations.InsideToolCall;
import dev.modelscan.storage.conversations.Message;
import dev.modelscan.storage.conversations.MessageId;
import dev.modelscan.storage.models.ModelCall;
import dev.modelscan.storage.scores.Score;
import dev.modelscan.storage.sources.Origin;
import dev.modelscan.storage.tasks.Task;
import dev.modelscan.storage.tasks.TaskId;
import dev.modelscan.storage.tools.ToolExecution;
import dev.modelscan.storage.tools.ToolExecutionId;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Writes the messages, tool executions, model calls and scores of one run, in one transaction, a few hundred at a time. */
final class RunWriter implements Events {

    /** How many digits of an id are the number of its message, unless it is higher. */
    static final int DIGITS = 6;

    private final Tx tx;
    private final Facts facts;
    private final Target target;
    private final Batch batch;
    private final MessageMaker maker;
    private final Executions executions;
    private final Pairing<OpenCall> pairing = new Pairing<>();
    private final Set<String> agentsSoFar = new LinkedHashSet<>();
    private final Map<String, MessageId> named = new HashMap<>();
    private final List<Early> early = new ArrayList<>();

    private List<BlobId> blobs;
    private int index;
    private boolean fresh;
    private boolean branched;
    private int toolsUsed;
    private int answers;
    private int modelCalls;
    private Instant time;
    private @Nullable MessageId previous;
    private @Nullable AgentId lastAgent;

    /**
     * Where a run goes.
     *
     * @param known what is stored of it
     * @param origin the task's origin, whose place the messages take if they have none of their own
     * @param agents the agents by name
     * @param run its name
     * @param extras what else is stored of the run
     * @param base the time of what has none
     * @param blobs blobs of the task's metadata, to which the first message that is stored refers
     */
    record Target(
            Known known,
            Origin origin,
            Map<String, AgentId> agents,
            RunName run,
            Extras extras,
            Instant base,
            List<BlobId> blobs) {

        TaskId task() {
            return known.id();
        }

        ConversationId conversation() {
            return new ConversationId(task().value());
        }
    }

    /** An answer, with its call, unless that comes later, and the agent that called. */
    private record Answered(Part.Answer answer, @Nullable OpenCall call, String agent) {}

    /** An answer that comes before its call. */
    private record Early(Part.Answer answer, MessageId message, boolean stored, Instant time) {}

    /** A call that waits for its answer. */
    private record OpenCall(ToolExecution execution, String agent, boolean stored) {}

    RunWriter(Tx tx, int maxDepth, Facts facts, Target target) {
        this.tx = tx;
        this.facts = facts;
        this.target = target;
        this.batch = new Batch(tx);
        Values values = new Values(tx.blobs(), maxDepth);
        this.maker = new MessageMaker(values);
        this.executions = new Executions(values, target.task());
        this.time = target.base();
        this.blobs = target.blobs();
    }

    @Override
    public void accept(Event event) {
        if (event instanceof MessageRead message) {
            message(message);
        } else if (event instanceof ModelCalled call) {
            modelCalled(call);
        } else if (event instanceof Scored score) {
            scored(score);
        } else if (event instanceof ToolUsed used) {
            toolUsed(used);
        }
    }

    /** Stores what is left. */
    Stored finish() {
        for (Early each : early) {
            OpenCall call = pairing.answerEarlier(each.answer());
            if (call != null) {
                answer(each.answer(), call, each.message(), each.stored(), each.time());
            }
        }
        pairing.open().forEach(call -> {
            if (!call.stored()) {
                batch.add(call.execution());
            }
        });
        Stored stored = batch.finish();
        Gaps gaps = target.known().gaps();
        if (gaps != null) {
            gaps.close(tx, target.task(), facts, stored.messages());
        }
        if (target.known().isWhole()) {
            target.extras().deleteUntold();
        }
        RunEnded ended = facts.ended();
        MessageId head = ended == null || ended.head() == null ? null : named.get(Names.of(ended.head()));
        head = head == null ? previous : head;
        if (head != null && (branched || !head.equals(previous))) {
            tx.conversations().fork(target.conversation(), head, InsideToolCall.MOVE_BEFORE_CALL);
        }
        return stored;
    }

    private void message(MessageRead message) {
        int number = ++index;
        MessageId known = known(message);
        MessageId id = known == null ? id(target.task(), facts, number) : known;
        boolean stored = known != null || target.known().isStored(number) || isOld(message);
        time = message.createdAt() == null ? time : message.createdAt();
        boolean hasAuthor = Names.hasAuthor(message);
        if (hasAuthor) {
            // A service that runs a tool itself answers in the message of the call.
            calls(message, id, Names.author(message, facts.started().agent()), stored);
        }
        List<Answered> answered = answered(message);
        String author = author(message, answered);
        AgentId sender = agent(author);
        boolean first = register(message, id);
        if (!stored) {
            store(message, id, sender, !answered.isEmpty(), first);
        }
        if (!hasAuthor) {
            calls(message, id, author, stored);
        }
        answers(answered, id, stored);
        previous = id;
        lastAgent = message.role() == Role.ASSISTANT ? sender : lastAgent;
    }

    private void store(MessageRead message, MessageId id, AgentId sender, boolean answers, boolean first) {
        Message made = maker.make(message, answers, notes(message, first), blobs)
                .id(id)
                .conversationId(target.conversation())
                .taskId(target.task())
                .senderId(sender)
                .parentId(parent(message, id))
                .createdAt(time)
                .readAt(time)
                .build();
        blobs = List.of();
        batch.add(made, origin(message, first));
    }

    private void answers(List<Answered> answered, MessageId id, boolean stored) {
        for (Answered each : answered) {
            if (each.call() == null) {
                early.add(new Early(each.answer(), id, stored, time));
            } else {
                answer(each.answer(), each.call(), id, stored, time);
            }
        }
    }

    /** The id of a message says its place in the run, and what it and those before it hold. */
    static MessageId id(TaskId task, Facts facts, int number) {
        String digest = Digests.hex(facts.digest(number)).substring(0, 8);
        return new MessageId(RunIds.first(task) + padded(number, DIGITS) + ":" + digest);
    }

    /** If names tell what is stored, a message without a name is as new as the one before it. */
    private boolean isOld(MessageRead message) {
        if (target.known().names() == null) {
            return false;
        }
        fresh = message.externalId() == null ? fresh : known(message) == null;
        return !fresh;
    }

    /** So that ids sort as their numbers do. */
    static String padded(int number, int digits) {
        String text = Integer.toString(number);
        return text.length() >= digits ? text : "0".repeat(digits - text.length()) + text;
    }

    private @Nullable MessageId known(MessageRead message) {
        Map<String, MessageId> names = target.known().names();
        return names == null || message.externalId() == null ? null : names.get(Names.of(message.externalId()));
    }

    /** Whether the file's name of a message occurs for the first time. */
    private boolean register(MessageRead message, MessageId id) {
        return message.externalId() == null || named.putIfAbsent(Names.of(message.externalId()), id) == null;
    }

    /** What neither the columns nor the words of the source say. */
    private ObjectNode notes(MessageRead message, boolean first) {
        ObjectNode notes = Fields.object();
        if (message.createdAt() == null && facts.timed() > 0) {
            notes.put(Notes.UNTIMED, true);
        }
        String id = message.externalId();
        if (id != null && !(first && Names.of(id).equals(id))) {
            notes.put(Notes.ID, id);
        }
        return notes;
    }

    private Origin origin(MessageRead message, boolean first) {
        String name = first && message.externalId() != null ? Names.of(message.externalId()) : null;
        Origin origin = target.origin();
        return Places.at(new Origin(origin.format(), name, origin.sourceId(), null, null, null), message.place());
    }

    /** Null for the message before, as in all conversations without branches; the id itself if it follows none. */
    private @Nullable MessageId parent(MessageRead message, MessageId id) {
        MessageId parent = message.parentId() == null ? null : named.get(Names.of(message.parentId()));
        boolean root = facts.isTree() && message.parentId() == null && message.externalId() != null && previous != null;
        if (root) {
            branched = true;
            return id;
        }
        if (parent == null || parent.equals(previous) || parent.equals(id)) {
            return null;
        }
        branched = true;
        return parent;
    }

    private List<Answered> answered(MessageRead message) {
        List<Answered> answered = new ArrayList<>();
        for (Part part : message.parts()) {
            if (part instanceof Part.Answer answer) {
                answers++;
                OpenCall call = pairing.answer(answer);
                String agent = call == null ? facts.callerOfEarly(answers) : call.agent();
                if (agent != null) {
                    answered.add(new Answered(answer, call, agent));
                }
            }
        }
        return answered;
    }

    private String author(MessageRead message, List<Answered> answered) {
        if (!Names.hasAuthor(message)) {
            return answered.stream()
                    .min(Comparator.comparing(each -> each.call() == null))
                    .map(Answered::agent)
                    .orElseGet(() -> Facts.toolAgent(facts.started(), agentsSoFar));
        }
        String author = Names.author(message, facts.started().agent());
        if (message.role() == Role.ASSISTANT) {
            agentsSoFar.add(author);
        }
        return author;
    }

    private AgentId agent(String name) {
        AgentId id = target.agents().get(name);
        if (id == null) {
            throw new IllegalStateException("no agent was made for " + name);
        }
        return id;
    }

    private void calls(MessageRead message, MessageId id, String author, boolean stored) {
        int number = 0;
        for (Part part : message.parts()) {
            if (part instanceof Part.Call call) {
                ToolExecutionId execution = new ToolExecutionId(id.value() + ":" + padded(++number, 3));
                ToolExecution asked = executions
                        .asked(execution, agent(author), call, time)
                        .messageId(id)
                        .build();
                pairing.open(call, new OpenCall(asked, author, stored));
            }
        }
    }

    private void answer(Part.Answer answer, OpenCall call, MessageId id, boolean stored, Instant at) {
        if (stored && call.stored()) {
            return;
        }
        ToolExecution asked = call.execution();
        if (call.stored()) {
            ToolExecution known = tx.toolExecutions().find(asked.id()).orElse(null);
            if (known != null && known.answerMessageId() != null) {
                return;
            }
            if (known != null) {
                // A change of status takes the time of now, and this one has a time of its own, so the row is stored
                // again.
                tx.toolExecutions().delete(known.id());
            }
        }
        batch.add(executions
                .answered(
                        asked.toBuilder().answerMessageId(id).childTaskId(child(answer)), asked.createdAt(), at, answer)
                .build());
    }

    /** The task of the run that a tool started; null if there is none, or it is not stored yet: {@link RunStore} then links it. */
    private @Nullable TaskId child(Part.Answer answer) {
        return answer.childRun() == null
                ? null
                : tx.tasks()
                        .findByExternalId(String.valueOf(target.origin().format()), Names.of(answer.childRun()))
                        .map(Task::id)
                        .orElse(null);
    }

    private void toolUsed(ToolUsed used) {
        ToolExecutionId id = Executions.id(target.task(), used, ++toolsUsed);
        target.extras().put(batch, executions.used(id, agent(facts.toolUser(used)), used, time));
    }

    private void modelCalled(ModelCalled event) {
        MessageId message = event.messageId() == null ? previous : named.get(Names.of(event.messageId()));
        ModelCall call = ModelCalls.of(
                        event,
                        event.externalId() == null
                                ? callName(message)
                                : target.run().callNamed(event.externalId()),
                        String.valueOf(target.origin().format()),
                        time)
                .taskId(target.task())
                .messageId(message)
                .agentId(lastAgent)
                .build();
        target.extras().put(batch, call, event);
    }

    private String callName(@Nullable MessageId message) {
        return target.known().names() == null || message == null
                ? target.run().call(++modelCalls)
                : target.extras().nextName(target.run(), message);
    }

    private void scored(Scored event) {
        Score score = ModelCalls.score(event, target.task(), time);
        if (score != null) {
            target.extras().put(batch, score);
        }
    }
}
