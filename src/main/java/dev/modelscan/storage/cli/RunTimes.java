package dev.modelscan.storage.cli;

import static dev.modelscan.storage.schema.Tables.TASKS;

import dev.modelscan.storage.Database;
import dev.modelscan.storage.cli.imports.MessageReader;
import dev.modelscan.storage.tasks.TaskId;
import java.util.Collection;
import java.util.HashSet;
import java.util.Set;

/** Tells which runs were imported from a source without times: what they have instead is the time of the import. */
final class RunTimes {

    private RunTimes() {}

    /** Those of the tasks whose source has no times. The conversation of an imported run has the id of its task. */
    static Set<String> unknown(Database db, Collection<String> tasks) {
        Set<String> unknown = new HashSet<>();
        db.dsl()
                .select(TASKS.ID, TASKS.METADATA)
                .from(TASKS)
                .where(TASKS.ID.in(tasks.stream().map(TaskId::new).toList()))
                .and(TASKS.SOURCE_FORMAT.isNotNull())
                .forEach(task -> {
                    if (!MessageReader.isTimed(task.value2())) {
                        unknown.add(task.value1().value());
                    }
                });
        return unknown;
    }
}
