package dev.modelscan.storage.cli.imports;

import static dev.modelscan.storage.schema.Tables.MESSAGES;
import static dev.modelscan.storage.schema.Tables.MODEL_CALLS;
import static dev.modelscan.storage.schema.Tables.TOOL_EXECUTIONS;

import dev.modelscan.storage.Tx;
import dev.modelscan.storage.conversations.ConversationId;
import dev.modelscan.storage.tasks.TaskId;
import dev.modelscan.storage.tools.ToolExecutionId;

/** What is left of a run of which the task or the conversation was deleted. */
final class Outlived {

    private Outlived() {}

    /** Gives the conversation's messages, uses of tools and calls of models to the task. */
    static void giveTo(Tx tx, TaskId task, ConversationId conversation) {
        tx.dsl()
                .update(MESSAGES)
                .set(MESSAGES.TASK_ID, task)
                .where(MESSAGES.CONVERSATION_ID.eq(conversation))
                .and(MESSAGES.TASK_ID.isNull())
                .execute();
        tx.dsl()
                .update(TOOL_EXECUTIONS)
                .set(TOOL_EXECUTIONS.TASK_ID, task)
                .where(TOOL_EXECUTIONS.TASK_ID.isNull())
                .and(TOOL_EXECUTIONS.MESSAGE_ID.in(
                        tx.dsl().select(MESSAGES.ID).from(MESSAGES).where(MESSAGES.CONVERSATION_ID.eq(conversation))))
                .execute();
        tx.dsl()
                .update(MODEL_CALLS)
                .set(MODEL_CALLS.TASK_ID, task)
                .where(MODEL_CALLS.TASK_ID.isNull())
                .and(MODEL_CALLS.MESSAGE_ID.in(
                        tx.dsl().select(MESSAGES.ID).from(MESSAGES).where(MESSAGES.CONVERSATION_ID.eq(conversation))))
                .execute();
    }

    /** Deletes what the import made of the messages of a conversation that is gone: they are stored again, and it with them. */
    static void delete(Tx tx, TaskId task) {
        deleteTools(tx, task);
        tx.dsl()
                .deleteFrom(MODEL_CALLS)
                .where(MODEL_CALLS.TASK_ID.eq(task))
                .and(MODEL_CALLS.MESSAGE_ID.isNull())
                .and(MODEL_CALLS.SOURCE_FORMAT.isNotNull())
                .execute();
    }

    /** Deletes the uses of tools of messages of a run that are gone. */
    static void deleteTools(Tx tx, TaskId run) {
        tx.dsl()
                .deleteFrom(TOOL_EXECUTIONS)
                .where(RunIds.areOf(run, TOOL_EXECUTIONS.ID, ToolExecutionId::new))
                .and(TOOL_EXECUTIONS.MESSAGE_ID.isNull())
                .execute();
    }
}
