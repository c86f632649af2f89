package dev.modelscan.storage.internal.query;

import dev.modelscan.storage.queries.QueryParameter;
import java.util.function.Supplier;
import org.jooq.Field;
import org.jooq.Param;
import org.jooq.impl.DSL;

/**
 * A named, typed parameter of a query, bound at each execution. jOOQ is loaded only when an expression is
 * built.
 *
 * @param <T> the type of the value
 */
public final class Parameter<T> implements QueryParameter<T> {

    private final String name;
    private final Codec<T> codec;
    private final Supplier<Param<T>> param;

    private Parameter(String name, Codec<T> codec, Supplier<Param<T>> param) {
        this.name = name;
        this.codec = codec;
        this.param = param;
    }

    /** A parameter that is compared with a column or written to it, and has the column's type. */
    public static <T> Parameter<T> of(String name, Codec<T> codec, Supplier<? extends Field<T>> column) {
        return new Parameter<>(name, codec, () -> DSL.param(name, column.get()));
    }

    /** A parameter of a plain type: text or a whole number. */
    public static <T> Parameter<T> of(String name, Codec<T> codec, Class<T> type) {
        return new Parameter<>(name, codec, () -> DSL.param(name, type));
    }

    @Override
    public Param<T> param() {
        return param.get();
    }

    @Override
    public String name() {
        return name;
    }

    public Codec<T> codec() {
        return codec;
    }
}
