package dev.modelscan.storage.internal.query;

import org.jspecify.annotations.Nullable;

/** Values that jOOQ has already read and converted, by position in a select list. */
final class ValueRow extends Row {

    private final @Nullable Object[] values;

    ValueRow(@Nullable Object[] values) {
        this.values = values;
    }

    @Override
    boolean next() {
        throw new IllegalStateException("there is one row");
    }

    @Override
    String name() {
        return String.valueOf(values[0]);
    }

    @Override
    @SuppressWarnings("unchecked") // The generated column and the codec have the same type.
    <T> @Nullable T value(Codec<T> codec, int place) {
        return (T) values[place - 1];
    }
}
