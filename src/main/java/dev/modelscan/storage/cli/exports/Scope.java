package dev.modelscan.storage.cli.exports;

import static dev.modelscan.storage.schema.Tables.CONVERSATIONS;
import static dev.modelscan.storage.schema.Tables.MESSAGES;
import static dev.modelscan.storage.schema.Tables.TASKS;
import static org.jooq.impl.DSL.exists;
import static org.jooq.impl.DSL.falseCondition;
import static org.jooq.impl.DSL.noCondition;
import static org.jooq.impl.DSL.selectOne;

import dev.modelscan.storage.conversations.ConversationId;
import dev.modelscan.storage.schema.tables.Conversations;
import dev.modelscan.storage.tasks.TaskId;
import dev.modelscan.storage.workflows.WorkflowId;
import org.jooq.Condition;
import org.jspecify.annotations.Nullable;

/**
 * Which conversations are exported; all of them if no id is given. A task's conversations are the one with its id, and those
 * with messages about it.
 *
 * @param workflow those of its tasks
 * @param task its own
 * @param conversation this one
 */
public record Scope(
        @Nullable WorkflowId workflow,
        @Nullable TaskId task,
        @Nullable ConversationId conversation) {

    Condition condition() {
        Condition chosen = noCondition();
        if (conversation != null) {
            chosen = chosen.and(CONVERSATIONS.ID.eq(conversation));
        }
        if (task != null) {
            chosen = chosen.and(ofTasks(TASKS.ID.eq(task)));
        }
        return workflow == null ? chosen : chosen.and(ofTasks(TASKS.WORKFLOW_ID.eq(workflow)));
    }

    private static Condition ofTasks(Condition tasks) {
        return exists(selectOne()
                        .from(TASKS)
                        .where(tasks)
                        .and(TASKS.ID.coerce(CONVERSATIONS.ID).eq(CONVERSATIONS.ID)))
                .or(exists(selectOne()
                        .from(MESSAGES)
                        .join(TASKS)
                        .on(TASKS.ID.eq(MESSAGES.TASK_ID))
                        .where(tasks)
                        .and(MESSAGES.CONVERSATION_ID.eq(CONVERSATIONS.ID))));
    }

    /** Whether a conversation is told with that of its task's parent, and not by itself. */
    Condition isWithParent() {
        if (task != null || conversation != null) {
            return falseCondition();
        }
        Conversations parent = CONVERSATIONS.as("parent");
        return exists(selectOne()
                .from(TASKS)
                .join(parent)
                .on(parent.ID.eq(TASKS.PARENT_ID.coerce(parent.ID)))
                .where(TASKS.ID.coerce(CONVERSATIONS.ID).eq(CONVERSATIONS.ID)));
    }
}
