package dev.modelscan.storage.internal.query;

import dev.modelscan.storage.Id;
import dev.modelscan.storage.errors.CorruptDatabaseException;
import dev.modelscan.storage.errors.InvalidDataException;
import dev.modelscan.storage.internal.codec.Formats;
import dev.modelscan.storage.internal.codec.TextFormat;
import dev.modelscan.storage.internal.values.TextRules;
import java.math.BigDecimal;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Instant;
import java.util.Arrays;
import java.util.Map;
import java.util.function.Function;
import org.jooq.Converter;
import org.jooq.DataType;
import org.jooq.Field;
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

    private static final Codec<Double> DOUBLE = new Codec<>(Storage.DOUBLE, false, Double.class::cast, value -> value);

    private static final Codec<BigDecimal> DECIMAL =
            new Codec<>(Storage.DECIMAL, false, BigDecimal.class::cast, value -> value);

    private static final Codec<Boolean> BOOLEAN =
            new Codec<>(Storage.BOOLEAN, false, Boolean.class::cast, value -> value);

    /** The codecs of the types that jOOQ reads without a converter. */
    private static final Map<Class<?>, Codec<?>> PLAIN = Map.of(
            String.class, TEXT,
            Integer.class, INTEGER,
            Long.class, LONG,
            Double.class, DOUBLE,
            BigDecimal.class, DECIMAL,
            Boolean.class, BOOLEAN);

    private enum Storage {
        TEXT,
        BYTES,
        TIME,
        INTEGER,
        LONG,
        DOUBLE,
        DECIMAL,
        BOOLEAN
    }

    private final Storage storage;
    private final boolean mayBeEmpty;
    // From what PLAIN has, bytes, or an Instant, depending on the storage.
    private final Function<Object, T> decode;
    private final Function<T, ?> encode;

    private Codec(Storage storage, boolean mayBeEmpty, Function<Object, T> decode, Function<T, ?> encode) {
        this.storage = storage;
        this.mayBeEmpty = mayBeEmpty;
        this.decode = decode;
        this.encode = encode;
    }

    public static <T> Codec<T> text(TextFormat<T> format) {
        return text(mayBeEmpty(format.type()), format.decode(), format.encode());
    }

    /** Ids, by their constructor. */
    public static <T extends Id> Codec<T> id(Function<String, T> decode) {
        return text(true, decode, Id::value);
    }

    /** Constants of an enum, by their codes. */
    public static <T extends Enum<T>> Codec<T> code(Function<String, T> decode, Function<T, String> encode) {
        return text(false, decode, encode);
    }

    @SuppressWarnings("unchecked") // What is stored as text is decoded from a String.
    private static <T> Codec<T> text(boolean mayBeEmpty, Function<String, T> decode, Function<T, String> encode) {
        return new Codec<>(Storage.TEXT, mayBeEmpty, (Function<Object, T>) (Function<?, T>) decode, encode);
    }

    /**
     * The codec of a column or of an expression. A converter from text or from a whole number is applied to
     * what is stored.
     *
     * @throws IllegalArgumentException if the type is none of these
     */
    @SuppressWarnings("unchecked") // The converter goes between the two types that are compared.
    public static <T> Codec<T> of(Field<T> field) {
        DataType<T> type = field.getDataType();
        Converter<Object, T> converter = (Converter<Object, T>) type.getConverter();
        Class<?> from = converter.fromType();
        Codec<?> plain = PLAIN.get(from);
        if (type.getType() == Instant.class && from == String.class) {
            return (Codec<T>) TIME;
        }
        if (plain == null) {
            throw new IllegalArgumentException(
                    field.getName() + " is a " + type.getType().getSimpleName()
                            + ", which no stored query reads or binds; it takes text, numbers, booleans, times, JSON and what"
                            + " converts to text or to a whole number");
        }
        if (from == type.getType()) {
            return (Codec<T>) plain;
        }
        return plain == TEXT
                ? text(new TextFormat<>(
                        type.getType(), converter::from, value -> storable(field, (String) converter.to(value))))
                : new Codec<>(plain.storage, false, converter::from, converter::to);
    }

    /** A converter of the application's may give any text, and drivers alter some. */
    private static String storable(Field<?> field, String text) {
        String problem = TextRules.problem(text);
        if (problem != null) {
            throw new InvalidDataException("query", null, field.getName(), problem);
        }
        return text;
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
                    case DOUBLE -> {
                        double value = rows.getDouble(column);
                        yield value == 0 && rows.wasNull() ? null : value;
                    }
                    case DECIMAL -> {
                        // SQLite has no decimals, and its driver no getter for them.
                        String value = rows.getString(column);
                        yield value == null ? null : new BigDecimal(value);
                    }
                    case BOOLEAN -> {
                        boolean value = rows.getBoolean(column);
                        yield (!value && rows.wasNull()) ? null : value;
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
        switch (storage) {
            case DOUBLE -> statement.setObject(position, stored, Types.DOUBLE);
            case DECIMAL -> statement.setObject(position, stored, Types.NUMERIC);
            case BOOLEAN -> statement.setObject(position, stored, Types.BOOLEAN);
            default -> bindNumber(statement, position, (Number) stored);
        }
        return 0;
    }

    private void bindNumber(PreparedStatement statement, int position, @Nullable Number stored) throws SQLException {
        if (stored == null) {
            statement.setNull(position, nullType());
        } else {
            statement.setLong(position, stored.longValue());
        }
    }

    private int nullType() {
        return switch (storage) {
            case TEXT -> Types.VARCHAR;
            case BYTES -> Types.BINARY;
            default -> Types.BIGINT;
        };
    }

    /** The value as the database holds it, such as a {@link String} or a {@link Long}. */
    public Object encode(T value) {
        return encode.apply(value);
    }

    /** Decodes text that {@link #encode} returned, of any type, from UTF-8 bytes; bytes are taken as they are. */
    public T decode(byte[] bytes, int from, int to) {
        Object stored =
                switch (storage) {
                    case TEXT -> Utf8.decode(bytes, from, to);
                    case BYTES -> from == 0 && to == bytes.length ? bytes : Arrays.copyOfRange(bytes, from, to);
                    case TIME -> Formats.instant(bytes, from, to);
                    case INTEGER, LONG -> number(Long.parseLong(Utf8.decode(bytes, from, to)));
                    case DOUBLE -> Double.valueOf(Utf8.decode(bytes, from, to));
                    case DECIMAL -> new BigDecimal(Utf8.decode(bytes, from, to));
                    case BOOLEAN -> Boolean.valueOf(Utf8.decode(bytes, from, to));
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
