package dev.modelscan.storage.internal.dsl;

import static dev.modelscan.storage.schema.Tables.TASKS;

import dev.modelscan.storage.internal.engines.Engines;
import dev.modelscan.storage.internal.query.Expressions;
import dev.modelscan.storage.internal.query.QueryParts;
import dev.modelscan.storage.internal.values.Excerpt;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import org.jooq.Condition;
import org.jooq.Converter;
import org.jooq.DataType;
import org.jooq.Field;
import org.jooq.GroupField;
import org.jooq.Param;
import org.jooq.QueryPart;
import org.jooq.Select;
import org.jooq.SelectFieldOrAsterisk;
import org.jooq.SortField;
import org.jooq.VisitContext;
import org.jooq.impl.CustomCondition;
import org.jooq.impl.CustomField;
import org.jooq.impl.DSL;
import org.jooq.impl.QOM;
import org.jooq.impl.SQLDataType;
import org.jspecify.annotations.Nullable;

/**
 * Rejects expressions over times and JSON that do not have the same result on both engines. Both types are
 * text on SQLite and have their own type on PostgreSQL, so most expressions give two results, or one result
 * and one error. An expression that is not known to be right on both is rejected when it is rendered, on
 * both. In a nested collection, which PostgreSQL builds as JSON or as a record, times and JSON are written as
 * SQLite's text.
 */
final class TypedColumns {

    private static final String TIMES =
            "use dev.modelscan.storage.Times: day, week, month, year, weekday, hour, bucket,"
                    + " between, seconds, plus, minus or now";
    private static final String JSON =
            "use dev.modelscan.storage.Conditions.metadataEquals, or read the value and look at it in Java";

    /** Expressions that return a value unchanged. */
    private static final ClassValue<Boolean> PASS = QueryParts.isOneOf(
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

    /** Expressions that build JSON, or a record that is read from text. */
    private static final ClassValue<Boolean> NESTS = QueryParts.isOneOf(
            QOM.JSONArray.class,
            QOM.JSONArrayAgg.class,
            QOM.JSONObject.class,
            QOM.JSONObjectAgg.class,
            QOM.RowAsField.class,
            QOM.TableAsField.class);

    /** Expressions that compare values. */
    private static final ClassValue<Boolean> COMPARE = QueryParts.isOneOf(
            QOM.Min.class,
            QOM.Max.class,
            QOM.AnyValue.class,
            QOM.Nullif.class,
            QOM.Greatest.class,
            QOM.Least.class,
            QOM.CaseSimple.class);

    /** Conditions on text. */
    private static final ClassValue<Boolean> TEXT = QueryParts.isOneOf(
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

    private static final ClassValue<Boolean> CLOCKS =
            QueryParts.isOneOf(QOM.CurrentTimestamp.class, QOM.CurrentDate.class, QOM.CurrentTime.class);

    private static final ClassValue<Boolean> ARRAYS =
            QueryParts.isOneOf(QOM.ArrayAgg.class, QOM.ArrayQuery.class, QOM.Array.class);

    private static final ClassValue<Boolean> CASTS = QueryParts.isOneOf(QOM.Cast.class);

    /** Functions with which jOOQ renders some of the above. */
    private static final Set<String> RENDERED =
            Set.of("min", "max", "greatest", "least", "coalesce", "ifnull", "nvl", "nullif", "json_extract");

    static final String NAMED = "use field(column) or field(name, column.getDataType())";

    /** Checks a part that is being rendered, and may put another in its place. */
    static void check(VisitContext context, QueryPart visited) {
        PartClass type = PartClass.of(visited);
        if (!type.isChecked()) {
            return;
        }
        QueryPart[] parts = context.queryParts();
        ComparedValues.checkCompared(context, visited, type, parts);
        if (type.isSelect()) {
            checkGroups((Select<?>) visited);
        } else if (type.isField() && !type.isCondition()) {
            checkValue(context, (Field<?>) visited, type, parts);
        }
    }

    private static void checkValue(VisitContext context, Field<?> visited, PartClass type, QueryPart[] parts) {
        Field<?> part = visited;
        if (type.isParam() && ColumnKind.isUntypedTime(part)) {
            part = stored((Param<?>) part);
            context.queryPart(part);
        }
        if (isOneOf(CLOCKS, part)) {
            throw rejected(part, "the engines' own clocks have no common form", "use Times.now()");
        }
        if (isOneOf(ARRAYS, part)) {
            if (!Engines.expressions(context).hasArrays()) {
                throw rejected(part, "this engine has no arrays", "use multiset or multisetAgg");
            }
        } else if (isOneOf(CASTS, part) && isOfJson(context, (QOM.Cast<?>) part, parts)) {
            castToText(context, (QOM.Cast<?>) part);
        } else {
            ComparedValues.checkOperands(part);
            ColumnKind kind = ColumnKind.of(part);
            ComparedValues.checkTemplate(context, part, kind, parts);
            if (kind != null) {
                check(context, part, kind, parts);
            }
        }
    }

    private static Param<Instant> stored(Param<?> param) {
        Instant time =
                param.getValue() instanceof OffsetDateTime zoned ? zoned.toInstant() : (Instant) param.getValue();
        return param.isInline() ? DSL.inline(time, TASKS.CREATED_AT) : DSL.val(time, TASKS.CREATED_AT);
    }

    private static void check(VisitContext context, Field<?> field, ColumnKind kind, QueryPart[] parts) {
        QueryPart owner = owner(parts);
        if (owner == null || isOneOf(PASS, owner)) {
            if (kind == ColumnKind.JSON && owner instanceof QOM.Count count && count.$distinct()) {
                throw rejected(owner, "equality of JSON differs between engines", JSON);
            }
            return;
        }
        if (isOneOf(NESTS, owner)) {
            if (kind != ColumnKind.COMPUTED && Engines.expressions(context).timeType() != null) {
                context.queryPart(asText(field, kind));
            }
            return;
        }
        if (kind == ColumnKind.JSON) {
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

    /** jOOQ renders {@code convertFrom} as a coercion. The column itself is read as before. */
    private static boolean convertsInJava(QueryPart owner, Field<?> field) {
        if (!(owner instanceof QOM.Coerce<?> coerce)) {
            return false;
        }
        DataType<?> type = coerce.getDataType();
        return type.getConverter().fromType()
                        == field.getDataType().getConverter().fromType()
                && type.getConverter().toType() != type.getConverter().fromType();
    }

    /** {@code field(name, Instant.class)} of a derived table is a stored time that jOOQ reads. */
    private static boolean readsTime(QueryPart owner, ColumnKind kind) {
        return kind == ColumnKind.TIME && owner instanceof QOM.Coerce<?> coerce && coerce.getType() == Instant.class;
    }

    /**
     * The expression of which a value is an operand. Null if there is none, or if it is SQL text of the
     * caller.
     */
    private static @Nullable QueryPart owner(QueryPart[] parts) {
        for (int i = parts.length - 2; i >= 0; i--) {
            QueryPart part = parts[i];
            PartClass type = PartClass.of(part);
            if (type.separates()) {
                return null;
            }
            boolean rendered = type.isAnonymous() || (type.isFunction() && isRendered((QOM.Function<?>) part));
            if (!rendered && (type.isField() || type.isCondition())) {
                return part;
            }
        }
        return null;
    }

    private static boolean isRendered(QOM.Function<?> function) {
        return RENDERED.contains(function.getName().toLowerCase(Locale.ROOT));
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
        if (part instanceof Field<?> field && ColumnKind.of(field) == ColumnKind.JSON) {
            throw rejected(
                    field, "equality and order of JSON differ between engines, so none goes into " + clause, JSON);
        }
    }

    /** Whether jOOQ casts a value because the engine would not know its type in JSON. */
    private static boolean isOfJson(VisitContext context, QOM.Cast<?> cast, QueryPart[] parts) {
        QueryPart owner = owner(parts);
        return Engines.expressions(context).timeType() != null
                && owner != null
                && isOneOf(NESTS, owner)
                && cast.$field() instanceof Param<?> param
                && param.getValue() instanceof Instant
                && ColumnKind.of(param) == ColumnKind.TIME
                && Objects.equals(cast.getDataType(), param.getDataType());
    }

    private static void castToText(VisitContext context, QOM.Cast<?> cast) {
        Param<?> param = (Param<?>) cast.$field();
        context.queryPart(text(param, (Instant) param.getValue()).cast(SQLDataType.CLOB));
    }

    private static <T> Field<T> asText(Field<T> field, ColumnKind kind) {
        if (field instanceof Param<?> param) {
            return param.getValue() instanceof Instant time ? text(param, time) : field;
        }
        return CustomField.of(field.getUnqualifiedName(), field.getDataType(), context -> {
            Expressions expressions = Engines.expressions(context);
            context.visit(kind == ColumnKind.JSON ? expressions.jsonText(field) : expressions.timeText(field));
        });
    }

    /** In JSON the value must be text. */
    @SuppressWarnings("unchecked") // The result is only rendered.
    private static <T> Field<T> text(Param<?> param, Instant time) {
        Converter<Object, Instant> converter =
                (Converter<Object, Instant>) TASKS.CREATED_AT.getDataType().getConverter();
        String text = String.valueOf(converter.to(time));
        return (Field<T>) (param.isInline() ? DSL.inline(text) : DSL.val(text));
    }

    private static boolean isOneOf(ClassValue<Boolean> types, QueryPart part) {
        return types.get(part.getClass());
    }

    static IllegalArgumentException rejected(QueryPart part, String reason, String instead) {
        return new IllegalArgumentException("this query would not mean the same on every engine: " + reason + ": "
                + Excerpt.of(part.toString(), 200) + "; " + instead);
    }
}
