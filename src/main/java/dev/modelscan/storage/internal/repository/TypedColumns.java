package dev.modelscan.storage.internal.repository;

import static dev.modelscan.storage.schema.Tables.TASKS;

import dev.modelscan.storage.internal.codec.Bindings;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.temporal.Temporal;
import java.util.Date;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jooq.Condition;
import org.jooq.Converter;
import org.jooq.DataType;
import org.jooq.Field;
import org.jooq.GroupField;
import org.jooq.Param;
import org.jooq.Query;
import org.jooq.QueryPart;
import org.jooq.Row;
import org.jooq.SQL;
import org.jooq.SQLDialect;
import org.jooq.Select;
import org.jooq.SelectFieldOrAsterisk;
import org.jooq.SortField;
import org.jooq.Table;
import org.jooq.VisitContext;
import org.jooq.VisitListener;
import org.jooq.WindowSpecification;
import org.jooq.impl.CustomCondition;
import org.jooq.impl.CustomField;
import org.jooq.impl.DSL;
import org.jooq.impl.QOM;
import org.jooq.impl.SQLDataType;
import org.jspecify.annotations.Nullable;

/**
 * Times and JSON are text on SQLite and have a type on PostgreSQL, so most expressions over them have two answers, or one answer
 * and one error. An expression that is not known to be right on both is rejected when it is rendered, on both. Inside a nested
 * collection, which PostgreSQL makes as JSON or as a record, they are written as SQLite's text.
 */
final class TypedColumns implements VisitListener {

    private static final String TIMES =
            "use dev.modelscan.storage.Times: day, week, month, hour, weekday, bucket, seconds,"
                    + " between, plus, minus or now";
    private static final String JSON =
            "use Conditions.metadataEquals of dev.modelscan.storage.analytics, or read the value and look at it in Java";

    /** What hands a value on as it is. */
    private static final List<Class<?>> PASS = List.of(
            QOM.FieldAlias.class,
            QOM.Coalesce.class,
            QOM.Nvl.class,
            QOM.Nvl2.class,
            QOM.Iif.class,
            QOM.CaseSearched.class,
            QOM.Lag.class,
            QOM.Lead.class,
            QOM.FirstValue.class,
            QOM.LastValue.class,
            QOM.NthValue.class,
            QOM.Count.class,
            QOM.Excluded.class,
            QOM.ScalarSubquery.class,
            QOM.ConditionAsField.class,
            CustomField.class,
            CustomCondition.class);

    /** What makes JSON, or a record that is read from text. */
    private static final List<Class<?>> NESTS = List.of(
            QOM.JSONArray.class,
            QOM.JSONArrayAgg.class,
            QOM.JSONObject.class,
            QOM.JSONObjectAgg.class,
            QOM.RowAsField.class,
            QOM.TableAsField.class);

    /** What compares values. */
    private static final List<Class<?>> COMPARE = List.of(
            QOM.Min.class,
            QOM.Max.class,
            QOM.AnyValue.class,
            QOM.Nullif.class,
            QOM.Greatest.class,
            QOM.Least.class,
            QOM.CaseSimple.class);

    /** Conditions over text. */
    private static final List<Class<?>> TEXT = List.of(
            QOM.Like.class,
            QOM.NotLike.class,
            QOM.LikeIgnoreCase.class,
            QOM.NotLikeIgnoreCase.class,
            QOM.LikeQuantified.class,
            QOM.NotLikeQuantified.class,
            QOM.SimilarTo.class,
            QOM.NotSimilarTo.class,
            QOM.RegexpLike.class,
            QOM.Contains.class,
            QOM.ContainsIgnoreCase.class,
            QOM.StartsWith.class,
            QOM.StartsWithIgnoreCase.class,
            QOM.EndsWith.class,
            QOM.EndsWithIgnoreCase.class,
            QOM.RowOverlaps.class);

    /** Functions by which jOOQ renders some of the above. */
    private static final Set<String> RENDERED =
            Set.of("min", "max", "greatest", "least", "coalesce", "ifnull", "nvl", "nullif", "json_extract");

    private static final String NAMED = "use field(column) or field(name, column.getDataType())";
    private static final String COMPARE_TO =
            "compare to an Instant, to DSL.val(value, column), or to what Times returns; " + NAMED;
    private static final Object TEMPLATES = new Object();
    private static final Object OPERANDS = new Object();

    private enum Kind {
        TIME,
        COMPUTED,
        JSON
    }

    @Override
    public void visitStart(VisitContext context) {
        if (context.renderContext() == null) {
            return;
        }
        QueryPart part = context.queryPart();
        if (part instanceof QOM.CompareCondition<?, ?> compare) {
            checkSame(part, compare.$arg1(), compare.$arg2());
        }
        checkCompared(context, part);
        if (part instanceof Param<?> param && isUntypedTime(param)) {
            part = stored(param);
            context.queryPart(part);
        }
        if (part instanceof QOM.CurrentTimestamp
                || part instanceof QOM.CurrentDate
                || part instanceof QOM.CurrentTime) {
            throw rejected(part, "the engines' own clocks have no common form", "use Times.now()");
        }
        if (part instanceof QOM.ArrayAgg || part instanceof QOM.ArrayQuery || part instanceof QOM.Array) {
            if (context.family() == SQLDialect.SQLITE) {
                throw rejected(part, "SQLite has no arrays", "use multiset or multisetAgg");
            }
        } else if (part instanceof Select<?> select) {
            checkGroups(select);
        } else if (part instanceof QOM.Cast<?> cast && isOfJson(context, cast)) {
            castToText(context, cast);
        } else if (part instanceof Field<?> field && !(part instanceof Condition)) {
            checkOperands(field);
            checkTemplate(context, field);
            check(context, field);
        }
    }

    /** A value that no column gave its type; jOOQ would write it in a form of its own on SQLite. */
    private static boolean isUntypedTime(Field<?> field) {
        return field instanceof Param<?> param
                && (param.getValue() instanceof Instant || param.getValue() instanceof OffsetDateTime)
                && kind(param.getDataType()) == null;
    }

    private static Param<Instant> stored(Param<?> param) {
        Instant time =
                param.getValue() instanceof OffsetDateTime zoned ? zoned.toInstant() : (Instant) param.getValue();
        return param.isInline() ? DSL.inline(time, TASKS.CREATED_AT) : DSL.val(time, TASKS.CREATED_AT);
    }

    private static void check(VisitContext context, Field<?> field) {
        Kind kind = kind(field);
        if (kind == null) {
            return;
        }
        QueryPart owner = owner(context.queryParts());
        if (owner == null || isOneOf(PASS, owner)) {
            if (kind == Kind.JSON && owner instanceof QOM.Count count && count.$distinct()) {
                throw rejected(owner, "equality of JSON differs between engines", JSON);
            }
            return;
        }
        if (isOneOf(NESTS, owner)) {
            if (context.family() == SQLDialect.POSTGRES && kind != Kind.COMPUTED) {
                context.queryPart(asText(field, kind));
            }
            return;
        }
        if (kind == Kind.JSON) {
            boolean isNull = owner instanceof QOM.IsNull || owner instanceof QOM.IsNotNull;
            if (!isNull && !convertsInJava(owner, field)) {
                throw rejected(owner, "stored JSON is text on one engine and a value on the other", JSON);
            }
        } else if (owner instanceof QOM.Coerce<?> && !readsTime(owner, kind) && !convertsInJava(owner, field)) {
            throw rejected(owner, "a stored time or date is read as another type", NAMED + ", or " + TIMES);
        } else if (!compares(owner) && !readsTime(owner, kind) && !convertsInJava(owner, field)) {
            throw rejected(owner, "a stored time is text on one engine and a time on the other", TIMES);
        }
    }

    private static boolean compares(QueryPart owner) {
        return owner instanceof Condition ? !isOneOf(TEXT, owner) : isOneOf(COMPARE, owner);
    }

    /** {@code convertFrom} is rendered as a coercion, and reads the column as before. */
    private static boolean convertsInJava(QueryPart owner, Field<?> field) {
        if (!(owner instanceof QOM.Coerce<?> coerce)) {
            return false;
        }
        DataType<?> type = coerce.getDataType();
        return type.getConverter().fromType()
                        == field.getDataType().getConverter().fromType()
                && type.getConverter().toType() != type.getConverter().fromType();
    }

    /** {@code field(name, Instant.class)} of a derived table is the stored time, read by jOOQ. */
    private static boolean readsTime(QueryPart owner, Kind kind) {
        return kind == Kind.TIME && owner instanceof QOM.Coerce<?> coerce && coerce.getType() == Instant.class;
    }

    private static @Nullable Kind kind(Field<?> field) {
        // It may have been given the type of what it is compared to.
        if (field instanceof QOM.ScalarSubquery<?> subquery
                && !subquery.$arg1().getSelect().isEmpty()) {
            return kind(subquery.$arg1().getSelect().get(0));
        }
        Kind kind = kind(field.getDataType());
        if (kind != null) {
            return kind;
        }
        if (isUntypedTime(field)) {
            return Kind.TIME;
        }
        if (field instanceof QOM.Coerce<?> coerce && coerce.getType() == Instant.class) {
            return kind(coerce.$field()) == Kind.TIME ? Kind.TIME : null;
        }
        for (Field<?> value : Operands.of(field)) {
            Kind one = kind(value);
            if (one != null) {
                return one;
            }
        }
        return null;
    }

    private static @Nullable Kind kind(DataType<?> type) {
        if (Bindings.isInstant(type.getBinding())) {
            return Kind.TIME;
        }
        if (TimeExpressions.isComputed(type)) {
            return Kind.COMPUTED;
        }
        return Bindings.isJson(type.getBinding()) ? Kind.JSON : null;
    }

    /** The expression that a value is an operand of; null if it is none's, or SQL's that the caller wrote himself. */
    private static @Nullable QueryPart owner(QueryPart[] parts) {
        for (int i = parts.length - 2; i >= 0; i--) {
            QueryPart part = parts[i];
            if (part instanceof SortField
                    || part instanceof SQL
                    || part instanceof Query
                    || part instanceof Table
                    || part instanceof WindowSpecification) {
                return null;
            }
            boolean rendered = part instanceof QOM.Function<?> function
                    && RENDERED.contains(function.getName().toLowerCase(Locale.ROOT));
            boolean named = !part.getClass().isAnonymousClass() && !rendered;
            if (named && (part instanceof Field || part instanceof Condition)) {
                return part;
            }
        }
        return null;
    }

    private static void checkGroups(Select<?> select) {
        for (GroupField group : select.$groupBy()) {
            requireNoJson(group, "GROUP BY");
        }
        for (SortField<?> sort : select.$orderBy()) {
            requireNoJson(sort.$field(), "ORDER BY");
        }
        if (select.$distinct()) {
            for (SelectFieldOrAsterisk field : select.$select()) {
                requireNoJson(field, "DISTINCT");
            }
        }
    }

    private static void requireNoJson(Object part, String clause) {
        if (part instanceof Field<?> field && kind(field) == Kind.JSON) {
            throw rejected(
                    field, "equality and order of JSON differ between engines, so none goes into " + clause, JSON);
        }
    }

    /**
     * Of values that a condition compares or a set operation merges, either all are of the library's types, or none. jOOQ
     * does not tell the operands of many conditions over rows and quantified queries, so they are met as they are rendered.
     */
    private static void checkCompared(VisitContext context, QueryPart part) {
        if (!(part instanceof Field || part instanceof Row || part instanceof Select)) {
            return;
        }
        QueryPart whole = whole(context.queryParts());
        if (whole instanceof Select<?> left && part instanceof Select<?> right) {
            checkSame(whole, left.getSelect(), right.getSelect());
        } else if (whole instanceof Condition) {
            @SuppressWarnings("unchecked")
            Map<QueryPart, List<? extends Field<?>>> firsts = (Map<QueryPart, List<? extends Field<?>>>)
                    context.renderContext().data().computeIfAbsent(OPERANDS, key -> new IdentityHashMap<>());
            List<? extends Field<?>> first = firsts.putIfAbsent(whole, columns(part));
            if (first != null) {
                checkSame(whole, first, columns(part));
            }
        }
    }

    private static List<? extends Field<?>> columns(QueryPart part) {
        if (part instanceof Row row) {
            return List.of(row.fields());
        }
        return part instanceof Select<?> select ? select.getSelect() : List.of((Field<?>) part);
    }

    /** The condition whose operand the last part is, or the query whose union with it the last part is. */
    private static @Nullable QueryPart whole(QueryPart[] parts) {
        for (int i = parts.length - 2; i >= 0; i--) {
            QueryPart part = parts[i];
            if (part instanceof Condition || part instanceof Select) {
                return part;
            }
            if (part instanceof Field
                    || part instanceof Row
                    || part instanceof SQL
                    || part instanceof Query
                    || part instanceof Table
                    || part instanceof SortField
                    || part instanceof WindowSpecification) {
                return null;
            }
        }
        return null;
    }

    private static void checkSame(QueryPart whole, List<? extends Field<?>> some, List<? extends Field<?>> others) {
        for (int i = 0; i < Math.min(some.size(), others.size()); i++) {
            checkSame(whole, some.get(i), others.get(i));
        }
    }

    /** Of values that one expression merges, too. */
    private static void checkOperands(Field<?> field) {
        List<Field<?>> values = Operands.of(field);
        for (Field<?> value : values) {
            values.forEach(other -> checkSame(field, value, other));
        }
        if (field instanceof QOM.CaseSimple<?, ?> simple) {
            simple.$when().forEach(when -> checkSame(field, simple.$value(), when.$1()));
        }
    }

    private static void checkSame(QueryPart whole, Field<?> one, Field<?> two) {
        Kind kind = kind(one);
        Kind other = kind(two);
        boolean json = kind == Kind.JSON || other == Kind.JSON;
        boolean same = kind == other && (kind != Kind.COMPUTED || one.getType() == two.getType());
        if (!same && !json && !fits(one, other) && !fits(two, kind)) {
            throw rejected(whole, "a stored time is beside a value of another type", COMPARE_TO);
        }
    }

    /** Null has any type, and a time of Java goes with a column of the caller's own, too. */
    private static boolean fits(Field<?> value, @Nullable Kind beside) {
        return value instanceof Param<?> param
                && (param.getValue() == null || (beside == null && isUntypedTime(value)));
    }

    /** In a template of the caller's the operator is not known; a date of Java beside a stored time is wrong with any. */
    private static void checkTemplate(VisitContext context, Field<?> field) {
        QueryPart[] parts = context.queryParts();
        QueryPart parent = parts.length < 2 ? null : parts[parts.length - 2];
        Kind kind = kind(field);
        boolean date = kind == null
                && field instanceof Param<?> param
                && (param.getValue() instanceof Date || param.getValue() instanceof Temporal);
        boolean stored = kind == Kind.TIME || kind == Kind.COMPUTED;
        if (!(parent instanceof SQL) || !(date || stored)) {
            return;
        }
        @SuppressWarnings("unchecked")
        Map<QueryPart, Boolean> seen = (Map<QueryPart, Boolean>)
                context.renderContext().data().computeIfAbsent(TEMPLATES, key -> new IdentityHashMap<>());
        Boolean before = seen.putIfAbsent(parent, date);
        if (before != null && before != date) {
            throw rejected(parent, "a stored time is beside a value of another type", COMPARE_TO);
        }
    }

    /** Whether jOOQ casts a value because PostgreSQL would not know its type in JSON. */
    private static boolean isOfJson(VisitContext context, QOM.Cast<?> cast) {
        QueryPart owner = owner(context.queryParts());
        return context.family() == SQLDialect.POSTGRES
                && owner != null
                && isOneOf(NESTS, owner)
                && cast.$field() instanceof Param<?> param
                && param.getValue() instanceof Instant
                && kind(param) == Kind.TIME
                && Objects.equals(cast.getDataType(), param.getDataType());
    }

    private static void castToText(VisitContext context, QOM.Cast<?> cast) {
        Param<?> param = (Param<?>) cast.$field();
        context.queryPart(text(param, (Instant) param.getValue()).cast(SQLDataType.CLOB));
    }

    private static <T> Field<T> asText(Field<T> field, Kind kind) {
        if (field instanceof Param<?> param) {
            return param.getValue() instanceof Instant time ? text(param, time) : field;
        }
        return CustomField.of(field.getUnqualifiedName(), field.getDataType(), context -> {
            if (kind == Kind.JSON) {
                context.visit(DSL.sql("cast({0} as text)", field));
            } else {
                context.visit(TimeExpressions.text(field));
            }
        });
    }

    /** The text of a value, which in JSON has no other form. */
    @SuppressWarnings("unchecked") // Only rendered.
    private static <T> Field<T> text(Param<?> param, Instant time) {
        Converter<Object, Instant> converter =
                (Converter<Object, Instant>) TASKS.CREATED_AT.getDataType().getConverter();
        String text = String.valueOf(converter.to(time));
        return (Field<T>) (param.isInline() ? DSL.inline(text) : DSL.val(text));
    }

    private static boolean isOneOf(List<Class<?>> types, QueryPart part) {
        return types.stream().anyMatch(type -> type.isInstance(part));
    }

    private static IllegalArgumentException rejected(QueryPart part, String reason, String instead) {
        String text = part.toString();
        String shown = text.length() > 200 ? text.substring(0, 200) + "…" : text;
        return new IllegalArgumentException(
                "this query would not mean the same on every engine: " + reason + ": " + shown + "; " + instead);
    }
}
