package dev.modelscan.storage.internal.query;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.regex.Pattern;
import org.jooq.CommonTableExpression;
import org.jooq.Field;
import org.jooq.Param;
import org.jooq.Query;
import org.jooq.QueryPart;
import org.jooq.Select;
import org.jooq.SelectFieldOrAsterisk;
import org.jooq.TableField;
import org.jooq.VisitContext;
import org.jooq.VisitListener;
import org.jooq.impl.DSL;
import org.jooq.impl.DefaultConfiguration;
import org.jooq.impl.QOM;

/** Renders a jOOQ expression and records the parameter of each {@code ?}. */
final class Renderer {

    /** jOOQ renders a row lock for every engine, and has no way to take it out of a query. */
    private static final Pattern ROW_LOCK = Pattern.compile(" for (key share|update)( skip locked)?$");

    private Renderer() {}

    static RenderedQuery render(Query query, Dialect dialect) {
        List<Field<?>> columns = columns(query);
        List<Field<?>> fields = packed(query, columns, dialect);
        return fields.isEmpty()
                ? render(query, List.of(), dialect)
                : render(with(fields, query), numbers(columns, fields), dialect);
    }

    /** The columns of the rows that the query returns; empty if it returns none. */
    private static List<Field<?>> columns(Query query) {
        if (query instanceof Select<?> select) {
            return select.getSelect();
        }
        Collection<? extends SelectFieldOrAsterisk> returned = query instanceof QOM.UpdateReturning<?> update
                ? update.$returning()
                : query instanceof QOM.InsertReturning<?> insert ? insert.$returning() : List.of();
        List<Field<?>> columns = new ArrayList<>();
        for (SelectFieldOrAsterisk each : returned) {
            columns.add((Field<?>) each);
        }
        return columns;
    }

    /** The query with other fields in place of its columns. */
    private static Query with(List<Field<?>> fields, Query query) {
        if (query instanceof Select<?> select) {
            return select.$select(fields);
        }
        return query instanceof QOM.UpdateReturning<?> update
                ? update.$returning(fields)
                : ((QOM.InsertReturning<?>) query).$returning(fields);
    }

    /**
     * The query's columns packed; empty if they cannot be packed. A computed column cannot: it may be a fraction, or have
     * a name that the query uses elsewhere.
     */
    private static List<Field<?>> packed(Query query, List<Field<?>> columns, Dialect dialect) {
        if (columns.size() < 2 || !columns.stream().allMatch(TableField.class::isInstance)) {
            return List.of();
        }
        boolean complete = !(query instanceof Select<?> select)
                || (!select.$from().isEmpty() && select.$from().stream().allMatch(QueryParts::isComplete));
        return dialect.packed(columns, !complete);
    }

    /** For {@link RenderedQuery#packed}. All packed fields but the last are columns. */
    private static List<Integer> numbers(List<Field<?>> columns, List<Field<?>> fields) {
        List<Field<?>> apart = fields.subList(0, fields.size() - 1);
        List<Integer> numbers = new ArrayList<>();
        int packed = 0;
        for (Field<?> column : columns) {
            int place = apart.indexOf(column);
            numbers.add(place < 0 ? packed++ : -1 - place);
        }
        return numbers;
    }

    private static RenderedQuery render(Query query, List<Integer> packed, Dialect dialect) {
        List<String> visited = new ArrayList<>();
        String rendered = sql(query, dialect, VisitListener.onVisitStart(context -> collect(context, visited)));
        String sql = dialect.locksRows() ? rendered : ROW_LOCK.matcher(rendered).replaceFirst("");
        long places = sql.chars().filter(c -> c == '?').count();
        if (places != visited.size()) {
            throw new IllegalStateException(
                    "rendered " + places + " places for " + visited.size() + " parameters: " + sql);
        }
        return new RenderedQuery(sql, packed, List.copyOf(visited));
    }

    /**
     * Renders a caller's query. Its values are parameters or constants: these become part of the text. No
     * column is packed, because a caller's table may hold what cannot be.
     */
    static RenderedQuery renderOfCaller(Query query, Dialect dialect, VisitListener checks) {
        VisitedParams visited = new VisitedParams();
        String sql = sql(query, dialect, checks, VisitListener.onVisitStart(Renderer::inlineConstant), visited);
        List<String> names = visited.all().stream().map(Renderer::name).toList();
        return new RenderedQuery(sql, List.of(), names);
    }

    /** Renders a caller's query whose values the last of the listeners collects. */
    static RenderedQuery renderOnce(Query query, Dialect dialect, VisitListener... listeners) {
        return new RenderedQuery(sql(query, dialect, listeners), List.of(), List.of());
    }

    private static String sql(Query query, Dialect dialect, VisitListener... listeners) {
        DefaultConfiguration configuration = new DefaultConfiguration();
        configuration.set(dialect.jooq());
        configuration.set(dialect.hasSchemas() ? JooqSettings.in(RenderedQuery.SCHEMA) : JooqSettings.create());
        configuration.set(listeners);
        return DSL.using(configuration).render(query);
    }

    private static void inlineConstant(VisitContext context) {
        if (context.renderContext() == null) {
            return;
        }
        QueryPart part = context.queryPart();
        if (part instanceof CommonTableExpression) {
            throw new IllegalArgumentException(
                    "a stored query has no WITH, whose names would be taken for tables; use a derived table: " + part);
        }
        if (part instanceof Param<?> constant && !constant.isInline() && constant.getParamName() == null) {
            context.queryPart(inlined(constant));
        }
    }

    private static <T> Param<T> inlined(Param<T> constant) {
        return DSL.inline(constant.getValue(), constant.getDataType());
    }

    /** jOOQ may replace a parameter by a copy of another type, which keeps the name. */
    private static void collect(VisitContext context, List<String> visited) {
        if (context.renderContext() != null && context.queryPart() instanceof Param<?> param && !param.isInline()) {
            visited.add(name(param));
        }
    }

    private static String name(Param<?> param) {
        String name = param.getParamName();
        if (name == null) {
            throw new IllegalStateException(
                    "a compiled query takes its values through parameters; inline the constant " + param);
        }
        return name;
    }
}
