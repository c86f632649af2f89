package dev.modelscan.storage.internal.dsl;

import dev.modelscan.storage.internal.query.Operands;
import java.time.Instant;
import java.time.OffsetDateTime;
import org.jooq.DataType;
import org.jooq.Field;
import org.jooq.Param;
import org.jooq.TableField;
import org.jooq.impl.QOM;
import org.jspecify.annotations.Nullable;

/** The types of the library that the engines store as text or as a number. */
enum ColumnKind {
    /** A stored time. */
    TIME,
    /** A date, a month, a weekday or a duration that {@code Times} computed. */
    COMPUTED,
    /** Stored JSON. */
    JSON;

    /** A time that is not bound with the type of a column. On SQLite jOOQ would write it in another form. */
    static boolean isUntypedTime(Field<?> field) {
        return field instanceof Param<?> param
                && (param.getValue() instanceof Instant || param.getValue() instanceof OffsetDateTime)
                && of(param.getDataType()) == null;
    }

    /** Null for a value of another type. */
    static @Nullable ColumnKind of(Field<?> field) {
        if (field instanceof TableField) {
            return of(field.getDataType());
        }
        // Its own type may be that of the value to which it is compared.
        if (field instanceof QOM.ScalarSubquery<?> subquery
                && !subquery.$arg1().getSelect().isEmpty()) {
            return of(subquery.$arg1().getSelect().get(0));
        }
        ColumnKind kind = of(field.getDataType());
        if (kind != null) {
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
        if (type.getBinding() instanceof TypedTextBinding<?> stored) {
            return stored.isTime() ? TIME : JSON;
        }
        return TimeExpressions.isComputed(type) ? COMPUTED : null;
    }
}
