package dev.modelscan.storage.internal.dsl;

import dev.modelscan.storage.internal.query.Operands;
import dev.modelscan.storage.internal.query.QueryParts;
import java.time.temporal.Temporal;
import java.util.Date;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import org.jooq.Condition;
import org.jooq.Field;
import org.jooq.Param;
import org.jooq.QueryPart;
import org.jooq.Row;
import org.jooq.Select;
import org.jooq.VisitContext;
import org.jooq.impl.QOM;
import org.jspecify.annotations.Nullable;

/** Rejects a stored time that is compared or merged with a value of another type. */
final class ComparedValues {

    private static final String COMPARE_TO =
            "compare to an Instant, to DSL.val(value, column), or to what Times returns; " + TypedColumns.NAMED;
    private static final Object TEMPLATES = new Object();
    private static final Object OPERANDS = new Object();

    private ComparedValues() {}

    /**
     * If one of the values that a condition compares or a set operation merges has a type of the library, all
     * must have it. jOOQ does not expose the operands of many conditions over rows and of quantified queries,
     * so this checks them when they are rendered.
     */
    static void checkCompared(VisitContext context, QueryPart part, PartClass type, QueryPart[] parts) {
        // On SQLite, IS DISTINCT FROM is a template, which hides the operands.
        if (type.isComparison()) {
            QOM.CompareCondition<?, ?> compare = (QOM.CompareCondition<?, ?>) part;
            checkSame(part, compare.$arg1(), compare.$arg2());
        }
        if (!(type.isField() || type.isRow() || type.isSelect())) {
            return;
        }
        QueryPart whole = whole(parts);
        if (whole instanceof Select<?> left && type.isSelect()) {
            checkSame(whole, left.getSelect(), ((Select<?>) part).getSelect());
        } else if (whole instanceof Condition) {
            @SuppressWarnings("unchecked")
            Map<QueryPart, List<? extends Field<?>>> firsts = (Map<QueryPart, List<? extends Field<?>>>)
                    context.renderContext().data().computeIfAbsent(OPERANDS, key -> new IdentityHashMap<>());
            List<? extends Field<?>> columns = columns(part);
            List<? extends Field<?>> first = firsts.putIfAbsent(whole, columns);
            if (first != null) {
                checkSame(whole, first, columns);
            }
        }
    }

    private static List<? extends Field<?>> columns(QueryPart part) {
        if (part instanceof Row row) {
            return List.of(row.fields());
        }
        return part instanceof Select<?> select ? select.getSelect() : List.of((Field<?>) part);
    }

    /**
     * The condition of which the last part is an operand, or the query with which the last part forms a
     * union.
     */
    private static @Nullable QueryPart whole(QueryPart[] parts) {
        for (int i = parts.length - 2; i >= 0; i--) {
            PartClass type = PartClass.of(parts[i]);
            if (type.isCondition() || type.isSelect()) {
                return parts[i];
            }
            if (type.isField() || type.isRow() || type.separates()) {
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

    /** The same for values that one expression merges. */
    static void checkOperands(Field<?> field) {
        List<Field<?>> values = Operands.of(field);
        if (values.isEmpty()) {
            return;
        }
        for (Field<?> value : values) {
            values.forEach(other -> checkSame(field, value, other));
        }
        if (field instanceof QOM.CaseSimple<?, ?> simple) {
            simple.$when().forEach(when -> checkSame(field, simple.$value(), when.$1()));
        }
    }

    private static void checkSame(QueryPart whole, Field<?> one, Field<?> two) {
        ColumnKind kind = ColumnKind.of(one);
        ColumnKind other = ColumnKind.of(two);
        boolean json = kind == ColumnKind.JSON || other == ColumnKind.JSON;
        boolean same = kind == other && (kind != ColumnKind.COMPUTED || one.getType() == two.getType());
        if (!same && !json && !fits(one, other) && !fits(two, kind)) {
            throw TypedColumns.rejected(whole, "a stored time is beside a value of another type", COMPARE_TO);
        }
    }

    /** Null fits any type, and a Java time fits a column of the caller. */
    private static boolean fits(Field<?> value, @Nullable ColumnKind beside) {
        return value instanceof Param<?> param
                && ((param.getValue() == null && !QueryParts.isUnset(value))
                        || (beside == null && ColumnKind.isUntypedTime(value)));
    }

    /**
     * In a template of the caller the operator is unknown. A Java date next to a stored time is wrong with
     * any operator.
     */
    static void checkTemplate(VisitContext context, Field<?> field, @Nullable ColumnKind kind, QueryPart[] parts) {
        boolean date = kind == null
                && field instanceof Param<?> param
                && (param.getValue() instanceof Date || param.getValue() instanceof Temporal);
        boolean stored = kind == ColumnKind.TIME || kind == ColumnKind.COMPUTED;
        if (!date && !stored) {
            return;
        }
        if (parts.length < 2 || !PartClass.of(parts[parts.length - 2]).isTemplate()) {
            return;
        }
        QueryPart parent = parts[parts.length - 2];
        @SuppressWarnings("unchecked")
        Map<QueryPart, Boolean> seen = (Map<QueryPart, Boolean>)
                context.renderContext().data().computeIfAbsent(TEMPLATES, key -> new IdentityHashMap<>());
        Boolean before = seen.putIfAbsent(parent, date);
        if (before != null && before != date) {
            throw TypedColumns.rejected(parent, "a stored time is beside a value of another type", COMPARE_TO);
        }
    }
}
