package dev.modelscan.storage;

import com.fasterxml.jackson.databind.JsonNode;
import dev.modelscan.storage.errors.InvalidDataException;
import java.util.Arrays;
import java.util.Collection;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Which Java values have a form in JSON. */
final class JsonForm {

    private static final String ENTITY = "json";
    private static final String FIELD = "value";
    private static final int MAX_DEPTH = Json.MAX_DEPTH;

    private JsonForm() {}

    /** Jackson would write any Java object by its getters, and merge keys that read alike. */
    static void requirePlain(@Nullable Object value, int depth) {
        if (depth > MAX_DEPTH) {
            throw new InvalidDataException(ENTITY, null, FIELD, "is nested deeper than " + MAX_DEPTH + " levels");
        }
        if (value instanceof Map<?, ?> map) {
            for (Map.Entry<?, ?> member : map.entrySet()) {
                if (!(member.getKey() instanceof String)) {
                    throw new InvalidDataException(
                            ENTITY, null, FIELD, "has the key " + member.getKey() + ", which is not text");
                }
                requirePlain(member.getValue(), depth + 1);
            }
        } else if (value instanceof Collection<?> items) {
            items.forEach(item -> requirePlain(item, depth + 1));
        } else if (value instanceof Object[] items) {
            Arrays.asList(items).forEach(item -> requirePlain(item, depth + 1));
        } else if (value != null && !isScalar(value)) {
            throw new InvalidDataException(
                    ENTITY,
                    null,
                    FIELD,
                    "holds a " + value.getClass().getSimpleName() + ", which is not a plain value; give its text");
        }
    }

    /** Arrays of numbers and of booleans count as one. */
    private static boolean isScalar(Object value) {
        return value instanceof String
                || value instanceof Number
                || value instanceof Boolean
                || value instanceof JsonNode
                || (value.getClass().isArray() && !(value instanceof byte[]) && !(value instanceof char[]));
    }

    static void require(JsonNode node, int depth) {
        if (depth > MAX_DEPTH) {
            throw new InvalidDataException(ENTITY, null, FIELD, "is nested deeper than " + MAX_DEPTH + " levels");
        }
        if (node.isBinary() || node.isPojo() || node.isMissingNode()) {
            throw new InvalidDataException(
                    ENTITY, null, FIELD, "holds a " + node.getNodeType() + ", which JSON has no form for");
        }
        if (node.isFloatingPointNumber() && !Double.isFinite(node.doubleValue()) && !node.isBigDecimal()) {
            throw new InvalidDataException(
                    ENTITY, null, FIELD, "holds " + node.asText() + ", which JSON has no form for");
        }
        for (JsonNode child : node) {
            require(child, depth + 1);
        }
    }
}
