package dev.modelscan.storage.analytics;

import static dev.modelscan.storage.schema.Tables.TASKS;

import dev.modelscan.storage.sources.SourceId;
import dev.modelscan.storage.tasks.TaskId;
import dev.modelscan.storage.workflows.WorkflowId;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Collection;
import java.util.Objects;
import java.util.Set;
import org.jooq.Condition;
import org.jooq.Field;
import org.jooq.impl.DSL;
import org.jspecify.annotations.Nullable;

/**
 * Which records count: those of some workflows, of some sources, of a time, or all. If several are given, a record must
 * meet all of them. A message, a tool execution and a model call belong to the workflow and to the source of their
 * task, and one without a task to none. Immutable.
 *
 * @since 0.1.0
 */
public final class Scope {

    // The first and the last time that can be stored.
    private static final Instant FIRST = Instant.parse("0000-01-01T00:00:00Z");
    private static final Instant LAST = Instant.parse("9999-12-31T23:59:59.999999Z");

    /** All records. */
    public static final Scope ALL = new Scope(Set.of(), Set.of(), null, null);

    private final Set<WorkflowId> workflows;
    private final Set<SourceId> sources;
    private final @Nullable Instant since;
    private final @Nullable Instant until;

    private Scope(Set<WorkflowId> workflows, Set<SourceId> sources, @Nullable Instant since, @Nullable Instant until) {
        this.workflows = workflows;
        this.sources = sources;
        this.since = since;
        this.until = until;
    }

    /**
     * Of these workflows alone.
     *
     * @throws IllegalArgumentException if there are none
     */
    public Scope workflows(Collection<WorkflowId> ids) {
        if (Objects.requireNonNull(ids, "ids").isEmpty()) {
            throw new IllegalArgumentException("no workflow is given; leave out workflows for all of them");
        }
        return new Scope(Set.copyOf(ids), sources, since, until);
    }

    /** Of this source alone. */
    public Scope source(SourceId id) {
        return new Scope(workflows, Set.of(Objects.requireNonNull(id, "id")), since, until);
    }

    /**
     * Of these sources alone, such as the states of one file that has grown.
     *
     * @throws IllegalArgumentException if there are none
     */
    public Scope sources(Collection<SourceId> ids) {
        if (Objects.requireNonNull(ids, "ids").isEmpty()) {
            throw new IllegalArgumentException("no source is given; leave out sources for all of them");
        }
        return new Scope(workflows, Set.copyOf(ids), since, until);
    }

    /** Created then or later. */
    public Scope since(Instant first) {
        return new Scope(workflows, sources, Objects.requireNonNull(first, "first"), until);
    }

    /** Created before then. */
    public Scope until(Instant end) {
        return new Scope(workflows, sources, since, Objects.requireNonNull(end, "end"));
    }

    /** The condition on {@code tasks}, for queries of your own. */
    public Condition ofTasks() {
        return within().and(made(TASKS.CREATED_AT));
    }

    /**
     * The condition on a table whose rows belong to a task, for queries of your own.
     *
     * @param task the column with the task's id
     * @param createdAt the column with the time at which a row was made
     */
    public Condition of(Field<TaskId> task, Field<Instant> createdAt) {
        Condition of = workflows.isEmpty() && sources.isEmpty()
                ? DSL.noCondition()
                : task.in(DSL.select(TASKS.ID).from(TASKS).where(within()));
        return of.and(made(createdAt));
    }

    private Condition within() {
        Condition of = workflows.isEmpty() ? DSL.noCondition() : TASKS.WORKFLOW_ID.in(workflows);
        return sources.isEmpty() ? of : of.and(TASKS.SOURCE_ID.in(sources));
    }

    /** The condition on a time, which may be bounded by times that cannot be stored. */
    Condition made(Field<Instant> createdAt) {
        return from(createdAt).and(before(createdAt));
    }

    private Condition from(Field<Instant> createdAt) {
        if (since == null || !since.isAfter(FIRST)) {
            return DSL.noCondition();
        }
        return since.isAfter(LAST) ? DSL.falseCondition() : createdAt.ge(stored(since));
    }

    private Condition before(Field<Instant> createdAt) {
        if (until == null || until.isAfter(LAST)) {
            return DSL.noCondition();
        }
        return until.isAfter(FIRST) ? createdAt.lt(stored(until)) : DSL.falseCondition();
    }

    /** The bound in whole microseconds, as times are stored; rounded up, so that the condition stays the same. */
    private static Instant stored(Instant bound) {
        return bound.plusNanos(999).truncatedTo(ChronoUnit.MICROS);
    }
}
