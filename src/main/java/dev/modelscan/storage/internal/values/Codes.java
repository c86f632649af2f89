package dev.modelscan.storage.internal.values;

import dev.modelscan.storage.errors.InvalidDataException;
import java.util.Arrays;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Finds an enum's constant by its stored code. */
public final class Codes {

    private Codes() {}

    public static <E extends Enum<E>> E find(String entity, E[] values, Function<E, String> code, String wanted) {
        return find(entity, "status", values, code, wanted);
    }

    public static <E extends Enum<E>> E find(
            String entity, String field, E[] values, Function<E, String> code, String wanted) {
        Objects.requireNonNull(wanted, "code");
        for (E value : values) {
            if (code.apply(value).equals(wanted)) {
                return value;
            }
        }
        String known = Arrays.stream(values).map(code).collect(Collectors.joining(", "));
        throw new InvalidDataException(entity, null, field, "\"" + wanted + "\" is unknown; there are " + known);
    }
}
