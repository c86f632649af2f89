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
 * What a change of status sets, and from which statuses it is allowed. The times that it sets are that of {@code updated_at}. If the
 * clock was set back, they are the latest time that the record has, so that no record ends before it began.
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

    /** A status that begins sets the start and clears the end. One that ends sets the end alone. All others clear both. */
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

    /** Whether the record has one of these statuses. */
    Condition from(Collection<S> allowed) {
        List<Field<S>> codes = allowed.stream()
                .map(code -> (Field<S>) DSL.inline(code, status.field()))
                .toList();
        return status.field().in(codes);
    }
}
