package dev.modelscan.storage.internal.dsl;

import dev.modelscan.storage.internal.engines.Engines;
import dev.modelscan.storage.internal.query.LikePatterns;
import dev.modelscan.storage.internal.query.QueryParts;
import org.jooq.Condition;
import org.jooq.Field;
import org.jooq.Param;
import org.jooq.QueryPart;
import org.jooq.VisitContext;
import org.jooq.impl.DSL;
import org.jooq.impl.QOM;
import org.jooq.impl.SQLDataType;
import org.jspecify.annotations.Nullable;

/**
 * Replaces expressions that all engines accept but evaluate differently. {@code docs/analytics.md} lists the
 * results that are the same because of this.
 */
final class SameAnswers {

    private static final ClassValue<Boolean> ON_ALL = QueryParts.isOneOf(
            QOM.Mod.class,
            QOM.Substring.class,
            QOM.Left.class,
            QOM.Right.class,
            QOM.Like.class,
            QOM.NotLike.class,
            QOM.LikeIgnoreCase.class,
            QOM.NotLikeIgnoreCase.class,
            QOM.Contains.class,
            QOM.StartsWith.class,
            QOM.EndsWith.class,
            QOM.Div.class);

    private static final ClassValue<Boolean> ON_SOME = QueryParts.isOneOf(Engines.ALL.stream()
            .flatMap(engine -> engine.dialect().expressions().takenDifferently().stream())
            .toArray(Class<?>[]::new));

    private SameAnswers() {}

    /** Replaces a part that is being rendered, if an engine would take it in another way. */
    static void replace(VisitContext context, QueryPart part) {
        boolean onAll = ON_ALL.get(part.getClass());
        QueryPart same = onAll ? onAll(part, context) : null;
        if (same == null && ON_SOME.get(part.getClass())) {
            same = Engines.expressions(context).sameAnswer(part, context);
        }
        if (same != null) {
            context.queryPart(same);
        }
        if (onAll) {
            requireSameAnswer(part);
        }
    }

    private static void requireSameAnswer(QueryPart part) {
        if (part instanceof QOM.Mod<?> mod
                && !(QueryParts.isWhole(mod.$dividend()) && QueryParts.isWhole(mod.$divisor()))) {
            throw new IllegalArgumentException("the rest of a division of fractions differs between engines: " + part
                    + "; cast both sides to whole numbers");
        }
        if (part instanceof QOM.Substring substring) {
            requirePositive(part, substring.$startingPosition(), 1);
            requireNotNegative(part, substring.$length());
        } else if (part instanceof QOM.Left left) {
            requirePositive(part, left.$length(), 0);
        } else if (part instanceof QOM.Right right) {
            requirePositive(part, right.$length(), 0);
        }
    }

    /** One engine fails, and the other takes what is before the position. */
    private static void requireNotNegative(QueryPart part, @Nullable Field<? extends Number> length) {
        if (length instanceof Param<?> param && param.getValue() instanceof Number n && n.longValue() < 0) {
            throw new IllegalArgumentException("a negative length of a text differs between engines: " + part);
        }
    }

    private static void requirePositive(QueryPart part, @Nullable Field<? extends Number> number, int least) {
        if (number != null && QueryParts.isUnset(number)) {
            throw new IllegalArgumentException("a position before the start of a text differs between engines, so "
                    + "it is not a parameter: " + part + "; write a constant");
        }
        if (number instanceof Param<?> param && param.getValue() instanceof Number n && n.longValue() < least) {
            throw new IllegalArgumentException(
                    "a position before the start of a text differs between engines: " + part + "; count from " + least);
        }
    }

    /**
     * jOOQ renders contains, startsWith and endsWith as LIKE with a computed pattern. SQLite has no
     * case-sensitive form of that, and no escape character unless it is given one. A sum of integers is an integer on one engine and a fraction on the other,
     * so a quotient of fractions is computed with doubles.
     */
    private static @Nullable QueryPart onAll(QueryPart part, VisitContext context) {
        boolean computed = (part instanceof QOM.Like like && !isConstant(like.$pattern()))
                || (part instanceof QOM.NotLike not && !isConstant(not.$pattern()));
        if (computed && !QueryParts.ignoresCase(context)) {
            throw new IllegalArgumentException("a computed pattern of LIKE would not mean the same on every engine: "
                    + part + "; use likeIgnoreCase, contains, startsWith or endsWith");
        }
        if (part instanceof QOM.LikeIgnoreCase like) {
            char escape = LikePatterns.escape(like.$escape());
            Field<String> pattern = LikePatterns.closed(like.$pattern(), escape);
            return isSame(like.$pattern(), pattern, like.$escape())
                    ? null
                    : like.$value().likeIgnoreCase(pattern, escape);
        }
        if (part instanceof QOM.NotLikeIgnoreCase like) {
            char escape = LikePatterns.escape(like.$escape());
            Field<String> pattern = LikePatterns.closed(like.$pattern(), escape);
            return isSame(like.$pattern(), pattern, like.$escape())
                    ? null
                    : like.$value().notLikeIgnoreCase(pattern, escape);
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
                && !QueryParts.isDouble(div.$arg1())
                && (QueryParts.isFraction(div.$arg1()) || QueryParts.isFraction(div.$arg2()))) {
            return QueryParts.divided(div.$arg1().cast(SQLDataType.DOUBLE), div.$arg2());
        }
        return null;
    }

    private static boolean isSame(Field<String> given, Field<String> pattern, @Nullable Character escape) {
        return given == pattern && escape != null;
    }

    private static boolean isConstant(Field<?> field) {
        return field instanceof Param && !QueryParts.isUnset(field);
    }

    private static Field<String> text(Field<?> field) {
        return field.coerce(String.class);
    }
}
