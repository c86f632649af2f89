package dev.modelscan.storage.cli.imports;

import static dev.modelscan.storage.schema.Tables.CONVERSATIONS;
import static dev.modelscan.storage.schema.Tables.MESSAGES;
import static dev.modelscan.storage.schema.Tables.MODEL_CALLS;
import static dev.modelscan.storage.schema.Tables.TOOL_EXECUTIONS;

import dev.modelscan.storage.Page;
import dev.modelscan.storage.Tx;
import dev.modelscan.storage.cli.formats.Event.MessageRead;
import dev.modelscan.storage.cli.formats.Part;
import dev.modelscan.storage.cli.formats.Role;
import dev.modelscan.storage.conversations.ConversationId;
import dev.modelscan.storage.conversations.Message;
import dev.modelscan.storage.conversations.MessageId;
import dev.modelscan.storage.conversations.MessageOrigin;
import dev.modelscan.storage.conversations.MessageRole;
import dev.modelscan.storage.tasks.TaskId;
import dev.modelscan.storage.tools.ToolExecution;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jooq.Condition;
import org.jooq.Field;
import org.jspecify.annotations.Nullable;

/**
 * The last messages of a stored run that the same file has written anew since: a session that was imported while a turn ran has
 * an answer, or the state of a call, that was not complete. They are deleted and stored again, under their old numbers.
 */
final class ChangedTail {

    private final Tx tx;
    private final TaskId run;
    private final Facts facts;
    private final RunBuffer events;
    private final List<MessageOrigin> stored;
    private final int same;

    /**
     * The tail of a stored run.
     *
     * @param stored the origins of its messages, in their order
     */
    ChangedTail(Tx tx, TaskId run, Facts facts, RunBuffer events, List<MessageOrigin> stored) {
        this.tx = tx;
        this.run = run;
        this.facts = facts;
        this.events = events;
        this.stored = stored;
        this.same = same();
    }

    /**
     * Deletes the changed messages of a stored run, with what the import made of them.
     *
     * @return how many messages at the start of the run are stored now; -1 if other messages than these have changed, or if
     *     another file told them, or if this is another run: nothing is deleted then
     */
    int delete(Provenance provenance) {
        boolean told = same == stored.size()
                || provenance.toldAll(tx, run, stored.get(same).messageId());
        if (!told || !isOfThisRun()) {
            return -1;
        }
        deleteMessages();
        return same;
    }

    /** The id of the first message that has changed, if it is not a mere number; null if the file does not have that message there. */
    @Nullable
    String changed() {
        String name = same < stored.size() ? name(same) : null;
        boolean isThere =
                name != null && !Names.isNumber(name) && same < facts.messages() && name.equals(facts.name(same + 1));
        return isThere ? name : null;
    }

    private int same() {
        int count = 0;
        while (count < stored.size()
                && count < facts.messages()
                && stored.get(count).messageId().equals(RunWriter.id(run, facts, count + 1))) {
            count++;
        }
        return count;
    }

    /** Whether the changed messages are still in the file, in their order, by their names or by what they hold. */
    private boolean isOfThisRun() {
        if (same == stored.size()) {
            return true;
        }
        boolean named = false;
        int next = same;
        for (int index = same; index < stored.size(); index++) {
            String name = name(index);
            if (name != null && !Names.isNumber(name)) {
                named = true;
                do {
                    next++;
                } while (next <= facts.messages() && !name.equals(facts.name(next)));
            }
        }
        if (named) {
            return next <= facts.messages();
        }
        return same == 0 ? allGoOn() : goesOn();
    }

    private @Nullable String name(int index) {
        return stored.get(index).origin().externalId();
    }

    /** Whether the message in that place has the calls, or all that was stored were answers, or its last text goes on. */
    private boolean goesOn() {
        List<Message> tail = messages();
        Message old = tail.get(0);
        Set<String> calls = calls(tx.toolExecutions().listByMessages(List.of(old.id())).values().stream()
                        .flatMap(List::stream))
                .getOrDefault(old.id(), Set.of());
        boolean lastText = tail.size() == 1 && !old.content().isEmpty();
        boolean answers = tail.stream().allMatch(message -> message.role() == MessageRole.TOOL);
        int[] number = new int[1];
        boolean[] found = new boolean[1];
        events.replay(event -> {
            if (event instanceof MessageRead message && ++number[0] == same + 1) {
                boolean longer = textGoesOn(old, message)
                        && (calls.isEmpty() ? lastText : calls(message).containsAll(calls));
                found[0] = hasRole(old, message) && (answers || longer);
            }
        });
        return found[0];
    }

    /** Without a first message that is the same, each one has to go on, and some text or call has to tell that it is the same. */
    private boolean allGoOn() {
        List<Message> all = messages();
        Map<MessageId, Set<String>> called =
                calls(Page.stream(request -> tx.toolExecutions().listByTask(run, request)));
        int[] number = new int[1];
        boolean[] goOn = {true};
        boolean[] told = new boolean[1];
        events.replay(event -> {
            if (event instanceof MessageRead message && number[0]++ < all.size() && goOn[0]) {
                Message old = all.get(number[0] - 1);
                Set<String> calls = called.getOrDefault(old.id(), Set.of());
                goOn[0] = hasRole(old, message)
                        && (isWrittenAtOnce(message) ? hasText(old, message) : textGoesOn(old, message))
                        && calls(message).containsAll(calls);
                told[0] |= !calls.isEmpty() || !old.content().isEmpty();
            }
        });
        return goOn[0] && told[0];
    }

    /** Other messages are written while the model or a tool runs. */
    private static boolean isWrittenAtOnce(MessageRead message) {
        return message.role() == Role.USER || message.role() == Role.SYSTEM;
    }

    private static boolean hasText(Message old, MessageRead message) {
        return Escapes.of(MessageMaker.text(message.parts())).equals(old.content());
    }

    private static boolean hasRole(Message old, MessageRead message) {
        return old.role() != null && old.role().name().equals(message.role().name());
    }

    private static boolean textGoesOn(Message old, MessageRead message) {
        return Escapes.of(MessageMaker.text(message.parts())).startsWith(old.content());
    }

    /** The messages from the first one that has changed. */
    private List<Message> messages() {
        Condition ofTail = MESSAGES.CONVERSATION_ID
                .eq(new ConversationId(run.value()))
                .and(MESSAGES.ID.ge(stored.get(same).messageId()));
        return Page.stream(request -> tx.messages().list(ofTail, List.of(MESSAGES.ID), request))
                .toList();
    }

    /** The ids of the calls of each message. */
    private static Map<MessageId, Set<String>> calls(Stream<ToolExecution> tools) {
        Map<MessageId, Set<String>> calls = new HashMap<>();
        tools.forEach(tool -> {
            if (tool.messageId() != null && tool.callId() != null) {
                calls.computeIfAbsent(tool.messageId(), message -> new HashSet<>())
                        .add(tool.callId());
            }
        });
        return calls;
    }

    private static Set<String> calls(MessageRead message) {
        return message.parts().stream()
                .filter(Part.Call.class::isInstance)
                .map(part -> Names.optional(((Part.Call) part).callId()))
                .filter(Objects::nonNull)
                .collect(Collectors.toSet());
    }

    /** The ids of a run's messages sort by their numbers. */
    private Condition isOfTail(Field<MessageId> message, MessageId first) {
        return RunIds.areOf(run, message, MessageId::new).and(message.ge(first));
    }

    private void deleteMessages() {
        if (same < stored.size()) {
            MessageId first = stored.get(same).messageId();
            tx.dsl()
                    .deleteFrom(TOOL_EXECUTIONS)
                    .where(isOfTail(TOOL_EXECUTIONS.MESSAGE_ID, first))
                    .execute();
            tx.dsl()
                    .deleteFrom(MODEL_CALLS)
                    .where(isOfTail(MODEL_CALLS.MESSAGE_ID, first))
                    .execute();
        }
        for (int index = stored.size() - 1; index >= same; index--) {
            tx.messages().delete(stored.get(index).messageId());
        }
        // A run's numbers have no gaps: the next import tells by the last one how many messages are stored.
        tx.dsl()
                .update(CONVERSATIONS)
                .set(CONVERSATIONS.LAST_SEQUENCE_NUMBER, (long) same)
                .where(CONVERSATIONS.ID.eq(new ConversationId(run.value())))
                .execute();
    }
}
