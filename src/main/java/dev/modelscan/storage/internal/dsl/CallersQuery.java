package dev.modelscan.storage.internal.dsl;

import dev.modelscan.storage.internal.query.Codec;
import dev.modelscan.storage.internal.query.CompiledQuery;
import dev.modelscan.storage.internal.query.Parameter;
import dev.modelscan.storage.internal.query.QueryParts;
import dev.modelscan.storage.internal.query.Row;
import dev.modelscan.storage.queries.Into;
import dev.modelscan.storage.queries.StoredQuery;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jooq.Field;
import org.jooq.Query;
import org.jooq.QueryPart;
import org.jooq.Record;
import org.jooq.ResultQuery;
import org.jooq.Select;
import org.jooq.SelectFinalStep;
import org.jooq.SelectQuery;
import org.jooq.SortField;
import org.jooq.SortOrder;
import org.jooq.TableField;
import org.jooq.VisitListener;
import org.jooq.WindowDefinition;
import org.jooq.WindowSpecification;
import org.jooq.impl.DSL;
import org.jooq.impl.DefaultConfiguration;
import org.jooq.impl.QOM;
import org.jspecify.annotations.Nullable;

/**
 * A stored query of the caller, compiled like a repository's query. The rows' values are mapped after the
 * session has been given back, so the caller's function may use the database.
 *
 * @param <R> what a row becomes
 */
public final class CallersQuery<R> implements StoredQuery<R> {

    /** Neither can be the name of a caller's parameter. */
    static final Parameter<Integer> LIMIT = Parameter.of("the limit", Codec.INTEGER, Integer.class);

    private static final String POSITION = "the position ";

    private final Supplier<? extends ResultQuery<?>> expression;
    private final Function<@Nullable Object[], R> into;
    private final CompiledQuery<@Nullable Object[]> start;
    private final CompiledQuery<@Nullable Object[]> behind;
    private volatile @Nullable Shape shape;

    /** The expression is evaluated again for each form of the query and each engine. */
    public <X extends Record> CallersQuery(Supplier<? extends ResultQuery<X>> expression, Into<X, R> into) {
        this(expression, into::apply);
    }

    /** @param into takes the values of a row, in the order of the select list */
    CallersQuery(Supplier<? extends ResultQuery<?>> expression, Function<@Nullable Object[], R> into) {
        this.expression = expression;
        this.into = into;
        this.start = CompiledQuery.ofCaller(this::values, this::fromStart, new CheckedParts());
        this.behind = CompiledQuery.ofCaller(this::values, this::fromPosition, new CheckedParts());
    }

    /** A column of the order: its place in the select list, from 0, and the parameter for its value. */
    record Key<T>(int place, Parameter<T> parameter, boolean descending) {

        String encode(@Nullable Object[] row) {
            @SuppressWarnings("unchecked") // Its codec read it.
            T value = (T) row[place];
            if (value == null) {
                throw new IllegalStateException(
                        "column " + (place + 1) + " of the query is null in a row, and the pages are"
                                + " ordered by it: no page could begin behind that row");
            }
            return String.valueOf(parameter.codec().encode(value));
        }
    }

    /**
     * What can be told of the query without an engine.
     *
     * @param keys the order; empty if there is none
     * @param unpaged why the query cannot be read in pages; null if it can
     */
    record Shape(
            List<Codec<?>> codecs,
            boolean writes,
            boolean ordered,
            List<Key<?>> keys,
            @Nullable String unpaged) {}

    CompiledQuery<@Nullable Object[]> start() {
        return start;
    }

    CompiledQuery<@Nullable Object[]> behind() {
        return behind;
    }

    R map(@Nullable Object[] values) {
        return Objects.requireNonNull(into.apply(values), "the function of a stored query returned null");
    }

    /** Two threads may find it out twice, which does no harm. */
    Shape shape() {
        Shape known = shape;
        if (known == null) {
            known = shape(expression.get());
            shape = known;
        }
        return known;
    }

    private static Shape shape(ResultQuery<?> query) {
        SqlText.requireLeavesNothing(query.getSQL());
        boolean window = query instanceof Select<?> select && hasWindow(select);
        List<Codec<?>> codecs = new ArrayList<>();
        for (Field<?> field : query.fields()) {
            codecs.add(Codec.of(field));
        }
        if (!(query instanceof Select<?> select)) {
            return new Shape(codecs, true, false, List.of(), "it writes");
        }
        if (select.$limit() != null || select.$offset() != null) {
            throw new IllegalArgumentException("a stored query has no limit of its own: list(limit) sets it");
        }
        List<Key<?>> keys = new ArrayList<>();
        String unpaged = window ? "a window would see the rows of one page alone" : keys(select, keys);
        return new Shape(codecs, false, !select.$orderBy().isEmpty(), keys, unpaged);
    }

    /**
     * Looks at the parts of a query, and returns whether rows depend on others by a window. jOOQ keeps the order and the
     * limit of a union to itself, so they could neither be seen nor set.
     */
    private static boolean hasWindow(Select<?> select) {
        AtomicBoolean found = new AtomicBoolean();
        VisitListener looks = VisitListener.onVisitStart(context -> {
            QueryPart[] parts = context.queryParts();
            long selects = Stream.of(parts).filter(Select.class::isInstance).count();
            if (parts.length > 1 && selects == parts.length) {
                throw new IllegalArgumentException(
                        "a stored query cannot be a union; put it into a derived table: select(...).from(union.asTable())");
            }
            QueryPart part = context.queryPart();
            if (selects == 1 && (part instanceof WindowSpecification || part instanceof WindowDefinition)) {
                found.set(true);
            }
        });
        DSL.using(new DefaultConfiguration().set(looks)).render(query(select));
        return found.get();
    }

    /** Adds the keys of the order. Returns why there can be no pages; null if there can. */
    private static @Nullable String keys(Select<?> select, List<Key<?>> keys) {
        if (!select.$groupBy().isEmpty() || select.$distinct()) {
            return "it groups rows";
        }
        boolean unique = false;
        List<Field<?>> selected = select.getSelect();
        for (SortField<?> sort : select.$orderBy()) {
            Field<?> field = sort.$field();
            if (sort.$nullOrdering() != null) {
                return "it says where null goes, and what it orders by is never null";
            }
            if (field instanceof QOM.FieldAlias) {
                return "it orders by the alias " + field.getName() + "; select and order by the column itself";
            }
            int place = selected.indexOf(field);
            if (place < 0) {
                return "it orders by " + field.getName() + ", and does not select it";
            }
            if (!QueryParts.isNeverNull(field, select)) {
                return "it orders by " + field.getName()
                        + ", which may be null; order by NOT NULL columns of tables in FROM that no outer join leaves out:"
                        + " a column itself, and no expression";
            }
            keys.add(key(place, keys.size(), field, sort.$sortOrder() == SortOrder.DESC));
            unique |= isOfKey(field);
        }
        return unique ? null : "it orders by no column of a key; add one, such as the id, as the last";
    }

    private static <T> Key<T> key(int place, int number, Field<T> field, boolean descending) {
        return new Key<>(place, Parameter.of(POSITION + number, Codec.of(field), () -> field), descending);
    }

    /** By its name, because the keys of an alias have the columns of the table. */
    private static boolean isOfKey(Field<?> field) {
        return field instanceof TableField<?, ?> column
                && column.getTable() != null
                && column.getTable().getKeys().stream()
                        .flatMap(key -> key.getFields().stream())
                        .anyMatch(part -> part.getName().equals(column.getName()));
    }

    private Query fromStart() {
        ResultQuery<?> query = expression.get();
        if (!(query instanceof Select<?> select)) {
            return query;
        }
        SelectQuery<?> limited = query(select);
        limited.addLimit(LIMIT.param());
        return limited;
    }

    private Query fromPosition() {
        SelectQuery<?> limited = query((Select<?>) expression.get());
        limited.addSeekAfter(
                shape().keys().stream().map(key -> key.parameter().param()).toArray(Field<?>[]::new));
        limited.addLimit(LIMIT.param());
        return limited;
    }

    private static SelectQuery<?> query(Select<?> select) {
        return select instanceof SelectFinalStep<?> step ? step.getQuery() : (SelectQuery<?>) select;
    }

    private @Nullable Object[] values(Row row) throws SQLException {
        List<Codec<?>> codecs = shape().codecs();
        @Nullable Object[] values = new Object[codecs.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = row.find(codecs.get(i), i + 1);
        }
        return values;
    }
}
