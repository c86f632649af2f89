package dev.modelscan.storage.internal.query;

import org.jooq.Field;
import org.jooq.Param;
import org.jooq.impl.DSL;

/**
 * A named, typed place in a query for a value that each execution gives.
 *
 * @param <T> the type of the value
 */
public final class Parameter<T> {

    private final String name;
    private final Param<T> param;
    private final Codec<T> codec;

    private Parameter(String name, Param<T> param) {
        this.name = name;
        this.param = param;
        this.codec = Codec.of(param.getDataType());
    }

    /** A parameter that is compared with, or written to, a column; it has the column's type and encoding. */
    public static <T> Parameter<T> of(String name, Field<T> column) {
        return new Parameter<>(name, DSL.param(name, column));
    }

    /** A parameter of a plain type: text or a whole number. */
    public static <T> Parameter<T> of(String name, Class<T> type) {
        return new Parameter<>(name, DSL.param(name, type));
    }

    /** The place itself, to be put into an expression. */
    public Param<T> param() {
        return param;
    }

    /** Unique among the parameters of a query. */
    String name() {
        return name;
    }

    Codec<T> codec() {
        return codec;
    }
}
