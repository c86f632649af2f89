package dev.modelscan.storage.internal.codec;

import org.jooq.Converter;

/** What {@code codegen.xml} makes the generated columns' converters of. */
public final class Converters {

    private Converters() {}

    /** Converts what is stored as text. */
    public static <T> Converter<String, T> of(TextFormat<T> format) {
        return Converter.ofNullable(String.class, format.type(), format.decode(), format.encode());
    }
}
