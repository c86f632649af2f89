package dev.modelscan.storage.internal.postgres;

import dev.modelscan.storage.internal.query.Expressions;
import dev.modelscan.storage.internal.query.LikePatterns;
import dev.modelscan.storage.internal.query.QueryParts;
import dev.modelscan.storage.internal.query.SearchTerm;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import org.jooq.Condition;
import org.jooq.Field;
import org.jooq.QueryPart;
import org.jooq.Select;
import org.jooq.SortField;
import org.jooq.SortOrder;
import org.jooq.VisitContext;
import org.jooq.impl.DSL;
import org.jooq.impl.QOM;
import org.jooq.impl.SQLDataType;
import org.jspecify.annotations.Nullable;

/** PostgreSQL's SQL for what jOOQ cannot say. */
final class PostgresExpressions implements Expressions {

    private static final Object DONE = new Object();

    @Override
    public String timeType() {
        return "timestamptz";
    }

    @Override
    public String jsonType() {
        return "jsonb";
    }

    /** PostgreSQL calls the year 0 the first one BC. */
    @Override
    public QueryPart timeText(Field<?> time) {
        return DSL.sql(
                "case when {0} < timestamptz '0001-01-01 00:00:00Z' then '0000' else to_char({0} at time zone 'UTC', 'YYYY')"
                        + " end || to_char({0} at time zone 'UTC', '-MM-DD\"T\"HH24:MI:SS.US\"Z\"')",
                time);
    }

    @Override
    public QueryPart jsonText(Field<?> json) {
        return DSL.sql("cast({0} as text)", json);
    }

    @Override
    public QueryPart now() {
        return DSL.sql("statement_timestamp()");
    }

    @Override
    public QueryPart micros(Field<?> time) {
        return DSL.sql("cast(extract(epoch from {0}) * 1000000 as bigint)", time);
    }

    @Override
    public QueryPart seconds(Field<?> time) {
        return DSL.sql("cast(floor(extract(epoch from {0})) as bigint)", time);
    }

    /**
     * Whole seconds and the rest one by one: an interval is multiplied by a double, which is exact for both.
     */
    @Override
    public QueryPart time(Field<Long> seconds, Field<Long> micros) {
        return DSL.sql(
                "timestamptz '1970-01-01 00:00:00Z' + {0} * interval '1 second' + {1} * interval '1 microsecond'",
                seconds, micros);
    }

    @Override
    public QueryPart months(Field<Long> days) {
        return DSL.sql(
                "cast(extract(year from date '2000-01-01' + cast({0} as integer)) * 12"
                        + " + extract(month from date '2000-01-01' + cast({0} as integer)) - 24001 as bigint)",
                days);
    }

    @Override
    public QueryPart elements(Field<String> array) {
        return DSL.sql("jsonb_array_elements_text(cast({0} as jsonb))", array);
    }

    @Override
    public QueryPart hasMember(Field<?> object, Field<String> name, Field<String> text) {
        return DSL.sql("({0} -> {1} = to_jsonb(cast({2} as text)))", object, name, text);
    }

    @Override
    public Condition withHint(Condition condition, Condition hint) {
        return condition.and(hint);
    }

    @Override
    public boolean hasArrays() {
        return true;
    }

    /** All words as a tsquery, in which nothing but the last of a term may go on. */
    @Override
    public String searchMatch(List<SearchTerm> terms) {
        List<String> words = new ArrayList<>();
        for (SearchTerm term : terms) {
            int last = term.words().size() - 1;
            for (int i = 0; i <= last; i++) {
                words.add("'" + term.words().get(i) + "'" + (i == last && term.prefix() ? ":*" : ""));
            }
        }
        return String.join(" & ", words);
    }

    @Override
    public List<Class<?>> takenDifferently() {
        return List.of(
                QOM.Like.class,
                QOM.NotLike.class,
                SortField.class,
                QOM.Div.class,
                QOM.Mod.class,
                QOM.Greatest.class,
                QOM.Least.class,
                QOM.Round.class,
                QOM.Cast.class);
    }

    /**
     * PostgreSQL sorts nulls last, fails on a division by zero and on a pattern whose last character is its escape
     * character, ignores nulls in GREATEST, and rounds a half of a double to even.
     */
    @Override
    public @Nullable QueryPart sameAnswer(QueryPart part, VisitContext context) {
        if (part instanceof QOM.Like like) {
            char escape = LikePatterns.escape(like.$escape());
            Field<String> pattern = LikePatterns.closed(like.$pattern(), escape);
            return pattern == like.$pattern() ? null : like.$value().like(pattern, escape);
        }
        if (part instanceof QOM.NotLike like) {
            char escape = LikePatterns.escape(like.$escape());
            Field<String> pattern = LikePatterns.closed(like.$pattern(), escape);
            return pattern == like.$pattern() ? null : like.$value().notLike(pattern, escape);
        }
        if (part instanceof SortField<?> sort && sort.$nullOrdering() == null && mayBeNull(sort.$field(), context)) {
            return sort.$sortOrder() == SortOrder.DESC ? sort.nullsLast() : sort.nullsFirst();
        }
        if (part instanceof QOM.Div<?> div && QueryParts.mayBeZero(div.$arg2())) {
            return QueryParts.divided(div.$arg1(), div.$arg2());
        }
        if (part instanceof QOM.Mod<?> mod && QueryParts.mayBeZero(mod.$divisor())) {
            return QueryParts.rest(mod);
        }
        if (part instanceof QOM.Greatest<?> greatest && isFirst(context, part)) {
            return nullIfAnyIs(greatest, greatest.$arg1());
        }
        if (part instanceof QOM.Least<?> least && isFirst(context, part)) {
            return nullIfAnyIs(least, least.$arg1());
        }
        if (part instanceof QOM.Round<?> round && QueryParts.isFraction(round.$value())) {
            Field<BigDecimal> value = round.$value().cast(SQLDataType.NUMERIC);
            return round.$decimals() == null ? DSL.round(value) : DSL.round(value, round.$decimals());
        }
        if (part instanceof QOM.Cast<?> cast && QueryParts.roundsOnCast(cast)) {
            return cast.$field().cast(SQLDataType.NUMERIC).cast(cast.getDataType());
        }
        return null;
    }

    private static Field<?> nullIfAnyIs(Field<?> whole, List<? extends Field<?>> values) {
        Condition none = DSL.noCondition();
        for (Field<?> value : values) {
            none = none.and(value.isNotNull());
        }
        return DSL.when(none, whole);
    }

    /**
     * Whether the visitor sees a part for the first time. The second time, the part is inside its own
     * replacement.
     */
    private static boolean isFirst(VisitContext context, QueryPart part) {
        @SuppressWarnings("unchecked")
        Set<QueryPart> done = (Set<QueryPart>) context.renderContext()
                .data()
                .computeIfAbsent(DONE, key -> Collections.newSetFromMap(new IdentityHashMap<>()));
        return done.add(part) || !done.remove(part);
    }

    /** A column that cannot be null needs no change, so an index still serves its order. */
    private static boolean mayBeNull(Field<?> field, VisitContext context) {
        QueryPart[] parts = context.queryParts();
        for (int i = parts.length - 2; i >= 0; i--) {
            if (parts[i] instanceof Select<?> select) {
                return !QueryParts.isNeverNull(field, select);
            }
        }
        return true;
    }
}
