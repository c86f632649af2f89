package dev.modelscan.storage.internal.repository;

import dev.modelscan.storage.Json;
import dev.modelscan.storage.internal.codec.Formats;
import java.time.Instant;
import java.util.List;
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

    /** JSON arrays of strings. */
    public static Binding<String, List<String>> strings() {
        return new TypedTextBinding<>(Formats.STRINGS);
    }

    /** Instants. */
    public static Binding<String, Instant> instant() {
        return new TypedTextBinding<>(Formats.INSTANT);
    }
}
