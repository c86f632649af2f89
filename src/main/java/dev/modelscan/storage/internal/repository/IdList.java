package dev.modelscan.storage.internal.repository;

import dev.modelscan.storage.Id;
import dev.modelscan.storage.Json;
import dev.modelscan.storage.internal.engines.Engines;
import java.util.Collection;
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
public final class IdList {

    private IdList() {}

    /**
     * The id in each row of {@link #of}. It is plain text, because jOOQ would read a name of two parts as a
     * table of the schema. No constant, which would load jOOQ with this class.
     */
    public static Field<String> value() {
        return DSL.field("ids.value", SQLDataType.CLOB);
    }

    /** The parameter's value for these ids: sorted, so that transactions lock rows in the same order. */
    static String text(Collection<? extends Id> ids) {
        return Json.of(ids.stream().map(Id::value).distinct().sorted().toList()).toString();
    }

    /** A table with a row for each id. */
    public static Table<?> of(Param<String> ids) {
        QueryPart elements = CustomQueryPart.of(
                context -> context.visit(Engines.expressions(context).elements(ids)));
        return DSL.table("{0}", elements).as("ids");
    }

    /** The ids as a subquery with the type of a key. */
    public static <T> Select<Record1<T>> select(Param<String> ids, Field<T> key) {
        return DSL.select(value().coerce(key)).from(of(ids));
    }
}
