package dev.modelscan.storage.internal.repository;

import org.jooq.Field;
import org.jooq.Param;
import org.jooq.QueryPart;
import org.jooq.Record1;
import org.jooq.Select;
import org.jooq.Table;
import org.jooq.impl.CustomQueryPart;
import org.jooq.impl.DSL;
import org.jooq.impl.SQLDataType;

/**
 * Any number of ids as one parameter, a JSON array. So the text of a statement does not depend on their
 * number.
 */
final class IdList {

    /**
     * The id in each row of {@link #of}. It is plain text, because jOOQ would read a name of two parts as a
     * table of the schema.
     */
    static final Field<String> VALUE = DSL.field("ids.value", SQLDataType.CLOB);

    private IdList() {}

    /** A table with a row for each id. jOOQ has no table-valued JSON functions for SQLite. */
    static Table<?> of(Param<String> ids) {
        QueryPart elements = CustomQueryPart.of(context -> {
            switch (context.family()) {
                case POSTGRES -> context.visit(DSL.sql("jsonb_array_elements_text(cast({0} as jsonb))", ids));
                default -> context.visit(DSL.sql("json_each({0})", ids));
            }
        });
        return DSL.table("{0}", elements).as("ids");
    }

    /** The ids as a subquery with the type of a key. */
    static <T> Select<Record1<T>> select(Param<String> ids, Field<T> key) {
        return DSL.select(VALUE.coerce(key)).from(of(ids));
    }
}
