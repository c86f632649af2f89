package dev.modelscan.storage.internal.repository;

import dev.modelscan.storage.internal.codec.Bindings;
import java.time.Instant;
import java.time.OffsetDateTime;
import org.jooq.DataType;
import org.jooq.Field;
import org.jooq.Param;
import org.jooq.TableField;
import org.jooq.impl.QOM;
import org.jspecify.annotations.Nullable;

/** What is text or a number on SQLite, or on both engines, and has a type of the library's in Java. */
enum ColumnKind {
    /** A stored time. */
    TIME,
    /** A date, a month, a weekday or a duration that {@code Times} computed. */
    COMPUTED,
    /** Stored JSON. */
    JSON;

    /** A value that no column gave its type; jOOQ would write it in a form of its own on SQLite. */
    static boolean isUntypedTime(Field<?> field) {
        return field instanceof Param<?> param
                && (param.getValue() instanceof Instant || param.getValue() instanceof OffsetDateTime)
                && of(param.getDataType()) == null;
    }

    /** Null for a value that is none of these. */
    static @Nullable ColumnKind of(Field<?> field) {
        // It may have been given the type of what it is compared to.
        if (field instanceof QOM.ScalarSubquery<?> subquery
                && !subquery.$arg1().getSelect().isEmpty()) {
            return of(subquery.$arg1().getSelect().get(0));
        }
        ColumnKind kind = of(field.getDataType());
        if (kind != null || field instanceof TableField) {
            return kind;
        }
        if (isUntypedTime(field)) {
            return TIME;
        }
        if (field instanceof QOM.Coerce<?> coerce && coerce.getType() == Instant.class) {
            return of(coerce.$field()) == TIME ? TIME : null;
        }
        for (Field<?> value : Operands.of(field)) {
            ColumnKind one = of(value);
            if (one != null) {
                return one;
            }
        }
        return null;
    }

    private static @Nullable ColumnKind of(DataType<?> type) {
        if (Bindings.isInstant(type.getBinding())) {
            return TIME;
        }
        if (TimeExpressions.isComputed(type)) {
            return COMPUTED;
        }
        return Bindings.isJson(type.getBinding()) ? JSON : null;
    }
}
