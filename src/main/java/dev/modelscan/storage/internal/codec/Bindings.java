package dev.modelscan.storage.internal.codec;

import dev.modelscan.storage.Json;
import java.time.Instant;
import java.util.List;
import org.jooq.Binding;

/**
 * The bindings that {@code codegen.xml} names for generated columns that are text on SQLite and a specific
 * type on PostgreSQL.
 */
public final class Bindings {

    private Bindings() {}

    /** JSON: {@code jsonb} on PostgreSQL. */
    public static Binding<String, Json> json() {
        return new TypedTextBinding<>(Formats.JSON, "jsonb");
    }

    /** JSON arrays of strings: {@code jsonb} on PostgreSQL. */
    public static Binding<String, List<String>> strings() {
        return new TypedTextBinding<>(Formats.STRINGS, "jsonb");
    }

    /** Instants: {@code timestamptz} on PostgreSQL. */
    public static Binding<String, Instant> instant() {
        return new TypedTextBinding<>(Formats.INSTANT, "timestamptz");
    }

    public static boolean isInstant(Binding<?, ?> binding) {
        return binding instanceof TypedTextBinding && binding.converter().toType() == Instant.class;
    }

    public static boolean isJson(Binding<?, ?> binding) {
        return binding instanceof TypedTextBinding && !isInstant(binding);
    }
}
