package dev.modelscan.storage.internal.repository;

import dev.modelscan.storage.Cursor;
import dev.modelscan.storage.Page;
import dev.modelscan.storage.PageRequest;
import dev.modelscan.storage.internal.dsl.CheckedParts;
import dev.modelscan.storage.internal.dsl.SqlText;
import dev.modelscan.storage.internal.query.Column;
import dev.modelscan.storage.internal.query.Cursors;
import dev.modelscan.storage.internal.query.Session;
import dev.modelscan.storage.internal.query.SingleQuery;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jooq.Condition;
import org.jooq.Field;
import org.jooq.OrderField;
import org.jooq.Query;
import org.jooq.QueryPart;
import org.jooq.Select;
import org.jooq.SortField;
import org.jooq.SortOrder;
import org.jooq.TableField;
import org.jooq.VisitContext;
import org.jooq.VisitListener;
import org.jooq.impl.DSL;
import org.jspecify.annotations.Nullable;

/**
 * A page of the records that meet a caller's condition, in his order. Rendered and prepared for each page.
 *
 * @param <R> the record
 */
final class FilteredPage<R> {

    private final Mapping<?, R> mapping;
    private final Condition condition;
    private final List<PagedQuery.Key<R>> order;
    private final String name;

    /** @param wanted the order; if it has no column, that of the list of all records */
    FilteredPage(Mapping<?, R> mapping, Condition condition, List<? extends OrderField<?>> wanted) {
        this.mapping = mapping;
        this.condition = condition;
        this.order = wanted.isEmpty() ? mapping.page().order() : total(wanted);
        this.name = mapping.entity + ".where "
                + order.stream()
                        .map(key -> key.column().name() + (key.descending() ? " desc" : ""))
                        .collect(Collectors.joining(", "));
    }

    /** The order, with the id as its last key, which makes it total. */
    private List<PagedQuery.Key<R>> total(List<? extends OrderField<?>> wanted) {
        List<PagedQuery.Key<R>> keys = new ArrayList<>();
        for (OrderField<?> field : wanted) {
            keys.add(key(field));
        }
        if (keys.stream().noneMatch(key -> key.column() == mapping.id)) {
            keys.add(new PagedQuery.Key<>(mapping.id, keys.get(keys.size() - 1).descending()));
        }
        return keys;
    }

    private PagedQuery.Key<R> key(OrderField<?> wanted) {
        Field<?> field = wanted instanceof SortField<?> sort ? sort.$field() : (Field<?>) wanted;
        boolean descending = wanted instanceof SortField<?> sort && sort.$sortOrder() == SortOrder.DESC;
        for (Column<R, ?> column : mapping.columns.all()) {
            if (column.field().equals(field) && !field.getDataType().nullable()) {
                return new PagedQuery.Key<>(column, descending);
            }
        }
        throw new IllegalArgumentException("a list of " + mapping.entity
                + " records is ordered by columns of its table that are never null, and " + field + " is not one");
    }

    Page<R> fetch(Session session, PageRequest request) throws SQLException {
        SingleQuery<R> query = SingleQuery.of(expression(request), session.dialect(), mapping.mapper, new OfOneTable());
        SqlText.requireLeavesNothing(query.sql());
        List<R> rows = new ArrayList<>();
        boolean more = query.addTo(rows, request.limit(), session);
        return new Page<>(rows, more ? Optional.of(next(request, rows)) : Optional.empty());
    }

    /** The query itself, not the steps that made it: a select in it is a subquery. */
    private Query expression(PageRequest request) {
        return DSL.select(mapping.columns.fields())
                .from(mapping.table.get())
                .where(condition)
                .and(behind(request.after()))
                .orderBy(order.stream().map(PagedQuery.Key::sort).toList())
                .limit(DSL.val(request.limit() + 1))
                .getQuery();
    }

    private Condition behind(@Nullable Cursor cursor) {
        if (cursor == null) {
            return DSL.noCondition();
        }
        List<String> position = Cursors.decode(name, order.size(), cursor);
        Condition behind = DSL.falseCondition();
        for (int i = order.size() - 1; i >= 0; i--) {
            behind = beyond(order.get(i), position.get(i), behind);
        }
        return behind;
    }

    /** Whether a row is beyond the value of a key, or has it, and meets the condition on the keys after it. */
    private static <T> Condition beyond(PagedQuery.Key<?> key, String encoded, Condition then) {
        @SuppressWarnings("unchecked") // Each column has a type, which nothing here needs to know.
        Column<?, T> column = (Column<?, T>) key.column();
        Field<T> value = DSL.val(Cursors.value(column.parameter(), encoded), column.field());
        Condition past =
                key.descending() ? column.field().lt(value) : column.field().gt(value);
        Condition atOrPast =
                key.descending() ? column.field().le(value) : column.field().ge(value);
        // The first condition follows from the second, and is what an index can use.
        return atOrPast.and(past.or(then));
    }

    private PageRequest next(PageRequest request, List<R> rows) {
        R last = rows.get(rows.size() - 1);
        List<String> position =
                order.stream().map(key -> key.column().encode(last)).toList();
        return PageRequest.after(Cursors.encode(name, position), request.limit());
    }

    /** Checks the parts as in any query, and that the condition is on the table's own columns. */
    private final class OfOneTable implements VisitListener {

        private final CheckedParts checks = new CheckedParts();

        @Override
        public void visitStart(VisitContext context) {
            if (context.queryPart() instanceof TableField<?, ?> field
                    && !mapping.table.get().equals(field.getTable())
                    && isOutermost(context.queryParts())) {
                throw new IllegalArgumentException("the condition on " + mapping.entity + " records asks for " + field
                        + ", which is not a column of their table; use a subquery, or a stored query with a join");
            }
            checks.visitStart(context);
        }

        private static boolean isOutermost(QueryPart[] parts) {
            int selects = 0;
            for (QueryPart part : parts) {
                selects += part instanceof Select<?> ? 1 : 0;
            }
            return selects < 2;
        }
    }
}
