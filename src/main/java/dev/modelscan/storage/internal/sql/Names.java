package dev.modelscan.storage.internal.sql;

import org.jooq.Field;

/** Names of columns as the Java API spells them. */
final class Names {

    private Names() {}

    /** {@code created_at} as {@code createdAt}. */
    static String ofField(Field<?> field) {
        StringBuilder out = new StringBuilder();
        for (String part : field.getName().split("_")) {
            out.append(out.isEmpty() ? part : Character.toUpperCase(part.charAt(0)) + part.substring(1));
        }
        return out.toString();
    }
}
