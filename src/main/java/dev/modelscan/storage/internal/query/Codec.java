package dev.modelscan.storage.internal.query;

import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import org.jooq.Converter;
import org.jooq.DataType;
import org.jspecify.annotations.Nullable;

/**
 * Reads and binds values of one Java type by position. It takes the converter that code generation gave to the column, so
 * compiled queries and {@code dsl()} encode alike.
 *
 * @param <T> the type in Java
 */
final class Codec<T> {

    private enum Storage {
        TEXT,
        INTEGER,
        LONG
    }

    private final Storage storage;
    private final Converter<Object, T> converter;

    private Codec(Storage storage, Converter<Object, T> converter) {
        this.storage = storage;
        this.converter = converter;
    }

    @SuppressWarnings("unchecked") // The storage below is chosen by the converter's own type.
    static <T> Codec<T> of(DataType<T> type) {
        Converter<?, T> converter = type.getConverter();
        Class<?> stored = converter.fromType();
        Storage storage;
        if (stored == String.class) {
            storage = Storage.TEXT;
        } else if (stored == Integer.class) {
            storage = Storage.INTEGER;
        } else if (stored == Long.class) {
            storage = Storage.LONG;
        } else {
            throw new IllegalArgumentException("columns of " + stored + " have no codec yet; add it here");
        }
        return new Codec<>(storage, (Converter<Object, T>) converter);
    }

    @Nullable
    T read(ResultSet rows, int column, Dialect dialect) throws SQLException {
        Object stored =
                switch (storage) {
                    case TEXT -> dialect.text(rows, column);
                    case INTEGER -> {
                        int value = rows.getInt(column);
                        yield value == 0 && rows.wasNull() ? null : (Object) value;
                    }
                    case LONG -> {
                        long value = rows.getLong(column);
                        yield value == 0 && rows.wasNull() ? null : (Object) value;
                    }
                };
        return stored == null ? null : converter.from(stored);
    }

    void bind(PreparedStatement statement, int position, @Nullable T value) throws SQLException {
        Object stored = value == null ? null : encode(value);
        if (stored == null) {
            statement.setNull(position, storage == Storage.TEXT ? Types.VARCHAR : Types.BIGINT);
        } else if (stored instanceof String text) {
            statement.setString(position, text);
        } else {
            statement.setLong(position, ((Number) stored).longValue());
        }
    }

    /** The value as the database holds it: a {@link String}, an {@link Integer} or a {@link Long}. */
    Object encode(T value) {
        return converter.to(value);
    }

    /** The value for text that {@link #encode} gave, of whatever type. */
    T decode(String encoded) {
        Object stored =
                switch (storage) {
                    case TEXT -> encoded;
                    case INTEGER -> Integer.valueOf(encoded);
                    case LONG -> Long.valueOf(encoded);
                };
        return converter.from(stored);
    }
}
