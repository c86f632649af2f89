package dev.modelscan.storage.cli;

import static dev.modelscan.storage.schema.Tables.MESSAGES;

import com.fasterxml.jackson.annotation.JsonIgnore;
import dev.modelscan.storage.Json;
import dev.modelscan.storage.Page;
import dev.modelscan.storage.PageRequest;
import dev.modelscan.storage.Repositories;
import dev.modelscan.storage.agents.Agent;
import dev.modelscan.storage.agents.AgentId;
import dev.modelscan.storage.cli.imports.MessageReader;
import dev.modelscan.storage.conversations.Conversation;
import dev.modelscan.storage.conversations.Direction;
import dev.modelscan.storage.conversations.Message;
import dev.modelscan.storage.conversations.MessageId;
import dev.modelscan.storage.conversations.MessagePart;
import dev.modelscan.storage.conversations.PartKind;
import dev.modelscan.storage.tasks.TaskId;
import dev.modelscan.storage.tools.ToolExecution;
import java.io.PrintWriter;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A page of a conversation.
 *
 * @param conversationId its id
 * @param title what it is called
 * @param format the form of the file that it was imported from, if it was
 * @param externalId its id in that file
 * @param createdAt when it was made
 * @param timed whether times are those of the source; if not, it had none, and all are that of the import
 * @param lastSequenceNumber how many messages were ever stored in it
 * @param messageCount how many it has
 * @param messages the messages of the page, by number
 * @param next the cursor of the next page; null after the last
 */
record Transcript(
        String conversationId,
        @Nullable String title,
        @Nullable String format,
        @Nullable String externalId,
        Instant createdAt,
        boolean timed,
        long lastSequenceNumber,
        long messageCount,
        List<Entry> messages,
        @Nullable String next,
        @JsonIgnore Style style)
        implements Result {

    /** What is shown. */
    record Style(boolean full, boolean reasoning) {}

    /**
     * A message.
     *
     * @param role its role in the conversation with a model; null if nobody has said it
     * @param sender the name of the agent that sent it
     * @param timed whether the time is its own; if not, that of a message before it, or of the import
     * @param answers whether it is nothing but the answer to a call on this page
     * @param told whether the calls that it answers tell all of it
     */
    record Entry(
            long sequenceNumber,
            String id,
            @Nullable String role,
            String sender,
            Instant createdAt,
            boolean timed,
            String content,
            List<Part> parts,
            List<Call> calls,
            boolean answers,
            @JsonIgnore boolean told) {}

    /** A part beside the text: an image, a file, a thought. */
    record Part(
            String kind,
            @Nullable String name,
            @Nullable String mediaType,
            @Nullable String text) {}

    /** A call of a tool; {@code millis} is null if the source has no times. */
    record Call(
            String tool,
            String status,
            @Nullable Long millis,
            @Nullable Json input,
            @Nullable Json output,
            @Nullable String error) {}

    /** Reads a page with four statements; up to two more if it was imported, one if it has no title, and one if it is not all of the conversation. */
    static Transcript of(Repositories db, Conversation conversation, boolean newest, PageRequest request, Style style) {
        Page<Message> page = db.messages()
                .listByConversation(conversation.id(), newest ? Direction.BACKWARD : Direction.FORWARD, request);
        List<MessageId> ids = page.items().stream().map(Message::id).toList();
        Map<MessageId, List<MessagePart>> parts = style.reasoning()
                ? db.messages().listAllParts(ids)
                : db.messages().listParts(ids);
        Map<MessageId, List<ToolExecution>> calls = db.toolExecutions().listByMessages(ids);
        Map<AgentId, String> names =
                db
                        .agents()
                        .listByIds(page.items().stream().map(Message::senderId).collect(Collectors.toSet()))
                        .stream()
                        .collect(Collectors.toMap(Agent::id, Agent::name));
        Map<MessageId, Boolean> answers = answers(calls.values());
        boolean imported = conversation.origin().isImported();
        boolean timed = !imported || isTimed(db, conversation);
        List<Entry> entries = page.items().stream()
                .map(message -> entry(
                        message,
                        names.getOrDefault(
                                message.senderId(), message.senderId().value()),
                        timed && (!imported || MessageReader.hasOwnTime(message)),
                        parts.getOrDefault(message.id(), List.of()),
                        calls.getOrDefault(message.id(), List.of()),
                        answers.get(message.id())))
                .toList();
        return new Transcript(
                conversation.id().value(),
                Title.of(db, conversation),
                conversation.origin().format(),
                conversation.origin().externalId(),
                conversation.createdAt(),
                timed,
                conversation.lastSequenceNumber(),
                count(db, conversation, entries.size()),
                entries,
                PagedCommand.next(page),
                style);
    }

    /** The messages that answer calls, and whether the calls have all of their outputs. */
    private static Map<MessageId, Boolean> answers(Collection<List<ToolExecution>> calls) {
        Map<MessageId, Boolean> answers = new HashMap<>();
        calls.forEach(ofOne -> ofOne.forEach(call -> {
            if (call.answerMessageId() != null) {
                answers.merge(call.answerMessageId(), call.output() != null, Boolean::logicalAnd);
            }
        }));
        return answers;
    }

    /** An entry; {@code answer} is null if the message answers no call. */
    private static Entry entry(
            Message message,
            String sender,
            boolean timed,
            List<MessagePart> parts,
            List<ToolExecution> calls,
            @Nullable Boolean answer) {
        List<Part> besides = besides(parts);
        return new Entry(
                message.sequenceNumber(),
                message.id().value(),
                message.role() == null ? null : message.role().code(),
                sender,
                message.createdAt(),
                timed,
                message.content(),
                besides,
                calls(calls, parts),
                answer != null,
                Boolean.TRUE.equals(answer) && besides.isEmpty());
    }

    /** A conversation that was imported has the id of its task, which says whether the source had times. */
    private static boolean isTimed(Repositories db, Conversation conversation) {
        return db.tasks()
                .find(new TaskId(conversation.id().value()))
                .filter(task -> task.origin().isImported())
                .map(task -> MessageReader.isTimed(task.metadata()))
                .orElseGet(() -> isOlderThanItsImport(db, conversation));
    }

    /** Without a time of its own, it would have that of the import. */
    private static boolean isOlderThanItsImport(Repositories db, Conversation conversation) {
        return Optional.ofNullable(conversation.origin().sourceId())
                .flatMap(db.sources()::find)
                .map(source -> conversation.createdAt().isBefore(source.importedAt()))
                .orElse(false);
    }

    private static long count(Repositories db, Conversation conversation, int shown) {
        return shown == conversation.lastSequenceNumber()
                ? shown
                : db.dsl().fetchCount(MESSAGES, MESSAGES.CONVERSATION_ID.eq(conversation.id()));
    }

    /** What was executed, and the calls of which nothing more is known. */
    private static List<Call> calls(List<ToolExecution> executions, List<MessagePart> parts) {
        List<Call> calls = new ArrayList<>();
        Set<String> known = new HashSet<>();
        List<String> unnamed = new ArrayList<>();
        for (ToolExecution execution : executions) {
            Duration duration = execution.duration();
            calls.add(new Call(
                    execution.toolName(),
                    execution.status().code(),
                    duration == null || duration.isZero() ? null : duration.toMillis(),
                    execution.input(),
                    execution.output(),
                    execution.error()));
            if (execution.callId() == null) {
                unnamed.add(execution.toolName());
            } else {
                known.add(execution.callId());
            }
        }
        for (MessagePart part : parts) {
            // An execution without the id of its call is that of a call of its tool.
            if (part.kind() == PartKind.TOOL_CALL
                    && !known.contains(String.valueOf(part.callId()))
                    && !unnamed.remove(String.valueOf(part.name()))) {
                calls.add(new Call(part.name() == null ? "?" : part.name(), "unknown", null, part.data(), null, null));
            }
        }
        return calls;
    }

    /** The parts that the content and the calls do not tell. */
    private static List<Part> besides(List<MessagePart> parts) {
        return parts.stream()
                .filter(part -> switch (part.kind()) {
                    case TEXT, REFUSAL, TOOL_CALL, TOOL_RESULT -> false;
                    default -> true;
                })
                .map(part -> new Part(part.kind().code(), part.name(), part.mediaType(), part.text()))
                .toList();
    }

    @Override
    public void print(PrintWriter out) {
        new TranscriptText(out, this).print();
    }
}
