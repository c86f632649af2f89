package dev.modelscan.storage.internal.query;

import dev.modelscan.storage.Id;
import dev.modelscan.storage.errors.CorruptDatabaseException;
import dev.modelscan.storage.internal.codec.Formats;
import dev.modelscan.storage.internal.codec.TextFormat;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Instant;
import java.util.Arrays;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Reads and binds values of one Java type by position.
 *
 * @param <T> the type in Java
 */
public final class Codec<T> {

    public static final Codec<String> TEXT =
            text(new TextFormat<>(String.class, Function.identity(), Function.identity()));

    public static final Codec<Integer> INTEGER =
            new Codec<>(Storage.INTEGER, false, Integer.class::cast, value -> value);

    public static final Codec<Long> LONG = new Codec<>(Storage.LONG, false, Long.class::cast, value -> value);

    /** Points in time, in whole microseconds. */
    public static final Codec<Instant> TIME =
            new Codec<>(Storage.TIME, false, Instant.class::cast, Formats.INSTANT.encode());

    public static final Codec<byte[]> BYTES = new Codec<>(Storage.BYTES, true, byte[].class::cast, value -> value);

    private enum Storage {
        TEXT,
        BYTES,
        TIME,
        INTEGER,
        LONG
    }

    private final Storage storage;
    private final boolean mayBeEmpty;
    // From a String, bytes, an Integer, a Long or an Instant, depending on the storage.
    private final Function<Object, T> decode;
    private final Function<T, ?> encode;

    private Codec(Storage storage, boolean mayBeEmpty, Function<Object, T> decode, Function<T, ?> encode) {
        this.storage = storage;
        this.mayBeEmpty = mayBeEmpty;
        this.decode = decode;
        this.encode = encode;
    }

    @SuppressWarnings("unchecked") // What is stored as text is decoded from a String.
    public static <T> Codec<T> text(TextFormat<T> format) {
        return new Codec<>(
                Storage.TEXT,
                mayBeEmpty(format.type()),
                (Function<Object, T>) (Function<?, T>) format.decode(),
                format.encode());
    }

    boolean isText() {
        return storage == Storage.TEXT;
    }

    /**
     * Whether a column of this type may hold an empty text: as a value, or as an id that another program
     * stored. The schema's checks reject it in columns of all other types, so there an empty text can stand
     * for null.
     */
    public static boolean mayBeEmpty(Class<?> type) {
        return type == String.class || Id.class.isAssignableFrom(type);
    }

    boolean mayBeEmpty() {
        return mayBeEmpty;
    }

    @Nullable
    T read(ResultSet rows, int column, Dialect dialect) throws SQLException {
        Object stored =
                switch (storage) {
                    case TEXT -> rows.getString(column);
                    case BYTES -> rows.getBytes(column);
                    case TIME -> dialect.time(rows, column);
                    case INTEGER, LONG -> {
                        long value = rows.getLong(column);
                        yield value == 0 && rows.wasNull() ? null : number(value);
                    }
                };
        return stored == null ? null : decode.apply(stored);
    }

    /** Binds a value and returns the length of its text or bytes, or 0 if it is neither. */
    int bind(PreparedStatement statement, int position, @Nullable T value, Dialect dialect) throws SQLException {
        if (storage == Storage.TIME) {
            dialect.bindTime(statement, position, (Instant) value);
            return 0;
        }
        Object stored = value == null ? null : encode(value);
        if (stored instanceof String text) {
            statement.setString(position, text);
            return text.length();
        }
        if (stored instanceof byte[] bytes) {
            statement.setBytes(position, bytes);
            return bytes.length;
        }
        if (stored == null) {
            statement.setNull(position, nullType());
        } else {
            statement.setLong(position, ((Number) stored).longValue());
        }
        return 0;
    }

    private int nullType() {
        return switch (storage) {
            case TEXT -> Types.VARCHAR;
            case BYTES -> Types.BINARY;
            default -> Types.BIGINT;
        };
    }

    /** The value as the database holds it: a {@link String}, an {@link Integer}, a {@link Long} or bytes. */
    Object encode(T value) {
        return encode.apply(value);
    }

    /** Decodes text that {@link #encode} returned, of any type, from UTF-8 bytes; bytes are taken as they are. */
    T decode(byte[] bytes, int from, int to) {
        Object stored =
                switch (storage) {
                    case TEXT -> Row.text(bytes, from, to);
                    case BYTES -> from == 0 && to == bytes.length ? bytes : Arrays.copyOfRange(bytes, from, to);
                    case TIME -> Formats.instant(bytes, from, to);
                    case INTEGER, LONG -> number(Long.parseLong(Row.text(bytes, from, to)));
                };
        return decode.apply(stored);
    }

    private Object number(long value) {
        if (storage == Storage.LONG) {
            return value;
        }
        if (value != (int) value) {
            throw new CorruptDatabaseException(value + " is out of range", null);
        }
        return (int) value;
    }
}
