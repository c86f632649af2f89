package dev.modelscan.storage;

import dev.modelscan.storage.internal.engines.Engines;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import org.jooq.Condition;
import org.jooq.Field;
import org.jooq.impl.CustomCondition;
import org.jooq.impl.DSL;

/**
 * Conditions that take text of a user as data: no character of it has a meaning in SQL or in a pattern.
 *
 * @since 0.1.0
 */
public final class Conditions {

    private static final char ESCAPE = '\\';

    private Conditions() {}

    /**
     * Whether a column contains the given text. Ignores the case of the letters A to Z. SQLite rejects texts
     * of more than about 50,000 bytes with a {@link dev.modelscan.storage.errors.StorageException}. No index
     * helps: the query reads every row.
     */
    public static Condition contains(Field<String> field, String text) {
        Objects.requireNonNull(field, "field");
        Objects.requireNonNull(text, "text");
        return like(field, "%", text);
    }

    /** Whether a column starts with the given text; compares like {@link #contains}. */
    public static Condition startsWith(Field<String> field, String text) {
        Objects.requireNonNull(field, "field");
        Objects.requireNonNull(text, "text");
        return like(field, "", text);
    }

    /**
     * Whether a JSON object has a member with that name whose value is that text. The name is compared as a
     * whole, so dots, quotes and brackets in it are not a path. Members of members do not count, nor do
     * numbers, booleans and null. Name and value must match exactly. No index helps: the query reads the
     * object of every row.
     */
    public static Condition metadataEquals(Field<Json> column, String key, String value) {
        Objects.requireNonNull(column, "column");
        Objects.requireNonNull(key, "key");
        Objects.requireNonNull(value, "value");
        if (isNeverStored(key) || isNeverStored(value)) {
            return DSL.falseCondition();
        }
        return CustomCondition.of(
                context -> context.visit(Engines.expressions(context).hasMember(column, DSL.val(key), DSL.val(value))));
    }

    private static Condition like(Field<String> field, String before, String text) {
        return isNeverStored(text) ? DSL.falseCondition() : field.likeIgnoreCase(before + escape(text) + "%", ESCAPE);
    }

    private static String escape(String text) {
        StringBuilder escaped = new StringBuilder(text.length() + 2);
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '%' || c == '_' || c == ESCAPE) {
                escaped.append(ESCAPE);
            }
            escaped.append(c);
        }
        return escaped.toString();
    }

    /**
     * The library stores neither: SQLite ends a pattern at a NUL, and the driver alters unpaired surrogates.
     */
    private static boolean isNeverStored(String text) {
        return text.indexOf(0) >= 0 || !StandardCharsets.UTF_8.newEncoder().canEncode(text);
    }
}
