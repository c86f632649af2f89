package dev.modelscan.storage.internal.query;

import org.jooq.Field;
import org.jooq.Name;
import org.jooq.Param;
import org.jooq.conf.ParamType;
import org.jooq.impl.CustomField;
import org.jooq.impl.DSL;
import org.jooq.impl.SQLDataType;
import org.jspecify.annotations.Nullable;

/**
 * Patterns of {@code LIKE} in which an escape character at the end stands for itself. One engine fails on such a
 * pattern, and another matches nothing.
 */
public final class LikePatterns {

    private static final Name CLOSED = DSL.name("closed pattern");

    private LikePatterns() {}

    /** The escape character: that of PostgreSQL, if none is given. */
    public static char escape(@Nullable Character given) {
        return given == null ? '\\' : given;
    }

    /** The pattern with an escape character before one that is its last; the same object if it needs no change. */
    public static Field<String> closed(Field<String> pattern, char escape) {
        if (pattern instanceof Param<String> param && !QueryParts.isUnset(pattern)) {
            String text = param.getValue();
            if (text == null || !endsOpen(text, escape)) {
                return pattern;
            }
            return param.getParamType() == ParamType.INLINED ? DSL.inline(text + escape) : DSL.val(text + escape);
        }
        if (pattern.getQualifiedName().equals(CLOSED)) {
            return pattern;
        }
        return CustomField.of(
                CLOSED,
                SQLDataType.CLOB,
                context -> context.visit(DSL.sql(
                        "({0} || substr({1}, 1, (length({0}) - length(rtrim({0}, {1}))) % 2))",
                        pattern, DSL.inline(String.valueOf(escape)))));
    }

    private static boolean endsOpen(String text, char escape) {
        int end = text.length();
        while (end > 0 && text.charAt(end - 1) == escape) {
            end--;
        }
        return (text.length() - end) % 2 == 1;
    }
}
