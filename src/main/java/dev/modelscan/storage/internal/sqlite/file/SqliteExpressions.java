package dev.modelscan.storage.internal.sqlite.file;

import dev.modelscan.storage.internal.query.Expressions;
import dev.modelscan.storage.internal.query.LikePatterns;
import dev.modelscan.storage.internal.query.QueryParts;
import dev.modelscan.storage.internal.query.SearchTerm;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.MathContext;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jooq.Condition;
import org.jooq.Field;
import org.jooq.Insert;
import org.jooq.Merge;
import org.jooq.Param;
import org.jooq.QueryPart;
import org.jooq.SQL;
import org.jooq.Update;
import org.jooq.VisitContext;
import org.jooq.impl.CustomCondition;
import org.jooq.impl.DSL;
import org.jooq.impl.QOM;
import org.jooq.impl.SQLDataType;
import org.jspecify.annotations.Nullable;

/** SQLite's SQL for what jOOQ cannot say. Times and JSON are text; the date functions know milliseconds. */
final class SqliteExpressions implements Expressions {

    /** Every decimal with so many digits comes back from a double, unless it is too small. */
    private static final MathContext DIGITS_OF_DOUBLE = new MathContext(15);

    private static final int DIGITS_OF_LONG = 19;

    /** The begin of a statement that may store its values; {@code replace(} is a function. */
    private static final Pattern STORES = Pattern.compile(
            "(?:\\s|--[^\\n]*\\n|/\\*.*?\\*/)*+(with\\b.*)?\\b(?:insert|update|replace\\s+into|merge)\\b",
            Pattern.CASE_INSENSITIVE | Pattern.DOTALL);

    @Override
    public QueryPart now() {
        return DSL.sql("strftime('%Y-%m-%dT%H:%M:%f000Z', 'now')");
    }

    /**
     * {@code unixepoch} rounds to milliseconds, so it does not get the fraction: with it {@code 59.9995} is
     * the next minute.
     */
    @Override
    public QueryPart micros(Field<?> time) {
        return DSL.sql("(unixepoch(substr({0}, 1, 19)) * 1000000 + substr({0}, 21, 6))", time);
    }

    @Override
    public QueryPart seconds(Field<?> time) {
        return DSL.sql("unixepoch(substr({0}, 1, 19))", time);
    }

    @Override
    public QueryPart time(Field<Long> seconds, Field<Long> micros) {
        return DSL.sql("strftime('%Y-%m-%dT%H:%M:%S', {0}, 'unixepoch') || printf('.%06dZ', {1})", seconds, micros);
    }

    @Override
    public QueryPart months(Field<Long> days) {
        return DSL.sql(
                "(strftime('%Y', {0} * 86400 + 946684800, 'unixepoch') * 12"
                        + " + strftime('%m', {0} * 86400 + 946684800, 'unixepoch') - 24001)",
                days);
    }

    @Override
    public QueryPart elements(Field<String> array) {
        return DSL.sql("json_each({0})", array);
    }

    /** A path of {@code json_extract} would give quotes, dots and brackets of the name a meaning. */
    @Override
    public QueryPart hasMember(Field<?> object, Field<String> name, Field<String> text) {
        return DSL.sql(
                "exists (select 1 from json_each({0}) as member"
                        + " where member.key = {1} and member.type = 'text' and member.value = {2})",
                object, name, text);
    }

    /** In quotes no word is an operator. */
    @Override
    public String searchMatch(List<SearchTerm> terms) {
        return terms.stream()
                .map(term -> '"' + String.join(" ", term.words()) + '"' + (term.prefix() ? " *" : ""))
                .collect(Collectors.joining(" AND "));
    }

    @Override
    public List<Class<?>> takenDifferently() {
        return List.of(
                Param.class,
                QOM.Like.class,
                QOM.NotLike.class,
                QOM.Cast.class,
                QOM.OctetLength.class,
                QOM.BitLength.class);
    }

    /** SQLite's LIKE ignores case, its cast to an integer truncates, and jOOQ lets it count characters as bytes. */
    @Override
    public @Nullable QueryPart sameAnswer(QueryPart part, VisitContext context) {
        if (part instanceof Param<?> param) {
            return isTextInTemplate(param, context) ? number(param, context) : null;
        }
        if (part instanceof QOM.Like like) {
            return QueryParts.ignoresCase(context) ? null : glob(like.$value(), like.$pattern(), like.$escape(), false);
        }
        if (part instanceof QOM.NotLike like) {
            return QueryParts.ignoresCase(context) ? null : glob(like.$value(), like.$pattern(), like.$escape(), true);
        }
        if (part instanceof QOM.OctetLength octets) {
            return bytes(octets.$string());
        }
        if (part instanceof QOM.BitLength bits) {
            return bytes(bits.$string()).times(DSL.inline(Byte.SIZE));
        }
        if (part instanceof QOM.Cast<?> cast && QueryParts.roundsOnCast(cast)) {
            return DSL.round(cast.$field().coerce(BigDecimal.class)).cast(cast.getDataType());
        }
        return null;
    }

    /** jOOQ binds these numbers as text, which is above all numbers, and casts them, but not in a template. */
    private static boolean isTextInTemplate(Param<?> param, VisitContext context) {
        Class<?> type = param.getType();
        if (param.isInline() || (type != BigDecimal.class && type != BigInteger.class)) {
            return false;
        }
        QueryPart[] parts = context.queryParts();
        return parts.length > 1 && parts[parts.length - 2] instanceof SQL;
    }

    /** The cast makes a double of what is no 64-bit integer. */
    private static Field<?> number(Param<?> param, VisitContext context) {
        Object value = param.getValue();
        if (value != null
                && !isKept(new BigDecimal(value.toString()))
                && Stream.of(context.queryParts()).anyMatch(SqliteExpressions::mayStore)) {
            throw new IllegalArgumentException("SQLite has no decimals, and might store " + value
                    + " with fewer digits; give it as a text; if it is only compared, give value.doubleValue()");
        }
        return param.cast(SQLDataType.NUMERIC);
    }

    private static boolean mayStore(QueryPart part) {
        return part instanceof Insert
                || part instanceof Update
                || part instanceof Merge
                || (part instanceof SQL && STORES.matcher(part.toString()).lookingAt());
    }

    private static boolean isKept(BigDecimal number) {
        double stored = number.doubleValue();
        boolean comesBack = Double.isFinite(stored)
                && (number.compareTo(new BigDecimal(Double.toString(stored))) == 0
                        || number.compareTo(new BigDecimal(stored).round(DIGITS_OF_DOUBLE)) == 0);
        // The digits first: a whole number of a huge exponent would take all memory when it is written out.
        boolean isLong = number.scale() <= 0
                && number.precision() - (long) number.scale() <= DIGITS_OF_LONG
                && number.toBigInteger().bitLength() < Long.SIZE;
        return comesBack || isLong;
    }

    private static Field<Integer> bytes(Field<String> text) {
        return DSL.function("octet_length", SQLDataType.INTEGER, text);
    }

    private static Condition glob(Field<?> value, Field<String> pattern, @Nullable Character escape, boolean not) {
        @SuppressWarnings("unchecked") // Computed patterns were rejected before.
        Param<String> param = (Param<String>) LikePatterns.closed(pattern, LikePatterns.escape(escape));
        String given = param.getValue();
        Field<String> glob = DSL.val(given == null ? null : glob(given, LikePatterns.escape(escape)), String.class);
        return CustomCondition.of(
                context -> context.visit(DSL.sql(not ? "({0} not glob {1})" : "({0} glob {1})", value, glob)));
    }

    private static String glob(String like, char escape) {
        StringBuilder glob = new StringBuilder(like.length() + 8);
        for (int i = 0; i < like.length(); i++) {
            char c = like.charAt(i);
            boolean escaped = c == escape;
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
}
