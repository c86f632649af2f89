package dev.modelscan.storage.cli.imports;

import static dev.modelscan.storage.queries.Into.into;
import static dev.modelscan.storage.schema.Tables.MESSAGES;

import dev.modelscan.storage.Page;
import dev.modelscan.storage.StoredQueries;
import dev.modelscan.storage.Tx;
import dev.modelscan.storage.cli.formats.Event.ToolUsed;
import dev.modelscan.storage.conversations.Conversation;
import dev.modelscan.storage.conversations.ConversationId;
import dev.modelscan.storage.conversations.MessageId;
import dev.modelscan.storage.conversations.MessageOrigin;
import dev.modelscan.storage.queries.QueryParameter;
import dev.modelscan.storage.queries.StoredQuery;
import dev.modelscan.storage.tasks.Task;
import dev.modelscan.storage.tasks.TaskId;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jooq.impl.DSL;
import org.jspecify.annotations.Nullable;

/**
 * Finds what is stored of a run. It is known by the form and the id that the file gives it, or else by its content. A stored
 * run is the same if its messages begin those of this one, or the other way round, or if they have an id in common that is no
 * mere number. The file that told a run may also tell its last messages anew ({@link ChangedTail}). Anything else is another
 * run of the same name, stored beside the first ({@link Variants}).
 */
final class RunFinder {

    private static final QueryParameter<MessageId> FROM = StoredQueries.parameter("first", MESSAGES.ID);
    private static final QueryParameter<MessageId> LAST = StoredQueries.parameter("last", MESSAGES.ID);
    private static final QueryParameter<MessageId> END = StoredQueries.parameter("end", MESSAGES.ID);
    private static final StoredQuery<Ids> IDS = StoredQueries.query(
            () -> DSL.select(DSL.count(), DSL.max(DSL.when(MESSAGES.ID.eq(LAST.param()), MESSAGES.ID)))
                    .from(MESSAGES)
                    .where(MESSAGES.ID.ge(FROM.param()))
                    .and(MESSAGES.ID.lt(END.param())),
            into(Ids::new));

    private final Tx tx;
    private final Provenance provenance;
    private final Facts facts;
    private final RunBuffer events;
    private final String content;
    private @Nullable String warning;
    private @Nullable String kept;

    /**
     * Finds a run.
     *
     * @param content the hash of all that it holds
     */
    RunFinder(Tx tx, Provenance provenance, Facts facts, RunBuffer events, String content) {
        this.tx = tx;
        this.provenance = provenance;
        this.facts = facts;
        this.events = events;
        this.content = content;
    }

    /** That the run's id is that of another one, or else {@link #kept}; null for neither. */
    @Nullable
    String warning() {
        return warning == null ? kept : warning;
    }

    /** That a message stays as another file told it, or stays away; null if there is none. */
    @Nullable
    String kept() {
        return kept;
    }

    Known find() {
        String name = facts.externalId();
        if (name == null) {
            Known first = ofContent("content");
            return first.messages() >= 0 || facts.messages() == 0 ? first : beside();
        }
        Known first = named(name);
        return first.messages() >= 0 ? first : another(name);
    }

    private Known ofContent(String kind) {
        TaskId id = new TaskId(Digests.uuid(provenance.form(), kind, content));
        return known(id, null, tx.tasks().find(id));
    }

    /** An application has changed the conversation, so that the messages that are missing have no place in it. */
    private Known beside() {
        warning = "a part of the run was deleted, and its conversation changed; stored beside it";
        return ofContent("content beside");
    }

    /** Another run of that name, such as one of the same number in another file of results. */
    Known another(String name) {
        Known same = named(variant(name));
        Known found = isStored(same) ? same : candidate(name);
        if (found == null) {
            found = same.messages() == 0
                    ? same
                    : new Known(same.id(), same.externalId(), same.task(), 0, Map.of(), true);
        }
        warning = "the id " + name + " is that of another run that is stored already; stored beside it as "
                + found.externalId();
        return found;
    }

    /** Whether the run is stored beside the first one of that name. */
    boolean isBeside(String name) {
        return isStored(named(variant(name))) || candidate(name) != null;
    }

    private String variant(String name) {
        return Names.of(name + "#" + content.substring(0, 8));
    }

    private static boolean isStored(Known run) {
        return run.messages() > 0 || (run.messages() == 0 && run.task() != null);
    }

    private @Nullable Known candidate(String name) {
        for (String candidate : new Variants(tx, provenance, facts).candidates(name)) {
            Known known = named(candidate);
            if (known.messages() >= 0) {
                return known;
            }
        }
        return null;
    }

    /**
     * The id is that of the conversation if it outlived its task; or else the next in the order of time. Ids in random order
     * would write and read three times as many pages.
     */
    private Known named(String name) {
        Optional<Task> found = tx.tasks().findByExternalId(provenance.form(), name);
        if (found.isPresent()) {
            return known(found.get().id(), name, found);
        }
        Optional<TaskId> outlived = tx.conversations()
                .findByExternalId(provenance.form(), name)
                .map(conversation -> new TaskId(conversation.id().value()));
        // Of an agent that was pseudonymised, the task is there, without its name.
        return known(outlived.orElseGet(TaskId::next), name, outlived.flatMap(tx.tasks()::find));
    }

    private Known known(TaskId id, @Nullable String name, Optional<Task> task) {
        ConversationId conversation = new ConversationId(id.value());
        Optional<Conversation> found = tx.conversations().find(conversation);
        long last = found.map(Conversation::lastSequenceNumber).orElse(0L);
        Task stored = task.orElse(null);
        if (last == 0) {
            return new Known(id, name, stored, 0, null, stored != null && facts.messages() == 0 && hasTools(id));
        }
        int most = (int) Math.min(last, facts.messages());
        boolean isOlder = last > facts.messages();
        Ids ids = most == 0 ? new Ids(0, null) : ids(id, most);
        boolean hasLast = ids.last() != null;
        Gaps gaps = most > 0 && ids.count() >= most ? null : Gaps.of(tx, id, facts, last, name != null, stored != null);
        if (gaps != null && found.get().headId() != null) {
            kept = hasLast
                    ? "some messages were deleted; they are not restored, because the conversation has branches"
                    : null;
            gaps = null;
        }
        if (!hasLast && gaps == null) {
            return changed(id, name, stored, last);
        }
        boolean isAll = gaps == null && stored != null && (isOlder || (last == facts.messages() && hasTools(id)));
        return new Known(id, name, stored, most, null, isAll, isOlder, gaps);
    }

    /** How many messages with the first numbers are stored, and the last of them if it is that of the file. */
    private record Ids(int count, @Nullable MessageId last) {}

    /** Of a run's first messages. A window of a run may have stored more, of the same numbers. */
    private Ids ids(TaskId run, int most) {
        // The character after the colon is the semicolon.
        String end = RunIds.first(run) + RunWriter.padded(most, RunWriter.DIGITS) + ";";
        return tx.query(IDS)
                .set(FROM, new MessageId(RunIds.first(run)))
                .set(LAST, RunWriter.id(run, facts, most))
                .set(END, new MessageId(end))
                .one();
    }

    private Known changed(TaskId id, @Nullable String name, @Nullable Task stored, long last) {
        // Ids begin with the number of the message, so this is their order.
        List<MessageOrigin> origins = Page.stream(
                        request -> tx.messages().listOrigins(new ConversationId(id.value()), request))
                .toList();
        String changed = null;
        if (stored != null && last == origins.size() && last <= facts.messages() && !isBefore(facts, stored)) {
            ChangedTail tail = new ChangedTail(tx, id, facts, events, origins);
            int same = tail.delete(provenance);
            if (same >= 0) {
                return new Known(id, name, stored, same, null, false);
            }
            changed = tail.changed();
        }
        Map<String, MessageId> names = new HashMap<>();
        origins.stream()
                .filter(message -> message.origin().externalId() != null)
                .forEach(message -> names.put(message.origin().externalId(), message.messageId()));
        if (facts.ownNames().noneMatch(names::containsKey)) {
            return new Known(id, name, stored, -1, null, false);
        }
        kept = changed == null ? null : "the message " + changed + " differs from the stored one, which is kept";
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
