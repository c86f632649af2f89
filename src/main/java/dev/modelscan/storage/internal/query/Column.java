package dev.modelscan.storage.internal.query;

import java.util.function.Function;
import java.util.function.Supplier;
import org.jooq.Condition;
import org.jooq.TableField;
import org.jspecify.annotations.Nullable;

/**
 * A generated column with its position in a select list and its getter in the record.
 *
 * @param <R> the record
 * @param <T> the type of the value
 */
public final class Column<R, T> {

    private final String name;
    private final Supplier<? extends TableField<?, T>> field;
    private final Function<R, @Nullable T> getter;
    private final Parameter<T> parameter;
    private final int index;

    Column(
            String owner,
            String name,
            Codec<T> codec,
            Supplier<? extends TableField<?, T>> field,
            Function<R, @Nullable T> getter,
            int index) {
        this.name = name;
        this.field = field;
        this.getter = getter;
        this.parameter = Parameter.of(owner + "." + name, codec, field);
        this.index = index;
    }

    /** The name in the Java API, such as {@code createdAt}. */
    public String name() {
        return name;
    }

    public TableField<?, T> field() {
        return field.get();
    }

    /** The parameter that holds this column's value in a statement that writes it. */
    public Parameter<T> parameter() {
        return parameter;
    }

    /** The condition that the column equals its parameter. */
    public Condition isParameter() {
        return field().eq(parameter.param());
    }

    /** The position in the select list, from 1. */
    int index() {
        return index;
    }

    public @Nullable T get(R record) {
        return getter.apply(record);
    }

    Codec<T> codec() {
        return parameter.codec();
    }

    /** The record's value as text, for a cursor. */
    public String encode(R record) {
        T value = get(record);
        if (value == null) {
            throw new IllegalStateException("column " + name + " orders a list and is null");
        }
        return codec().encode(value).toString();
    }
}
