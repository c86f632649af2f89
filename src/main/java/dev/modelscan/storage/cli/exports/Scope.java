package dev.modelscan.storage.cli.exports;

import static dev.modelscan.storage.schema.Tables.CONVERSATIONS;
import static dev.modelscan.storage.schema.Tables.MESSAGES;
import static dev.modelscan.storage.schema.Tables.TASKS;
import static org.jooq.impl.DSL.exists;
import static org.jooq.impl.DSL.falseCondition;
import static org.jooq.impl.DSL.noCondition;
import static org.jooq.impl.DSL.notExists;
import static org.jooq.impl.DSL.selectOne;

import dev.modelscan.storage.conversations.ConversationId;
import dev.modelscan.storage.schema.tables.Conversations;
import dev.modelscan.storage.sources.SourceId;
import dev.modelscan.storage.tasks.TaskId;
import dev.modelscan.storage.workflows.WorkflowId;
import java.time.Instant;
import java.util.Collection;
import java.util.function.Function;
import org.jooq.Condition;
import org.jooq.Record1;
import org.jooq.Select;

/**
 * Which conversations are exported. Immutable: each method returns a narrower scope. A task's conversations are the one with
 * its id, and those with messages about it.
 */
public final class Scope {

    /** All of them. */
    public static final Scope ALL = new Scope(conversations -> noCondition(), true);

    private final Function<Conversations, Condition> chosen;
    private final boolean hasParents;

    private Scope(Function<Conversations, Condition> chosen, boolean hasParents) {
        this.chosen = chosen;
        this.hasParents = hasParents;
    }

    /** Those of the tasks of these workflows. */
    public Scope workflows(Select<Record1<WorkflowId>> ids) {
        return and(conversations -> ofTasks(conversations, TASKS.WORKFLOW_ID.in(ids)), hasParents);
    }

    /** Those of this task, and not with its parent's. */
    public Scope task(TaskId id) {
        return and(conversations -> ofTasks(conversations, TASKS.ID.eq(id)), false);
    }

    /** This one, and not with its parent's. */
    public Scope conversation(ConversationId id) {
        return and(conversations -> conversations.ID.eq(id), false);
    }

    /** Those that were imported from these sources. */
    public Scope sources(Collection<SourceId> ids) {
        return and(conversations -> conversations.SOURCE_ID.in(ids), hasParents);
    }

    /** Those that began then or later. */
    public Scope since(Instant first) {
        return and(conversations -> conversations.CREATED_AT.ge(first), hasParents);
    }

    /** Those that began before then. */
    public Scope until(Instant end) {
        return and(conversations -> conversations.CREATED_AT.lt(end), hasParents);
    }

    private Scope and(Function<Conversations, Condition> narrower, boolean parents) {
        return new Scope(conversations -> chosen.apply(conversations).and(narrower.apply(conversations)), parents);
    }

    Condition condition() {
        return chosen.apply(CONVERSATIONS);
    }

    private static Condition ofTasks(Conversations conversations, Condition tasks) {
        return exists(selectOne()
                        .from(TASKS)
                        .where(tasks)
                        .and(TASKS.ID.coerce(conversations.ID).eq(conversations.ID)))
                .or(exists(selectOne()
                        .from(MESSAGES)
                        .join(TASKS)
                        .on(TASKS.ID.eq(MESSAGES.TASK_ID))
                        .where(tasks)
                        .and(MESSAGES.CONVERSATION_ID.eq(conversations.ID))));
    }

    /** Whether a task has no conversation, and no message is about it. */
    static Condition withoutConversation() {
        return notExists(selectOne().from(CONVERSATIONS).where(CONVERSATIONS.ID.eq(TASKS.ID.coerce(CONVERSATIONS.ID))))
                .and(notExists(selectOne().from(MESSAGES).where(MESSAGES.TASK_ID.eq(TASKS.ID))));
    }

    /** Whether a conversation is told with that of its task's parent, which is in the scope, and not by itself. */
    Condition isWithParent() {
        if (!hasParents) {
            return falseCondition();
        }
        Conversations parent = CONVERSATIONS.as("parent");
        return exists(selectOne()
                .from(TASKS)
                .join(parent)
                .on(parent.ID.eq(TASKS.PARENT_ID.coerce(parent.ID)))
                .where(TASKS.ID.coerce(CONVERSATIONS.ID).eq(CONVERSATIONS.ID))
                .and(chosen.apply(parent)));
    }
}
