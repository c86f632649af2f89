package dev.modelscan.storage.cli.imports;

import static dev.modelscan.storage.schema.Tables.CONVERSATIONS;
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
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The last messages of a stored run that the file has written anew since: a session that was imported while a turn ran has an
 * answer, or the state of a call, that was not complete. They are deleted and stored again, under their old numbers.
 */
final class ChangedTail {

    private final Tx tx;
    private final TaskId run;
    private final Facts facts;
    private final RunBuffer events;
    private final List<MessageOrigin> stored;
    private final int same;

    private ChangedTail(Tx tx, TaskId run, Facts facts, RunBuffer events) {
        this.tx = tx;
        this.run = run;
        this.facts = facts;
        this.events = events;
        // Ids begin with the number of the message, so this is their order.
        this.stored = Page.stream(request -> tx.messages().listOrigins(new ConversationId(run.value()), request))
                .toList();
        this.same = same();
    }

    /**
     * Deletes the changed messages of a stored run, with what the import made of them.
     *
     * @param last the number of messages that are stored, not more than the run has
     * @return how many messages at the start of the run are stored now; -1 if other messages than these have changed, or if
     *     this is another run: nothing is deleted then
     */
    static int delete(Tx tx, TaskId run, Facts facts, RunBuffer events, long last) {
        ChangedTail tail = new ChangedTail(tx, run, facts, events);
        if (tail.stored.size() != last || !tail.isOfThisRun()) {
            return -1;
        }
        tail.delete();
        return tail.same;
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
            if (name != null && (same > 0 || !Names.isNumber(name))) {
                named = true;
                do {
                    next++;
                } while (next <= facts.messages() && !name.equals(facts.name(next)));
            }
        }
        if (named) {
            return next <= facts.messages();
        }
        return same == 0 ? allGoOn() : goesOn(stored.get(same).messageId());
    }

    private @Nullable String name(int index) {
        return stored.get(index).origin().externalId();
    }

    /** Whether the message in that place has the calls, or all that was stored were answers, or its last text goes on. */
    private boolean goesOn(MessageId id) {
        Message old = tx.messages().get(id);
        Set<String> calls = calls(id);
        boolean lastText = same == stored.size() - 1 && !old.content().isEmpty();
        boolean answers = stored.subList(same, stored.size()).stream()
                .allMatch(origin -> tx.messages().get(origin.messageId()).role() == MessageRole.TOOL);
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
        int[] number = new int[1];
        boolean[] all = {true};
        boolean[] told = new boolean[1];
        events.replay(event -> {
            if (event instanceof MessageRead message && number[0]++ < stored.size() && all[0]) {
                Message old = tx.messages().get(stored.get(number[0] - 1).messageId());
                Set<String> calls = calls(old.id());
                all[0] = hasRole(old, message)
                        && (isWrittenAtOnce(message) ? hasText(old, message) : textGoesOn(old, message))
                        && calls(message).containsAll(calls);
                told[0] |= !calls.isEmpty() || !old.content().isEmpty();
            }
        });
        return all[0] && told[0];
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

    private Set<String> calls(MessageId id) {
        return Page.stream(request -> tx.toolExecutions().listByMessage(id, request))
                .map(ToolExecution::callId)
                .filter(Objects::nonNull)
                .collect(Collectors.toSet());
    }

    private static Set<String> calls(MessageRead message) {
        return message.parts().stream()
                .filter(Part.Call.class::isInstance)
                .map(part -> Names.optional(((Part.Call) part).callId()))
                .filter(Objects::nonNull)
                .collect(Collectors.toSet());
    }

    private void delete() {
        for (int index = stored.size() - 1; index >= same; index--) {
            MessageId id = stored.get(index).messageId();
            tx.dsl()
                    .deleteFrom(TOOL_EXECUTIONS)
                    .where(TOOL_EXECUTIONS.MESSAGE_ID.eq(id))
                    .execute();
            tx.dsl()
                    .deleteFrom(MODEL_CALLS)
                    .where(MODEL_CALLS.MESSAGE_ID.eq(id))
                    .execute();
            tx.messages().delete(id);
        }
        // A run's numbers have no gaps: the next import tells by the last one how many messages are stored.
        tx.dsl()
                .update(CONVERSATIONS)
                .set(CONVERSATIONS.LAST_SEQUENCE_NUMBER, (long) same)
                .where(CONVERSATIONS.ID.eq(new ConversationId(run.value())))
                .execute();
    }
}
