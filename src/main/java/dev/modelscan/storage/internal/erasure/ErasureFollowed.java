package dev.modelscan.storage.internal.erasure;

import static dev.modelscan.storage.schema.Tables.AGENTS;
import static dev.modelscan.storage.schema.Tables.BLOBS;
import static dev.modelscan.storage.schema.Tables.CONVERSATIONS;
import static dev.modelscan.storage.schema.Tables.MESSAGES;
import static dev.modelscan.storage.schema.Tables.MESSAGE_ORIGINS;
import static dev.modelscan.storage.schema.Tables.MESSAGE_PARTS;
import static dev.modelscan.storage.schema.Tables.SOURCES;
import static dev.modelscan.storage.schema.Tables.TASKS;
import static dev.modelscan.storage.schema.Tables.WORKFLOWS;

import java.util.List;
import org.jooq.Table;
import org.jooq.TableField;

/**
 * A column of an erased row whose value is remembered.
 *
 * @param target the table of the row that it refers to; agents for the name of an agent
 */
record ErasureFollowed(String table, String column, String target) {

    private static final List<ErasureFollowed> ALL = List.of(
            of(AGENTS.NAME, AGENTS),
            of(MESSAGES.TASK_ID, TASKS),
            of(MESSAGES.CONVERSATION_ID, CONVERSATIONS),
            of(TASKS.WORKFLOW_ID, WORKFLOWS),
            of(TASKS.SOURCE_ID, SOURCES),
            of(CONVERSATIONS.SOURCE_ID, SOURCES),
            of(WORKFLOWS.SOURCE_ID, SOURCES),
            of(MESSAGE_ORIGINS.SOURCE_ID, SOURCES),
            of(MESSAGE_PARTS.BLOB_ID, BLOBS));

    private static ErasureFollowed of(TableField<?, ?> column, Table<?> target) {
        return new ErasureFollowed(column.getTable().getName(), column.getName(), target.getName());
    }

    static List<ErasureFollowed> of(String table) {
        return ALL.stream().filter(each -> each.table().equals(table)).toList();
    }
}
