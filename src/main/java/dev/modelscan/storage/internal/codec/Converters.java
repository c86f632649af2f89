package dev.modelscan.storage.internal.codec;

import dev.modelscan.storage.Id;
import java.util.function.Function;
import org.jooq.Converter;

/** The converters of the generated columns. */
public final class Converters {

    private Converters() {}

    /** Converts what is stored as text. */
    public static <T> Converter<String, T> of(TextFormat<T> format) {
        return Converter.ofNullable(String.class, format.type(), format.decode(), format.encode());
    }

    /** Converts ids. */
    public static <T extends Id> Converter<String, T> id(Class<T> type, Function<String, T> decode) {
        return Converter.ofNullable(String.class, type, decode, Id::value);
    }

    /** Converts the codes of an enum. */
    public static <T extends Enum<T>> Converter<String, T> code(
            Class<T> type, Function<String, T> decode, Function<T, String> encode) {
        return Converter.ofNullable(String.class, type, decode, encode);
    }
}
