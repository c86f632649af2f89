package dev.modelscan.storage.internal.dsl;

import java.util.stream.Stream;
import org.jooq.Condition;
import org.jooq.Field;
import org.jooq.Param;
import org.jooq.Query;
import org.jooq.QueryPart;
import org.jooq.Row;
import org.jooq.SQL;
import org.jooq.Select;
import org.jooq.SortField;
import org.jooq.Table;
import org.jooq.WindowSpecification;
import org.jooq.impl.QOM;

/**
 * What the checks ask about the class of a part. Found once for each class: a query has some ten parts for
 * each column, jOOQ's types are interfaces, and asking every part for each of them costs as much as rendering
 * it.
 *
 * @param isChecked whether the part is a value, or compares values
 * @param isField a value or a condition
 * @param isCondition a condition
 * @param isParam a parameter or a constant
 * @param isRow a row of values
 * @param isSelect a select
 * @param isComparison a condition that compares two values
 * @param isTemplate SQL text of the caller
 * @param isFunction a function that jOOQ renders by its name
 * @param isAnonymous a part that jOOQ renders in the place of another
 * @param separates whether values on its two sides have nothing to do with each other
 */
record PartClass(
        boolean isChecked,
        boolean isField,
        boolean isCondition,
        boolean isParam,
        boolean isRow,
        boolean isSelect,
        boolean isComparison,
        boolean isTemplate,
        boolean isFunction,
        boolean isAnonymous,
        boolean separates) {

    private static final ClassValue<PartClass> KNOWN = new ClassValue<>() {
        @Override
        protected PartClass computeValue(Class<?> type) {
            return new PartClass(
                    is(type, Field.class, Row.class, Select.class, QOM.CompareCondition.class),
                    is(type, Field.class),
                    is(type, Condition.class),
                    is(type, Param.class),
                    is(type, Row.class),
                    is(type, Select.class),
                    is(type, QOM.CompareCondition.class),
                    is(type, SQL.class),
                    is(type, QOM.Function.class),
                    type.isAnonymousClass(),
                    is(type, SortField.class, SQL.class, Query.class, Table.class, WindowSpecification.class));
        }
    };

    static PartClass of(QueryPart part) {
        return KNOWN.get(part.getClass());
    }

    private static boolean is(Class<?> type, Class<?>... wanted) {
        return Stream.of(wanted).anyMatch(one -> one.isAssignableFrom(type));
    }
}
