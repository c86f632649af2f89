package dev.modelscan.storage.cli.imports;

import dev.modelscan.storage.tasks.TaskId;
import java.util.function.Function;
import org.jooq.Condition;
import org.jooq.Field;

/** The ids of what an import makes of a run's messages begin with the id of the run and a colon. */
final class RunIds {

    private RunIds() {}

    /** No id of the run comes before it in the order of the ids. */
    static String first(TaskId run) {
        return run.value() + ":";
    }

    /** Whether an id is one of the run's. */
    static <I> Condition areOf(TaskId run, Field<I> id, Function<String, I> of) {
        // The character after the colon is the semicolon.
        return id.ge(of.apply(first(run))).and(id.lt(of.apply(run.value() + ";")));
    }
}
