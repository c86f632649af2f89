package dev.modelscan.storage.cli.imports;

import static dev.modelscan.storage.schema.Tables.TASKS;

import dev.modelscan.storage.Page;
import dev.modelscan.storage.Tx;
import dev.modelscan.storage.cli.formats.Event.ToolUsed;
import dev.modelscan.storage.conversations.Conversation;
import dev.modelscan.storage.conversations.ConversationId;
import dev.modelscan.storage.conversations.MessageId;
import dev.modelscan.storage.tasks.Task;
import dev.modelscan.storage.tasks.TaskId;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Finds what is stored of a run. It is known by the form and the id that the file gives it, or else by its content. A stored
 * run whose messages begin those of this one has grown. If they do not, what the file has written anew is stored again
 * ({@link ChangedTail}), or the messages' own ids tell which are new. Without such ids, or if the runs have none in common, the
 * run is another one of the same name. Mere numbers are in common only if the first messages are the same.
 */
final class RunFinder {

    private final Tx tx;
    private final String form;
    private final Facts facts;
    private final RunBuffer events;
    private final String content;
    private @Nullable String warning;

    /**
     * Finds a run.
     *
     * @param content the hash of all that it holds
     */
    RunFinder(Tx tx, String form, Facts facts, RunBuffer events, String content) {
        this.tx = tx;
        this.form = form;
        this.facts = facts;
        this.events = events;
        this.content = content;
    }

    /** That the run's id is that of another one; null if it is not. */
    @Nullable
    String warning() {
        return warning;
    }

    Known find() {
        String name = facts.externalId();
        if (name == null) {
            TaskId id = new TaskId(Digests.uuid(form, "content", content));
            return known(id, null, tx.tasks().find(id));
        }
        Known first = named(name);
        if (first.messages() >= 0) {
            return first;
        }
        // Another run of that name, such as one of the same number in another file of results.
        for (String variant : variants(name)) {
            Known other = named(variant);
            if (other.messages() >= 0) {
                return told(name, other);
            }
        }
        String variant = Names.of(name + "#" + content.substring(0, 8));
        Known other = named(variant);
        return told(
                name, other.messages() >= 0 ? other : new Known(other.id(), variant, other.task(), 0, Map.of(), true));
    }

    private Known told(String name, Known variant) {
        warning = "the id " + name + " is that of another run that is stored already; stored beside it as "
                + variant.externalId();
        return variant;
    }

    /** The names under which other runs of that name are stored, the oldest first. */
    private List<String> variants(String name) {
        // The character after # is $.
        return tx
                .dsl()
                .select(TASKS.EXTERNAL_ID)
                .from(TASKS)
                .where(TASKS.SOURCE_FORMAT.eq(form))
                .and(TASKS.EXTERNAL_ID.ge(name + "#"))
                .and(TASKS.EXTERNAL_ID.lt(name + "$"))
                .orderBy(TASKS.CREATED_AT, TASKS.ID)
                .fetch(TASKS.EXTERNAL_ID)
                .stream()
                .filter(found -> found.substring(name.length()).matches("#[0-9a-f]{8}"))
                .toList();
    }

    private Known named(String name) {
        Optional<Task> found = tx.tasks().findByExternalId(form, name);
        TaskId id = found.map(Task::id).orElseGet(() -> newId(name));
        return known(id, name, found);
    }

    /**
     * That of the conversation if it outlived its task; or else the next in the order of time. Ids in random order would write
     * and read three times as many pages.
     */
    private TaskId newId(String name) {
        return tx.conversations()
                .findByExternalId(form, name)
                .map(conversation -> new TaskId(conversation.id().value()))
                .orElseGet(TaskId::next);
    }

    private Known known(TaskId id, @Nullable String name, Optional<Task> task) {
        ConversationId conversation = new ConversationId(id.value());
        Optional<Conversation> found = tx.conversations().find(conversation);
        long last = found.map(Conversation::lastSequenceNumber).orElse(0L);
        Task stored = task.orElse(null);
        if (last == 0) {
            return new Known(id, name, stored, 0, null, stored != null && facts.messages() == 0 && hasTools(id));
        }
        if (last <= facts.messages()
                && tx.messages().find(RunWriter.id(id, facts, (int) last)).isPresent()) {
            boolean complete = stored != null && last == facts.messages() && hasTools(id);
            return new Known(id, name, stored, (int) last, null, complete);
        }
        boolean older = facts.messages() > 0
                && last > facts.messages()
                && tx.messages().find(RunWriter.id(id, facts, facts.messages())).isPresent();
        if (older) {
            return new Known(id, name, stored, facts.messages(), null, stored != null, true);
        }
        if (stored != null && last <= facts.messages() && !isBefore(facts, stored)) {
            int same = ChangedTail.delete(tx, id, facts, events, last);
            if (same >= 0) {
                return new Known(id, name, stored, same, null, false);
            }
        }
        return byNames(id, name, stored);
    }

    private Known byNames(TaskId id, @Nullable String name, @Nullable Task stored) {
        Map<String, MessageId> names = new HashMap<>();
        if (facts.isNamed()) {
            Page.stream(request -> tx.messages().listOrigins(new ConversationId(id.value()), request))
                    .filter(message -> message.origin().externalId() != null)
                    .forEach(message -> names.put(message.origin().externalId(), message.messageId()));
        }
        boolean isAnother = !facts.sharesName(names.keySet())
                && (!facts.isNamed()
                        || facts.messages() == 0
                        || tx.messages().find(RunWriter.id(id, facts, 1)).isEmpty());
        if (isAnother) {
            return new Known(id, name, stored, -1, null, false);
        }
        return new Known(id, name, stored, 0, names, stored != null && facts.isWithin(names.keySet()));
    }

    /** Whether this is an older copy of a stored run. */
    static boolean isBefore(Facts facts, Task stored) {
        Instant time = facts.lastTime();
        return time != null && stored.completedAt() != null && time.isBefore(stored.completedAt());
    }

    /** Whether all uses of tools are stored of which no message tells. */
    private boolean hasTools(TaskId task) {
        ToolUsed last = facts.lastTool();
        return last == null
                || tx.toolExecutions()
                        .find(Executions.id(task, last, facts.toolsUsed()))
                        .isPresent();
    }
}
