package dev.modelscan.storage.internal.values;

import dev.modelscan.storage.Json;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * JSON that a database holds already, taken without checking it again. {@link Json} hands over how when it is
 * loaded, so that its public API has no way around the check.
 */
public final class StoredJson {

    private static @Nullable Function<String, Json> maker;

    private StoredJson() {}

    /** For {@link Json} alone. */
    public static void madeBy(Function<String, Json> function) {
        maker = function;
    }

    /** The value; its {@link Json#toNode()} throws if the text is not JSON after all. */
    public static Json of(String text) {
        Function<String, Json> known = maker;
        if (known == null) {
            // Loads Json. Not in a static initializer: with two threads that load one class each, both would
            // wait for ever.
            Json.emptyObject();
            known = Objects.requireNonNull(maker);
        }
        return known.apply(text);
    }
}
