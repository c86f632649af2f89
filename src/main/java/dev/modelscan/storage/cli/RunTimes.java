package dev.modelscan.storage.cli;

import static dev.modelscan.storage.schema.Tables.CONVERSATIONS;
import static dev.modelscan.storage.schema.Tables.SOURCES;
import static dev.modelscan.storage.schema.Tables.TASKS;

import dev.modelscan.storage.Database;
import dev.modelscan.storage.cli.imports.MessageReader;
import dev.modelscan.storage.conversations.ConversationId;
import dev.modelscan.storage.tasks.TaskId;
import java.util.Collection;
import java.util.HashSet;
import java.util.Set;
import org.jooq.impl.DSL;

/** Tells which runs were imported from a source without times: what they have instead is the time of the import. */
final class RunTimes {

    private RunTimes() {}

    /** Those of the runs whose source has no times. The conversation of an imported run has the id of its task. */
    static Set<String> unknown(Database db, Collection<String> runs) {
        Set<String> unknown = new HashSet<>();
        Set<String> outlived = new HashSet<>(runs);
        // Without the member that the condition compares, PostgreSQL answers null.
        db.dsl()
                .select(TASKS.ID, DSL.field(MessageReader.untimed(TASKS.METADATA)))
                .from(TASKS)
                .where(TASKS.ID.in(runs.stream().map(TaskId::new).toList()))
                .and(TASKS.SOURCE_FORMAT.isNotNull())
                .forEach(task -> {
                    outlived.remove(task.value1().value());
                    if (Boolean.TRUE.equals(task.value2())) {
                        unknown.add(task.value1().value());
                    }
                });
        if (!outlived.isEmpty()) {
            unknown.addAll(asOldAsTheirImport(db, outlived));
        }
        return unknown;
    }

    /** Those of which the task is gone: without a time of its own, a conversation has that of the import. */
    private static Set<String> asOldAsTheirImport(Database db, Collection<String> runs) {
        return db.dsl()
                .select(CONVERSATIONS.ID)
                .from(CONVERSATIONS)
                .leftJoin(SOURCES)
                .on(SOURCES.ID.eq(CONVERSATIONS.SOURCE_ID))
                .where(CONVERSATIONS.ID.in(
                        runs.stream().map(ConversationId::new).toList()))
                .and(CONVERSATIONS.SOURCE_FORMAT.isNotNull())
                .and(SOURCES.ID.isNull().or(CONVERSATIONS.CREATED_AT.ge(SOURCES.IMPORTED_AT)))
                .fetchSet(id -> id.value1().value());
    }
}
