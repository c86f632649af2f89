package dev.modelscan.storage.internal.repository;

import dev.modelscan.storage.internal.query.Column;
import dev.modelscan.storage.internal.query.Parameter;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jooq.Condition;
import org.jooq.Field;
import org.jooq.impl.DSL;

/**
 * What a change of status sets, and what it demands of the row. The times are set from the parameter that sets
 * {@code updated_at}, so all three are equal unless the clock went back: none is before the one that it follows.
 *
 * @param <R> the record
 * @param <S> the status
 */
record StatusChange<R, S>(
        Column<R, S> status,
        Column<R, Instant> createdAt,
        Column<R, Instant> startedAt,
        Column<R, Instant> completedAt,
        Parameter<Instant> now) {

    /** Beginning sets the start, ending sets the end, and whatever is not ended has no end. */
    Map<Field<?>, Field<?>> to(S target, boolean begins, boolean ends) {
        Map<Field<?>, Field<?>> changes = new HashMap<>();
        changes.put(status.field(), DSL.inline(target, status.field()));
        if (!ends) {
            changes.put(startedAt.field(), begins ? created() : DSL.inline((Instant) null, startedAt.field()));
        }
        changes.put(
                completedAt.field(),
                ends
                        ? Mapping.notBefore(startedAt.field(), created())
                        : DSL.inline((Instant) null, completedAt.field()));
        return changes;
    }

    private Field<Instant> created() {
        return Mapping.notBefore(createdAt.field(), now.param());
    }

    /** The row has one of these statuses. */
    Condition from(Collection<S> allowed) {
        List<Field<S>> codes = allowed.stream()
                .map(code -> (Field<S>) DSL.inline(code, status.field()))
                .toList();
        return status.field().in(codes);
    }
}
