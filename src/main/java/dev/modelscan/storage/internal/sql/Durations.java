package dev.modelscan.storage.internal.sql;

import java.time.Instant;
import org.jooq.Field;
import org.jooq.impl.CustomField;
import org.jooq.impl.DSL;
import org.jooq.impl.SQLDataType;

/** Arithmetic on stored times. */
final class Durations {

    private Durations() {}

    /**
     * {@code to - from} in microseconds, exactly; null where either is. On SQLite times are text of fixed width, so jOOQ's own
     * date arithmetic does not apply; its julianday would round to about 40 microseconds.
     */
    static Field<Long> micros(Field<Instant> from, Field<Instant> to) {
        return CustomField.of("micros", SQLDataType.BIGINT, context -> {
            switch (context.family()) {
                case POSTGRES ->
                    context.visit(DSL.sql("cast(extract(epoch from ({1} - {0})) * 1000000 as bigint)", from, to));
                default ->
                    context.visit(DSL.sql(
                            "((unixepoch({1}) - unixepoch({0})) * 1000000 + substr({1}, 21, 6) - substr({0}, 21, 6))",
                            from, to));
            }
        });
    }
}
