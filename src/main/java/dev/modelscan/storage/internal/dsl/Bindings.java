package dev.modelscan.storage.internal.dsl;

import dev.modelscan.storage.Json;
import dev.modelscan.storage.internal.codec.Formats;
import dev.modelscan.storage.internal.codec.TextFormat;
import dev.modelscan.storage.internal.values.StoredJson;
import java.time.Instant;
import java.util.List;
import java.util.function.Function;
import org.jooq.Binding;

/**
 * The bindings that {@code codegen.xml} names for generated columns that are text on some engines and have
 * a type on others.
 */
public final class Bindings {

    private Bindings() {}

    /** JSON. */
    public static Binding<String, Json> json() {
        return new TypedTextBinding<>(Formats.JSON);
    }

    /** JSON that a function makes a value of the application's own. */
    public static <T> Binding<String, T> json(Class<T> type, Function<Json, T> decode, Function<T, Json> encode) {
        return new TypedTextBinding<>(
                new TextFormat<>(type, text -> decode.apply(StoredJson.of(text)), value -> encode.apply(value)
                        .toString()));
    }

    /** JSON arrays of strings. */
    public static Binding<String, List<String>> strings() {
        return new TypedTextBinding<>(Formats.STRINGS);
    }

    /** Instants. */
    public static Binding<String, Instant> instant() {
        return new TypedTextBinding<>(Formats.INSTANT);
    }
}
