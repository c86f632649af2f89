package dev.modelscan.storage.internal.repository;

import java.math.BigDecimal;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.jooq.Condition;
import org.jooq.Field;
import org.jooq.Param;
import org.jooq.QueryPart;
import org.jooq.SQLDialect;
import org.jooq.Select;
import org.jooq.SortField;
import org.jooq.SortOrder;
import org.jooq.Table;
import org.jooq.TableField;
import org.jooq.VisitContext;
import org.jooq.VisitListener;
import org.jooq.impl.CustomCondition;
import org.jooq.impl.DSL;
import org.jooq.impl.QOM;
import org.jooq.impl.SQLDataType;
import org.jooq.impl.TableImpl;
import org.jspecify.annotations.Nullable;

/**
 * Replaces expressions that both engines accept but evaluate differently. {@code docs/analytics.md} lists the
 * results that are the same because of this.
 */
final class SameAnswers implements VisitListener {

    private static final Object DONE = new Object();

    /**
     * Whether a class is one that is looked at below. jOOQ's types are interfaces, and asking a part for each of them costs
     * more than rendering it does.
     */
    private static final ClassValue<Boolean> LOOKED_AT = new ClassValue<>() {
        @Override
        protected Boolean computeValue(Class<?> type) {
            return Stream.<Class<?>>of(
                            QOM.Mod.class,
                            QOM.Substring.class,
                            QOM.Left.class,
                            QOM.Right.class,
                            QOM.Like.class,
                            QOM.NotLike.class,
                            QOM.Contains.class,
                            QOM.StartsWith.class,
                            QOM.EndsWith.class,
                            QOM.Div.class,
                            QOM.Cast.class,
                            QOM.Greatest.class,
                            QOM.Least.class,
                            QOM.Round.class,
                            SortField.class)
                    .anyMatch(looked -> looked.isAssignableFrom(type));
        }
    };

    @Override
    public void visitStart(VisitContext context) {
        QueryPart part = context.queryPart();
        if (context.renderContext() == null || !LOOKED_AT.get(part.getClass())) {
            return;
        }
        boolean sqlite = context.family() == SQLDialect.SQLITE;
        QueryPart same = onBoth(part, context);
        if (same == null) {
            same = sqlite ? onSqlite(part, context) : onPostgres(part, context);
        }
        if (same != null) {
            context.queryPart(same);
        }
        if (part instanceof QOM.Mod<?> mod && !(isWhole(mod.$dividend()) && isWhole(mod.$divisor()))) {
            throw new IllegalArgumentException("the rest of a division of fractions differs between engines: " + part
                    + "; cast both sides to whole numbers");
        }
        if (part instanceof QOM.Substring substring) {
            requirePositive(part, substring.$startingPosition(), 1);
        } else if (part instanceof QOM.Left left) {
            requirePositive(part, left.$length(), 0);
        } else if (part instanceof QOM.Right right) {
            requirePositive(part, right.$length(), 0);
        }
    }

    private static void requirePositive(QueryPart part, Field<? extends Number> number, int least) {
        if (number instanceof Param<?> param && param.getValue() instanceof Number n && n.longValue() < least) {
            throw new IllegalArgumentException(
                    "a position before the begin of a text differs between engines: " + part + "; count from " + least);
        }
    }

    /**
     * jOOQ renders contains, startsWith and endsWith as LIKE with a computed pattern. SQLite has no
     * case-sensitive form of that. A sum of integers is an integer on one engine and a fraction on the other,
     * so a quotient of fractions is computed with doubles.
     */
    private static @Nullable QueryPart onBoth(QueryPart part, VisitContext context) {
        boolean computed = (part instanceof QOM.Like like && !(like.$pattern() instanceof Param))
                || (part instanceof QOM.NotLike not && !(not.$pattern() instanceof Param));
        if (computed && !ignoresCase(context)) {
            throw new IllegalArgumentException("a computed pattern of LIKE would not mean the same on every engine: "
                    + part + "; use likeIgnoreCase, contains, startsWith or endsWith");
        }
        if (part instanceof QOM.Contains<?> contains) {
            return DSL.position(text(contains.$value()), text(contains.$content()))
                    .gt(DSL.inline(0));
        }
        if (part instanceof QOM.StartsWith<?> starts) {
            Field<String> prefix = text(starts.$prefix());
            return DSL.left(text(starts.$string()), DSL.length(prefix)).eq(prefix);
        }
        if (part instanceof QOM.EndsWith<?> ends) {
            Field<String> suffix = text(ends.$suffix());
            Condition empty = suffix.eq(DSL.inline(""));
            return empty.or(DSL.right(text(ends.$string()), DSL.length(suffix)).eq(suffix));
        }
        if (part instanceof QOM.Div<?> div
                && !isDouble(div.$arg1())
                && (isFraction(div.$arg1()) || isFraction(div.$arg2()))) {
            return divided(div.$arg1().cast(SQLDataType.DOUBLE), div.$arg2());
        }
        return null;
    }

    /** SQLite's LIKE ignores case, and its cast to an integer truncates. */
    private static @Nullable QueryPart onSqlite(QueryPart part, VisitContext context) {
        if (part instanceof QOM.Like like) {
            return ignoresCase(context) ? null : glob(like.$value(), like.$pattern(), like.$escape(), false);
        }
        if (part instanceof QOM.NotLike like) {
            return ignoresCase(context) ? null : glob(like.$value(), like.$pattern(), like.$escape(), true);
        }
        if (part instanceof QOM.Cast<?> cast && roundsOnCast(cast)) {
            return DSL.round(number(cast.$field())).cast(cast.getDataType());
        }
        return null;
    }

    /**
     * PostgreSQL sorts nulls last, fails on a division by zero, ignores nulls in GREATEST, and rounds a half
     * of a double to even.
     */
    private static @Nullable QueryPart onPostgres(QueryPart part, VisitContext context) {
        if (part instanceof SortField<?> sort && sort.$nullOrdering() == null && mayBeNull(sort.$field(), context)) {
            return sort.$sortOrder() == SortOrder.DESC ? sort.nullsLast() : sort.nullsFirst();
        }
        if (part instanceof QOM.Div<?> div && mayBeZero(div.$arg2())) {
            return divided(div.$arg1(), div.$arg2());
        }
        if (part instanceof QOM.Mod<?> mod && mayBeZero(mod.$divisor())) {
            return rest(mod);
        }
        if (part instanceof QOM.Greatest<?> greatest && isFirst(context, part)) {
            return nullIfAnyIs(greatest, greatest.$arg1());
        }
        if (part instanceof QOM.Least<?> least && isFirst(context, part)) {
            return nullIfAnyIs(least, least.$arg1());
        }
        if (part instanceof QOM.Round<?> round && isFraction(round.$value())) {
            Field<BigDecimal> value = round.$value().cast(SQLDataType.NUMERIC);
            return round.$decimals() == null ? DSL.round(value) : DSL.round(value, round.$decimals());
        }
        if (part instanceof QOM.Cast<?> cast && roundsOnCast(cast)) {
            return cast.$field().cast(SQLDataType.NUMERIC).cast(cast.getDataType());
        }
        return null;
    }

    private static boolean ignoresCase(VisitContext context) {
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

    private static Condition glob(Field<?> value, Field<String> pattern, @Nullable Character escape, boolean not) {
        @SuppressWarnings("unchecked") // Computed patterns were rejected before.
        Param<String> param = (Param<String>) pattern;
        String given = param.getValue();
        Field<String> glob = DSL.val(given == null ? null : glob(given, escape), String.class);
        return CustomCondition.of(
                context -> context.visit(DSL.sql(not ? "({0} not glob {1})" : "({0} glob {1})", value, glob)));
    }

    private static String glob(String like, @Nullable Character escape) {
        StringBuilder glob = new StringBuilder(like.length() + 8);
        for (int i = 0; i < like.length(); i++) {
            char c = like.charAt(i);
            // PostgreSQL's default escape is a backslash.
            boolean escaped = c == (escape == null ? '\\' : escape) && i + 1 < like.length();
            if (escaped) {
                i++;
                c = like.charAt(i);
            }
            if (!escaped && c == '%') {
                glob.append('*');
            } else if (!escaped && c == '_') {
                glob.append('?');
            } else if (c == '*' || c == '?' || c == '[') {
                glob.append('[').append(c).append(']');
            } else {
                glob.append(c);
            }
        }
        return glob.toString();
    }

    @SuppressWarnings("unchecked") // Both are rendered, and read as the type of the quotient.
    private static Field<?> divided(Field<?> dividend, Field<?> divisor) {
        Field<Number> by = (Field<Number>) divisor;
        return ((Field<Number>) dividend).div(mayBeZero(divisor) ? DSL.nullif(by, zero(by)) : by);
    }

    @SuppressWarnings("unchecked") // As above.
    private static Field<?> rest(QOM.Mod<?> mod) {
        Field<Number> by = (Field<Number>) mod.$divisor();
        return ((Field<Number>) mod.$dividend()).mod(DSL.nullif(by, zero(by)));
    }

    private static Field<Number> zero(Field<Number> like) {
        return DSL.inline(0).coerce(like);
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

    private static boolean mayBeZero(Field<?> field) {
        return !(field instanceof Param<?> param)
                || !(param.getValue() instanceof Number number)
                || number.doubleValue() == 0;
    }

    /**
     * A column that cannot be null needs no change, so an index still serves its order. An outer join makes
     * any column nullable.
     */
    private static boolean mayBeNull(Field<?> field, VisitContext context) {
        if (!(field instanceof TableField<?, ?> column && column.getTable() instanceof TableImpl)
                || field.getDataType().nullable()) {
            return true;
        }
        QueryPart[] parts = context.queryParts();
        for (int i = parts.length - 2; i >= 0; i--) {
            if (parts[i] instanceof Select<?> select) {
                return select.$from().isEmpty() || !select.$from().stream().allMatch(SameAnswers::isComplete);
            }
        }
        return true;
    }

    private static boolean isComplete(Table<?> table) {
        return table instanceof QOM.Join<?> join
                ? isComplete(join.$table1()) && isComplete(join.$table2())
                : table instanceof TableImpl;
    }

    /**
     * On SQLite rounding converts to a double, which cannot hold every integer. So only fractions are
     * rounded.
     */
    private static boolean roundsOnCast(QOM.Cast<?> cast) {
        return cast.getDataType().isInteger() && !isWhole(cast.$field());
    }

    /** Whether all values are integers. jOOQ gives a sum of integers the type of fractions. */
    private static boolean isWhole(Field<?> field) {
        if (!isFraction(field)) {
            return true;
        }
        if (isDouble(field)) {
            return false;
        }
        if (field instanceof Param<?> param) {
            return param.getValue() == null
                    || ((BigDecimal) param.getValue()).stripTrailingZeros().scale() <= 0;
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
        return !values.isEmpty() && values.stream().allMatch(SameAnswers::isWhole);
    }

    private static boolean isInteger(Field<?> field) {
        return field.getDataType().isInteger();
    }

    private static boolean isDouble(Field<?> field) {
        return field.getType() == Double.class || field.getType() == Float.class;
    }

    private static boolean isFraction(Field<?> field) {
        return isDouble(field) || field.getType() == BigDecimal.class;
    }

    private static Field<String> text(Field<?> field) {
        return field.coerce(String.class);
    }

    private static Field<BigDecimal> number(Field<?> field) {
        return field.coerce(BigDecimal.class);
    }
}
