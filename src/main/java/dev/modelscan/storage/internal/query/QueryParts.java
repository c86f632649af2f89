package dev.modelscan.storage.internal.query;

import java.math.BigDecimal;
import java.util.Arrays;
import java.util.List;
import org.jooq.Field;
import org.jooq.Param;
import org.jooq.QueryPart;
import org.jooq.Select;
import org.jooq.Table;
import org.jooq.TableField;
import org.jooq.VisitContext;
import org.jooq.impl.DSL;
import org.jooq.impl.QOM;
import org.jooq.impl.TableImpl;

/** What can be told of parts of a jOOQ query, for those that render some of them in another way. */
public final class QueryParts {

    /** Joins whose rows all have a row of the left table, and those of the right. Others may leave out either. */
    private static final ClassValue<Boolean> KEEPS_LEFT = isOneOf(
            QOM.Join.class,
            QOM.CrossJoin.class,
            QOM.StraightJoin.class,
            QOM.NaturalJoin.class,
            QOM.LeftJoin.class,
            QOM.LeftSemiJoin.class,
            QOM.LeftAntiJoin.class,
            QOM.NaturalLeftJoin.class);

    private static final ClassValue<Boolean> KEEPS_RIGHT = isOneOf(
            QOM.Join.class,
            QOM.CrossJoin.class,
            QOM.StraightJoin.class,
            QOM.NaturalJoin.class,
            QOM.RightJoin.class,
            QOM.NaturalRightJoin.class);

    private QueryParts() {}

    /**
     * Whether a class is one of these types or their subtypes. jOOQ's types are interfaces: asking a part for
     * each of them costs more than rendering it.
     */
    public static ClassValue<Boolean> isOneOf(Class<?>... types) {
        return new ClassValue<>() {
            @Override
            protected Boolean computeValue(Class<?> type) {
                return Arrays.stream(types).anyMatch(wanted -> wanted.isAssignableFrom(type));
            }
        };
    }

    /** Whether every row has a row of each table in it. A derived table may hide an outer join. */
    public static boolean isComplete(Table<?> table) {
        return table instanceof QOM.Join<?> join
                ? isComplete(join.$table1()) && isComplete(join.$table2())
                : table instanceof TableImpl;
    }

    /** Whether a value is a column that is NOT NULL, of a table of which every row of the query has a row. */
    public static boolean isNeverNull(Field<?> field, Select<?> select) {
        return field instanceof TableField<?, ?> column
                && column.getTable() instanceof TableImpl
                && !field.getDataType().nullable()
                && select.$from().stream().anyMatch(from -> isInEachRow(column.getTable(), from));
    }

    private static boolean isInEachRow(Table<?> table, Table<?> from) {
        if (!(from instanceof QOM.JoinTable<?, ?> join)) {
            return from.equals(table);
        }
        return (KEEPS_LEFT.get(join.getClass()) && isInEachRow(table, join.$table1()))
                || (KEEPS_RIGHT.get(join.getClass()) && isInEachRow(table, join.$table2()));
    }

    /** Whether a part that is met while rendering belongs to a condition that takes A for a. */
    public static boolean ignoresCase(VisitContext context) {
        QueryPart[] parts = context.queryParts();
        for (int i = parts.length - 2; i >= 0 && i >= parts.length - 4; i--) {
            if (parts[i] instanceof QOM.LikeIgnoreCase
                    || parts[i] instanceof QOM.NotLikeIgnoreCase
                    || parts[i] instanceof QOM.ContainsIgnoreCase
                    || parts[i] instanceof QOM.StartsWithIgnoreCase
                    || parts[i] instanceof QOM.EndsWithIgnoreCase) {
                return true;
            }
        }
        return false;
    }

    /** Whether a value is a parameter that gets its value only after the query is rendered. */
    public static boolean isUnset(Field<?> field) {
        return field instanceof Param<?> param && param.getParamName() != null && param.getValue() == null;
    }

    /** Whether a divisor is not known to be another number than zero. */
    public static boolean mayBeZero(Field<?> field) {
        return !(field instanceof Param<?> param)
                || !(param.getValue() instanceof Number number)
                || number.doubleValue() == 0;
    }

    /** A quotient that is null if the divisor is zero. */
    @SuppressWarnings("unchecked") // Both are rendered, and read as the type of the quotient.
    public static Field<?> divided(Field<?> dividend, Field<?> divisor) {
        Field<Number> by = (Field<Number>) divisor;
        return ((Field<Number>) dividend).div(mayBeZero(divisor) ? DSL.nullif(by, zero(by)) : by);
    }

    /** The rest of a division that is null if the divisor is zero. */
    @SuppressWarnings("unchecked") // As above.
    public static Field<?> rest(QOM.Mod<?> mod) {
        Field<Number> by = (Field<Number>) mod.$divisor();
        return ((Field<Number>) mod.$dividend()).mod(DSL.nullif(by, zero(by)));
    }

    private static Field<Number> zero(Field<Number> like) {
        return DSL.inline(0).coerce(like);
    }

    /**
     * On SQLite rounding converts to a double, which cannot hold every integer. So only fractions are
     * rounded.
     */
    public static boolean roundsOnCast(QOM.Cast<?> cast) {
        return cast.getDataType().isInteger() && !isWhole(cast.$field());
    }

    /** Whether all values are integers. jOOQ gives a sum of integers the type of fractions. */
    public static boolean isWhole(Field<?> field) {
        if (!isFraction(field)) {
            return true;
        }
        if (isDouble(field)) {
            return false;
        }
        if (field instanceof Param<?> param) {
            return (param.getValue() == null && !isUnset(param))
                    || (param.getValue() instanceof BigDecimal number
                            && number.stripTrailingZeros().scale() <= 0);
        }
        if (field instanceof QOM.Sum sum) {
            return isInteger(sum.$field());
        }
        if (field instanceof QOM.Add<?> add) {
            return isWhole(add.$arg1()) && isWhole(add.$arg2());
        }
        if (field instanceof QOM.Sub<?> sub) {
            return isWhole(sub.$arg1()) && isWhole(sub.$arg2());
        }
        if (field instanceof QOM.Mul<?> mul) {
            return isWhole(mul.$arg1()) && isWhole(mul.$arg2());
        }
        if (field instanceof QOM.Neg<?> neg) {
            return isWhole(neg.$arg1());
        }
        List<Field<?>> values = Operands.of(field);
        return !values.isEmpty() && values.stream().allMatch(QueryParts::isWhole);
    }

    private static boolean isInteger(Field<?> field) {
        return field.getDataType().isInteger();
    }

    /** Whether a value is a double in SQL. */
    public static boolean isDouble(Field<?> field) {
        return field.getType() == Double.class || field.getType() == Float.class;
    }

    /** Whether a value may be no whole number, by its type. */
    public static boolean isFraction(Field<?> field) {
        return isDouble(field) || field.getType() == BigDecimal.class;
    }
}
