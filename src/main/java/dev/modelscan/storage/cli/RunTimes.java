package dev.modelscan.storage.cli;

import static dev.modelscan.storage.schema.Tables.CONVERSATIONS;
import static dev.modelscan.storage.schema.Tables.SOURCES;
import static dev.modelscan.storage.schema.Tables.TASKS;

import dev.modelscan.storage.Database;
import dev.modelscan.storage.cli.imports.MessageReader;
import java.util.Collection;
import java.util.Set;
import org.jooq.Condition;
import org.jooq.Field;
import org.jooq.impl.DSL;

/** Tells which runs were imported from a source without times: what they have instead is the time of the import. */
final class RunTimes {

    private RunTimes() {}

    /**
     * Those of the runs whose source has no times. The conversation of an imported run has the id of its task. If the task is
     * gone, a conversation that is as old as its import has no times.
     */
    static Set<String> unknown(Database db, Collection<String> runs) {
        Field<String> task = TASKS.ID.coerce(String.class);
        Field<String> conversation = CONVERSATIONS.ID.coerce(String.class);
        Condition isImported = TASKS.SOURCE_FORMAT.isNotNull();
        return db.dsl()
                .select(task)
                .from(TASKS)
                .where(task.in(runs))
                .and(isImported)
                .and(MessageReader.untimed(TASKS.METADATA))
                .unionAll(DSL.select(conversation)
                        .from(CONVERSATIONS)
                        .leftJoin(SOURCES)
                        .on(SOURCES.ID.eq(CONVERSATIONS.SOURCE_ID))
                        .where(conversation.in(runs))
                        .and(CONVERSATIONS.SOURCE_FORMAT.isNotNull())
                        .and(SOURCES.ID.isNull().or(CONVERSATIONS.CREATED_AT.ge(SOURCES.IMPORTED_AT)))
                        .andNotExists(DSL.selectOne()
                                .from(TASKS)
                                .where(task.eq(conversation))
                                .and(isImported)))
                .fetchSet(id -> id.value1());
    }
}
