package dev.modelscan.storage;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.exc.InvalidDefinitionException;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;
import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;
import com.fasterxml.jackson.databind.exc.ValueInstantiationException;
import dev.modelscan.storage.errors.InvalidDataException;
import dev.modelscan.storage.internal.values.Excerpt;
import java.io.IOException;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Runs a mapper, and says in the library's words why it failed. */
final class JsonMapping {

    /** What is shown of a value that does not fit. */
    private static final int MOST_SHOWN = 60;

    private JsonMapping() {}

    static String write(Object value, JsonMapper mapper) {
        String text;
        try {
            text = mapper.write(value);
        } catch (JsonMappingException e) {
            throw new InvalidDataException(
                    "json",
                    null,
                    "value",
                    "cannot be written as JSON: " + what(pointer(e.getPath()))
                            + " is of a type, or in a state, that has no"
                            + " form in JSON; give records, maps, collections, text, numbers and times",
                    e);
        } catch (IOException | RuntimeException e) {
            throw new InvalidDataException("json", null, "value", "was not written by the mapper; see the cause", e);
        }
        if (text == null) {
            throw new InvalidDataException("json", null, "value", "was not written by the mapper: it gave null");
        }
        return text;
    }

    @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"}) // Callers give the type of what they want.
    static <T> T read(Json json, Type type, JsonMapper mapper) {
        Object value;
        try {
            value = mapper.read(json.toString(), type);
        } catch (InvalidDefinitionException e) {
            throw new IllegalArgumentException(
                    "no " + name(e.getType() == null ? type : e.getType().getRawClass())
                            + " can be made from JSON; use a record, or give a mapper that knows it",
                    e);
        } catch (JsonProcessingException e) {
            throw unread(type, reason(e, json), e);
        } catch (IOException | RuntimeException e) {
            throw unread(type, "the mapper failed; see the cause", e);
        }
        if (value == null || !isOf(type, value)) {
            throw unread(
                    type,
                    value == null && !json.toString().equals("null")
                            ? "the mapper gave null"
                            : "it is " + (value == null ? "null" : "a " + name(value.getClass())),
                    null);
        }
        return (T) value;
    }

    private static boolean isOf(Type type, Object value) {
        Type raw = type instanceof ParameterizedType generic ? generic.getRawType() : type;
        return !(raw instanceof Class<?> wanted) || wanted.isPrimitive() || wanted.isInstance(value);
    }

    private static InvalidDataException unread(Type type, String reason, @Nullable Throwable cause) {
        return new InvalidDataException(
                "json", null, "value", "cannot be read as " + name(type) + ": " + reason, cause);
    }

    private static String reason(JsonProcessingException e, Json json) {
        if (!(e instanceof JsonMappingException failed)) {
            return "the mapper does not take the text for JSON";
        }
        String place = pointer(failed.getPath());
        if (failed instanceof UnrecognizedPropertyException unknown) {
            return what(place) + " is not a member of " + name(unknown.getReferringClass());
        }
        if (failed instanceof ValueInstantiationException && failed.getCause() != null) {
            return what(place) + " was refused: " + failed.getCause().getMessage();
        }
        String found = what(place) + " is " + shown(json.toNode().at(place));
        Class<?> target = failed instanceof MismatchedInputException mismatch ? mismatch.getTargetType() : null;
        return target == null ? found : found + "; expected " + expected(target);
    }

    /** Jackson names the class that it would have made, such as an ArrayList for a List. */
    private static String expected(Class<?> type) {
        if (Map.class.isAssignableFrom(type)) {
            return "an object";
        }
        return Collection.class.isAssignableFrom(type) ? "an array" : name(type);
    }

    private static String shown(JsonNode found) {
        if (found.isMissingNode()) {
            return "missing";
        }
        String text = found.isContainerNode() ? (found.isArray() ? "an array" : "an object") : found.toString();
        return Excerpt.of(text, MOST_SHOWN);
    }

    private static String what(String pointer) {
        return pointer.isEmpty() ? "it" : pointer;
    }

    private static String pointer(List<JsonMappingException.Reference> path) {
        StringBuilder pointer = new StringBuilder();
        for (JsonMappingException.Reference step : path) {
            String name = step.getFieldName();
            pointer.append('/')
                    .append(
                            name == null
                                    ? String.valueOf(step.getIndex())
                                    : name.replace("~", "~0").replace("/", "~1"));
        }
        return pointer.toString();
    }

    private static String name(Type type) {
        return type instanceof Class<?> one
                ? one.getSimpleName()
                : type.getTypeName().replaceAll("[\\w.]+[.$](?=\\w)", "");
    }
}
